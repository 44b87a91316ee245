// What a keystroke costs in 1,000 lines: `node tests/browser/keystrokes.mjs`, on a built site.
//
// Time of the page's main thread from the key to marks, list and paint, as the browser accounts for it; in ticks of the
// thread, so that a busy machine counts little. Exits 1 above the budget.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { open, paste } from "./page.mjs";
import { browser as start, root, serve } from "./site.mjs";

const KEYS = 120;
const WARM_UP = 20;
const BUDGET_MS = 16;
const PARTS = { all: "TaskDuration", script: "ScriptDuration", style: "RecalcStyleDuration", layout: "LayoutDuration" };

const block = readFileSync(join(root, "tests/examples/bench/bench.yaml"), "utf8");
const blocks = Math.ceil(1000 / (block.split("\n").length));
const text = Array.from({ length: blocks }, (_, at) => `---\n${block.replaceAll("NAME", `web-${at}`)}`).join("");

const site = await serve();
const browser = await start();
const context = await browser.newContext({
  viewport: { width: 1280, height: 800 },
  permissions: ["clipboard-read", "clipboard-write"],
});
const page = await context.newPage();
await open(page, site.address);
await paste(page, text);
await page.waitForTimeout(1000);
const session = await context.newCDPSession(page);
await session.send("Performance.enable", { timeDomain: "threadTicks" });

/** Milliseconds per part of the thread's work so far. */
async function spent() {
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name) => 1000 * metrics.find((metric) => metric.name === name).value;
  return Object.fromEntries(Object.entries(PARTS).map(([part, name]) => [part, value(name)]));
}

/** Until the frame with the marks is painted. */
const settled = () => page.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));
}));

// Into a comment in the middle, where every key changes the text and moves what is below.
await page.keyboard.press("ControlOrMeta+Home");
for (let line = 0; line < 18; line++) await page.keyboard.press("ArrowDown");
await page.keyboard.press("End");
await page.keyboard.type(" # ");
await settled();
const samples = [];
for (let key = 0; key < KEYS + WARM_UP; key++) {
  const before = await spent();
  await page.keyboard.press(key % 2 ? "a" : "b");
  await settled();
  const after = await spent();
  const cost = Object.fromEntries(Object.keys(PARTS).map((part) => [part, after[part] - before[part]]));
  if (key >= WARM_UP) samples.push(cost);
}
await context.close();
await browser.close();
await site.stop();

const percentile = (part, percent) => {
  const sorted = samples.map((sample) => sample[part]).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * percent / 100)];
};
console.log(`${text.split("\n").length} lines, ${KEYS} keystrokes\n\n| part | median | p95 |\n|---|---:|---:|`);
for (const part of Object.keys(PARTS)) {
  console.log(`| ${part} | ${percentile(part, 50).toFixed(1)} ms | ${percentile(part, 95).toFixed(1)} ms |`);
}
const over = percentile("all", 95) > BUDGET_MS;
console.log(`\nbudget: p95 below ${BUDGET_MS} ms, ${over ? "EXCEEDED" : "kept"}`);
process.exitCode = over ? 1 : 0;
