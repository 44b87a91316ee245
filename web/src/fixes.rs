//! Buttons that repair: one for each fix of an open card, one on each closed card, one for all.

use crate::diff;
use crate::finding::fix_id;
use crate::markdown;
use crate::repairs::{Place, Preview, plain};
use crate::state::{Action, Dispatch, Freshness, State, View};
use patternwarden::Grade;
use patternwarden::report::{Finding, Fix};
use std::rc::Rc;
use yew::prelude::*;

/// The word for a grade, and what it means.
const fn grade(grade: Grade) -> (&'static str, &'static str) {
    match grade {
        Grade::Safe => ("safe", "Changes nothing but what the rule demands."),
        Grade::Review => ("review", "May change what runs: you see it before it is made."),
        Grade::Template => ("template", "Leaves placeholders for you to fill."),
    }
}

fn ask(dispatch: &Dispatch, key: &str, fix: usize) -> Callback<MouseEvent> {
    let (dispatch, key) = (dispatch.clone(), key.to_owned());
    Callback::from(move |_| {
        dispatch.dispatch(Action::Fix { key: key.clone(), fix, place: Place::List });
    })
}

/// The fixes of an open card.
pub(crate) fn list(finding: &Finding, preview: Option<&Preview>, dispatch: &Dispatch) -> Html {
    let shown = |at: usize| preview.filter(|p| p.key == finding.key && p.fix == at);
    let items = finding.fixes.iter().enumerate().map(|(at, fix)| {
        let preview = shown(at);
        item(fix, fix_id(&finding.key, at), ask(dispatch, &finding.key, at), preview, dispatch)
    });
    html! { <ul class="fixes">{ for items }</ul> }
}

fn item(
    fix: &Fix,
    id: String,
    onclick: Callback<MouseEvent>,
    preview: Option<&Preview>,
    dispatch: &Dispatch,
) -> Html {
    let (word, meaning) = grade(fix.grade);
    let expanded = (fix.grade == Grade::Review).then(|| preview.is_some().to_string());
    html! {
        <li>
            <button type="button" {id} class="button fix" aria-expanded={expanded} {onclick}>
                <span>{ markdown::inline(&fix.title) }</span>
                <span class={classes!("grade", word)}>{ word }</span>
            </button>
            <p class="quiet">{ meaning }</p>
            { for preview.map(|preview| look(preview, dispatch)) }
        </li>
    }
}

/// What a fix would change, with the button that makes it; or why it cannot be made.
fn look(preview: &Preview, dispatch: &Dispatch) -> Html {
    match &preview.shows {
        Err(why) => html! { <p id="preview" class="refused">{ why.to_string() }</p> },
        Ok(lines) => {
            let dispatch = dispatch.clone();
            let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Make));
            html! {
                <div id="preview" class="preview">
                    { diff::block(lines) }
                    <button type="button" class="button primary" {onclick}>{ "Make this change" }</button>
                </div>
            }
        }
    }
}

/// The first fix of a closed card, as its row keeps it.
#[derive(Clone, PartialEq)]
pub(crate) struct First {
    pub(crate) title: AttrValue,
    pub(crate) grade: Grade,
}

impl First {
    pub(crate) fn of(finding: &Finding) -> Option<Self> {
        let fix = finding.fixes.first()?;
        Some(Self { title: plain(&fix.title).into(), grade: fix.grade })
    }
}

/// The button on a closed card.
pub(crate) fn first(first: &First, key: &str, dispatch: &Dispatch) -> Html {
    let (word, _) = grade(first.grade);
    // Begins with what is seen, for those who speak to the page.
    let label = format!("Fix {word}: {}", first.title);
    html! {
        <button type="button" class="button small first-fix" aria-label={label} title={first.title.clone()}
            onclick={ask(dispatch, key, 0)}>
            { "Fix " }<span class={classes!("grade", word)}>{ word }</span>
        </button>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: Rc<State>,
    pub(crate) dispatch: Dispatch,
}

/// The bar above the list: all safe fixes at once, and what the last repair did.
#[component]
pub(crate) fn RepairBar(props: &Props) -> Html {
    let Props { state, dispatch } = props;
    let safe = state.safe_fixes();
    let fixable = state.analysis.report.findings.iter().any(|finding| !finding.fixes.is_empty());
    if state.view == View::Patterns || (!fixable && state.notice.is_none()) {
        return Html::default();
    }
    let send = |action: fn() -> Action| {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(action()))
    };
    let stale = state.freshness != Freshness::Fresh;
    html! {
        <div class="repairs">
            <button type="button" class="button small" disabled={safe == 0 || stale}
                onclick={send(|| Action::FixAll)}>{ format!("Fix all safe ({safe})") }</button>
            if let Some(notice) = &state.notice {
                <p>{ notice.said.to_string() }</p>
                if notice.before.is_some() {
                    <button type="button" class="button small" onclick={send(|| Action::Undo)}>{ "Undo" }</button>
                }
            }
        </div>
    }
}
