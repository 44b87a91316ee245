//! The policy's settings: read for every call, and explained when they are wrong.

use crate::request::document;
use alloc::string::String;
use core::fmt::Write as _;
use patternwarden::{Settings, SettingsError};
use patternwarden_tree::Document;
use serde::Serialize;

#[derive(Serialize)]
struct Validity {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Answers `validate_settings`. No settings at all are valid: they are the defaults.
pub(crate) fn validate(payload: &[u8]) -> Result<String, String> {
    let settings = match payload {
        b"" => Document::default(),
        bytes => document("the settings", bytes)?,
    };
    let message = Settings::from_document(&settings).err().map(|errors| lines(&errors));
    crate::json(&Validity { valid: message.is_none(), message })
}

/// The settings of a call.
pub(crate) fn read(document: &Document) -> Result<Settings, String> {
    Settings::from_document(document).map_err(|errors| offences(&errors))
}

fn offences(errors: &[SettingsError]) -> String {
    let mut text = String::from("the settings of this policy are not valid:\n");
    text.push_str(&lines(errors));
    text
}

/// One line per offence.
fn lines(errors: &[SettingsError]) -> String {
    let mut out = String::new();
    for error in errors {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = write!(out, "{error}");
    }
    out
}
