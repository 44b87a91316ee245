// The npm package's functions, as Node sees them.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { dist } from "./site.mjs";

const load = (name) => import(pathToFileURL(path.join(dist, "npm", name)));
const { check, checkSync, explain, init, rules, version } = await load("index.js");

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: "wéb 🚀"
spec:
  containers:
    - name: app
      image: registry.example/web:1.4.2
`;

test("checkSync says that the engine is not there yet", () => {
  assert.throws(() => checkSync(POD), /init\(\)/);
});

test("check returns a report in plain objects, with UTF-16 positions", async () => {
  const report = await check(POD);
  assert.equal(report.schema, 1);
  const finding = report.findings.find((f) => f.rule === "run-as-non-root-missing");
  assert.equal(finding.severity, "warning");
  assert.equal(finding.path, "/spec/containers/0/securityContext/runAsNonRoot");
  assert.equal(POD.slice(finding.range.start.offset, finding.range.end.offset), "name: app");
  assert.deepEqual([finding.range.start.line, finding.range.start.column], [7, 7]);
  assert.match(finding.why, /Root in the container/);
  assert.equal(Object.getPrototypeOf(report), Object.prototype);
  assert.deepEqual(report, structuredClone(report));
});

test("settings are typed data, and everything wrong with them is thrown at once", async () => {
  const off = await check(POD, { profiles: ["none"] });
  assert.deepEqual(off.findings, []);
  const error = await check(POD, {
    rules: { "run-as-non-root-missing": "error" }, target: "1.30", input_complete: true,
  });
  assert.equal(error.findings.find((f) => f.rule === "run-as-non-root-missing").severity, "error");
  await assert.rejects(check(POD, { targt: "1.36", rules: { "run-as-non-root": "error" } }), (thrown) => {
    assert.equal(thrown.name, "SettingsProblem");
    assert.deepEqual(thrown.offences.map((o) => o.pointer), ["/targt", "/rules/run-as-non-root"]);
    assert.match(thrown.message, /did you mean `target`/);
    return true;
  });
  for (const wrong of [3, "strict", [], () => {}, Symbol("x"), new Map([[1, 2]])]) {
    await assert.rejects(check(POD, wrong), { name: "SettingsProblem" });
  }
  const cyclic = { rules: {} };
  cyclic.rules.self = cyclic;
  await assert.rejects(check(POD, cyclic), { name: "SettingsProblem" });
});

test("a text that is no manifest is an answer, not an exception", async () => {
  await init();
  for (const text of ["", "a: [", "\u0000", "\ud800", "{{ x }}", "[".repeat(100000), "- ".repeat(5000)]) {
    const report = checkSync(text);
    assert.equal(report.verdict, "not-evaluated");
  }
});

test("rules and explanations", async () => {
  const all = await rules();
  assert.ok(all.some((rule) => rule.id === "run-as-non-root-missing"));
  for (const { id } of all) {
    const { kind, sections } = await explain(id);
    assert.equal(kind, "rule");
    assert.ok(sections.some((section) => section.heading === "Why it matters"), id);
  }
  assert.equal((await explain("health-probe")).kind, "pattern");
  assert.equal(await explain("no-such-thing"), undefined);
  assert.match(await version(), /^\d+\.\d+\.\d+$/);
});

test("importing the element where there is no page defines nothing and throws nothing", async () => {
  const { PatternWarden } = await load("element.js");
  assert.equal(typeof PatternWarden, "function");
  assert.equal(globalThis.customElements, undefined);
});
