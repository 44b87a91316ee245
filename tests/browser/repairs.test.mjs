// Repairs: asked for by mouse, by keyboard, from the list and from the text; one step to undo, and always said.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./site.mjs";
import { card, cards, editor, focused, paste, tab, text, playground, until, violations } from "./page.mjs";

const visit = playground();

// One safe repair, several to review.
const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web  # the shop
spec:
  securityContext:
    runAsUser: 1000   # not root
  containers:
    - name: app
      image: registry.example/web:1.4.2
`;
// The same, with a value that two places share.
const SHARED = POD.replace("securityContext:", "securityContext: &shared") + "      securityContext: *shared\n";
// With a value that belongs into a Secret: which one, only a person knows.
const SECRET = `${POD}      env:
        - name: DB_PASSWORD
          value: tr0ub4dor&3
`;
const SAFE = "    runAsUser: 1000   # not root\n    runAsNonRoot: true\n";

const said = (page) => page.locator("#spoken").innerText();
const bar = (page) => page.locator(".repairs");
const undo = (page) => bar(page).getByRole("button", { name: "Undo" });
const selection = (page) => editor(page).evaluate((content) => {
  const root = content.getRootNode();
  return (root.getSelection?.() ?? document.getSelection()).toString();
});

visit("a safe fix is made at once, said, and one step to undo", async (page) => {
  await paste(page, POD);
  const finding = card(page, "run-as-user-only");
  await finding.waitFor();
  const before = await text(page);
  const order = await cards(page).locator(".card-meta code").allTextContents();
  await finding.getByRole("button", { name: /^Fix safe: Forbid root/ }).click();
  await finding.waitFor({ state: "detached" });
  assert.ok((await text(page)).includes(SAFE), await text(page));
  await until(async () => /^Done: Forbid root\. \d+ problems left\.$/.test(await said(page)), "it is said");
  assert.equal(await bar(page).locator("p").innerText(), await said(page), "and shown");
  const now = page.locator(".card", { has: page.locator("h3 button:focus") });
  const left = await cards(page).locator(".card-meta code").allTextContents();
  const next = order.slice(order.indexOf("run-as-user-only") + 1).find((rule) => left.includes(rule)) ?? left.at(-1);
  assert.equal(await now.locator(".card-meta code").innerText(), next, "the next finding has the focus");

  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+z");
  await until(async () => (await text(page)) === before, "one step back");
  await finding.waitFor();
  assert.equal(await undo(page).count(), 0, "what is undone need not be undone");
  await finding.getByRole("button", { name: /^Fix safe/ }).click();
  await undo(page).click();
  await until(async () => (await text(page)) === before, "the button goes back too");
  await until(async () => (await said(page)) === "Undone.", "that is said");
});

visit("a fix to review is shown before it is made", async (page) => {
  await paste(page, POD);
  const finding = card(page, "privilege-escalation-allowed");
  await finding.getByRole("button", { name: /^Fix review/ }).click();
  await finding.locator(".diff").waitFor();
  const difference = await finding.locator(".diff").innerText();
  assert.match(difference, /^10\n +image: \S+\n\+ securityContext:\n\+ {3}allowPrivilegeEscalation: false$/);
  assert.doesNotMatch(await text(page), /allowPrivilegeEscalation/, "nothing is changed yet");
  await until(async () => /^This would add 2 lines\.$/.test(await said(page)), "the change is summed up");
  const button = finding.locator(".button.fix").first();
  assert.ok(await button.evaluate((element) => element === document.activeElement), "what was asked for has the focus");
  const make = finding.getByRole("button", { name: "Make this change" });
  const seen = await make.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    const { top: from, bottom: to } = element.closest(".scroll").getBoundingClientRect();
    return top >= from && bottom <= to;
  });
  assert.ok(seen, "the change and its button are scrolled to");
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  await button.click();
  await finding.locator(".diff").waitFor({ state: "detached" });
  await button.click();
  await make.click();
  await finding.waitFor({ state: "detached" });
  assert.match(await text(page), /securityContext:\n +allowPrivilegeEscalation: false/);
  assert.match(await text(page), /name: web {2}# the shop/);
});

visit("a template selects what a person must fill", async (page) => {
  await paste(page, SECRET);
  const finding = card(page, "env-secret-literal");
  await finding.getByRole("button", { name: /^Fix template/ }).click();
  await until(() => editor(page).evaluate((content) => content.getRootNode().activeElement === content), "the editor has the focus");
  const placeholder = await selection(page);
  assert.ok(placeholder.length > 0 && !placeholder.includes("\n"), JSON.stringify(placeholder));
  await until(async () => /placeholders? to fill\.$/.test(await said(page)), "it is said");
  await page.keyboard.type("shop-database");
  assert.match(await text(page), /secretKeyRef:\n +(name|key): "?shop-database/);
  assert.doesNotMatch(await text(page), /tr0ub4dor/);
});

visit("all safe fixes at once, in one step", async (page) => {
  await paste(page, POD.replace("kind: Pod", "kind: Pod").replace("name: app", "name: app\n      lifecycle: {preStop: {sleep: {seconds: 60}}}"));
  const all = bar(page).getByRole("button", { name: /^Fix all safe/ });
  await until(async () => (await all.innerText()) === "Fix all safe (2)", "two are safe");
  const before = await text(page);
  await all.click();
  await until(async () => (await all.innerText()) === "Fix all safe (0)", "none is left");
  assert.equal(await all.isDisabled(), true);
  assert.match(await said(page).then(async () => bar(page).locator("p").innerText()), /^2 repairs made\. \d+ problems left\.$/);
  assert.match(await text(page), /runAsNonRoot: true/);
  assert.match(await text(page), /terminationGracePeriodSeconds: \d+/);
  assert.ok(await page.locator("h3 button:focus").count() === 1, "a finding has the focus");
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+z");
  await until(async () => (await text(page)) === before, "one step back");
});

visit("what could only be repaired by a guess is refused in words", async (page) => {
  await paste(page, SHARED);
  const finding = card(page, "run-as-user-only");
  await finding.getByRole("button", { name: /^Fix safe/ }).click();
  await finding.locator(".refused").waitFor();
  assert.match(await finding.locator(".refused").innerText(), /^Not repaired: aliases repeat this value/);
  assert.doesNotMatch(await text(page), /runAsNonRoot/);
  await until(async () => /^Not repaired: /.test(await said(page)), "it is said");
});

visit("the tooltip and Ctrl+. repair from the text", async (page) => {
  await paste(page, POD);
  await card(page, "run-as-user-only").waitFor();
  await page.locator(".cm-lintRange", { hasText: "1000" }).first().hover();
  const action = page.locator(".cm-tooltip-lint .cm-diagnosticAction").filter({ hasText: "Forbid root" });
  await action.waitFor();
  assert.equal(await action.innerText(), "Fix (safe): Forbid root");
  await action.click();
  await until(async () => (await text(page)).includes(SAFE), "the tooltip repairs");
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+z");
  await card(page, "run-as-user-only").waitFor();

  await page.keyboard.press("ControlOrMeta+Home");
  for (let tries = 0; tries < 20; tries++) {
    if ((await page.locator(".cm-activeLine").innerText()).includes("runAsUser")) break;
    await page.keyboard.press("F8");
  }
  await page.keyboard.press("ControlOrMeta+.");
  await until(async () => (await text(page)).includes(SAFE), "the key repairs");
  assert.equal(await focused(page), "Kubernetes manifest", "who types stays in the text");
});

visit("the plain editor repairs and goes back as well", async (page) => {
  await paste(page, SECRET);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Plain text editor").check();
  await page.keyboard.press("Escape");
  const field = page.locator("textarea#editor");
  await field.waitFor();
  await field.evaluate((area) => {
    area.focus();
    const at = area.value.indexOf("runAsUser");
    area.setSelectionRange(at, at);
  });
  await page.keyboard.press("ControlOrMeta+.");
  await until(async () => (await field.inputValue()).includes(SAFE), "the key repairs");
  await page.keyboard.press("ControlOrMeta+z");
  await until(async () => (await field.inputValue()) === SECRET, "and is undone");
  await card(page, "run-as-user-only").getByRole("button", { name: /^Fix safe/ }).click();
  await until(async () => (await field.inputValue()).includes(SAFE), "the button repairs");
  await card(page, "env-secret-literal").getByRole("button", { name: /^Fix template/ }).click();
  const chosen = () => field.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  await until(async () => (await chosen()).length > 0 && !(await chosen()).includes("\n"), "the placeholder is selected");
  assert.equal(await field.evaluate((area) => document.activeElement === area), true);
});

visit("a repair by keyboard alone, from the list", async (page) => {
  await paste(page, POD);
  await card(page, "run-as-user-only").waitFor();
  await tab(page, /Problems/).focus();
  for (let tries = 0; tries < 30; tries++) {
    await page.keyboard.press("Tab");
    if (/^Fix safe: Forbid root/.test(await focused(page))) break;
  }
  await page.keyboard.press("Enter");
  await card(page, "run-as-user-only").waitFor({ state: "detached" });
  assert.ok(await page.locator("h3 button:focus").count() === 1);
});

visit("a phone repairs in the list, and goes to the text for a template", async (page) => {
  await tab(page, "Manifest").click();
  await paste(page, SECRET);
  await tab(page, /Problems/).click();
  await card(page, "run-as-user-only").getByRole("button", { name: /^Fix safe/ }).click();
  await card(page, "run-as-user-only").waitFor({ state: "detached" });
  assert.equal(await tab(page, /Problems/).getAttribute("aria-selected"), "true");
  await card(page, "env-secret-literal").getByRole("button", { name: /^Fix template/ }).click();
  await editor(page).waitFor();
  assert.equal(await tab(page, "Manifest").getAttribute("aria-selected"), "true");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0);
}, { context: { viewport: { width: 390, height: 800 }, hasTouch: true } });

for (const colorScheme of ["light", "dark"]) {
  for (const [name, viewport] of [["wide", { width: 1280, height: 800 }], ["phone", { width: 390, height: 800 }]]) {
    visit(`axe finds nothing in repairs, ${colorScheme}, ${name}`, async (page) => {
      if (name === "phone") await tab(page, "Manifest").click();
      await paste(page, SHARED);
      if (name === "phone") await tab(page, /Problems/).click();
      const out = join(root, "tests/browser/out");
      mkdirSync(out, { recursive: true });
      const look = async (state) => {
        await page.waitForTimeout(250);
        assert.deepEqual(await violations(page), [], state);
        await page.screenshot({ path: join(out, `repairs-${state}-${name}-${colorScheme}.png`) });
      };
      await card(page, "run-as-user-only").getByRole("button", { name: /^Fix safe/ }).click();
      await page.locator(".refused").waitFor();
      await look("refused");
      if (name === "phone") await tab(page, "Manifest").click();
      await paste(page, POD);
      if (name === "phone") await tab(page, /Problems/).click();
      await card(page, "privilege-escalation-allowed").getByRole("button", { name: /^Fix review/ }).click();
      await page.locator(".diff").waitFor();
      await look("review");
      await page.getByRole("button", { name: "Make this change" }).click();
      await undo(page).waitFor();
      await look("done");
      if (name === "wide") {
        await page.locator(".cm-lintRange").first().hover();
        await page.locator(".cm-diagnosticAction").first().waitFor();
        await look("hover");
      }
    }, { context: { colorScheme, viewport } });
  }
}
