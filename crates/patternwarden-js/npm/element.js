// <pattern-warden>: a manifest in a page, with what Patternwarden says about it.
//
// The manifest is ordinary text in the light DOM, which stays as it is: without JavaScript, in
// print and for search engines the page is complete. Importing this file where there is no DOM
// defines nothing.
import { checkSync, explain, fixSync, init } from "./index.js";
import { button, difference, inline, item, make } from "./item.js";
import { styleSheet } from "./style.js";

const SEVERITIES = ["error", "warning", "info", "hint"];
// The rule that says of a finding what `syntax` says as well.
const UNREADABLE = "yaml-syntax-invalid";
const MAX_TEXT = 1 << 20;
const QUIET_MS = 900;

let serial = 0;

export class PatternWarden extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ["mode", "settings", "profile", "kube", "rules", "expect", "highlight", "label"];

  #parts;
  #internals;
  #observer;
  #value;
  #editing = false;
  #settings;
  #report = null;
  #opened = null;
  /** The text before the last fix, and the key of what it repaired. */
  #before = null;
  #quiet;
  #started;
  #resolve;
  #id = `pw-${++serial}`;

  /** Resolves when the first report is there. */
  ready = new Promise((resolve) => { this.#resolve = resolve; });

  constructor() {
    super();
    this.#internals = this.attachInternals?.();
  }

  /** The manifest text, whose lines end with a line feed. */
  get value() { return this.#value ?? this.#source(); }
  set value(text) {
    // As a text field does it, so that positions mean the same in both.
    this.#value = String(text).replace(/\r\n?/g, "\n");
    this.#before = null;
    if (!this.#parts) return;
    this.#parts.textarea.value = this.#value;
    this.#show();
    if (this.#started) this.#run(false);
  }

  /** Settings; over those of the attributes. */
  get settings() { return this.#settings ?? this.#settingsOfAttributes(); }
  set settings(settings) {
    this.#settings = settings;
    if (this.#started) this.#run(false);
  }

  /** The last report, or null. */
  get report() { return this.#report; }

  connectedCallback() {
    if (!this.#parts) this.#build();
    this.#label();
    this.#show();
    const loading = this.getAttribute("loading") ?? "lazy";
    if (loading === "eager" || (loading === "lazy" && !globalThis.IntersectionObserver)) {
      this.start();
    } else if (loading === "lazy" && !this.#started) {
      this.#observer = new IntersectionObserver((entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.start();
      }, { rootMargin: "200px" });
      this.#observer.observe(this);
    }
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
    clearTimeout(this.#quiet);
  }

  attributeChangedCallback(name) {
    if (!this.#parts) return;
    this.#label();
    if (name === "mode") this.#editing = false;
    this.#show();
    if (!this.#started) return;
    if (name === "highlight") this.#opened = null;
    this.#vet();
    this.#run(false);
  }

  /** Loads the engine and checks the text; called by itself unless `loading="manual"`. */
  async start() {
    this.#observer?.disconnect();
    if (this.#started) return this.#started;
    this.#state("loading");
    this.#started = init().then(() => {
      this.#fire("pw-ready", {});
      this.#vet();
      this.#run(false);
      this.#resolve();
    }, (error) => {
      // The text stays readable; a later start() tries again.
      this.#started = undefined;
      this.#state("unavailable");
      this.#parts.summary.textContent = "The checker could not be loaded.";
      const csp = error instanceof WebAssembly.CompileError || /unsafe-eval/.test(String(error));
      this.#fire("pw-error", { code: csp ? "csp" : "load", message: String(error) });
    });
    return this.#started;
  }

  /** Checks the text again and returns the report. */
  async check() {
    await this.start();
    this.#run(false);
    return this.#report;
  }

  /**
   * Makes one fix of a finding of the last report, whatever its grade. False when there is none,
   * when it would need a guess, or when a listener of `pw-fix` prevented it.
   */
  applyFix(key, fix = 0) {
    const fixed = this.#plan(key, fix);
    return Boolean(fixed?.applied.length) && this.#make(key, fix, fixed, false);
  }

  /** Goes back to the text of the page. */
  reset() {
    this.value = this.#source();
  }

  /** Into the editor where it is open, else to what opens it, else to the manifest. */
  focus(options) {
    const { edit, code, textarea } = this.#parts ?? {};
    [textarea, edit, code].find((part) => part && !part.hidden)?.focus(options);
  }

  #source() {
    const raw = this.querySelector('script[type="application/yaml"]')?.textContent
      ?? this.querySelector("template[data-source]")?.content.textContent;
    if (raw !== undefined) return raw;
    const block = this.querySelector("code") ?? this.querySelector("pre");
    return (block ?? this).textContent.replace(/\n$/, "");
  }

  #settingsOfAttributes() {
    const json = this.getAttribute("settings");
    const settings = json ? JSON.parse(json) : {};
    const profiles = this.#words("profile");
    const target = this.getAttribute("kube");
    if (profiles.length) settings.profiles = profiles;
    if (target) settings.target = target;
    return settings;
  }

  #words(attribute) {
    return (this.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean);
  }

  /** Tells of names in the attributes that are no rule and no pattern. */
  async #vet() {
    const names = ["rules", "expect", "highlight"].flatMap((attribute) => this.#words(attribute));
    for (const name of new Set(names)) {
      if (name === "none" || await explain(name.replace(/\/\*$/, ""))) continue;
      this.#fire("pw-error", { code: "settings", message: `there is no rule or pattern \`${name}\`` });
    }
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleSheet()];
    const summary = make("p", "summary", "Not checked yet");
    summary.tabIndex = -1;
    const undo = button("undo", "Undo");
    undo.hidden = true;
    const edit = button("edit", "Edit");
    const code = make("div", "code", document.createElement("slot"));
    const textarea = make("textarea", "textarea");
    textarea.hidden = true;
    textarea.spellcheck = false;
    textarea.autocapitalize = "off";
    const hint = make("p", "status", "Escape leaves the editor.");
    hint.id = `${this.#id}-hint`;
    textarea.setAttribute("aria-describedby", hint.id);
    const list = make("ul", "list");
    const status = make("div", "status");
    status.setAttribute("role", "status");
    const toolbar = make("div", "toolbar", summary, undo, edit);
    root.append(make("div", "frame", toolbar, code, textarea, list), hint, status);
    this.#parts = { summary, undo, edit, code, textarea, list, status };
    undo.addEventListener("click", () => this.#undo());
    edit.addEventListener("click", () => this.#edit());
    textarea.addEventListener("input", () => {
      // What a fix writes into the field is told by the fix.
      if (textarea.value === this.#value) return;
      this.#value = textarea.value;
      this.#before = null;
      this.#fire("pw-change", { value: this.#value, isUserEdit: true });
      if (this.#started) this.#run(true);
    });
    textarea.addEventListener("keydown", (event) => {
      // Host books turn the page on arrow keys and search on letters.
      event.stopPropagation();
      if (event.key === "Escape") edit.focus();
    });
  }

  #label() {
    const { code, textarea } = this.#parts;
    const label = this.getAttribute("label") ?? "Kubernetes manifest example";
    textarea.setAttribute("aria-label", label);
    // A block that scrolls must be reachable without a mouse.
    code.tabIndex = 0;
    code.setAttribute("role", "region");
    code.setAttribute("aria-label", label);
  }

  get #editable() { return this.getAttribute("mode") !== "static"; }

  /** The page's own text where it is the one that is checked, else the field. */
  #show() {
    const { edit, code, textarea } = this.#parts;
    const field = this.#editing || (this.#value !== undefined && this.#value !== this.#source());
    if (field && textarea.hidden) textarea.value = this.value;
    if (field) textarea.rows = Math.min(30, Math.max(4, this.value.split("\n").length + 1));
    textarea.readOnly = !this.#editable;
    textarea.hidden = !field;
    code.hidden = field;
    edit.hidden = !this.#editable;
    edit.textContent = field ? "Reset" : "Edit";
  }

  /** Opens the editor; pressed again, it puts the page's own text back. */
  #edit() {
    const { edit, textarea } = this.#parts;
    this.#editing = textarea.hidden;
    if (!this.#editing) {
      this.reset();
      edit.focus();
      return;
    }
    this.#show();
    textarea.focus();
    this.start();
  }

  #run(edited) {
    const text = this.value;
    if (text.length > MAX_TEXT) {
      this.#parts.summary.textContent = "Too large to check here.";
      this.#fire("pw-error", { code: "too-large", message: `${text.length} characters` });
      return;
    }
    const previous = this.#report;
    const start = performance.now();
    try {
      this.#report = checkSync(text, this.settings);
    } catch (error) {
      const code = error?.name === "SettingsProblem" || error instanceof SyntaxError
        ? "settings" : "panic";
      this.#state("unavailable");
      this.#parts.summary.textContent = code === "settings"
        ? "The settings of this example cannot be understood." : "The checker stopped.";
      this.#parts.list.replaceChildren();
      this.#fire("pw-error", { code, message: String(error?.message ?? error) });
      return;
    }
    const expected = this.#render();
    const durationMs = performance.now() - start;
    this.#fire("pw-report", { report: this.#report, previous, durationMs, expected });
    if (edited) {
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => this.#say(this.#parts.summary.textContent), QUIET_MS);
    }
  }

  /** The findings that the page wants to show, the worst first; what could not be read stands beside. */
  #shown() {
    const names = this.#words("rules");
    const wanted = ({ rule, patterns }) => rule !== UNREADABLE && (names.length === 0
      || names.some((name) =>
        name === rule || (name.endsWith("/*") && patterns.includes(name.slice(0, -2)))));
    return this.#report.findings.filter(wanted).sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  }

  /** Shows the report; says whether it is what the page expects, if it expects something. */
  #render() {
    const report = this.#report;
    const { summary, undo, list } = this.#parts;
    const findings = this.#shown();
    summary.textContent = report.syntax.length
      ? "The text cannot be read"
      : `${findings.length ? counted(findings.length, "problem") : "No problems"}, `
        + counted(report.summary.patterns, "pattern");
    undo.hidden = !this.#before;
    const expected = this.#expected(findings);
    const state = report.syntax.length ? "syntax-error" : findings.length ? "violations" : "clean";
    this.#state(state, ...(expected === false ? ["unexpected"] : []));
    const highlight = this.getAttribute("highlight");
    this.#opened ??= findings.find(({ rule }) => rule === highlight)?.key ?? null;
    list.replaceChildren(
      ...report.syntax.map((error, at) => this.#item({
        key: `syntax-${at}`, severity: "error", message: error.message, rule: UNREADABLE,
        why: error.hint, range: error.range,
      })),
      ...findings.map((finding) => this.#item(finding)),
    );
    return expected;
  }

  #expected(findings) {
    if (!this.hasAttribute("expect")) return undefined;
    const expected = this.#words("expect").filter((name) => name !== "none");
    const found = new Set(findings.map(({ rule }) => rule));
    if (this.#report.syntax.length) found.add(UNREADABLE);
    return expected.length === found.size && expected.every((rule) => found.has(rule));
  }

  #item(finding) {
    const { key, range } = finding;
    return item(finding, {
      id: `${this.#id}-why-${key.replace(/[^\w-]/g, "_")}`,
      open: this.#opened === key,
      toggle: (open) => {
        // An empty key is none, but keeps `highlight` from opening what a reader closed.
        this.#opened = open ? key : "";
        if (open) this.#reveal(range);
      },
      fix: this.#editable && ((index, box) => this.#ask(finding, index, box)),
    });
  }

  /** Selects the place in the editor, without taking the focus from the list. */
  #reveal(range) {
    const { textarea } = this.#parts;
    if (!range || textarea.hidden) return;
    textarea.setSelectionRange(range.start.offset, range.end.offset);
    const lines = textarea.value.split("\n").length;
    textarea.scrollTop = textarea.scrollHeight * (range.start.line - 3) / lines;
  }

  /** What a fix makes of the text; nothing when there is no such fix any more. */
  #plan(key, fix) {
    if (!this.#report?.findings.some((finding) => finding.key === key)) return undefined;
    try {
      return fixSync(this.value, this.settings, { finding: key, fix });
    } catch {
      return undefined;
    }
  }

  /** A reader asks for a fix: it is made, or shown first where it needs a review, or refused. */
  #ask({ key, fixes }, index, box) {
    const fixed = this.#plan(key, index);
    if (!fixed) return;
    const [refused] = fixed.refused;
    if (refused) {
      box.append(make("p", "refused", ...inline(`Not repaired: ${refused.reason}.`)));
      this.#say(box.textContent);
    } else if (fixes[index].grade === "review") {
      const go = button("fix-button", "Make this change");
      go.addEventListener("click", () => this.#make(key, index, fixed, true));
      box.append(difference(fixed.changes), go);
    } else {
      this.#make(key, index, fixed, true);
    }
  }

  #make(key, index, fixed, byReader) {
    const finding = this.#report.findings.find((finding) => finding.key === key);
    const fix = finding.fixes[index];
    const before = this.value;
    const detail = { finding, fix, before, after: fixed.text };
    if (!this.#fire("pw-fix", detail, true)) return false;
    const order = this.#keys();
    this.#before = { text: before, key };
    this.#replace(fixed.text, byReader);
    const [hole] = fixed.placeholders;
    if (hole) this.#parts.textarea.setSelectionRange(hole.start, hole.end);
    if (!byReader) return true;
    const left = hole
      ? `${counted(fixed.placeholders.length, "placeholder")} to fill`
      : this.#parts.summary.textContent;
    this.#say(`Done: ${fix.title.replaceAll("`", "")}. ${left}.`);
    if (hole) this.#parts.textarea.focus();
    else this.#focusOn(order.slice(order.indexOf(key) + 1));
    return true;
  }

  #undo() {
    const { text, key } = this.#before;
    this.#before = null;
    this.#replace(text, true);
    this.#say("Undone.");
    this.#focusOn([key]);
  }

  /** Puts another text into the editor, as one step that the browser can undo. */
  #replace(text, byReader) {
    const { textarea } = this.#parts;
    const before = this.value;
    const focused = document.activeElement;
    const inside = this.shadowRoot.activeElement;
    this.#editing = this.#editable;
    this.#show();
    this.#value = text;
    const [start, end] = changed(before, text);
    const put = text.slice(start, text.length - (before.length - end));
    // Only a command of the browser is remembered by its undo, and it wants the focus.
    textarea.focus({ preventScroll: true });
    textarea.setSelectionRange(start, end);
    document.execCommand(put ? "insertText" : "delete", false, put);
    if (textarea.value !== text) textarea.value = text;
    textarea.setSelectionRange(start, start + put.length);
    if (!byReader) (inside ?? focused)?.focus({ preventScroll: true });
    this.#show();
    this.#fire("pw-change", { value: text, isUserEdit: byReader });
    this.#run(false);
  }

  /** Keys of the findings, in the order of the list. */
  #keys() {
    return [...this.#parts.list.querySelectorAll(".item-open")].map(({ dataset }) => dataset.key);
  }

  /** The first of these findings that is there gets the focus, else the last one, else the summary. */
  #focusOn(keys) {
    const { list, summary } = this.#parts;
    const buttons = [...list.querySelectorAll(".item-open")];
    const next = keys.map((key) => buttons.find(({ dataset }) => dataset.key === key)).find(Boolean);
    (next ?? buttons.at(-1) ?? summary).focus();
  }

  #say(text) {
    clearTimeout(this.#quiet);
    const { status } = this.#parts;
    if (status.textContent !== text) status.textContent = text;
  }

  #state(...names) {
    const states = this.#internals?.states;
    if (!states) return;
    states.clear();
    names.forEach((name) => states.add(name));
  }

  /** False when a listener prevented what could be prevented. */
  #fire(type, detail, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }
}

const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** Start and end, in `before`, of what is different in `after`. */
function changed(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  // Not between the two halves of a character.
  if (/[\ud800-\udbff]/.test(before[start - 1] ?? "")) start--;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  if (/[\udc00-\udfff]/.test(before[before.length - same] ?? "")) same--;
  return [start, before.length - same];
}

if (globalThis.customElements && !customElements.get("pattern-warden")) {
  customElements.define("pattern-warden", PatternWarden);
}
