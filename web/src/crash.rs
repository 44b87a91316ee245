//! What happens when the checker breaks: the text is kept, and the page says so without it.
//!
//! After a panic nothing of the page's program may run again, so the alert stands ready in
//! `index.html` and its way out is an ordinary link.

use crate::storage;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static TEXT: RefCell<Rc<str>> = RefCell::new(Rc::from(""));
}

/// Notes the text to keep.
pub(crate) fn remember(text: &Rc<str>) {
    TEXT.with(|kept| {
        if let Ok(mut kept) = kept.try_borrow_mut() {
            *kept = text.clone();
        }
    });
}

/// Installs the hook.
pub(crate) fn watch() {
    yew::set_custom_panic_hook(Box::new(|panic| {
        let report = panic.to_string();
        gloo::console::error!(&report);
        TEXT.with(|kept| {
            if let Ok(kept) = kept.try_borrow() {
                storage::keep_for_restart(&kept);
            }
        });
        let document = gloo::utils::document();
        if let Some(place) = document.get_element_by_id("crash-report") {
            place.set_text_content(Some(&report));
        }
        if let Some(card) = document.get_element_by_id("crash") {
            let _ = card.remove_attribute("hidden");
        }
    }));
}
