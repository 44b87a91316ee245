// What a person does with the playground: type, read, look around, come back.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./site.mjs";
import { card, cards, choose, editor, paste, reload, tab, text, playground, until } from "./page.mjs";

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: registry.example/web:1.4.2
      readinessProbe:
        httpGet:
          path: /ready
          port: 8080
`;

const visit = playground();

visit("a first visit teaches", async (page) => {
  assert.match(await text(page), /^# Slide T3/);
  assert.equal(new URL(page.url()).hash, "");
  assert.match(await page.locator(".verdict-word").innerText(), /^Would be admitted with warnings/);
  const open = page.locator("#problems .card.open");
  assert.equal(await open.count(), 1);
  assert.match(await open.innerText(), /The talk, slide T3[^]*Today: /);
});

visit("typing shows the finding at the place and in the list, and repairing it removes both", async (page) => {
  await paste(page, POD);
  const finding = card(page, "run-as-non-root-missing");
  await finding.waitFor();
  assert.match(await finding.innerText(), /Warning[^]*line 7 · Pod\/web/);
  assert.ok(await page.locator(".cm-lintRange-warning").count() > 0, "the text is underlined");
  assert.ok(await page.locator(".cm-lint-marker-warning").count() > 0, "the gutter has a mark");
  await page.locator(".cm-line", { hasText: "name: app" }).locator(".cm-lintRange-warning").first().hover();
  await page.locator(".cm-tooltip-lint").getByText("may run as root").first().waitFor();

  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+Home");
  for (let line = 0; line < 4; line++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("  securityContext: {runAsNonRoot: true}");
  await finding.waitFor({ state: "detached" });
});

visit("an open finding tells what, why, how it is right, and where that is written", async (page) => {
  await paste(page, POD);
  const finding = card(page, "run-as-non-root-missing");
  await finding.getByRole("button", { name: /Non-root is not enforced/ }).click();
  await finding.getByRole("heading", { name: "Why it matters" }).waitFor();
  const said = await finding.innerText();
  for (const part of [
    /In your manifest\n+7\n- name: app\n\^+/, /How to repair it here/, /review/, /How it looks when it is right[^]*runAsNonRoot: true/,
    /When to allow it/, /The pattern behind it[^]*Process Containment/, /Source/,
  ]) assert.match(said, part);
  assert.doesNotMatch(said, /# finding:/);
  const source = finding.getByRole("link", { name: "Pod Security Standards" });
  assert.match(await source.getAttribute("href"), /^https:\/\/kubernetes\.io\//);
  assert.equal(await source.getAttribute("rel"), "noopener noreferrer");
  await finding.getByRole("button", { name: /Non-root is not enforced/ }).click();
  assert.equal(await finding.locator(".card-body").isVisible(), false);
});

visit("evidence of a pattern moves the editor there", async (page) => {
  await paste(page, POD);
  await tab(page, /Patterns/).click();
  const probe = page.locator("#patterns .card").filter({ hasText: "Health Probe" });
  assert.match(await probe.innerText(), /certain[^]*readiness probe of container app[^]*readiness\/httpGet/);
  await probe.getByRole("button", { name: "line 9" }).click();
  await until(() => page.locator(".cm-activeLine").innerText().then((line) => line.includes("readinessProbe")), "the line is active");
  assert.ok(await editor(page).evaluate((content) => content.getRootNode().activeElement === content), "the editor has the focus");
  await probe.getByRole("button", { name: /Health Probe/ }).click();
  await probe.getByRole("heading", { name: "Intent" }).waitFor();
  assert.ok(await page.locator(".pw-mark-pattern").count() > 0, "the gutter has a mark");
});

for (const [slide, erratum] of [
  ["T3", /930 seconds/], ["T12", /capabilities[^]*Today:/], ["T13", /Today:/], ["T16", /1\.22[^]*Today:|Today:[^]*1\.22/],
]) {
  visit(`slide ${slide} is explained with what changed since`, async (page) => {
    await choose(page, new RegExp(`^${slide}\\b`));
    const note = page.locator(".note.slide").filter({ hasText: `Slide ${slide}:` });
    await note.waitFor();
    const details = note.locator("details");
    if (await details.getAttribute("open") === null) await details.locator("summary").click();
    const said = await note.innerText();
    assert.match(said, /slide of March 2024/);
    assert.match(said, erratum);
    assert.match(await text(page), new RegExp(`^# Slide ${slide}\\b`));
    assert.ok(await cards(page).count() > 0, "the manifest of the slide has findings");
  });
}

visit("every example is there, and loads", async (page) => {
  const entries = page.locator("#examples .menu-entry");
  const names = await entries.allTextContents();
  assert.deepEqual(names.map((name) => name.match(/^T\d+/)?.[0]).filter(Boolean),
    ["T3", "T4", "T5", "T6", "T9", "T10", "T11", "T12", "T13", "T16"]);
  for (let at = 0; at < names.length; at++) {
    await page.getByRole("button", { name: "Examples" }).click();
    await entries.nth(at).click();
    await until(async () => (await entries.nth(at).getAttribute("aria-current")) === "true", names[at]);
    assert.equal(await page.locator(".syntax").count(), 0, `${names[at]} can be read`);
    assert.doesNotMatch(await page.locator(".verdict-word").innerText(), /Not judged/);
  }
});

visit("an example never costs a person's own text", async (page) => {
  await paste(page, POD);
  await choose(page, /^T12/);
  await until(async () => (await text(page)).startsWith("# Slide T12"), "the example is shown");
  await page.getByRole("button", { name: "Back to my text" }).click();
  await until(async () => (await text(page)).startsWith("apiVersion: v1\nkind: Pod"), "the text is back");
  assert.equal(await page.getByRole("button", { name: "Back to my text" }).count(), 0);
});

visit("text and choices outlast a reload", async (page, watch) => {
  await paste(page, POD);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Manifests are meant for").selectOption("31");
  await page.getByLabel("Plain text editor").check();
  await page.keyboard.press("Escape");
  await page.waitForTimeout(700);
  await reload(page, watch);
  assert.equal(await page.locator("textarea#editor").inputValue(), POD);
  assert.match(await page.locator(".foot").innerText(), /Kubernetes 1\.31/);
  await card(page, "run-as-non-root-missing").waitFor();
});

visit("a Secret is not kept, and everything can be forgotten", async (page, watch) => {
  const stored = () => page.evaluate(() => JSON.stringify(localStorage));
  await paste(page, `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter2}\n`);
  await page.waitForTimeout(700);
  assert.doesNotMatch(await stored(), /hunter2/);
  assert.match(await page.locator(".foot").innerText(), /not kept: it holds a Secret/);
  await paste(page, POD);
  await until(async () => (await stored()).includes("registry.example/web"), "the text is kept");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Forget everything" }).click();
  await page.getByRole("heading", { name: "Nothing to check yet" }).waitFor();
  await page.waitForTimeout(700);
  assert.doesNotMatch(await stored(), /registry\.example/);
  await reload(page, watch);
  await page.getByRole("heading", { name: "Nothing to check yet" }).waitFor();
});

visit("settings change the verdict", async (page) => {
  await paste(page, `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n`);
  const finding = card(page, "service-selects-nothing");
  await page.getByRole("heading", { name: /No problems/ }).waitFor();
  await page.getByText(/rules? not checked/).click();
  await page.getByRole("button", { name: "This is everything: check them too" }).click();
  await finding.waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  assert.equal(await page.getByLabel("This is everything").isChecked(), true);
  await page.getByLabel("This is everything").uncheck();
  await finding.waitFor({ state: "detached" });
});

visit("dark and light are a choice, and else the system's", async (page) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const code = () => page.locator(".cm-editor").evaluate((view) => getComputedStyle(view).backgroundColor);
  assert.equal(await background(), "rgb(26, 33, 43)");
  assert.equal(await code(), "rgb(16, 21, 28)");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Colours").selectOption("light");
  await until(async () => (await background()) === "rgb(246, 248, 250)", "the page is light");
  await until(async () => (await code()) === "rgb(255, 255, 255)", "the editor is light");
}, { context: { colorScheme: "dark" } });

visit("a phone has tabs instead of panes", async (page) => {
  assert.equal(await tab(page, "Manifest").isVisible(), true);
  await tab(page, "Manifest").click();
  await paste(page, POD);
  await tab(page, /Problems/).click();
  assert.equal(await editor(page).isVisible(), false);
  const finding = card(page, "run-as-non-root-missing");
  await finding.getByRole("button", { name: /Non-root/ }).click();
  await finding.getByRole("button", { name: "Show in the manifest" }).click();
  await editor(page).waitFor();
  assert.equal(await tab(page, "Manifest").getAttribute("aria-selected"), "true");
  const size = await editor(page).evaluate((content) => parseFloat(getComputedStyle(content).fontSize));
  assert.ok(size >= 16, `the editor's text has ${size} px, smaller text makes phones zoom`);
  await tab(page, /Problems/).click();
  const broken = await page.locator(".card .word").evaluateAll((words) =>
    words.filter((word) => word.offsetHeight > 30).map((word) => word.textContent));
  assert.deepEqual(broken, [], "a severity is one word on one line");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, "nothing scrolls sideways but code");
}, { context: { viewport: { width: 390, height: 800 }, hasTouch: true } });

for (const colorScheme of ["light", "dark"]) {
  for (const [name, viewport] of [["wide", { width: 1280, height: 800 }], ["phone", { width: 390, height: 800 }]]) {
    visit(`picture: ${name}, ${colorScheme}`, async (page) => {
      const out = join(root, "tests/browser/out");
      mkdirSync(out, { recursive: true });
      const path = join(out, `${name}-${colorScheme}.png`);
      await page.screenshot({ path });
      if (process.env.UPDATE_SCREENSHOT && name === "wide" && colorScheme === "light") {
        copyFileSync(path, join(root, "docs/playground.png"));
      }
    }, { context: { colorScheme, viewport } });
  }
}
