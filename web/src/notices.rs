//! What the panel says when there is more, or less, to say than findings.

use crate::analysis::{self, Analysis, plural};
use crate::examples;
use crate::finding::go;
use crate::preferences::Preferences;
use crate::state::{Action, Dispatch, Freshness, Pause, State};
use crate::syntax::sentence;
use crate::{icon, markdown};
use patternwarden::report::{Finding, Resource};
use patternwarden::{RULES, rules};
use yew::prelude::*;

/// Nothing was pasted yet: three ways to begin.
pub(crate) fn empty(dispatch: &Dispatch) -> Html {
    let paste = Callback::from(|_: MouseEvent| focus_editor());
    let load = |id: &'static str| {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(example) = examples::find(id) {
                dispatch.dispatch(Action::Load(example));
            }
        })
    };
    html! {
        <section class="empty">
            <h3>{ "Nothing to check yet" }</h3>
            <p>{ "Paste a manifest and read, while you type, which patterns it uses, where it breaks them and why that matters." }</p>
            <ul class="starters">
                <li><button type="button" class="button primary" onclick={paste}>{ "Paste your own" }</button></li>
                <li><button type="button" class="button" onclick={load("T3")}>{ "See a broken example" }</button></li>
                <li><button type="button" class="button" onclick={load("clean")}>{ "See a clean example" }</button></li>
            </ul>
            <p class="quiet">{ "Nothing leaves this browser." }</p>
        </section>
    }
}

/// Moves the focus to whichever editor is there.
pub(crate) fn focus_editor() {
    use wasm_bindgen::JsCast as _;
    let editor = gloo::utils::document().get_element_by_id("editor");
    if let Some(editor) = editor.and_then(|editor| editor.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = editor.focus();
    }
}

/// Nothing is wrong.
pub(crate) fn clean(analysis: &Analysis, freshness: Freshness) -> Html {
    let report = &analysis.report;
    let silent = report.findings.is_empty() && report.syntax.is_empty();
    let known = report.resources.iter().filter(|resource| resource.known).count();
    if !silent || known == 0 || freshness != Freshness::Fresh {
        return Html::default();
    }
    html! {
        <section class="note pass">
            <h3>{ icon::pass() }{ format!("No problems in {}", plural(known, "resource")) }</h3>
            <p>{ format!("{} looked at it.", plural(RULES.len(), "rule")) }</p>
            if report.summary.patterns > 0 {
                <p>{ format!("{} found: see the Patterns tab for what this manifest does well.", plural(report.summary.patterns, "pattern")) }</p>
            }
        </section>
    }
}

/// Findings that somebody decided to live with: grey, each with its reason.
pub(crate) fn suppressed(analysis: &Analysis, dispatch: &Dispatch) -> Html {
    let found = &analysis.report.suppressed;
    if found.is_empty() {
        return Html::default();
    }
    let entry = |finding: &Finding| {
        let why = finding.suppression.as_ref();
        let until = why.and_then(|why| why.until.as_ref()).map(|until| format!(" Until {until}."));
        let stays = why.is_some_and(|why| !why.in_cluster);
        html! {
            <li key={finding.key.clone()}>
                <code>{ finding.rule.clone() }</code>{ " " }
                if let Some(range) = why.and_then(|why| why.range) {
                    { go(range, &format!("line {}", range.start.line), dispatch) }
                }
                { format!(" {}", why.map_or("", |why| &why.reason)) }
                { until.unwrap_or_default() }
                if stays {
                    { " A cluster reports it all the same." }
                }
            </li>
        }
    };
    html! {
        <section class="note quiet">
            <h3>{ icon::info() }{ format!("{} suppressed", plural(found.len(), "finding")) }</h3>
            <ul>{ for found.iter().map(entry) }</ul>
        </section>
    }
}

/// Live checking rests.
pub(crate) fn paused(state: &State, dispatch: &Dispatch) -> Html {
    let (title, text) = match state.freshness {
        Freshness::Fresh | Freshness::Due => return Html::default(),
        Freshness::Paused(Pause::Large) => (
            "Live check paused",
            "The text is larger than 1 MiB, so it is checked when you ask for it.",
        ),
        Freshness::Paused(Pause::Crashed) => (
            "Live check paused",
            "The checker crashed on this text. Your text is safe. Change it, or check it again.",
        ),
    };
    let dispatch = dispatch.clone();
    let check = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Check));
    html! {
        <section class="note">
            <h3>{ icon::info() }{ title }</h3>
            <p>{ text }</p>
            <p><button type="button" class="button" onclick={check}>{ "Check now (Ctrl+Enter)" }</button></p>
        </section>
    }
}

/// Documents that are no objects, objects of unknown kinds, and fragments.
pub(crate) fn resources(analysis: &Analysis, dispatch: &Dispatch) -> Html {
    let report = &analysis.report;
    // A text that cannot be read may lack its kind for that reason alone.
    let readable = report.syntax.is_empty();
    let strangers = report.not_checked.iter().filter(|entry| readable && entry.doc.is_some());
    let strangers = strangers.map(|entry| {
        let doc = entry.doc.map_or(0, |doc| doc + 1);
        note(
            &format!("Document {doc} is not a Kubernetes object"),
            html! { <p>{ sentence(&entry.reason) }{ " Is it a values file?" }</p> },
        )
    });
    let unknown = report.resources.iter().filter(|resource| !resource.known);
    let assumed = report.resources.iter().filter_map(|resource| {
        let text = resource.assumed.as_ref()?;
        Some(note(
            "Read as part of a Pod",
            html! {
                <p>{ text.clone() }{ " Places still point into your text." }</p>
            },
        ))
    });
    html! {
        <>
            { for strangers }
            { for assumed }
            { for unknown.map(|resource| unknown_kind(resource, dispatch)) }
        </>
    }
}

fn unknown_kind(resource: &Resource, dispatch: &Dispatch) -> Html {
    let kind = format!("{}/{}", resource.api_version, resource.kind);
    note(
        "No rules for this kind",
        html! {
            <p>
                { "No rules for " }<code>{ kind }</code>{ " (" }{ analysis::name(resource) }
                { "). Only what holds for every object was checked. " }
                { for resource.range.map(|range| go(range, &format!("line {}", range.start.line), dispatch)) }
            </p>
        },
    )
}

fn note(title: &str, body: Html) -> Html {
    html! {
        <section class="note">
            <h3>{ icon::info() }{ title.to_owned() }</h3>
            { body }
        </section>
    }
}

/// Rules that stayed silent, and why.
pub(crate) fn not_checked(
    analysis: &Analysis,
    preferences: Preferences,
    dispatch: &Dispatch,
) -> Html {
    let silent: Vec<_> = analysis
        .report
        .not_checked
        .iter()
        .filter_map(|entry| Some((entry.rule.as_deref()?, entry.reason.as_str())))
        .collect();
    if silent.is_empty() || analysis.report.resources.is_empty() {
        return Html::default();
    }
    let complete = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Action::Prefer(Preferences { complete: true, ..preferences }));
        })
    };
    let items = silent.iter().map(|(id, reason)| {
        let title = rules::find(id).map_or(*id, |rule| rule.title);
        html! { <li>{ title.to_owned() }<span class="quiet">{ ": " }{ markdown::inline(reason) }</span></li> }
    });
    html! {
        <details class="quiet-details">
            <summary>{ format!("{} not checked", plural(silent.len(), "rule")) }</summary>
            <ul>{ for items }</ul>
            if !preferences.complete {
                <p><button type="button" class="button" onclick={complete}>{ "This is everything: check them too" }</button></p>
            }
        </details>
    }
}
