// One page per test, watched: after the load nothing may be requested, and the console stays silent.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, serve } from "./host.mjs";

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
    site = await serve("site");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });
  return (name, steps, options = {}) => test(name, () => withPage(browser, site.url, options, steps));
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
