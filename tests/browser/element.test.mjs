// <pattern-warden> in a page with two of them, under a strict policy.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { violations } from "./page.mjs";
import { browser as launch, dist, root, serve } from "./site.mjs";

const out = path.join(root, "tests/browser/out");

let server, browser;
before(async () => {
  server = await serve(path.join(dist, "npm"), "example.html");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const example = () => `${server.address}example.html`;

/** Opens a page and records what must not happen: complaints, and requests after the load. */
async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { errors: [], requests: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) seen.requests.push(request.url());
  });
  await page.goto(url);
  return { context, page, seen };
}

async function ready(page) {
  await page.waitForFunction(() =>
    [...document.querySelectorAll("pattern-warden")].every((element) => element.report));
}

test("two elements share one engine, and say what is right and what is not", async () => {
  const { context, page, seen } = await open(browser, example());
  await ready(page);
  const engines = seen.requests.filter((url) => url.endsWith(".wasm"));
  assert.equal(engines.length, 1);
  const summary = (id) => page.locator(`#${id} .summary`).textContent();
  assert.match(await summary("editable"), /\d+ problems?, \d+ patterns?/);
  assert.match(await summary("static"), /^No problems/);
  assert.equal(await page.locator("#static button.edit").isVisible(), false);
  const state = await page.evaluate(() => document.querySelector("#editable").matches(":state(violations)"));
  assert.equal(state, true);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test("a finding opens with its reason, and the light DOM stays as it was", async () => {
  const { context, page } = await open(browser, example());
  const before = await page.locator("#editable").innerHTML();
  await ready(page);
  const item = page.locator("#editable .item-open", { hasText: "may run as root" });
  assert.match(await item.innerText(), /warning/i);
  assert.equal(await item.getAttribute("aria-expanded"), "false");
  await item.click();
  assert.equal(await item.getAttribute("aria-expanded"), "true");
  assert.ok(await page.getByText("Root in the container is root on the node").isVisible());
  assert.equal(await page.locator("#editable").innerHTML(), before);
  await context.close();
});

test("edits are checked as they are typed, told to the page, and spoken once it is quiet", async () => {
  const { context, page, seen } = await open(browser, example());
  await ready(page);
  await page.evaluate(() => {
    globalThis.events = [];
    for (const type of ["pw-change", "pw-report", "pw-error"]) {
      document.addEventListener(type, (event) => events.push([type, event.detail.isUserEdit ?? null]));
    }
  });
  const loaded = seen.requests.length;
  await page.locator("#editable button.edit").click();
  const editor = page.getByRole("textbox", { name: "A Pod that may run as root" });
  assert.ok(await editor.evaluate((node) => node === node.getRootNode().activeElement));
  await editor.fill("kind: [Pod");
  assert.equal(await page.locator("#editable .summary").textContent(), "The text cannot be read");
  const spoken = page.locator("#editable [role=status]");
  assert.equal(await spoken.textContent(), "");
  await page.waitForTimeout(1100);
  assert.equal(await spoken.textContent(), "The text cannot be read");
  assert.deepEqual(await page.evaluate(() => events), [["pw-change", true], ["pw-report", null]]);

  await page.getByRole("button", { name: "Reset" }).click();
  assert.match(await page.locator("#editable .summary").textContent(), /problem/);
  assert.ok(await page.locator("#editable pre").isVisible());
  assert.equal(seen.requests.length, loaded, "no request after load");
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test("keys stay inside the editor, and Escape leaves it", async () => {
  const { context, page } = await open(browser, example());
  await ready(page);
  await page.evaluate(() => {
    globalThis.heard = 0;
    document.addEventListener("keydown", () => { heard += 1; });
  });
  await page.locator("#editable button.edit").focus();
  await page.keyboard.press("Enter");
  const before = await page.evaluate(() => heard);
  await page.keyboard.type("s");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => heard), before, "the host hears no key of the editor");
  const focused = await page.evaluate(() =>
    document.querySelector("#editable").shadowRoot.activeElement?.className);
  assert.notEqual(focused, "textarea");
  await context.close();
});

test("bad settings are told, and the manifest stays readable", async () => {
  const { context, page } = await open(browser, example());
  await ready(page);
  const error = await page.evaluate(() => new Promise((resolve) => {
    const element = document.querySelector("#static");
    element.addEventListener("pw-error", (event) => resolve(event.detail), { once: true });
    element.settings = { rules: { "no-such-rule": "error" } };
  }));
  assert.equal(error.code, "settings");
  assert.match(error.message, /no-such-rule/);
  assert.ok(await page.locator("#static pre").isVisible());
  await context.close();
});

test("a hostile manifest stays text", async () => {
  const { context, page } = await open(browser, example());
  await ready(page);
  await page.evaluate(() => {
    document.querySelector("#editable").value =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: "<img src=x onerror=alert(1)>"}\nspec:\n'
      + '  containers: [{name: "<img src=x onerror=globalThis.xss=1>", image: a}]\n';
  });
  assert.ok(await page.locator("#editable .item-open").count() > 0);
  assert.equal(await page.locator("#editable img").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.xss), undefined);
  await context.close();
});

/** Two findings: a safe repair, and one to review. */
const POD = `apiVersion: v1
kind: Pod
metadata:
  name: wéb-🚀  # the shop
spec:
  securityContext:
    runAsUser: 1000   # not root
  containers:
    - name: app
      image: registry.example/web:1.4.2
`;
const SECRET = `${POD}      env:
        - name: DB_PASSWORD
          value: tr0ub4dor&3
`;

const field = (page) => page.locator("#editable textarea");
const opener = (page, rule) =>
  page.locator("#editable .item", { has: page.locator(`.rule-id:text-is("${rule}")`) });
const said = (page) => page.locator("#editable [role=status]").textContent();
const inside = (page) => page.evaluate(() => {
  const { activeElement } = document.querySelector("#editable").shadowRoot;
  return activeElement?.dataset.key ?? activeElement?.className;
});

/** Puts a text into the first element, and collects what it tells the page. */
async function put(page, text) {
  await ready(page);
  await page.evaluate((text) => {
    const element = document.querySelector("#editable");
    globalThis.events = [];
    for (const type of ["pw-change", "pw-fix"]) {
      element.addEventListener(type, ({ detail }) => events.push([type, detail]));
    }
    element.value = text;
  }, text);
}

/** Presses a fix of a finding, which is opened first. */
async function repair(page, rule, name) {
  const item = opener(page, rule);
  await item.locator(".item-open").click();
  await item.getByRole("button", { name }).click();
}

test("applyFix repairs from a script: told before and after, prevented, and without the focus", async () => {
  const { context, page, seen } = await open(browser, example());
  await put(page, POD);
  const told = await page.evaluate(() => {
    const element = document.querySelector("#editable");
    const light = element.innerHTML;
    const key = (rule) => element.report.findings.find((finding) => finding.rule === rule).key;
    document.querySelector("#static").focus();
    const focused = document.activeElement.id;
    const none = [element.applyFix("no such key"), element.applyFix(key("run-as-user-only"), 7)];
    element.addEventListener("pw-fix", (event) => event.preventDefault(), { once: true });
    const prevented = element.applyFix(key("run-as-user-only"));
    const before = element.value;
    const review = element.applyFix(key("privilege-escalation-allowed"));
    const made = element.applyFix(key("run-as-user-only"));
    const rules = element.report.findings.map(({ rule }) => rule);
    return {
      none, prevented, before, review, made, rules, after: element.value, events: globalThis.events,
      stays: element.innerHTML === light, focus: [focused, document.activeElement.id],
    };
  });
  assert.deepEqual([told.none, told.prevented, told.before], [[false, false], false, POD]);
  assert.deepEqual([told.review, told.made, told.stays], [true, true, true]);
  assert.equal(told.after, POD
    .replace("# not root\n", "# not root\n    runAsNonRoot: true\n")
    .replace("web:1.4.2\n", "web:1.4.2\n      securityContext:\n        allowPrivilegeEscalation: false\n"));
  assert.ok(!told.rules.includes("run-as-user-only") && !told.rules.includes("privilege-escalation-allowed"));
  assert.deepEqual(told.focus, ["static", "static"]);
  assert.deepEqual(told.events.map(([type]) => type), ["pw-fix", "pw-fix", "pw-change", "pw-fix", "pw-change"]);
  const [, fix] = told.events.at(-2);
  assert.equal(fix.finding.rule, "run-as-user-only");
  assert.equal(fix.fix.grade, "safe");
  assert.match(fix.before, /allowPrivilegeEscalation/);
  assert.deepEqual([fix.after, told.events.at(-1)[1]], [told.after, { value: told.after, isUserEdit: false }]);
  assert.equal(await field(page).inputValue(), told.after);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test("a reader's safe fix is one step to undo, goes to the next finding, and is said", async () => {
  const { context, page, seen } = await open(browser, example());
  await put(page, POD);
  const keys = await page.locator("#editable .item-open").evaluateAll((all) => all.map(({ dataset }) => dataset.key));
  const key = await opener(page, "run-as-user-only").locator(".item-open").getAttribute("data-key");
  await repair(page, "run-as-user-only", /^Fix: Forbid root.*safe$/);
  const fixed = POD.replace("# not root\n", "# not root\n    runAsNonRoot: true\n");
  assert.equal(await field(page).inputValue(), fixed);
  assert.equal(await opener(page, "run-as-user-only").count(), 0);
  assert.match(await said(page), /^Done: Forbid root\. \d+ problems?, \d+ patterns?\.$/);
  assert.equal(await inside(page), keys[keys.indexOf(key) + 1] ?? keys.at(-2));
  assert.deepEqual((await page.evaluate(() => events.at(-1))), ["pw-change", { value: fixed, isUserEdit: true }]);

  await field(page).focus();
  await page.keyboard.press("ControlOrMeta+z");
  assert.equal(await field(page).inputValue(), POD, "one step back");
  assert.equal(await page.evaluate(() => document.querySelector("#editable").value), POD);
  await opener(page, "run-as-user-only").waitFor();

  await opener(page, "run-as-user-only").getByRole("button", { name: /^Fix: Forbid root/ }).click();
  await page.locator("#editable").getByRole("button", { name: "Undo" }).click();
  assert.equal(await field(page).inputValue(), POD);
  assert.deepEqual([await said(page), await inside(page)], ["Undone.", key]);
  assert.equal(await page.locator("#editable .undo").isVisible(), false);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test("a fix to review is shown first, a template selects what is to be filled, a guess is refused", async () => {
  const { context, page } = await open(browser, example());
  await put(page, SECRET);
  await repair(page, "privilege-escalation-allowed", /^Fix: .*review$/);
  const item = opener(page, "privilege-escalation-allowed");
  assert.deepEqual(await item.locator(".diff .new").allTextContents(),
    ["+ securityContext:", "+   allowPrivilegeEscalation: false"]);
  assert.equal(await field(page).inputValue(), SECRET, "nothing is changed yet");
  await item.getByRole("button", { name: /^Fix: / }).click();
  assert.equal(await item.locator(".diff").count(), 0);
  await item.getByRole("button", { name: /^Fix: / }).click();
  await item.getByRole("button", { name: "Make this change" }).click();
  assert.match(await field(page).inputValue(), /securityContext:\n +allowPrivilegeEscalation: false/);

  await repair(page, "env-secret-literal", /^Fix: .*template$/);
  assert.match(await said(page), /placeholders? to fill\.$/);
  assert.equal(await inside(page), "textarea");
  await page.keyboard.type("shop-database");
  assert.match(await field(page).inputValue(), /secretKeyRef:\n +(name|key): "?shop-database/);
  assert.doesNotMatch(await field(page).inputValue(), /tr0ub4dor/);

  const shared = POD.replace("securityContext:", "securityContext: &a") + "      securityContext: *a\n";
  await put(page, shared);
  await repair(page, "run-as-user-only", /^Fix: /);
  assert.match(await opener(page, "run-as-user-only").locator(".refused").innerText(), /^Not repaired: aliases repeat/);
  assert.match(await said(page), /^Not repaired: /);
  assert.equal(await page.evaluate(() => {
    const element = document.querySelector("#editable");
    return element.applyFix(element.report.findings.find(({ rule }) => rule === "run-as-user-only").key);
  }), false);
  assert.equal(await field(page).inputValue(), shared);
  await context.close();
});

test("a static element offers no fix, and shows the text that a script sets", async () => {
  const { context, page } = await open(browser, example());
  await ready(page);
  await page.evaluate((text) => {
    const element = document.querySelector("#static");
    element.setAttribute("profile", "default");
    element.removeAttribute("settings");
    element.value = text.replaceAll("\n", "\r\n");
  }, POD);
  assert.equal(await page.locator("#static textarea").inputValue(), POD);
  assert.equal(await page.locator("#static textarea").getAttribute("readonly"), "");
  assert.ok(await page.locator("#static .item").count() > 2);
  assert.equal(await page.locator("#static .fix-button").count(), 0);
  await page.evaluate(() => document.querySelector("#static").reset());
  assert.ok(await page.locator("#static pre").isVisible());
  await context.close();
});

test("a page says what is shown, what is open, and what it expects", async () => {
  const { context, page } = await open(browser, example());
  await put(page, POD);
  const state = (name) => page.evaluate((name) => document.querySelector("#editable").matches(`:state(${name})`), name);
  const set = (name, value) => page.evaluate(([name, value]) => new Promise((resolve) => {
    const element = document.querySelector("#editable");
    element.addEventListener("pw-report", ({ detail }) => resolve(detail.expected), { once: true });
    element.setAttribute(name, value);
  }), [name, value]);
  const shown = () => page.locator("#editable .rule-id").allTextContents();
  await set("rules", "run-as-user-only process-containment/*");
  const some = await shown();
  assert.ok(some.includes("run-as-user-only") && some.includes("privilege-escalation-allowed"), String(some));
  await set("rules", "run-as-user-only");
  assert.deepEqual(await shown(), ["run-as-user-only"]);
  assert.match(await page.locator("#editable .summary").textContent(), /^1 problem, /);
  await set("highlight", "run-as-user-only");
  assert.equal(await page.locator("#editable .item-open").getAttribute("aria-expanded"), "true");
  assert.equal(await set("expect", "run-as-user-only"), true);
  assert.deepEqual([await state("violations"), await state("unexpected")], [true, false]);
  assert.equal(await set("expect", "none"), false);
  assert.deepEqual([await state("violations"), await state("unexpected")], [true, true]);
  await page.evaluate(() => {
    const element = document.querySelector("#editable");
    element.applyFix(element.report.findings.find(({ rule }) => rule === "run-as-user-only").key);
  });
  assert.deepEqual([await state("clean"), await state("unexpected")], [true, false]);
  const wrong = page.evaluate(() => new Promise((resolve) => {
    document.addEventListener("pw-error", ({ detail }) => resolve(detail), { once: true });
    document.querySelector("#editable").setAttribute("rules", "run-as-usr-only");
  }));
  assert.deepEqual(await wrong, { code: "settings", message: "there is no rule or pattern `run-as-usr-only`" });
  await page.evaluate(() => document.querySelector("#editable").setAttribute("kube", "1.11"));
  assert.match(await page.locator("#editable .summary").textContent(), /settings .* cannot be understood/);
  await context.close();
});

test("a template in the page is a source, too, and focus goes to what can be used", async () => {
  const { context, page } = await open(browser, example());
  await ready(page);
  const found = await page.evaluate(async (text) => {
    const element = document.createElement("pattern-warden");
    element.innerHTML = "<template data-source></template>";
    element.querySelector("template").content.append(text);
    element.setAttribute("loading", "manual");
    document.querySelector("main").append(element);
    const report = await element.check();
    element.focus();
    const first = element.shadowRoot.activeElement.className;
    element.shadowRoot.activeElement.click();
    document.body.focus();
    element.focus();
    return { value: element.value, count: report.findings.length, first, then: element.shadowRoot.activeElement.className };
  }, POD);
  assert.equal(found.value, POD);
  assert.ok(found.count > 0);
  assert.deepEqual([found.first, found.then], ["edit", "textarea"]);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing (${colorScheme})`, async () => {
    const { context, page } = await open(browser, example(), { colorScheme });
    await ready(page);
    await page.locator("#editable .item-open").first().click();
    await page.locator("#editable button.edit").click();
    assert.deepEqual(await violations(page), []);
    await put(page, SECRET);
    await repair(page, "privilege-escalation-allowed", /^Fix: .*review$/);
    assert.deepEqual(await violations(page), [], "a change to review");
    mkdirSync(out, { recursive: true });
    await page.screenshot({ path: path.join(out, `element-${colorScheme}.png`), fullPage: true });
    await context.close();
  });
}
