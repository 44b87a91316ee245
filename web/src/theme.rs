//! Light or dark, wide or narrow: what the browser says and what a person chose.

use crate::preferences::Theme;
use gloo::events::EventListener;
use yew::prelude::*;

const DARK: &str = "(prefers-color-scheme: dark)";
/// Where tabs take the place of panes; `style.css` has the same bound.
const NARROW: &str = "(max-width: 899px)";

fn matches(query: &str) -> bool {
    let list = gloo::utils::window().match_media(query).ok().flatten();
    list.is_some_and(|list| list.matches())
}

pub(crate) fn is_narrow() -> bool {
    matches(NARROW)
}

#[hook]
fn use_media(query: &'static str) -> bool {
    let state = use_state_eq(|| matches(query));
    let setter = state.setter();
    use_effect_with((), move |()| {
        let list = gloo::utils::window().match_media(query).ok().flatten();
        let listener = list
            .map(|list| EventListener::new(&list, "change", move |_| setter.set(matches(query))));
        move || drop(listener)
    });
    *state
}

/// Whether tabs take the place of panes.
#[hook]
pub(crate) fn use_narrow() -> bool {
    use_media(NARROW)
}

/// Whether the page is dark; the choice is put on the root element, where the styles look.
#[hook]
pub(crate) fn use_dark(theme: Theme) -> bool {
    let system = use_media(DARK);
    use_effect_with(theme, |theme| {
        if let Some(root) = gloo::utils::document().document_element() {
            let _ = root.set_attribute("data-theme", theme.id());
        }
    });
    match theme {
        Theme::Auto => system,
        Theme::Light => false,
        Theme::Dark => true,
    }
}
