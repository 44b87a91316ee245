//! The plain module has nobody to ask.

use alloc::string::String;
use patternwarden::Settings;
use patternwarden::neighbours::Neighbours;
use patternwarden::tree::Document;

/// No neighbours, whatever the object.
#[expect(clippy::unnecessary_wraps, reason = "the module that asks can fail")]
pub(crate) fn of(_: &Settings, _: &Document) -> Result<Option<Neighbours>, String> {
    Ok(None)
}
