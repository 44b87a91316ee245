// What stands in the gutter and under the text: findings, and lines where a pattern was recognised.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { EditorView, GutterMarker, gutter, keymap } from "@codemirror/view";
import {
  forEachDiagnostic, lintGutter, linter, nextDiagnostic, previousDiagnostic, setDiagnostics,
} from "@codemirror/lint";

/** As the numbers of places count them. */
const SEVERITIES = ["hint", "info", "warning", "error"];
/** Severities as people read them: never told by colour alone. */
const WORDS = { error: "Error", warning: "Warning", info: "Info", hint: "Hint" };

/** A finding as the editor keeps it: its place at once, its words when they are shown. */
class Diagnostic {
  #told;

  constructor(from, to, severity, describe, fix) {
    Object.assign(this, { from, to, severity, describe, actions: fix ? [new Fix(this, fix)] : undefined });
  }
  get told() {
    return (this.#told ??= this.describe());
  }
  get message() {
    return this.told.message;
  }
  get source() {
    return this.told.rule;
  }
  renderMessage() {
    const { title, message } = this.told;
    const dom = document.createElement("span");
    const word = dom.appendChild(document.createElement("strong"));
    word.className = `pw-word pw-word-${this.severity}`;
    word.textContent = `${WORDS[this.severity]}: ${title || message}`;
    if (title && title !== message) dom.append(document.createElement("br"), message);
    return dom;
  }
}

class Fix {
  constructor(diagnostic, onFix) {
    this.diagnostic = diagnostic;
    this.onFix = onFix;
  }
  get name() {
    return this.diagnostic.told.fix;
  }
  apply() {
    this.onFix(this.diagnostic.told.key);
  }
}

/**
 * The transaction that replaces all findings. Offsets beyond the text are cut to it.
 *
 * @param {EditorView} view
 * @param {Uint32Array} places
 * @param {(index: number) => import("./index.js").Finding} describe
 * @param {(key: string) => void} onFix
 */
export function findings(view, places, describe, onFix) {
  const end = view.state.doc.length;
  const diagnostics = [];
  for (let at = 0; at < places.length; at += 5) {
    const from = Math.min(places[at], end);
    const to = Math.min(Math.max(places[at + 1], from), end);
    // Read now: the numbers are the engine's memory, which changes.
    const [severity, fix, index] = places.slice(at + 2, at + 5);
    diagnostics.push(new Diagnostic(from, to, SEVERITIES[severity], () => describe(index), fix && onFix));
  }
  return setDiagnostics(view.state, diagnostics);
}

/** Runs a move to another finding, and says it aloud: the tooltip that opens is not in the focus. */
const spoken = (move) => (view) => {
  if (!move(view)) return false;
  const { from, to } = view.state.selection.main;
  const said = [];
  forEachDiagnostic(view.state, (finding, start, end) => {
    if (start <= to && end >= from) said.push(`${WORDS[finding.severity]}: ${finding.message}`);
  });
  view.dispatch({ effects: EditorView.announce.of(said.join(". ")) });
  return true;
};

/** Mod-. asks for the first fix of a finding at the cursor, or else on its line. */
export const fixKey = (onFix) => keymap.of([{
  key: "Mod-.",
  run(view) {
    const { from, to } = view.state.selection.main;
    const line = view.state.doc.lineAt(from);
    let here, near;
    forEachDiagnostic(view.state, ({ actions }, start, end) => {
      if (start <= to && end >= from) here ??= actions?.[0];
      if (start <= line.to && end >= line.from) near ??= actions?.[0];
    });
    const action = here ?? near;
    action?.apply(view, from, to);
    return action !== undefined;
  },
}]);

class PatternMark extends GutterMarker {
  constructor(title) {
    super();
    this.title = title;
  }
  eq(other) {
    return other.title === this.title;
  }
  toDOM() {
    const dom = document.createElement("div");
    dom.className = "pw-mark-pattern";
    dom.title = this.title;
    return dom;
  }
}

const setPatterns = StateEffect.define();

const patterns = StateField.define({
  create: () => RangeSet.empty,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setPatterns)) now = effect.value;
    }
    return now;
  },
});

/**
 * The transaction that replaces all pattern marks. Several on one line share a mark; lines beyond the text are dropped.
 *
 * @param {EditorView} view
 * @param {import("./index.js").PatternLine[]} lines
 */
export function patternLines(view, lines) {
  const { doc } = view.state;
  const titles = new Map();
  for (const { line, title } of lines) {
    if (line < 1 || line > doc.lines) continue;
    titles.set(line, titles.has(line) ? `${titles.get(line)}\n${title}` : title);
  }
  const marks = [...titles].map(([line, title]) => new PatternMark(title).range(doc.line(line).from));
  return { effects: setPatterns.of(RangeSet.of(marks, true)) };
}

/** Gutters, hover and the keys F8 and Shift-F8. */
export const marks = [
  linter(null),
  lintGutter(),
  patterns,
  gutter({ class: "pw-gutter-pattern", markers: (view) => view.state.field(patterns) }),
  keymap.of([{ key: "F8", run: spoken(nextDiagnostic), shift: spoken(previousDiagnostic) }]),
];
