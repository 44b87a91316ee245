// The page for everybody: by keyboard alone, by ear, and to the letter of WCAG as far as a machine can tell.

import assert from "node:assert/strict";
import { choose, editor, focused, paste, tab, playground, until, violations } from "./page.mjs";

const visit = playground();

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: first
      image: registry.example/web:1.4.2
    - name: second
      image: registry.example/web:1.4.2
`;

const states = {
  "a first visit": async () => {},
  "patterns, one open": async (page) => {
    await tab(page, /Patterns/).click();
    await page.locator("#patterns .card h3 button").first().click();
  },
  "the rules, one open": async (page) => {
    await tab(page, /Rules/).click();
    await page.getByRole("searchbox").fill("startup-probe-budget");
    await page.locator("#rules .card h3 button").first().click();
  },
  "the rules, nothing found": async (page) => {
    await tab(page, /Rules/).click();
    await page.getByRole("searchbox").fill("no such words");
  },
  "an error in the text": (page) => paste(page, 'apiVersion: v1\nkind: "Pod\nmetadata: {}\n'),
  "no text": (page) => paste(page, ""),
  "a clean manifest": (page) => choose(page, "A web application without problems"),
  "an unknown kind": (page) => paste(page, "apiVersion: example.com/v1\nkind: Fountain\nmetadata: {name: a}\n"),
  "the examples": (page) => page.getByRole("button", { name: "Examples" }).click(),
  "the settings": (page) => page.getByRole("button", { name: "Settings" }).click(),
  "the plain editor": async (page) => {
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByLabel("Plain text editor").check();
    await page.keyboard.press("Escape");
    await page.locator("textarea#editor").waitFor();
  },
};

for (const colorScheme of ["light", "dark"]) {
  for (const [name, enter] of Object.entries(states)) {
    visit(`axe finds nothing, ${colorScheme}: ${name}`, async (page) => {
      await enter(page);
      await page.waitForTimeout(250);
      assert.deepEqual(await violations(page), []);
    }, { context: { colorScheme } });
  }
  for (const view of ["Manifest", /Problems/, /Patterns/, "Rules"]) {
    visit(`axe finds nothing, ${colorScheme}, on a phone: ${view}`, async (page) => {
      await tab(page, view).click();
      assert.deepEqual(await violations(page), []);
    }, { context: { colorScheme, viewport: { width: 390, height: 800 } } });
  }
}

visit("everything is reached by keyboard", async (page) => {
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the manifest");
  await page.keyboard.press("Enter");
  await until(async () => (await focused(page)) === "Kubernetes manifest", "the skip link leads into the editor");
  await paste(page, POD);
  await page.keyboard.press("Tab");
  assert.match(await focused(page), /^Problems/, "Tab leaves the editor");
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(page), /^Patterns/);
  assert.equal(await tab(page, /Patterns/).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Home");
  assert.match(await focused(page), /^Problems/);
  await page.keyboard.press("Tab");
  const first = page.locator("#problems .card h3 button").first();
  assert.ok(await first.evaluate((button) => button === document.activeElement), "the first finding is next");
  await page.keyboard.press("Enter");
  assert.equal(await first.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Show in the manifest");
  await page.keyboard.press("Enter");
  await until(async () => (await focused(page)) === "Kubernetes manifest", "the editor has the focus");
  await page.keyboard.press("F6");
  await until(async () => /^Problems/.test(await focused(page)), "F6 goes to the results");
  await page.keyboard.press("F6");
  await until(async () => (await focused(page)) === "Kubernetes manifest", "F6 comes back");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), "Settings", "Shift+Tab leaves the editor backwards");
  await page.keyboard.press("Enter");
  await page.getByLabel("Manifests are meant for").waitFor();
  await page.keyboard.press("Escape");
  await page.getByLabel("Manifests are meant for").waitFor({ state: "hidden" });
});

visit("F8 walks the problems, in both editors", async (page) => {
  await paste(page, POD);
  const line = () => page.locator(".cm-activeLine").innerText();
  await page.keyboard.press("ControlOrMeta+Home");
  // Other rules may have something to say about the Pod before its containers.
  for (const wanted of ["name: first", "name: second"]) {
    for (let tries = 0; tries < 40 && !(await line()).includes(wanted); tries++) await page.keyboard.press("F8");
    assert.ok((await line()).includes(wanted), wanted);
  }

  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Plain text editor").check();
  await page.keyboard.press("Escape");
  const field = page.locator("textarea#editor");
  await field.focus();
  await page.keyboard.press("ControlOrMeta+Home");
  const marked = () => field.evaluate((area) => area.selectionEnd > area.selectionStart ? area.selectionStart : -1);
  const second = POD.indexOf("second");
  await page.keyboard.press("F8");
  await until(async () => (await marked()) >= 0 && (await marked()) < second, "the first problem");
  await page.keyboard.press("Shift+F8");
  await until(async () => (await marked()) >= second - "- name: ".length, "backwards from the first comes the last");
});

visit("counts are spoken when typing rests, and only if they changed", async (page) => {
  const spoken = page.locator("#spoken");
  await until(async () => /warnings.*Would be admitted with warnings\.$/.test(await spoken.innerText()), "the first report");
  await page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => globalThis.said.push(document.getElementById("spoken").textContent))
      .observe(document.getElementById("spoken"), { characterData: true, childList: true, subtree: true });
  });
  await paste(page, POD);
  await editor(page).press("End");
  for (const key of "# a comment") await page.keyboard.type(key, { delay: 30 });
  await page.waitForTimeout(300);
  assert.deepEqual(await page.evaluate(() => globalThis.said), [], "silent while typing");
  await page.waitForTimeout(900);
  assert.equal((await page.evaluate(() => globalThis.said)).length, 1);
  await page.keyboard.type(" goes on");
  await page.waitForTimeout(1200);
  assert.equal((await page.evaluate(() => globalThis.said)).length, 1, "the same sentence is not said twice");
});

visit("targets are large enough", async (page) => {
  const small = await page.evaluate(() => [...document.querySelectorAll("button, select, input, summary, [role=tab]")]
    .map((element) => ({ name: element.textContent.trim().slice(0, 40), ...element.getBoundingClientRect().toJSON() }))
    .filter(({ width, height }) => width > 0 && (width < 24 || height < 24)));
  assert.deepEqual(small, []);
}, { context: { viewport: { width: 390, height: 800 } } });
