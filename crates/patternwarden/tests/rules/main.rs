//! What the examples in the documentation of single rules cannot show.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod asked;
mod bounds;
mod clauses;
mod companions;
mod configuration;
mod confinement;
mod containment;
mod demands;
mod documents;
mod duplicates;
mod election;
mod fields;
mod health;
mod images;
mod migration;
mod platform;
mod reach;
mod rights;
mod routing;
mod schemas;
mod sidecars;
#[path = "../support/mod.rs"]
mod support;
mod tables;
mod variants;
mod versions;

use patternwarden::docs::Example;
use patternwarden::{Settings, rules};
use support::Judged;

/// Settings in which one rule alone is on, for a complete input.
fn only(id: &str) -> Settings {
    support::settings_of(rules::find(id).expect(id), &Example::default())
}

/// The same, for another Kubernetes version.
fn only_for(id: &'static str, minor: u8) -> Settings {
    support::settings(&format!(r#"{{"target": "1.{minor}", "input_complete": true}}"#))
        .only(|rule| rule.id == id)
}

/// Places and messages of what was found.
fn messages(judged: &Judged) -> Vec<String> {
    judged.findings.iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect()
}
