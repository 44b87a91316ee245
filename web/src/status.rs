//! The verdict above the findings, the line at the foot of the page, and what is said aloud.

use crate::analysis::{self, Analysis, plural};
use crate::icon;
use crate::state::{Freshness, State};
use crate::storage;
use gloo::timers::callback::Timeout;
use patternwarden::report::{Finding, Verdict};
use patternwarden::{Admission, Severity};
use std::rc::Rc;
use yew::prelude::*;

/// Milliseconds without a key after which counts are spoken.
const QUIET: u32 = 900;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: Rc<State>,
}

/// The verdict and the counts.
#[component]
pub(crate) fn VerdictLine(props: &Props) -> Html {
    let Analysis { report, .. } = &*props.state.analysis;
    let summary = report.summary;
    let counts = [
        (Severity::Error, summary.error, "error"),
        (Severity::Warning, summary.warning, "warning"),
        (Severity::Info, summary.info, "info"),
        (Severity::Hint, summary.hint, "hint"),
    ];
    let counts = counts.into_iter().filter(|(_, number, _)| *number > 0).map(
        |(severity, number, word)| {
            html! { <li class={severity.id()}>{ icon::severity(severity) }{ plural(number, word) }</li> }
        },
    );
    let unseen = report.findings.iter().filter(|finding| is_unseen(finding)).count();
    let why = match report.verdict {
        _ if props.state.text.trim().is_empty() => "there is no text yet".into(),
        Verdict::NotEvaluated if !report.syntax.is_empty() => {
            "the text cannot be read in full".into()
        }
        Verdict::NotEvaluated => "no Kubernetes object was found".into(),
        _ if unseen > 0 => format!("{} not judged", plural(unseen, "error")),
        _ => String::new(),
    };
    let class = match report.verdict {
        Verdict::Deny => "error",
        Verdict::AdmitWithWarnings => "warning",
        Verdict::Admit if unseen > 0 => "warning",
        Verdict::Admit => "pass",
        Verdict::NotEvaluated => "hint",
    };
    html! {
        <div class="verdict">
            <p class={classes!("verdict-word", class)}>
                if class == "warning" { { icon::warning() } } else { { icon::verdict(report.verdict) } }
                { analysis::verdict(report.verdict) }
                if !why.is_empty() {
                    <span class="quiet">{ ": " }{ why }</span>
                }
            </p>
            <ul class="counts">{ for counts }</ul>
        </div>
    }
}

/// Whether a finding is an error that admission does nothing about: the API server or `kubectl` may.
fn is_unseen(finding: &Finding) -> bool {
    finding.severity == Severity::Error && finding.admission == Admission::Off
}

/// The foot of the page.
#[component]
pub(crate) fn Footer(props: &Props) -> Html {
    let state = &props.state;
    let report = &state.analysis.report;
    let checked = match state.freshness {
        Freshness::Fresh => {
            format!(
                "{} in {:.1} ms",
                plural(report.resources.len(), "resource"),
                state.analysis.took
            )
        }
        Freshness::Due => "checking when you pause".into(),
        Freshness::Paused(_) => "live check paused".into(),
    };
    let kept = if storage::holds_secret(&state.text) {
        "not kept: it holds a Secret"
    } else if storage::may_keep(&state.text) {
        "kept in this browser alone"
    } else {
        "not kept: it is too large"
    };
    html! {
        <footer class="foot">
            <p>{ checked }</p>
            <p>{ format!("Kubernetes {}, profile {}", state.preferences.target(), state.preferences.profile.id()) }</p>
            <p>{ format!("engine {}, {}", report.engine.version, plural(report.engine.rules, "rule")) }</p>
            <p>{ "Nothing leaves this browser" }<span class="kept">{ format!("; your text is {kept}") }</span>{ "." }</p>
        </footer>
    }
}

/// The live region: counts and verdict, once typing rests and only if they changed.
#[component]
pub(crate) fn Spoken(props: &Props) -> Html {
    let spoken = use_state_eq(String::new);
    let repaired = props.state.notice.as_ref().map(|notice| notice.said.to_string());
    let sentence = match props.state.freshness {
        _ if repaired.is_some() => repaired.clone().unwrap_or_default(),
        Freshness::Fresh => props.state.analysis.sentence(),
        Freshness::Due => String::new(),
        Freshness::Paused(_) => "Live check paused.".into(),
    };
    {
        let (setter, answer) = (spoken.setter(), repaired.is_some());
        // Every key starts the wait again, changed counts or not.
        let typed = (sentence, Rc::as_ptr(&props.state.text).cast::<u8>() as usize);
        use_effect_with(typed, move |(sentence, _)| {
            let sentence = sentence.clone();
            // What a person asked for is answered at once.
            let wait = Timeout::new(if answer { 50 } else { QUIET }, move || {
                if !sentence.is_empty() {
                    setter.set(sentence);
                }
            });
            move || drop(wait)
        });
    }
    html! { <p class="visually-hidden" role="status" aria-live="polite" aria-atomic="true" id="spoken">{ (*spoken).clone() }</p> }
}
