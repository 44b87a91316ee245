//! The tabs: problems, patterns and the catalogue beside the text, or all of them where the page is narrow.

use crate::icon;
use crate::state::{Action, Dispatch, State, View};
use patternwarden::Severity;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: Rc<State>,
    pub(crate) narrow: bool,
    pub(crate) dispatch: Dispatch,
}

impl View {
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Problems => "problems",
            Self::Patterns => "patterns",
            Self::Rules => "rules",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Manifest => "Manifest",
            Self::Problems => "Problems",
            Self::Patterns => "Patterns",
            Self::Rules => "Rules",
        }
    }
}

/// What is shown, given the width of the page: beside the text there is no tab for it.
pub(crate) fn shown(view: View, narrow: bool) -> View {
    if view == View::Manifest && !narrow { View::Problems } else { view }
}

/// The row of tabs, with arrow keys, Home and End.
#[component]
pub(crate) fn Tabs(props: &Props) -> Html {
    let Props { state, narrow, dispatch } = props;
    let views: &'static [View] = if *narrow {
        &[View::Manifest, View::Problems, View::Patterns, View::Rules]
    } else {
        &[View::Problems, View::Patterns, View::Rules]
    };
    let current = shown(state.view, *narrow);
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            let at = views.iter().position(|view| *view == current).unwrap_or(0);
            let last = views.len() - 1;
            let to = match event.key().as_str() {
                "ArrowRight" => (at + 1) % views.len(),
                "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            if let Some(view) = views.get(to) {
                dispatch.dispatch(Action::View(*view));
                focus(*view);
            }
        })
    };
    let tabs = views.iter().map(|view| tab(state, *view, *view == current, dispatch));
    html! {
        <div class="tabs" role="tablist" aria-label="What to show" {onkeydown}>{ for tabs }</div>
    }
}

fn tab(state: &State, view: View, selected: bool, dispatch: &Dispatch) -> Html {
    let report = &state.analysis.report;
    let number = match view {
        View::Manifest | View::Rules => None,
        View::Problems => Some(state.analysis.findings().len() + report.syntax.len()),
        View::Patterns => Some(report.summary.patterns),
    };
    let mark = match view {
        View::Manifest | View::Rules => Html::default(),
        View::Patterns => icon::pattern(),
        View::Problems => {
            let worst = report.findings.iter().map(|finding| finding.severity).max();
            let worst = if report.syntax.is_empty() { worst } else { Some(Severity::Error) };
            match worst {
                Some(worst) => icon::severity(worst),
                None if report.resources.is_empty() => Html::default(),
                None => icon::pass(),
            }
        }
    };
    let onclick = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::View(view)))
    };
    html! {
        <button type="button" role="tab" id={format!("tab-{}", view.id())} aria-controls={view.id()}
            aria-selected={selected.to_string()} tabindex={if selected { "0" } else { "-1" }} {onclick}>
            { mark }{ view.label() }
            if let Some(number) = number {
                { " " }<span class="number">{ number }</span>
            }
        </button>
    }
}

/// Moves the focus to the tab of a view.
pub(crate) fn focus(view: View) {
    let tab = gloo::utils::document().get_element_by_id(&format!("tab-{}", view.id()));
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = tab.focus();
    }
}
