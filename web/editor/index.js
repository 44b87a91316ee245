// The editor of the playground, bundled by esbuild into `web/js/editor.js`. Nothing else knows CodeMirror.
//
// It is made for an open shadow root: there CodeMirror mounts its styles as constructed sheets, so that
// `style-src 'self'` is enough. In a plain document it would write a `<style>`, which that policy refuses.

import { defaultKeymap, history, historyKeymap, isolateHistory, redo, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, hoverTooltip,
  keymap, lineNumbers, placeholder, tooltips,
} from "@codemirror/view";
import { looks } from "./look.js";
import { findings, fixKey, marks, patternLines } from "./marks.js";

/**
 * Offsets are UTF-16 code units of the editor's text. The editor keeps line breaks as `\n` alone, so
 * take offsets in what `getText`, `setText` or `onChange` gave, never in a text with `\r\n`.
 *
 * @typedef {object} Finding
 * @property {string} message What is wrong at this place.
 * @property {string} rule Id of the rule, shown small.
 * @property {string} [title] Heading of the tooltip, `message` if absent.
 * @property {string} [fix] What a button in the tooltip, and Mod-. at this place, would do.
 * @property {string} [key] What `onFix` is called with.
 *
 * Places come as numbers, five for each finding: start and end of its range (an empty one gets a small mark), its
 * severity as an index of `SEVERITIES`, whether it has a fix, and the index that it is asked for by. The numbers are
 * read at once, the words are asked for when they are shown: few of hundreds are, and every keystroke replaces all.
 *
 * @typedef {object} PatternLine
 * @property {number} line Counted from 1.
 * @property {string} title What the mark says when pointed at.
 *
 * @typedef {object} Options
 * @property {string} [doc] The first text.
 * @property {string} label Accessible name.
 * @property {string} [describedBy] Id of an element in the same root that describes the editor.
 * @property {string} [placeholder] Shown while the text is empty.
 * @property {boolean} [dark] Whether the page is dark.
 * @property {(text: string) => void} [onChange] After each change that a person made; never after `setText`.
 * @property {(key: string) => void} [onFix] The fix of this finding was asked for.
 * @property {(offset: number) => void} [onHoverOrCursor] Where the cursor went, or the pointer rests.
 *
 * @typedef {object} Editor
 * @property {() => string} getText
 * @property {(text: string) => string} setText Makes the text `text`, as one change that can be undone, if it
 *   differs. Returns the text as the editor keeps it.
 * @property {(places: Uint32Array, describe: (index: number) => Finding, lines: PatternLine[], invalid: boolean) => void}
 *   setMarks Replaces all findings and pattern marks, and says whether the text cannot be read, for `aria-invalid`.
 * @property {(from: number, to: number, focus: boolean) => void} reveal Selects a range and scrolls to it.
 * @property {(dark: boolean) => void} setTheme
 * @property {() => boolean} undo Whether there was something to undo.
 * @property {() => boolean} redo Whether there was something to redo.
 * @property {() => void} focus
 * @property {() => void} destroy Removes the editor; no method may be called after it.
 */

const fromPage = Annotation.define();
const look = (dark) => (dark ? looks.dark : looks.light);
const invalidity = (invalid) => EditorView.contentAttributes.of({ "aria-invalid": String(invalid) });

/** The smallest replacement that turns `old` into `text`, so that cursor, folds and marks around it stay. */
function difference(old, text) {
  const isHigh = (unit) => unit >= 0xd800 && unit < 0xdc00;
  const isLow = (unit) => unit >= 0xdc00 && unit < 0xe000;
  const most = Math.min(old.length, text.length);
  let from = 0;
  while (from < most && old.charCodeAt(from) === text.charCodeAt(from)) from++;
  if (from > 0 && isHigh(old.charCodeAt(from - 1))) from--;
  let tail = 0;
  while (tail < most - from && old.charCodeAt(old.length - tail - 1) === text.charCodeAt(text.length - tail - 1)) tail++;
  if (tail > 0 && isLow(old.charCodeAt(old.length - tail))) tail--;
  return { from, to: old.length - tail, insert: text.slice(from, text.length - tail) };
}

/**
 * Puts an editor into `parent`.
 *
 * The Tab key is left to the page: nobody gets caught. Mod-] and Mod-[ indent, F8 and Shift-F8 walk the findings,
 * Mod-. asks for the fix of the one at the cursor.
 *
 * @param {Element} parent
 * @param {Options} options
 * @returns {Editor}
 */
export function createEditor(parent, options) {
  const theme = new Compartment();
  const validity = new Compartment();
  let isInvalid = false;
  // An editable element takes focus anyway; `tabindex` says so to tools that only look at attributes.
  const attributes = { "aria-label": options.label, spellcheck: "false", tabindex: "0" };
  if (options.describedBy) attributes["aria-describedby"] = options.describedBy;
  const onFix = (key) => options.onFix?.(key);
  const extensions = [
    marks, fixKey(onFix),
    // Outside of the editor's own box nothing of it is painted.
    tooltips({ tooltipSpace: (view) => view.scrollDOM.getBoundingClientRect() }),
    lineNumbers(), foldGutter(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(),
    indentUnit.of("  "), EditorState.tabSize.of(2), indentOnInput(), bracketMatching(),
    highlightActiveLine(), highlightSelectionMatches(), search({ top: true }), yaml(),
    keymap.of([...searchKeymap, ...historyKeymap, ...foldKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of(attributes),
    validity.of(invalidity(false)),
    theme.of(look(options.dark)),
    EditorView.updateListener.of((update) => {
      const byPage = update.transactions.some((transaction) => transaction.annotation(fromPage));
      if (update.docChanged && !byPage) options.onChange?.(update.state.doc.toString());
      if (update.selectionSet && !byPage) options.onHoverOrCursor?.(update.state.selection.main.head);
    }),
  ];
  if (options.placeholder) extensions.push(placeholder(options.placeholder));
  if (options.onHoverOrCursor) {
    extensions.push(hoverTooltip((_, offset) => {
      options.onHoverOrCursor(offset);
      return null;
    }));
  }
  const view = new EditorView({
    parent,
    root: parent.getRootNode(),
    state: EditorState.create({ doc: options.doc ?? "", extensions }),
  });
  return {
    getText: () => view.state.doc.toString(),
    setText(text) {
      const old = view.state.doc.toString();
      const wanted = text.replace(/\r\n?/g, "\n");
      if (wanted !== old) {
        view.dispatch({
          changes: difference(old, wanted),
          annotations: [fromPage.of(true), isolateHistory.of("full")],
        });
      }
      return wanted;
    },
    setMarks(places, describe, lines, invalid) {
      const changes = [findings(view, places, describe, onFix), patternLines(view, lines)];
      if (invalid !== isInvalid) changes.push({ effects: validity.reconfigure(invalidity(invalid)) });
      isInvalid = invalid;
      view.dispatch(...changes);
    },
    reveal(from, to, focus) {
      const end = view.state.doc.length;
      const anchor = Math.min(from, end);
      const head = Math.min(Math.max(to, anchor), end);
      view.dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
        annotations: fromPage.of(true),
      });
      if (focus) view.focus();
    },
    setTheme: (dark) => view.dispatch({ effects: theme.reconfigure(look(dark)) }),
    undo: () => undo(view),
    redo: () => redo(view),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
