// One page per test, watched: after the load nothing may be requested, and the console stays silent.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser as start, root, serve } from "./site.mjs";

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

/**
 * Serves the site and starts a browser for the tests of one file; returns the function that declares them.
 *
 * @typedef {{ breaks?: boolean, context?: object }} Options `breaks`: errors are the point.
 * @typedef {(page: import("playwright-core").Page, watch: { requests: string[], complaints: string[] }) => Promise<void>} Steps
 * @returns {(name: string, steps: Steps, options?: Options) => void}
 */
export function playground() {
  let site, browser;
  before(async () => {
    site = await serve();
    browser = await start();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });
  return (name, steps, options = {}) => test(name, () => withPage(browser, site.address, options, steps));
}

async function withPage(browser, address, options, steps) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options.context,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const complaints = [];
    const requests = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await open(page, address);
    page.on("request", (request) => requests.push(request.url()));
    await steps(page, { requests, complaints });
    if (!options.breaks) assert.deepEqual(complaints, [], "the console stays silent");
    assert.deepEqual(requests, [], "nothing is requested after the load");
  } finally {
    await context.close();
  }
}

/** Loads the page and waits until the checker has answered. */
export async function open(page, address) {
  await page.goto(address, { waitUntil: "load" });
  await page.locator(".verdict").waitFor();
}

/** Loads the page again; its own requests are expected. */
export async function reload(page, { requests }) {
  await page.reload({ waitUntil: "load" });
  await page.locator(".verdict").waitFor();
  requests.length = 0;
}

export const editor = (page) => page.getByRole("textbox", { name: "Kubernetes manifest" });
export const tab = (page, name) => page.getByRole("tab", { name });
export const cards = (page) => page.locator("#problems .card");
export const card = (page, rule) => cards(page).filter({ has: page.locator(`.card-meta code:text-is("${rule}")`) });

/** Replaces the whole text from the clipboard. */
export async function paste(page, text) {
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  if (text === "") return page.keyboard.press("Delete");
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("ControlOrMeta+v");
}

/** The editor's text; for texts that fit on the screen. */
export async function text(page) {
  return (await editor(page).locator(".cm-line").allTextContents()).join("\n");
}

export async function choose(page, example) {
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("dialog", { name: "Examples" }).getByRole("button", { name: example }).click();
}

/** Waits until `question` answers true. */
export async function until(question, what, wait = 5_000) {
  const end = Date.now() + wait;
  for (;;) {
    if (await question()) return;
    if (Date.now() > end) throw new assert.AssertionError({ message: `never: ${what}` });
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** The name of what has the focus, inside shadow roots too. */
export const focused = (page) => page.evaluate(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
});

/** Everything that axe finds wrong, named. */
export async function violations(page) {
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}
