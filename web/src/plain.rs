//! The plain text field: for screen readers, phones, and whoever prefers it.

use crate::analysis::Analysis;
use crate::editor::HINT;
use crate::repairs::Place;
use crate::state::{Action, Dispatch, Reveal};
use patternwarden::report::Finding;
use patternwarden::tree::Range;
use std::rc::Rc;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) text: Rc<str>,
    pub(crate) analysis: Rc<Analysis>,
    pub(crate) reveal: Option<Reveal>,
    /// Whether the last change was a repair, which the browser cannot take back.
    pub(crate) repaired: bool,
    pub(crate) dispatch: Dispatch,
}

/// Asks for the first fix of a finding at this place, or else on this line.
fn fix_at(analysis: &Analysis, caret: u32, dispatch: &Dispatch) {
    let before = analysis.text.encode_utf16().take(caret as usize);
    let line = before.filter(|unit| *unit == u16::from(b'\n')).count() as u32 + 1;
    let reaches = |range: Range| (range.start.offset..=range.end.offset).contains(&caret);
    let near = |range: Range| (range.start.line..=range.end.line).contains(&line);
    let findings = analysis.findings();
    let find = |is_here: &dyn Fn(Range) -> bool| {
        let here = |f: &&&Finding| !f.fixes.is_empty() && f.range.is_some_and(is_here);
        findings.iter().find(here)
    };
    if let Some(finding) = find(&reaches).or_else(|| find(&near)) {
        let key = finding.key.clone();
        dispatch.dispatch(Action::Fix { key, fix: 0, place: Place::Editor });
    }
}

/// A text field with the same keys as the code editor.
#[component]
pub(crate) fn PlainEditor(props: &Props) -> Html {
    let field = use_node_ref();
    {
        let (field, analysis) = (field.clone(), props.analysis.clone());
        use_effect_with(props.reveal, move |reveal| {
            let Some(Reveal { from, to, focus, .. }) = *reveal else { return };
            let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
            let _ = field.set_selection_range(from, to);
            let before = analysis.text.encode_utf16().take(from as usize);
            let line = before.filter(|unit| *unit == u16::from(b'\n')).count();
            let lines = analysis.text.lines().count().max(1);
            let height = usize::try_from(field.scroll_height()).unwrap_or(0);
            let top = (height * line / lines).saturating_sub(80);
            field.set_scroll_top(i32::try_from(top).unwrap_or(0));
            if focus {
                let _ = field.focus();
            }
        });
    }
    let oninput = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let field: HtmlTextAreaElement = event.target_unchecked_into();
            dispatch.dispatch(Action::Typed(field.value().into()));
        })
    };
    let onkeydown = {
        let (dispatch, analysis) = (props.dispatch.clone(), props.analysis.clone());
        let repaired = props.repaired;
        Callback::from(move |event: KeyboardEvent| {
            let command = event.ctrl_key() || event.meta_key();
            let key = event.key();
            if !(key == "F8" || (command && key == ".") || (command && key == "z" && repaired)) {
                return;
            }
            event.prevent_default();
            let field: HtmlTextAreaElement = event.target_unchecked_into();
            let caret = field.selection_start().ok().flatten().unwrap_or(0);
            match key.as_str() {
                "z" => return dispatch.dispatch(Action::Undo),
                "." => return fix_at(&analysis, caret, &dispatch),
                _ => {}
            }
            let ranges = analysis.report.findings.iter().filter_map(|finding| finding.range);
            let mut ranges: Vec<_> = ranges.collect();
            ranges.sort_by_key(|range| range.start.offset);
            let next = if event.shift_key() {
                ranges.iter().rev().find(|range| range.start.offset < caret).or(ranges.last())
            } else {
                ranges.iter().find(|range| range.start.offset > caret).or(ranges.first())
            };
            if let Some(range) = next {
                dispatch.dispatch(Action::Reveal(*range, true));
            }
        })
    };
    let invalid = !props.analysis.report.syntax.is_empty();
    html! {
        <div class="editor plain">
            <textarea id="editor" ref={field} aria-label="Kubernetes manifest" aria-describedby="plain-hint"
                aria-invalid={invalid.to_string()} spellcheck="false" autocapitalize="off" autocomplete="off"
                placeholder="Paste a manifest, or pick an example."
                value={AttrValue::from(props.text.clone())} {oninput} {onkeydown} />
            <p id="plain-hint" class="hint">{ HINT }</p>
        </div>
    }
}
