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
  const item = page.locator("#editable .open", { hasText: "may run as root" });
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
  assert.ok(await page.locator("#editable .open").count() > 0);
  assert.equal(await page.locator("#editable img").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.xss), undefined);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing (${colorScheme})`, async () => {
    const { context, page } = await open(browser, example(), { colorScheme });
    await ready(page);
    await page.locator("#editable .open").first().click();
    await page.locator("#editable button.edit").click();
    assert.deepEqual(await violations(page), []);
    mkdirSync(out, { recursive: true });
    await page.screenshot({ path: path.join(out, `element-${colorScheme}.png`), fullPage: true });
    await context.close();
  });
}
