//! The panel of problems: what was found, worst first, and what could not be looked at.

use crate::finding::FindingCard;
use crate::notices;
use crate::slide::Slide;
use crate::state::State;
use crate::state::{Dispatch, Freshness};
use crate::syntax;
use std::rc::Rc;
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
    let analysis = &state.analysis;
    if state.text.trim().is_empty() {
        return notices::empty(dispatch);
    }
    let findings = analysis.findings();
    let shown = if *all { findings.len() } else { MOST.min(findings.len()) };
    let show_all = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    let stale = state.freshness != Freshness::Fresh;
    let cards = findings.iter().take(shown).map(|finding| {
        html! {
            <FindingCard key={finding.key.clone()} analysis={analysis.clone()} finding={(*finding).clone()}
                open={state.finding.as_ref() == Some(&finding.key)} dispatch={dispatch.clone()} />
        }
    });
    html! {
        <>
            { for state.example.map(|example| html! { <Slide key={example.id} {example} text={state.text.clone()} /> }) }
            { notices::paused(state, dispatch) }
            <div class={classes!("report", stale.then_some("stale"))}>
                { for analysis.report.syntax.iter().map(|error| syntax::card(analysis, error, dispatch)) }
                { notices::resources(analysis, dispatch) }
                if !findings.is_empty() {
                    <ul class="cards">{ for cards }</ul>
                }
                if shown < findings.len() {
                    <button type="button" class="button" onclick={show_all}>{ format!("Show all {}", findings.len()) }</button>
                }
                { notices::clean(analysis, state.freshness) }
                { notices::not_checked(analysis, state.preferences, dispatch) }
            </div>
        </>
    }
}
