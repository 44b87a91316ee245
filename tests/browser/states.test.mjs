// Everything that is not a tidy manifest: broken, foreign, huge, hostile, and the checker itself breaking.

import assert from "node:assert/strict";
import { card, choose, editor, paste, reload, text, playground, until } from "./page.mjs";

const visit = playground();
const verdict = async (page) => (await page.locator(".verdict-word").textContent()).trim();

const BROKEN = `apiVersion: v1
kind: Pod
metadata:
  name: "web
spec: {}
---
apiVersion: v1
kind: Pod
metadata:
  name: other
spec:
  containers:
    - name: app
      image: registry.example/web:1.4.2
`;

visit("a text that cannot be read gets a calm card, and comes back", async (page) => {
  await paste(page, BROKEN);
  const note = page.locator(".syntax");
  await note.getByRole("heading", { name: /cannot be read at line \d/ }).waitFor();
  assert.match(await note.innerText(), /What to do: /);
  assert.equal(await note.count(), 1);
  assert.equal(await card(page, "yaml-syntax-invalid").count(), 0, "it is said once");
  assert.match(await verdict(page), /^Not judged: the text cannot be read in full/);
  assert.equal(await editor(page).getAttribute("aria-invalid"), "true");
  assert.match(await card(page, "run-as-non-root-missing").first().innerText(), /Pod\/other/, "the other document is checked");
  await paste(page, BROKEN.replace('"web', "web"));
  await note.waitFor({ state: "detached" });
  assert.equal(await editor(page).getAttribute("aria-invalid"), "false");
  assert.doesNotMatch(await verdict(page), /Not judged/);
});

visit("no text offers three ways to begin", async (page) => {
  await paste(page, "");
  await page.getByRole("heading", { name: "Nothing to check yet" }).waitFor();
  assert.equal(await page.locator(".starters button").count(), 3);
  assert.equal(await page.locator("#problems .error").count(), 0, "nothing red");
  await page.getByRole("button", { name: "Paste your own" }).click();
  await until(() => editor(page).evaluate((content) => content.getRootNode().activeElement === content), "the editor has the focus");
  await page.getByRole("button", { name: "See a broken example" }).click();
  await until(async () => (await text(page)).startsWith("# Slide T3"), "the example is there");
});

visit("a clean manifest is praised", async (page) => {
  await choose(page, "A web application without problems");
  await page.getByRole("heading", { name: "No problems in 2 resources" }).waitFor();
  assert.match(await verdict(page), /^Would be admitted$/);
});

visit("an unknown kind is said to be unknown", async (page) => {
  await paste(page, "apiVersion: example.com/v1\nkind: Fountain\nmetadata: {name: trevi}\n");
  await page.locator(".note", { hasText: "No rules for example.com/v1/Fountain" }).waitFor();
  assert.equal(await page.locator("#problems .card.error").count(), 0);
});

visit("what is no object is said to be none", async (page) => {
  await paste(page, "replicaCount: 2\nimage:\n  tag: latest\n");
  await page.getByRole("heading", { name: "Document 1 is not a Kubernetes object" }).waitFor();
  assert.match(await verdict(page), /^Not judged/);
});

visit("a fragment is read as part of a Pod, and said so", async (page) => {
  await paste(page, "containers:\n  - name: app\n    image: registry.example/web:1.4.2\n");
  await page.locator(".note", { hasText: "read as the spec of a Pod" }).waitFor();
  assert.match(await card(page, "run-as-non-root-missing").innerText(), /line 2/);
});

visit("a Helm template gets one clear message", async (page) => {
  await paste(page, "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\nspec:\n  {{- if .Values.x }}\n  type: ClusterIP\n  {{- end }}\n");
  await page.locator(".syntax").waitFor();
  assert.equal(await page.locator(".syntax").count(), 1);
  assert.match(await page.locator(".syntax").innerText(), /[Hh]elm|template/);
});

visit("a large text is checked when typing pauses, a huge one when asked", async (page) => {
  const pod = (name) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec: {}\n---\n`;
  const padding = (bytes) => `# ${"padding ".repeat(12)}\n`.repeat(bytes / 99);
  await paste(page, padding(400_000) + pod("late"));
  await until(async () => (await page.locator(".foot").innerText()).includes("1 resource in"), "it is checked");
  await paste(page, padding(1_200_000) + pod("huge"));
  await page.getByRole("heading", { name: "Live check paused" }).waitFor();
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.getByRole("heading", { name: "Live check paused" }).waitFor({ state: "detached" });
  assert.match(await page.locator(".foot").innerText(), /1 resource in/);
});

visit("a hostile manifest stays text", async (page) => {
  const bite = `<img src=x onerror="globalThis.bitten = 1">`;
  await paste(page, `apiVersion: v1
kind: Pod
metadata:
  name: '${bite}'
  namespace: '<script>globalThis.bitten = 2</script>'
spec:
  containers:
    - name: '${bite}[x](javascript:alert(1))'
      image: '\`${bite}\`:latest'
      readinessProbe: {httpGet: {path: '${bite}', port: '${bite}'}}
---
apiVersion: '${bite}'
kind: '${bite}'
`);
  await card(page, "run-as-non-root-missing").getByRole("button").first().click();
  await page.getByRole("heading", { name: "In your manifest" }).waitFor();
  assert.match(await page.locator("#problems").innerText(), /<img src=x onerror=/);
  await page.locator(".cm-lintRange").first().hover();
  await page.locator(".cm-tooltip-lint").waitFor();
  await page.getByRole("tab", { name: /Patterns/ }).click();
  assert.equal(await page.locator("main img, main script, footer img").count(), 0);
  assert.equal(await page.locator('main a:not([href^="https://"])').count(), 0);
  assert.equal(await page.evaluate(() => globalThis.bitten), undefined);
});

visit("when the checker breaks, the text is safe", async (page, watch) => {
  const mine = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: precious\nspec:\n  containers: [{name: a, image: b}]\n";
  await paste(page, "a: 1\n");
  await page.getByRole("heading", { name: /^Document 1 is not a Kubernetes object/ }).waitFor();
  // The page draws through this: the next change of the list makes the program panic. The editor, in
  // its shadow root, goes on.
  await page.evaluate(() => {
    const insert = Node.prototype.insertBefore;
    Node.prototype.insertBefore = function (...nodes) {
      if (this.getRootNode() === document) throw new Error("broken on purpose");
      return insert.apply(this, nodes);
    };
  });
  await paste(page, mine);
  const alert = page.getByRole("alert");
  await alert.getByText("Your text is safe").waitFor();
  assert.ok(watch.complaints.length > 0);
  await alert.getByRole("link", { name: "Restart the checker" }).click();
  await page.getByRole("heading", { name: "Live check paused" }).waitFor();
  watch.requests.length = 0;
  assert.match(await text(page), /name: precious/);
  await page.getByRole("button", { name: /Check now/ }).click();
  await card(page, "run-as-non-root-missing").waitFor();
  await reload(page, watch);
  assert.match(await text(page), /name: precious/);
}, { breaks: true });

visit("without JavaScript the page says what to do", async (page, { requests }) => {
  const context = await page.context().browser().newContext({ javaScriptEnabled: false });
  const bare = await context.newPage();
  await bare.goto(page.url());
  assert.match(await bare.locator("noscript").innerText(), /patternwarden check/);
  await context.close();
  assert.deepEqual(requests, []);
});
