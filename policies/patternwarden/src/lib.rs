//! Patternwarden as an admission policy: a waPC guest for Kubewarden.
//!
//! `abi` is the host's way in and the only unsafe code; it hands bytes to
//! [`answer`], which is ordinary code and is tested natively. `request` reads what
//! the API server asks, `mutation` repairs it where settings say so, `verdict` judges
//! it, and `wording` says it to people.
//!
//! **Invariants.** Every error is text for the host, never a trap and never an
//! acceptance. No clock, no file, no call back to the host. Nothing is kept
//! between calls.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(all(target_arch = "wasm32", not(test)))]
mod abi;
mod mutation;
mod request;
mod response;
mod settings;
mod surroundings;
#[cfg(test)]
mod tests;
mod update;
mod verdict;
mod wording;

use alloc::{borrow::ToOwned, format, string::String};
use core::fmt::Display;

/// Answers one call of the host with JSON text.
///
/// # Errors
/// What to tell the host when the call cannot be answered: an unknown operation, a payload that
/// cannot be read, settings that are not valid. The host refuses the request then.
pub fn answer(operation: &[u8], payload: &[u8]) -> Result<String, String> {
    match operation {
        b"validate" => verdict::validate(payload),
        b"validate_settings" => settings::validate(payload),
        b"protocol_version" => Ok(r#""v1""#.to_owned()),
        b"report" => verdict::report(payload),
        other => Err(format!("there is no operation `{}`", other.escape_ascii())),
    }
}

/// A Rust value as JSON text.
fn json(value: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| unreadable("the answer", error))
}

fn unreadable(what: &str, error: impl Display) -> String {
    format!("cannot read {what}: {error}")
}
