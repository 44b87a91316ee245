//! The shapes that stand beside every severity, the same as in the editor's gutter.

use patternwarden::Severity;
use patternwarden::report::Verdict;
use yew::prelude::*;

const ERROR: &str = "M5 1h6l4 4v6l-4 4H5l-4-4V5Z M5.2 4.1 4.1 5.2 6.9 8 4.1 10.8l1.1 1.1L8 9.1l2.8 2.8 1.1-1.1L9.1 8l2.8-2.8-1.1-1.1L8 6.9Z";
const WARNING: &str = "M8 1l7.6 13.6H.4Z M7.2 5.4h1.6v4.8H7.2Z M7.2 11.4h1.6V13H7.2Z";
const INFO: &str = "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z M7.1 4h1.8v1.8H7.1Z M7.1 7h1.8v5H7.1Z";
const HINT: &str = "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z";
const PATTERN: &str = "M8 1.5 14.5 8 8 14.5 1.5 8Z";
const PASS: &str =
    "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z M6.9 11.6 3.6 8.3l1.2-1.2 2.1 2.1 4.4-4.4 1.2 1.2Z";
const OPEN: &str = "M5.6 2.6 11 8l-5.4 5.4-1.2-1.2L8.6 8 4.4 3.8Z";
const PAUSE: &str = "M3.5 2.5h3.2v11H3.5Z M9.3 2.5h3.2v11H9.3Z";

fn draw(class: &'static str, path: &'static str) -> Html {
    html! {
        <svg class={classes!("icon", class)} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path fill-rule="evenodd" d={path} />
        </svg>
    }
}

pub(crate) fn severity(severity: Severity) -> Html {
    let path = match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Info => INFO,
        Severity::Hint => HINT,
    };
    draw(severity.id(), path)
}

pub(crate) fn verdict(verdict: Verdict) -> Html {
    match verdict {
        Verdict::Deny => draw("error", ERROR),
        Verdict::AdmitWithWarnings => draw("warning", WARNING),
        Verdict::Admit => draw("pass", PASS),
        Verdict::NotEvaluated => draw("hint", PAUSE),
    }
}

pub(crate) fn pattern() -> Html {
    draw("pattern", PATTERN)
}

pub(crate) fn pass() -> Html {
    draw("pass", PASS)
}

pub(crate) fn info() -> Html {
    draw("info", INFO)
}

pub(crate) fn warning() -> Html {
    draw("warning", WARNING)
}

/// Points right, and down once what it stands beside is open.
pub(crate) fn chevron() -> Html {
    draw("chevron", OPEN)
}
