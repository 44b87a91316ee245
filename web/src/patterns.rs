//! The panel of patterns: which are in use, how sure that is, and the lines that show it.

use crate::analysis::{self, Analysis};
use crate::explain;
use crate::finding::{element_id, go};
use crate::state::{Action, Dispatch, State};
use crate::{icon, markdown};
use patternwarden::recognise::Confidence;
use patternwarden::report::PatternHit;
use patternwarden::{Pattern, docs, errata, patterns};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: Rc<State>,
    pub(crate) dispatch: Dispatch,
}

/// Tells a hit apart from the others.
pub(crate) fn key(hit: &PatternHit) -> String {
    format!("{}:{}", hit.pattern, hit.resource)
}

/// The panel.
#[component]
pub(crate) fn Patterns(props: &Props) -> Html {
    let Props { state, dispatch } = props;
    let analysis = &state.analysis;
    let hits = &analysis.report.patterns;
    if hits.is_empty() {
        return html! {
            <section class="empty">
                <h3>{ "No pattern recognised" }</h3>
                <p>{ format!("A pattern is named when the manifest's structure shows it. All {} of the book are known; the Rules tab explains them.", Pattern::ALL.len()) }</p>
            </section>
        };
    }
    let cards = hits.iter().map(|hit| {
        let open = state.pattern.as_deref() == Some(key(hit).as_str());
        card(analysis, hit, open, dispatch)
    });
    html! { <ul class="cards">{ for cards }</ul> }
}

fn card(analysis: &Analysis, hit: &PatternHit, open: bool, dispatch: &Dispatch) -> Html {
    let key = key(hit);
    let id = element_id(&key);
    let toggle = {
        let (dispatch, key) = (dispatch.clone(), key.clone());
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Pattern(key.clone())))
    };
    let sure = match hit.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Possible => "possible",
    };
    let pattern = Pattern::find(&hit.pattern);
    let resource = analysis.resource(Some(hit.resource)).map(analysis::name).unwrap_or_default();
    let evidence = hit.evidence.iter().map(|evidence| {
        html! {
            <li>
                { for evidence.range.map(|range| go(range, &format!("line {}", range.start.line), dispatch)) }
                { " " }{ markdown::inline(&evidence.label) }
            </li>
        }
    });
    html! {
        <li class={classes!("card", "pattern", open.then_some("open"))} key={key.clone()}>
            <h3>
                <button type="button" aria-expanded={open.to_string()} aria-controls={id.clone()} onclick={toggle}>
                    { icon::pattern() }
                    <span class="card-text">
                        <span class="card-line">
                            <span class="card-title">{ hit.title.clone() }</span>
                            <span class="word">{ sure }</span>
                        </span>
                        <span class="card-message">{ pattern.map_or("", Pattern::summary) }</span>
                        <span class="card-meta">{ format!("{resource} · {}", hit.category) }</span>
                    </span>
                    { icon::chevron() }
                </button>
            </h3>
            <div class="card-foot">
                if hit.violated {
                    <p class="broken">{ icon::warning() }{ "The words of the pattern are used against its intent: see the problems." }</p>
                }
                <ul class="evidence">{ for evidence }</ul>
                if !hit.facets.is_empty() {
                    <ul class="facets" aria-label="Variants">{ for hit.facets.iter().map(|facet| html! { <li>{ facet.clone() }</li> }) }</ul>
                }
            </div>
            <div class="card-body" {id} hidden={!open}>
                if open {
                    { for pattern.map(text) }
                    <p>{ explain::look_up(&hit.pattern, "The pattern and its rules", dispatch) }</p>
                }
            </div>
        </li>
    }
}

/// What the catalogue says about a pattern.
pub(crate) fn text(pattern: Pattern) -> Html {
    let docs = patterns::find(pattern).map_or("", |recogniser| recogniser.docs);
    let told: Vec<Html> = errata::for_pattern(pattern).map(explain::erratum).collect();
    let sections = docs::sections(docs);
    html! {
        <>
            { for sections.iter().filter(|s| !s.heading.is_empty()).map(|s| explain::section(s, None)) }
            <p>{ markdown::inline(&docs::override_of(pattern)) }</p>
            if !told.is_empty() {
                { explain::part("What changed since the talk", told.into_iter().collect()) }
            }
        </>
    }
}
