//! What the catalogue says about a rule or a pattern, and where the talk differs from today.

use crate::state::{Action, Dispatch, View};
use crate::{markdown, tabs};
use patternwarden::docs::{self, Section};
use patternwarden::errata::Erratum;
use yew::prelude::*;

/// The documentation of a rule, in the order in which a page tells it.
pub(crate) struct RuleText {
    pub(crate) good: Option<Section>,
    pub(crate) allow: Option<Section>,
    pub(crate) source: Option<Section>,
    /// Everything else under a heading, apart from reasons and wrong examples, which a finding shows.
    pub(crate) more: Vec<Section>,
}

impl RuleText {
    pub(crate) fn new(docs: &str) -> Self {
        let mut text = Self { good: None, allow: None, source: None, more: Vec::new() };
        for section in docs::sections(docs) {
            match section.heading.as_str() {
                "" | "Why it matters" | "Bad" => {}
                "Good" => text.good = Some(section),
                "When to allow it" => text.allow = Some(section),
                "Source" | "Sources" => text.source = Some(section),
                _ => text.more.push(section),
            }
        }
        text
    }
}

/// A part of a card under its own heading.
pub(crate) fn part(heading: &str, body: Html) -> Html {
    html! {
        <section class="part">
            <h4>{ heading.to_owned() }</h4>
            { body }
        </section>
    }
}

/// A button that leads to what the catalogue says about a rule or a pattern.
pub(crate) fn look_up(id: &str, label: &str, dispatch: &Dispatch) -> Html {
    let (dispatch, id) = (dispatch.clone(), id.to_owned());
    let onclick = Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(Action::LookUp(id.clone()));
        tabs::focus(View::Rules);
    });
    html! { <button type="button" class="go" {onclick}>{ label.to_owned() }</button> }
}

/// A section of the documentation, under another heading if one is given.
pub(crate) fn section(section: &Section, heading: Option<&str>) -> Html {
    part(heading.unwrap_or(&section.heading), markdown::blocks(section.body.trim()))
}

/// Where the talk of March 2024 differs from today.
pub(crate) fn erratum(erratum: &Erratum) -> Html {
    html! {
        <div class="erratum">
            <p class="erratum-slide">{ format!("The talk, slide {}", erratum.slide) }</p>
            <p>{ markdown::inline(erratum.says) }</p>
            <p><strong>{ "Today: " }</strong>{ markdown::inline(erratum.right) }</p>
            if !erratum.source.is_empty() {
                <p>{ source(erratum.source) }</p>
            }
        </div>
    }
}

/// A source: an address becomes a link that names its site, anything else is read as Markdown.
fn source(text: &str) -> Html {
    match text.strip_prefix("https://") {
        Some(rest) if !text.contains(' ') => {
            let site = rest.split('/').next().unwrap_or(rest);
            markdown::link(text, &format!("Source: {site}"))
        }
        _ => markdown::inline(text),
    }
}
