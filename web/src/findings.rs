//! The panel of problems: what was found, worst first, and what could not be looked at.

use crate::finding::{FindingCard, Row};
use crate::notices;
use crate::repairs::Focus;
use crate::slide::Slide;
use crate::state::State;
use crate::state::{Dispatch, Freshness};
use crate::syntax;
use patternwarden::report::Finding;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

/// Findings that are listed at first; a page of thousands would be slow and unread.
const MOST: usize = 200;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: Rc<State>,
    pub(crate) dispatch: Dispatch,
}

/// The panel.
#[component]
pub(crate) fn Findings(props: &Props) -> Html {
    let all = use_state_eq(|| false);
    let Props { state, dispatch } = props;
    use_effect_with(state.focus.clone(), |focus| {
        let Some(Focus { id, .. }) = focus else { return };
        let element = gloo::utils::document().get_element_by_id(id);
        if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    use_effect_with(state.preview.clone(), |preview| {
        let shown =
            preview.as_ref().and_then(|_| gloo::utils::document().get_element_by_id("preview"));
        if let Some(shown) = shown {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            shown.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let analysis = &state.analysis;
    if state.text.trim().is_empty() {
        return notices::empty(dispatch);
    }
    let (mut slide, mut others) = state.listed();
    let found = slide.len() + others.len();
    let shown = if *all { found } else { MOST };
    slide.truncate(shown);
    others.truncate(shown - slide.len());
    let show_all = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    let stale = state.freshness != Freshness::Fresh;
    let both = !slide.is_empty() && !others.is_empty();
    html! {
        <>
            { for state.example.map(|example| html! {
                <Slide key={example.id} {example} text={state.text.clone()} analysis={analysis.clone()} />
            }) }
            { notices::paused(state, dispatch) }
            <div class={classes!("report", stale.then_some("stale"))}>
                { for analysis.report.syntax.iter().map(|error| syntax::card(analysis, error, dispatch)) }
                { notices::resources(analysis, dispatch) }
                { list(&slide, both.then_some("What the slide is about"), state, dispatch) }
                { list(&others, both.then_some("Also in this manifest"), state, dispatch) }
                if shown < found {
                    <button type="button" class="button" onclick={show_all}>{ format!("Show all {found}") }</button>
                }
                { notices::clean(analysis, state.freshness) }
                { notices::suppressed(analysis, dispatch) }
                { notices::not_checked(analysis, state.preferences, dispatch) }
            </div>
        </>
    }
}

/// Cards, under a heading if there are several lists.
fn list(findings: &[&Finding], heading: Option<&str>, state: &State, dispatch: &Dispatch) -> Html {
    if findings.is_empty() {
        return Html::default();
    }
    let cards = findings.iter().map(|finding| {
        let open = state.finding.as_ref() == Some(&finding.key);
        html! {
            <FindingCard key={finding.key.clone()} row={Row::new(&state.analysis, finding)}
                open={open.then(|| state.analysis.clone())} preview={state.preview.clone().filter(|_| open)}
                dispatch={dispatch.clone()} />
        }
    });
    html! {
        <>
            if let Some(heading) = heading {
                <p class="list-head">{ heading.to_owned() }</p>
            }
            <ul class="cards">{ for cards }</ul>
        </>
    }
}
