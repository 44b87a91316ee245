// Colours and shapes. Every colour is a custom property that the page may set, with a default for
// light and one for dark; defaults keep 4.5:1 for text and 3:1 for marks.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const light = {
  bg: "#ffffff", fg: "#1b2430", muted: "#59636e", border: "#767f8a", rule: "#dfe3e8", focus: "#0b5cad", "panel-bg": "#f6f8fa",
  error: "#b42318", warning: "#8a5300", info: "#0b5cad", hint: "#59636e", pattern: "#6b3fa0",
  "code-key": "#0a558c", "code-string": "#0d6637", "code-comment": "#59636e", "code-meta": "#7a3e9d", "code-type": "#8a4600",
  selection: "#d3e6fd", line: "#0b5cad14", match: "#ffd75e66",
};
const dark = {
  bg: "#10151c", fg: "#e3e8ee", muted: "#acb7c3", border: "#7d8896", rule: "#2c3541", focus: "#ffd75e", "panel-bg": "#1a212b",
  error: "#ff8f85", warning: "#f5b74f", info: "#7cc0ff", hint: "#acb7c3", pattern: "#c9a7ff",
  "code-key": "#8fc7ff", "code-string": "#8fd6a5", "code-comment": "#acb7c3", "code-meta": "#cfaaff", "code-type": "#f0b070",
  selection: "#1b3556", line: "#7cc0ff1a", match: "#a07d1c4d",
};

// Shapes on a 16 by 16 grid. Holes are cut by the even-odd rule, so one colour paints each.
const shapes = {
  error: "M5 1h6l4 4v6l-4 4H5l-4-4V5Z M5.2 4.1 4.1 5.2 6.9 8 4.1 10.8l1.1 1.1L8 9.1l2.8 2.8 1.1-1.1L9.1 8l2.8-2.8-1.1-1.1L8 6.9Z",
  warning: "M8 1l7.6 13.6H.4Z M7.2 5.4h1.6v4.8H7.2Z M7.2 11.4h1.6V13H7.2Z",
  info: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z M7.1 4h1.8v1.8H7.1Z M7.1 7h1.8v5H7.1Z",
  hint: "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  pattern: "M8 1.5 14.5 8 8 14.5 1.5 8Z",
};
const underlines = { error: "wavy", warning: "dashed", info: "dotted", hint: "dotted" };

/** A box in the shape `name`, painted in `color` through a mask: shape and colour stay apart. */
function icon(name, color) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill-rule="evenodd" d="${shapes[name]}"/></svg>`;
  const mask = `url("data:image/svg+xml,${encodeURIComponent(svg)}") center / contain no-repeat`;
  return { content: "normal", width: "1em", height: "1em", background: color, mask };
}

function look(palette, isDark) {
  const color = (name) => `var(--pw-${name}, ${palette[name]})`;
  const marks = {};
  for (const [severity, style] of Object.entries(underlines)) {
    marks[`.cm-lint-marker-${severity}`] = icon(severity, color(severity));
    marks[`.cm-lintRange-${severity}`] = {
      backgroundImage: "none",
      textDecoration: `underline ${style} ${color(severity)}`,
      textDecorationThickness: severity === "error" ? "1.5px" : "2px",
      textDecorationSkipInk: "none",
      textUnderlineOffset: "3px",
    };
    marks[`.cm-lintPoint-${severity}:after`] = { borderBottomColor: color(severity) };
    marks[`.cm-diagnostic-${severity}`] = { borderLeft: `5px solid ${color(severity)}` };
    marks[`.pw-word-${severity}`] = { color: color(severity) };
  }
  const theme = EditorView.theme({
    "&": { height: "100%", color: color("fg"), backgroundColor: color("bg") },
    "&.cm-focused": { outline: `2px solid ${color("focus")}`, outlineOffset: "-2px" },
    ".cm-scroller": {
      overflow: "auto", lineHeight: "1.5",
      fontFamily: "var(--pw-font-mono, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace)",
    },
    ".cm-content": { caretColor: color("fg") },
    ".cm-cursor, .cm-dropCursor": { borderLeftColor: color("fg"), borderLeftWidth: "2px" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
      { backgroundColor: color("selection") },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: color("line") },
    ".cm-activeLineGutter": { color: color("fg") },
    ".cm-gutters": { backgroundColor: color("panel-bg"), color: color("muted"), borderRightColor: color("rule") },
    ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: color("match") },
    ".cm-searchMatch-selected": { backgroundColor: color("match"), outline: `2px solid ${color("warning")}` },
    "&.cm-focused .cm-matchingBracket": { backgroundColor: color("match") },
    ".cm-foldPlaceholder": { backgroundColor: color("panel-bg"), color: color("muted"), borderColor: color("border") },
    ".cm-placeholder": { color: color("muted") },
    ".cm-panels, .cm-tooltip": { backgroundColor: color("panel-bg"), color: color("fg"), borderColor: color("border") },
    ".cm-tooltip-lint": { maxWidth: "min(34rem, 90vw)", maxHeight: "min(22rem, 60vh)", overflow: "auto" },
    ".cm-diagnosticAction": {
      display: "block", margin: "6px 0 2px", padding: "2px 10px", minHeight: "26px", borderRadius: "5px", cursor: "pointer",
      font: "inherit", textAlign: "start", color: color("fg"), backgroundColor: color("bg"), border: `1px solid ${color("border")}`,
      "&:hover": { backgroundColor: color("panel-bg") },
      "& u": { textDecoration: "none" },
    },
    ".cm-diagnosticSource": { fontSize: "inherit", opacity: "1", color: color("muted") },
    ".cm-panel.cm-search": {
      padding: "6px 32px 6px 8px",
      "& input, & button, & label": { fontSize: "0.875rem", minHeight: "24px" },
      "& input[type=checkbox]": { minWidth: "16px", minHeight: "16px", verticalAlign: "middle" },
      "& [name=close]": { fontSize: "1.25rem", minWidth: "24px", color: color("fg") },
      "& .cm-textfield": { color: color("fg"), backgroundColor: color("bg"), borderColor: color("border") },
      "& .cm-textfield::placeholder": { color: color("muted"), opacity: "1" },
      "& .cm-button": { color: color("fg"), backgroundImage: "none", backgroundColor: color("bg"), borderColor: color("border") },
    },
    ".cm-gutter-lint": { width: "1.5em" },
    ".pw-gutter-pattern": { width: "1.3em", "& .cm-gutterElement": { padding: ".25em .15em" } },
    ".pw-mark-pattern": icon("pattern", color("pattern")),
    ...marks,
    // Forced colours would paint the boxes like the page: keep them, in the colour of text.
    "@media (forced-colors: active)": {
      ".cm-lint-marker, .pw-mark-pattern": { forcedColorAdjust: "none", background: "CanvasText" },
    },
  }, { dark: isDark });
  const code = HighlightStyle.define([
    { tag: tags.definition(tags.propertyName), color: color("code-key") },
    { tag: [tags.string, tags.special(tags.string)], color: color("code-string") },
    { tag: tags.lineComment, color: color("code-comment"), fontStyle: "italic" },
    { tag: [tags.labelName, tags.keyword, tags.meta, tags.attributeValue], color: color("code-meta") },
    { tag: tags.typeName, color: color("code-type") },
    { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: color("muted") },
  ]);
  return [theme, syntaxHighlighting(code)];
}

export const looks = { light: look(light, false), dark: look(dark, true) };
