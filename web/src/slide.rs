//! What is to be known about the example on show: its slide, and what changed since.

use crate::analysis::Analysis;
use crate::examples::Example;
use crate::{explain, icon};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) example: &'static Example,
    pub(crate) text: Rc<str>,
    pub(crate) analysis: Rc<Analysis>,
}

/// The note above the findings of an example.
#[component]
pub(crate) fn Slide(props: &Props) -> Html {
    let example = props.example;
    let told: Vec<Html> = example.errata().map(explain::erratum).collect();
    // Told here only if no finding below tells it.
    let open = !props.analysis.report.findings.iter().any(|finding| example.tells(finding));
    let edited = *props.text != *example.text;
    let title = if example.is_slide() {
        format!("Slide {}: {}", example.id, example.title)
    } else {
        example.title.to_owned()
    };
    let changed = match told.len() {
        0 => String::new(),
        1 => "One point of it is different today".into(),
        number => format!("{number} points of it are different today"),
    };
    html! {
        <section class="note slide">
            <h3>{ icon::pattern() }{ title }{ if edited { " (edited)" } else { "" } }</h3>
            <p>{ example.about }</p>
            if !told.is_empty() {
                <details {open}>
                    <summary>{ changed }</summary>
                    { for told }
                </details>
            }
        </section>
    }
}
