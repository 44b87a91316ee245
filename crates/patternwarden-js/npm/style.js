// The element's own style, as one sheet that all elements of a page share.
const text = `
:host {
  --_bg: var(--pw-bg, #fff); --_fg: var(--pw-fg, #1b222b); --_muted: var(--pw-muted, #57606a);
  --_border: var(--pw-border, #d0d7de); --_panel: var(--pw-panel-bg, #f6f8fa);
  --_error: var(--pw-error, #b42318); --_warning: var(--pw-warning, #8a5300);
  --_info: var(--pw-info, #0550ae); --_hint: var(--pw-hint, #57606a);
  --_pass: var(--pw-pass, #146c43);
  --_focus: var(--pw-focus, #0550ae);
  display: block; margin-block: 1em; color: var(--_fg);
  font: var(--pw-font-size, 0.9rem)/var(--pw-line-height, 1.5) var(--pw-font-ui, system-ui, sans-serif);
}
:host([hidden]) { display: none; }
:host([theme="dark"]) {
  --_bg: var(--pw-bg, #10151c); --_fg: var(--pw-fg, #e6edf3); --_muted: var(--pw-muted, #9da7b3);
  --_border: var(--pw-border, #30363d); --_panel: var(--pw-panel-bg, #1a212b);
  --_error: var(--pw-error, #ff8f85); --_warning: var(--pw-warning, #e3b341);
  --_info: var(--pw-info, #79c0ff); --_hint: var(--pw-hint, #9da7b3);
  --_pass: var(--pw-pass, #62d39b);
  --_focus: var(--pw-focus, #79c0ff);
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    --_bg: var(--pw-bg, #10151c); --_fg: var(--pw-fg, #e6edf3); --_muted: var(--pw-muted, #9da7b3);
    --_border: var(--pw-border, #30363d); --_panel: var(--pw-panel-bg, #1a212b);
    --_error: var(--pw-error, #ff8f85); --_warning: var(--pw-warning, #e3b341);
    --_info: var(--pw-info, #79c0ff); --_hint: var(--pw-hint, #9da7b3);
  --_pass: var(--pw-pass, #62d39b);
    --_focus: var(--pw-focus, #79c0ff);
  }
}
.frame {
  border: 1px solid var(--_border); border-radius: var(--pw-radius, 8px); background: var(--_bg);
  overflow: hidden;
}
.toolbar {
  display: flex; gap: 0.75em; align-items: center; justify-content: space-between;
  padding: 0.4em 0.75em; background: var(--_panel); border-bottom: 1px solid var(--_border);
}
.summary { margin: 0; margin-inline-end: auto; color: var(--_muted); }
.code { overflow: auto; max-height: var(--pw-max-height, none); }
.code ::slotted(pre) { margin: 0 !important; padding: 0.75em !important; }
textarea {
  box-sizing: border-box; display: block; width: 100%; padding: 0.75em; border: 0; resize: vertical;
  background: var(--_bg); color: inherit; tab-size: 2; white-space: pre; overflow: auto;
  font: 0.95em/1.5 var(--pw-font-mono, ui-monospace, monospace);
}
ul { list-style: none; margin: 0; padding: 0; }
.list { border-top: 1px solid var(--_border); }
.list:empty { display: none; }
.item + .item { border-top: 1px solid var(--_border); }
h3 { margin: 0; font: inherit; }
.item-open {
  display: grid; grid-template-columns: auto auto 1fr; gap: 0.6em; align-items: baseline;
  width: 100%; min-height: 2.2em; padding: 0.4em 0.75em; border: 0; background: none;
  color: inherit; font: inherit; text-align: start; cursor: pointer;
}
.item-open:hover { background: var(--_panel); }
.item-open code, .why code { font: 0.95em var(--pw-font-mono, ui-monospace, monospace); }
.severity { font-weight: 600; text-transform: uppercase; font-size: 0.78em; letter-spacing: 0.03em; }
.shape { width: 1em; height: 1em; vertical-align: -0.12em; margin-inline-end: 0.35em; fill: currentColor; }
.error { color: var(--_error); } .warning { color: var(--_warning); }
.info { color: var(--_info); } .hint { color: var(--_hint); }
.line { color: var(--_muted); white-space: nowrap; }
.why { padding: 0 0.75em 0.75em; }
.why p { margin: 0.3em 0; max-width: 70ch; }
.rule-id { color: var(--_muted); font: 0.9em var(--pw-font-mono, ui-monospace, monospace); }
.fixes { display: grid; gap: 0.5em; padding-block: 0.4em; }
.fix:empty { display: none; }
.fix { display: grid; gap: 0.5em; justify-items: start; padding-block-start: 0.5em; }
.fix-button { display: inline-flex; gap: 0.6em; align-items: center; text-align: start; }
.grade {
  padding: 0 0.45em; border: 1px solid; border-radius: 99px; font-size: 0.85em; font-weight: 600;
  white-space: nowrap;
}
.safe, .new { color: var(--_pass); } .review { color: var(--_warning); } .template { color: var(--_info); }
.gone { color: var(--_error); }
.diff {
  display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: 0.75em; justify-self: stretch;
  padding: 0.5em 0.75em; background: var(--_panel); border: 1px solid var(--_border); border-radius: 6px;
}
.why .diff code { line-height: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.diff .line { font: 0.95em/inherit var(--pw-font-mono, ui-monospace, monospace); text-align: end; user-select: none; }
.why .refused { padding-inline-start: 0.6em; border-inline-start: 3px solid var(--_warning); }
.edit, .undo, .fix-button {
  min-height: 1.8em; padding: 0.1em 0.7em; border: 1px solid var(--_border);
  border-radius: 6px; background: var(--_bg); color: inherit; font: inherit; cursor: pointer;
}
button:focus-visible, textarea:focus-visible, .code:focus-visible, .summary:focus-visible {
  outline: 2px solid var(--_focus); outline-offset: -2px;
}
.status {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
[hidden] { display: none !important; }
`;

let sheet;

/** The shared sheet; made when the first element needs it. */
export function styleSheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
  }
  return sheet;
}
