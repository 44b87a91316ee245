//! Sets of rules that the settings name: `profile:…`, `pattern:…`, `severity:…`, `*`.

use crate::rule::Rule;
use crate::settings::{Settings, keys::Key};
use patternwarden_tree::Node;

/// Whether one entry of a list stands for this rule.
pub(super) fn names(settings: &Settings, entry: &str, rule: &Rule) -> bool {
    match entry.split_once(':') {
        Some(("profile", "default")) => rule.enabled,
        Some(("profile", "pss-baseline")) => rule.pss.is_some_and(|pss| pss.baseline.is_some()),
        Some(("profile", "pss-restricted")) => rule.pss.is_some_and(|pss| pss.restricted.is_some()),
        Some(("profile", "strict")) => true,
        Some(("pattern", pattern)) => rule.patterns.iter().any(|own| own.id() == pattern),
        Some(("severity", word)) => {
            let tuned = settings.tuned(rule).and_then(|tuned| tuned.severity);
            tuned.unwrap_or(rule.severity).id() == word
        }
        _ => entry == "*" || rule.id == entry || rule.aliases.contains(&entry),
    }
}

/// Whether a list of the settings names this rule.
pub(super) fn lists(settings: &Settings, key: &Key, rule: &Rule) -> bool {
    settings.list_at(key).filter_map(Node::as_str).any(|entry| names(settings, entry, rule))
}
