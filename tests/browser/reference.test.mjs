// The catalogue on the page: everything is found, read and followed without a mouse.

import assert from "node:assert/strict";
import { card, focused, playground, tab, until } from "./page.mjs";

const visit = playground();

const topics = (page) => page.locator("#rules .card");
const titles = (page) => page.locator("#rules .card-title").allTextContents();
const ids = (page) => page.locator("#rules .card-meta code").allTextContents();
const field = (page) => page.getByRole("searchbox", { name: "Find a rule or a pattern" });

visit("every rule and pattern is listed, and drawn only when it is looked for", async (page) => {
  assert.equal(await topics(page).count(), 0, "nothing before the tab is seen");
  await tab(page, "Rules").click();
  const all = await ids(page);
  assert.equal(new Set(all).size, all.length);
  const status = await page.locator("#search-count").innerText();
  const [, rules, patterns] = /^(\d+) rules, (\d+) patterns$/.exec(status);
  assert.equal(all.length, Number(rules) + Number(patterns));
  assert.equal(Number(patterns), 29);
  assert.ok(all.includes("startup-probe-budget") && all.includes("health-probe"));
});

visit("a search by id, by title and by pattern narrows the list and says how far", async (page) => {
  await tab(page, "Rules").click();
  await field(page).fill("run-as-user-only");
  await until(async () => (await ids(page)).join() === "run-as-user-only", "one rule");
  assert.equal(await page.locator("#search-count").innerText(), "1 rule, 0 patterns");
  await field(page).fill("ONE REPLICA");
  await until(async () => (await ids(page)).includes("singleton-rolling-update"), "by its title");
  await field(page).fill("health probe");
  await until(async () => (await titles(page))[0] === "Health Probe", "the pattern comes first");
  assert.ok((await ids(page)).includes("liveness-scope-too-wide"), "rules by their pattern");
  await field(page).fill("no such words");
  await page.getByText("Nothing has these words").waitFor();
});

visit("a rule is read in full and leads to its pattern, by keyboard alone", async (page) => {
  await tab(page, /Problems/).focus();
  await page.keyboard.press("End");
  assert.equal(await focused(page), "Rules");
  await page.keyboard.press("Tab");
  assert.ok(await field(page).evaluate((input) => input === document.activeElement), "the field is next");
  await page.keyboard.type("startup-probe-budget");
  await until(async () => (await topics(page).count()) === 1, "one rule");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const open = topics(page).first();
  for (const heading of ["Why it matters", "Bad", "Good", "Parameters", "What changed since the talk"]) {
    await open.getByRole("heading", { name: heading, exact: true }).waitFor();
  }
  assert.equal(await open.getByText("# finding:").count(), 0);
  const pattern = open.getByRole("button", { name: "Health Probe", exact: true });
  await pattern.focus();
  await page.keyboard.press("Enter");
  await until(async () => (await field(page).inputValue()) === "health-probe", "the pattern is looked up");
  await page.locator("#rules .card.open .card-title", { hasText: "Health Probe" }).waitFor();
  assert.equal(await focused(page), "Rules", "the focus is where the list begins");
});

visit("a finding leads to its rule", async (page) => {
  const first = page.locator("#problems .card.open");
  await first.waitFor();
  const rule = await first.locator(".card-meta code").innerText();
  await card(page, rule).getByRole("button", { name: "All about this rule" }).click();
  assert.equal(await tab(page, "Rules").getAttribute("aria-selected"), "true");
  await page.locator("#rules .card.open .card-meta code", { hasText: rule }).waitFor();
});
