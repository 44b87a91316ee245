// <pattern-warden>: a manifest in a page, with what Patternwarden says about it.
//
// The manifest is ordinary text in the light DOM, which stays as it is: without JavaScript, in
// print and for search engines the page is complete. Importing this file where there is no DOM
// defines nothing.
import { checkSync, init } from "./index.js";
import { styleSheet } from "./style.js";

const SHAPES = {
  error: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
  warning: "M8 1l7.5 14H.5z",
  info: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z",
  hint: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
};
const SEVERITIES = ["error", "warning", "info", "hint"];
// The rule that says of a finding what `syntax` says as well.
const UNREADABLE = "yaml-syntax-invalid";
const MAX_TEXT = 1 << 20;
const QUIET_MS = 900;

let serial = 0;

export class PatternWarden extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ["mode", "settings", "label"];

  #parts;
  #internals;
  #observer;
  #value;
  #settings;
  #report = null;
  #opened = null;
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

  /** The manifest text. */
  get value() { return this.#value ?? this.#source(); }
  set value(text) {
    this.#value = String(text);
    if (this.#parts) this.#parts.textarea.value = this.#value;
    if (this.#started) this.#run(false);
  }

  /** Settings; over the attribute of the same name, which is JSON. */
  get settings() { return this.#settings ?? this.#settingsAttribute(); }
  set settings(settings) {
    this.#settings = settings;
    if (this.#started) this.#run(false);
  }

  /** The last report, or null. */
  get report() { return this.#report; }

  connectedCallback() {
    if (!this.#parts) this.#build();
    this.#mode();
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

  attributeChangedCallback() {
    if (!this.#parts) return;
    this.#mode();
    if (this.#started) this.#run(false);
  }

  /** Loads the engine and checks the text; called by itself unless `loading="manual"`. */
  async start() {
    this.#observer?.disconnect();
    if (this.#started) return this.#started;
    this.#state("loading");
    this.#started = init().then(() => {
      this.#fire("pw-ready", {});
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

  /** Goes back to the text of the page. */
  reset() {
    this.value = this.#source();
  }

  #source() {
    const raw = this.querySelector('script[type="application/yaml"]');
    if (raw) return raw.textContent;
    const block = this.querySelector("code") ?? this.querySelector("pre");
    return (block ?? this).textContent.replace(/\n$/, "");
  }

  #settingsAttribute() {
    const json = this.getAttribute("settings");
    return json ? JSON.parse(json) : undefined;
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleSheet()];
    const make = (tag, part, text) => {
      const node = document.createElement(tag);
      if (part) {
        node.className = part;
        node.part = part;
      }
      if (text) node.textContent = text;
      return node;
    };
    const frame = make("div", "frame");
    const toolbar = make("div", "toolbar");
    const summary = make("p", "summary", "Not checked yet");
    const edit = make("button", "edit", "Edit");
    edit.type = "button";
    const code = make("div", "code");
    code.append(document.createElement("slot"));
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
    toolbar.append(summary, edit);
    frame.append(toolbar, code, textarea, list);
    root.append(frame, hint, status);
    this.#parts = { summary, edit, code, textarea, list, status };
    edit.addEventListener("click", () => this.#edit());
    textarea.addEventListener("input", () => {
      this.#value = textarea.value;
      this.#fire("pw-change", { value: this.#value, isUserEdit: true });
      if (this.#started) this.#run(true);
    });
    textarea.addEventListener("keydown", (event) => {
      // Host books turn the page on arrow keys and search on letters.
      event.stopPropagation();
      if (event.key === "Escape") edit.focus();
    });
  }

  #mode() {
    const { edit, code, textarea } = this.#parts;
    const label = this.getAttribute("label") ?? "Kubernetes manifest example";
    const editable = this.getAttribute("mode") !== "static";
    edit.hidden = !editable;
    textarea.setAttribute("aria-label", label);
    // A block that scrolls must be reachable without a mouse.
    code.tabIndex = 0;
    code.setAttribute("role", "region");
    code.setAttribute("aria-label", label);
    if (!editable && !textarea.hidden) {
      textarea.hidden = true;
      code.hidden = false;
    }
  }

  /** Opens the editor; pressed again, it puts the page's own text back. */
  #edit() {
    const { edit, code, textarea } = this.#parts;
    if (!textarea.hidden) {
      textarea.hidden = true;
      code.hidden = false;
      edit.textContent = "Edit";
      this.reset();
      edit.focus();
      return;
    }
    textarea.value = this.value;
    textarea.rows = Math.min(30, Math.max(4, textarea.value.split("\n").length + 1));
    textarea.hidden = false;
    code.hidden = true;
    edit.textContent = "Reset";
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
    this.#render();
    const durationMs = performance.now() - start;
    this.#fire("pw-report", { report: this.#report, previous, durationMs });
    if (edited) {
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => {
        const { status, summary } = this.#parts;
        if (status.textContent !== summary.textContent) status.textContent = summary.textContent;
      }, QUIET_MS);
    }
  }

  #render() {
    const report = this.#report;
    const { summary, list } = this.#parts;
    // What could not be read is listed once, with what to do about it.
    const findings = report.findings.filter((finding) => finding.rule !== UNREADABLE);
    const problems = findings.length;
    const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
    summary.textContent = report.syntax.length
      ? "The text cannot be read"
      : `${problems ? counted(problems, "problem") : "No problems"}, `
        + counted(report.summary.patterns, "pattern");
    this.#state(report.syntax.length ? "syntax-error" : problems ? "violations" : "clean");
    const sorted = findings.sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    list.replaceChildren(
      ...report.syntax.map((error, at) => this.#item({
        key: `syntax-${at}`, severity: "error", message: error.message, rule: UNREADABLE,
        why: error.hint ?? "", range: error.range,
      })),
      ...sorted.map((finding) => this.#item(finding)),
    );
  }

  #item(finding) {
    const item = document.createElement("li");
    item.part = "item";
    const heading = document.createElement("h3");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open";
    button.part = "item-open";
    const severity = document.createElement("span");
    severity.className = `severity ${finding.severity}`;
    severity.part = "severity";
    severity.append(shape(finding.severity), finding.severity);
    const line = document.createElement("span");
    line.className = "line";
    line.textContent = finding.range ? `line ${finding.range.start.line}` : "";
    const message = document.createElement("span");
    message.part = "message";
    message.append(...inline(finding.message));
    button.append(severity, line, message);
    heading.append(button);

    const why = document.createElement("div");
    why.className = "why";
    why.part = "why";
    why.id = `${this.#id}-why-${finding.key.replace(/[^\w-]/g, "_")}`;
    button.setAttribute("aria-controls", why.id);
    for (const paragraph of finding.why.split(/\n\s*\n/).filter(Boolean)) {
      const p = document.createElement("p");
      p.append(...inline(paragraph.replace(/\s+/g, " ")));
      why.append(p);
    }
    const rule = document.createElement("p");
    rule.className = "rule";
    rule.part = "rule-id";
    rule.textContent = finding.rule;
    why.append(rule);

    const show = (open) => {
      why.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    };
    show(this.#opened === finding.key);
    button.addEventListener("click", () => {
      const open = why.hidden;
      this.#opened = open ? finding.key : null;
      show(open);
      if (open) this.#reveal(finding.range);
    });
    item.append(heading, why);
    return item;
  }

  /** Selects the place in the editor, without taking the focus from the list. */
  #reveal(range) {
    const { textarea } = this.#parts;
    if (!range || textarea.hidden) return;
    textarea.setSelectionRange(range.start.offset, range.end.offset);
    const lines = textarea.value.split("\n").length;
    textarea.scrollTop = textarea.scrollHeight * (range.start.line - 3) / lines;
  }

  #state(name) {
    const states = this.#internals?.states;
    if (!states) return;
    states.clear();
    states.add(name);
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** Text with what stands between backticks as code. */
function inline(text) {
  return text.split("`").map((part, at) => {
    if (at % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}

function shape(severity) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", SHAPES[severity] ?? SHAPES.hint);
  svg.append(path);
  return svg;
}

if (globalThis.customElements && !customElements.get("pattern-warden")) {
  customElements.define("pattern-warden", PatternWarden);
}
