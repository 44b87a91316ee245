//! A place that cannot be read: said calmly, with what to do about it.

use crate::analysis::Analysis;
use crate::finding::go;
use crate::state::Dispatch;
use crate::{explain, icon, markdown, quote};
use patternwarden::report::Syntax;
use yew::prelude::*;

/// The card of one error.
pub(crate) fn card(analysis: &Analysis, error: &Syntax, dispatch: &Dispatch) -> Html {
    let place = match error.range {
        Some(range) => format!("The text cannot be read at line {}", range.start.line),
        None => "The text cannot be read".into(),
    };
    let others = analysis.report.resources.len();
    html! {
        <section class="note syntax">
            <h3>{ icon::warning() }{ place }</h3>
            <p>{ markdown::inline(&sentence(&error.message)) }</p>
            { for error.range.map(|range| quote::quote(&analysis.text, range)) }
            if let Some(hint) = &error.hint {
                <p><strong>{ "What to do: " }</strong>{ markdown::inline(hint) }</p>
            }
            <p class="place">
                { for error.range.map(|range| go(range, "Show in the manifest", dispatch)) }
                { explain::look_up("yaml-syntax-invalid", "All about this rule", dispatch) }
                if others > 0 {
                    <span class="quiet">{ "Everything that can be read is still checked below." }</span>
                }
            </p>
        </section>
    }
}

/// A fragment as a sentence: capital letter, full stop.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let Some(first) = chars.next() else { return String::new() };
    let mut out: String = first.to_uppercase().chain(chars).collect();
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}
