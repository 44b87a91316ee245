//! The settings: what the manifest is meant for, which rules run, how the page looks.

use crate::preferences::{Preferences, Profile, Theme};
use crate::state::{Action, Dispatch};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) preferences: Preferences,
    pub(crate) dispatch: Dispatch,
}

/// The settings, in a popover.
#[component]
pub(crate) fn SettingsMenu(props: &Props) -> Html {
    let now = props.preferences;
    let targets = Preferences::targets()
        .map(|minor| (minor.0.to_string(), format!("Kubernetes {minor}"), minor.0 == now.target));
    let profiles =
        Profile::ALL.map(|p| (p.id().to_owned(), p.label().to_owned(), p == now.profile));
    let themes = Theme::ALL.map(|t| (t.id().to_owned(), t.label().to_owned(), t == now.theme));
    let target = props.choose(move |id, new| {
        if let Ok(minor) = id.parse() {
            new.target = minor;
        }
    });
    let profile = props.choose(|id, new| {
        if let Some(profile) = Profile::ALL.into_iter().find(|profile| profile.id() == id) {
            new.profile = profile;
        }
    });
    let theme = props.choose(|id, new| {
        if let Some(theme) = Theme::ALL.into_iter().find(|theme| theme.id() == id) {
            new.theme = theme;
        }
    });
    let complete = props.tick(|ticked, new| new.complete = ticked);
    let plain = props.tick(|ticked, new| new.plain = ticked);
    let forget = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Forget))
    };
    html! {
        <div id="settings" class="menu" popover="auto" role="dialog" aria-label="Settings">
            { select("target", "Manifests are meant for", targets, target) }
            { select("profile", "Rules", profiles, profile) }
            { checkbox("complete", "This is everything", "No other object exists: rules that need to see all of them speak too.", now.complete, complete) }
            <hr />
            { select("theme", "Colours", themes, theme) }
            { checkbox("plain", "Plain text editor", "An ordinary text field, without colours.", now.plain, plain) }
            <hr />
            <button type="button" class="button" popovertarget="settings" popovertargetaction="hide" onclick={forget}>{ "Forget everything" }</button>
            <p class="quiet">{ "Empties the page and what it keeps in this browser. Undo brings the text back until you leave." }</p>
        </div>
    }
}

impl Props {
    fn choose(&self, change: impl Fn(&str, &mut Preferences) + 'static) -> Callback<Event> {
        let (now, dispatch) = (self.preferences, self.dispatch.clone());
        Callback::from(move |event: Event| {
            let field: HtmlSelectElement = event.target_unchecked_into();
            let mut changed = now;
            change(&field.value(), &mut changed);
            dispatch.dispatch(Action::Prefer(changed));
        })
    }

    fn tick(&self, change: impl Fn(bool, &mut Preferences) + 'static) -> Callback<Event> {
        let (now, dispatch) = (self.preferences, self.dispatch.clone());
        Callback::from(move |event: Event| {
            let field: HtmlInputElement = event.target_unchecked_into();
            let mut changed = now;
            change(field.checked(), &mut changed);
            dispatch.dispatch(Action::Prefer(changed));
        })
    }
}

fn select(
    id: &'static str,
    label: &'static str,
    options: impl IntoIterator<Item = (String, String, bool)>,
    onchange: Callback<Event>,
) -> Html {
    let options = options.into_iter().map(|(value, label, selected)| {
        html! { <option {value} {selected}>{ label }</option> }
    });
    let id = format!("setting-{id}");
    html! {
        <p class="field">
            <label for={id.clone()}>{ label }</label>
            <select {id} {onchange}>{ for options }</select>
        </p>
    }
}

fn checkbox(
    id: &'static str,
    label: &'static str,
    about: &'static str,
    checked: bool,
    onchange: Callback<Event>,
) -> Html {
    let (id, about_id) = (format!("setting-{id}"), format!("about-{id}"));
    html! {
        <div class="field tick">
            <input type="checkbox" id={id.clone()} {checked} aria-describedby={about_id.clone()} {onchange} />
            <label for={id}>{ label }</label>
            <p class="quiet" id={about_id}>{ about }</p>
        </div>
    }
}
