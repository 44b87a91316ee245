// The npm package's functions, as Node sees them.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { dist } from "./site.mjs";

const load = (name) => import(pathToFileURL(path.join(dist, "npm", name)));
const { check, checkSync, explain, fix, fixSync, init, rules, version } = await load("index.js");

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
  assert.throws(() => fixSync(POD), /init\(\)/);
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

// A safe fix, behind characters that count differently in bytes, in UTF-16 and on the screen.
const USER = POD.replace("spec:\n", "spec:\n  securityContext: {runAsUser: 1000} # é🚀 kept\n");

/** Edits from the last to the first, as an editor makes them. */
const edited = (text, edits) => edits.reduceRight(
  (now, { range, text }) => now.slice(0, range.start.offset) + text + now.slice(range.end.offset), text);

test("edits of the text come when they are asked for", async () => {
  const plain = await check(USER);
  for (const finding of plain.findings) {
    for (const offered of finding.fixes) assert.deepEqual([offered.edits, offered.refused], [undefined, undefined]);
  }
  const report = await check(USER, null, { edits: true });
  assert.deepEqual(report.findings.map((f) => f.key), plain.findings.map((f) => f.key));
  let made = 0;
  for (const finding of report.findings) {
    for (const [at, offered] of finding.fixes.entries()) {
      const text = edited(USER, offered.edits);
      assert.notEqual(text, USER);
      assert.match(text, /# é🚀 kept/);
      assert.ok(!(await check(text)).findings.some((f) => f.key === finding.key && f.message === finding.message), offered.title);
      const one = await fix(USER, null, { finding: finding.key, fix: at });
      assert.equal(one.text, text);
      const marked = offered.edits.flatMap(({ text, placeholders = [] }) => placeholders.map(({ start, end }) => text.slice(start, end)));
      assert.deepEqual(one.placeholders.map(({ start, end }) => text.slice(start, end)), marked);
      assert.equal(marked.length > 0, offered.grade === "template", offered.title);
      made++;
    }
  }
  assert.ok(made > 3, `${made} fixes`);
});

test("fix repairs all that is safe, and more if asked", async () => {
  const safe = await fix(USER);
  assert.match(safe.text, /runAsUser: 1000, runAsNonRoot: true\} # é🚀 kept/);
  assert.deepEqual(safe.applied.map(({ rule, grade }) => [rule, grade]), [["run-as-user-only", "safe"]]);
  assert.deepEqual([safe.refused, safe.settled, safe.placeholders], [[], true, []]);
  assert.deepEqual((await fix(safe.text)).text, safe.text);
  const more = await fix(USER, null, { unsafe: true, rules: ["privilege-escalation-allowed"] });
  assert.match(more.text, /allowPrivilegeEscalation: false/);
  assert.doesNotMatch(more.text, /runAsNonRoot/);
  const off = await fix(USER, { rules: { "run-as-user-only": "off" } });
  assert.equal(off.text, USER);
  assert.equal(fixSync(USER).text, safe.text);
});

test("what cannot be repaired is named, and options that there are not are thrown", async () => {
  const anchored = `${USER.replace("{runAsUser: 1000}", "&a {runAsUser: 1000}")}      securityContext: *a\n`;
  const { text, applied, refused } = await fix(anchored);
  assert.deepEqual([text, applied], [anchored, []]);
  assert.equal(refused[0].rule, "run-as-user-only");
  assert.match(refused[0].reason, /^aliases repeat this value/);
  for (const text of ["", "a: [", "\ud800", "{{ x }}"]) assert.deepEqual((await fix(text)).applied, []);
  for (const wrong of [3, { unsaf: true }, { rules: ["no-such-rule"] }, { finding: "no such key" }, { unsafe: "yes" }]) {
    await assert.rejects(fix(USER, null, wrong), TypeError, JSON.stringify(wrong));
  }
  await assert.rejects(check(USER, null, { edit: true }), TypeError);
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
