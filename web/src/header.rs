//! The bar at the top: the name, the examples, the settings.

use crate::examples::{EXAMPLES, Example};
use crate::icon;
use crate::settings::SettingsMenu;
use crate::state::{Action, Dispatch, State};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: Rc<State>,
    pub(crate) dispatch: Dispatch,
}

/// The bar.
#[component]
pub(crate) fn Header(props: &Props) -> Html {
    let Props { state, dispatch } = props;
    html! {
        <header class="bar">
            <a class="skip" href="#editor">{ "Skip to the manifest" }</a>
            <a class="skip" href="#results">{ "Skip to the results" }</a>
            <h1>{ icon::pattern() }{ "Patternwarden" }</h1>
            <p class="tagline">{ "Kubernetes patterns, executable" }</p>
            <div class="bar-buttons">
                <button type="button" class="button" popovertarget="examples">{ "Examples" }</button>
                <button type="button" class="button" popovertarget="settings">{ "Settings" }</button>
            </div>
            <div id="examples" class="menu" popover="auto" role="dialog" aria-label="Examples">
                { group("Slides of the talk", true, state, dispatch) }
                { group("More", false, state, dispatch) }
            </div>
            <SettingsMenu preferences={state.preferences} dispatch={dispatch.clone()} />
        </header>
    }
}

fn group(title: &str, slides: bool, state: &State, dispatch: &Dispatch) -> Html {
    let entries = EXAMPLES.iter().filter(|example| example.is_slide() == slides);
    html! {
        <>
            <h2>{ title.to_owned() }</h2>
            <ul>{ for entries.map(|example| entry(example, state, dispatch)) }</ul>
        </>
    }
}

fn entry(example: &'static Example, state: &State, dispatch: &Dispatch) -> Html {
    let current = state.example.is_some_and(|shown| shown.id == example.id);
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Load(example)));
    html! {
        <li>
            <button type="button" class="menu-entry" popovertarget="examples" popovertargetaction="hide"
                aria-current={current.then_some("true")} {onclick}>
                if example.is_slide() {
                    <span class="slide-id">{ example.id }</span>
                }
                <span class="menu-title">{ example.title }</span>
            </button>
        </li>
    }
}
