//! The Kubernetes patterns, executable.
//!
//! This crate names the design patterns that manifests use, finds where they
//! break them, explains why and offers the repair. It reads documents that
//! somebody else parsed ([`Stream`]), and answers with one [`Report`], the same
//! for every program built on it.
//!
//! ```
//! # use patternwarden::{Settings, check};
//! let stream = patternwarden_yaml::read("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n");
//! let report = check(&stream, &Settings::default());
//! assert_eq!(report.resources.len(), 1);
//! ```
//!
//! **Invariants.** Nothing here panics, does input or output, or reads a clock
//! or a random number. Rules cannot fail. Views hold no opinion. Findings are
//! sorted and deterministic. A field of the wrong type is never taken for a
//! good one.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod amounts;
mod annotations;
mod api_migration;
pub mod api_versions;
pub mod bundle;
mod companions;
mod confidential;
pub mod crd_migration;
mod crd_path;
pub mod dapr;
pub mod date;
mod digest;
pub mod docs;
pub mod engine;
pub mod errata;
mod exposure;
pub mod finding;
pub mod fixes;
pub mod helpers;
pub mod image_files;
mod image_match;
mod image_tags;
pub mod kube;
mod lease_rights;
pub mod matcher;
mod metadata_policy;
pub mod minor;
mod needs;
pub mod neighbours;
mod node_paths;
pub mod param;
pub mod pattern;
pub mod patterns;
mod port_clash;
pub mod powers;
mod probe_scope;
pub mod recognise;
pub mod repair;
pub mod report;
mod required;
mod route_claims;
pub mod rule;
pub mod rules;
pub mod schema;
mod secret_places;
pub mod secret_values;
mod served;
pub mod set;
pub mod settings;
mod singleton;
mod spreading;
mod start_up;
mod structural;
pub mod suppress;
mod third_party;

pub use date::Date;
pub use minor::Minor;
pub use pattern::{Category, Pattern};
pub use patterns::RECOGNISERS;
pub use patternwarden_tree as tree;
pub use patternwarden_tree::Stream;
pub use report::{Report, check, check_beside, check_with};
pub use rule::{Admission, Grade, Rule, Severity, Surface};
pub use rules::RULES;
pub use settings::{Settings, SettingsError};
