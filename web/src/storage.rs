//! What the browser keeps between visits: one entry, with a version, under a size limit.
//!
//! Storage may be missing, full or forbidden; the page then works and forgets. A text that holds a
//! Secret is never kept.

use crate::preferences::Preferences;
use serde::{Deserialize, Serialize};
use web_sys::Storage;

const KEY: &str = "pw:state:v1";
const SCHEMA: u32 = 1;
/// Text that a crash interrupted, for this tab alone.
const CRASH: &str = "pw:crash:v1";
/// Longest text that is kept, in bytes.
const MOST: usize = 500_000;

/// The entry.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) schema: u32,
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) own: Option<String>,
    #[serde(default)]
    pub(crate) example: Option<String>,
    #[serde(default)]
    pub(crate) preferences: Preferences,
    /// Nothing was kept before.
    #[serde(skip)]
    pub(crate) first_visit: bool,
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            text: None,
            own: None,
            example: None,
            preferences: Preferences::default(),
            first_visit: false,
        }
    }
}

fn local() -> Option<Storage> {
    gloo::utils::window().local_storage().ok().flatten()
}

fn session() -> Option<Storage> {
    gloo::utils::window().session_storage().ok().flatten()
}

/// What was kept; what a later version wrote, or nobody can read, counts as nothing.
pub(crate) fn load() -> Saved {
    let entry = local().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let first_visit = entry.is_none();
    let saved = entry.and_then(|json| serde_json::from_str::<Saved>(&json).ok());
    match saved {
        Some(saved) if saved.schema == SCHEMA => saved,
        _ => Saved { first_visit, ..Saved::default() },
    }
}

/// Keeps an entry; whether that worked.
pub(crate) fn save(saved: &Saved) -> bool {
    let Some(storage) = local() else { return false };
    let Ok(json) = serde_json::to_string(saved) else { return false };
    storage.set_item(KEY, &json).is_ok()
}

/// Keeps a text for the page that follows a crash, in this tab.
pub(crate) fn keep_for_restart(text: &str) {
    if let Some(storage) = session() {
        // Full or forbidden: the text still stands in the editor.
        let _ = storage.set_item(CRASH, text);
    }
}

/// The text that a crash interrupted, once.
pub(crate) fn take_crash() -> Option<String> {
    let storage = session()?;
    let text = storage.get_item(CRASH).ok().flatten()?;
    let _ = storage.remove_item(CRASH);
    Some(text)
}

/// Deletes everything that this page ever kept.
pub(crate) fn forget() {
    for (storage, key) in [(local(), KEY), (session(), CRASH)] {
        if let Some(storage) = storage {
            let _ = storage.remove_item(key);
        }
    }
}

/// Whether a text may be kept: it is short enough, and nothing in it looks like a Secret.
///
/// This looks at the text, not at the documents: a Secret that is being typed need not be readable.
pub(crate) fn may_keep(text: &str) -> bool {
    text.len() <= MOST && !holds_secret(text)
}

pub(crate) fn holds_secret(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("Secret") {
        let (before, after) = rest.split_at(at);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let after = after.get("Secret".len()..).unwrap_or_default();
        let ends = !after.starts_with(|c: char| c.is_alphanumeric());
        if ends && line.contains("kind") && line.trim_end_matches(['"', '\'', ' ']).ends_with(':') {
            return true;
        }
        rest = after;
    }
    false
}
