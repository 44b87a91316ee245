//! The page as a whole.

use crate::editor::CodeEditor;
use crate::findings::Findings;
use crate::fixes::RepairBar;
use crate::header::Header;
use crate::patterns::Patterns;
use crate::plain::PlainEditor;
use crate::reference::Reference;
use crate::state::{Action, Dispatch, Freshness, State, View};
use crate::status::{Footer, Spoken, VerdictLine};
use crate::tabs::{self, Tabs};
use crate::{notices, storage, theme};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use yew::prelude::*;

/// Milliseconds of rest after which the text is kept.
const SAVE: u32 = 500;
/// Milliseconds of rest after which a large text is checked.
const CHECK: u32 = 300;

/// The page.
#[component]
pub(crate) fn App() -> Html {
    let handle = use_reducer(State::load);
    let dispatch = handle.dispatcher();
    let state: Rc<State> = Rc::new((*handle).clone());
    let narrow = theme::use_narrow();
    let dark = theme::use_dark(state.preferences.theme);
    use_saving(&state);
    use_checking(&state, &dispatch);
    use_keys(&state, &dispatch);

    let view = tabs::shown(state.view, narrow);
    let manifest = html! {
        <section key="manifest" id="manifest" class="pane manifest" hidden={narrow && view != View::Manifest}
            role={if narrow { "tabpanel" } else { "region" }}
            aria-labelledby={if narrow { "tab-manifest" } else { "manifest-heading" }}>
            <div class="pane-head">
                <h2 id="manifest-heading">{ "Manifest" }</h2>
                if let Some(example) = state.example {
                    <p class="quiet example-name">{ example.title }</p>
                }
                { restore(&state, &dispatch) }
            </div>
            if state.preferences.plain {
                <PlainEditor text={state.text.clone()} analysis={state.analysis.clone()} reveal={state.reveal}
                    repaired={state.notice.as_ref().is_some_and(|notice| notice.before.is_some())} dispatch={dispatch.clone()} />
            } else {
                <CodeEditor text={state.text.clone()} revision={state.revision} analysis={state.analysis.clone()}
                    {dark} reveal={state.reveal} dispatch={dispatch.clone()} />
            }
        </section>
    };
    let tabs =
        html! { <Tabs key="tabs" state={state.clone()} {narrow} dispatch={dispatch.clone()} /> };
    let results = html! {
        <div key="results" id="results" class="pane results" tabindex="-1" hidden={view == View::Manifest}>
            <VerdictLine state={state.clone()} />
            // What the catalogue says has nothing to do with this text.
            if view != View::Rules {
                <RepairBar state={state.clone()} dispatch={dispatch.clone()} />
            }
            <div class="scroll">
            { panel(View::Problems, view, html! { <Findings state={state.clone()} dispatch={dispatch.clone()} /> }) }
            { panel(View::Patterns, view, html! { <Patterns state={state.clone()} dispatch={dispatch.clone()} /> }) }
            { panel(View::Rules, view, html! {
                <Reference shown={view == View::Rules} asked={state.reference.clone()} dispatch={dispatch.clone()} />
            }) }
            </div>
        </div>
    };
    // The order of the keyboard follows what is seen: where the page is narrow, the tabs come first.
    let panes = if narrow { [tabs, manifest, results] } else { [manifest, tabs, results] };
    html! {
        <>
            <Header state={state.clone()} dispatch={dispatch.clone()} />
            <main class="workbench">{ for panes }</main>
            <Spoken state={state.clone()} />
            <Footer {state} />
        </>
    }
}

/// The content of a tab; the others are there too, hidden, so that tabs always control something.
fn panel(view: View, shown: View, content: Html) -> Html {
    html! {
        <div id={view.id()} class="panel" role="tabpanel" aria-labelledby={format!("tab-{}", view.id())}
            hidden={view != shown}>
            <h2 class="visually-hidden">{ view.label() }</h2>
            { content }
        </div>
    }
}

/// The way back to the text that an example replaced.
fn restore(state: &State, dispatch: &Dispatch) -> Html {
    if state.own.is_none() {
        return Html::default();
    }
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Restore));
    html! { <button type="button" class="button small" {onclick}>{ "Back to my text" }</button> }
}

/// Keeps the text and the choices: a while after the last change, and when the page is left.
#[hook]
fn use_saving(state: &Rc<State>) {
    let kept = state.clone();
    let changed = (state.text.clone(), state.own.clone(), state.example, state.preferences);
    use_effect_with(changed, move |_| {
        // Full or forbidden storage loses nothing that is on the page.
        let leaving = kept.clone();
        let leave = EventListener::new(&gloo::utils::window(), "pagehide", move |_| {
            let _ = storage::save(&leaving.saved());
        });
        let wait = Timeout::new(SAVE, move || {
            let _ = storage::save(&kept.saved());
        });
        move || drop((leave, wait))
    });
}

/// Checks a large text once typing rests.
#[hook]
fn use_checking(state: &Rc<State>, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    let due = (state.freshness == Freshness::Due).then(|| state.text.clone());
    use_effect_with(due, move |due| {
        let wait =
            due.is_some().then(|| Timeout::new(CHECK, move || dispatch.dispatch(Action::Check)));
        move || drop(wait)
    });
}

/// Keys of the whole page: Ctrl+Enter checks, F6 goes from region to region.
#[hook]
fn use_keys(state: &Rc<State>, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    let (view, freshness) = (state.view, state.freshness);
    use_effect_with((view, freshness), move |_| {
        let options = EventListenerOptions::enable_prevent_default();
        let document = gloo::utils::document();
        let listener =
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                match event.key().as_str() {
                    "Enter"
                        if (event.ctrl_key() || event.meta_key())
                            && freshness != Freshness::Fresh =>
                    {
                        event.prevent_default();
                        dispatch.dispatch(Action::Check);
                    }
                    "F6" => {
                        event.prevent_default();
                        other_region(view);
                    }
                    _ => {}
                }
            });
        move || drop(listener)
    });
}

/// Between the text and the tabs of the results.
fn other_region(view: View) {
    let document = gloo::utils::document();
    let inside = document.active_element().is_some_and(|element| element.id() == "editor");
    let narrow = theme::is_narrow();
    if inside || (narrow && view != View::Manifest) {
        tabs::focus(tabs::shown(view, narrow));
    } else {
        notices::focus_editor();
    }
}
