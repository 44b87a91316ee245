//! Settings: one schema for the policy, the playground, the element and the command.

mod check;
pub mod keys;
mod pairs;
mod parse;
#[cfg(feature = "schema")]
pub mod questions;
#[cfg(feature = "schema")]
pub mod schema;
mod values;

use crate::date::Date;
use crate::finding::Finding;
use crate::minor::Minor;
use crate::rule::{Admission, PssLevel, Rule, Severity, Surface};
use crate::rules::{RULES, index};
use crate::set::Scope;
use alloc::{string::String, vec::Vec};
use core::fmt;
use patternwarden_tree::{Document, Span};

pub(crate) use values::may_mutate;
pub use values::{OnUpdate, OwnedObjects};

/// What a user decided. [`Settings::default`] is an empty settings document.
#[derive(Clone, Debug)]
pub struct Settings {
    target: Minor,
    /// Instead of what the document says.
    scope: Option<Scope>,
    /// One entry per rule, in the order of [`RULES`].
    rules: Vec<RuleSettings>,
    /// What the settings were read from, held against [`keys::KEYS`]: everything else is read from
    /// it when it is needed.
    document: Document,
    /// The node of `document` that holds the settings.
    base: u32,
    /// The day it is, by the clock of the face.
    today: Option<Date>,
    /// Whether an admission request is judged.
    at_admission: bool,
    /// Path of the input, for exemptions by file.
    file: Option<String>,
}

/// What a user decided about one rule.
#[derive(Clone, Debug, Default)]
pub struct RuleSettings {
    /// Whether it runs.
    pub(crate) enabled: bool,
    /// Severity of all its findings, when settings name one.
    pub(crate) severity: Option<Severity>,
    /// What its findings do at admission.
    pub(crate) admission: Option<Admission>,
    /// The level of the Pod Security Standards that a profile holds the rule to.
    pub(crate) standard: Option<PssLevel>,
    params: Vec<(&'static str, Tuned)>,
}

/// A value for a parameter.
#[derive(Clone, Debug)]
pub(crate) enum Tuned {
    Int(i64),
    Flag(bool),
    Text(String),
    Strings(Vec<String>),
}

/// Something wrong in a settings document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingsError {
    /// JSON Pointer in the settings document.
    pub pointer: String,
    /// Bytes to show; `None` for settings without text.
    pub span: Option<Span>,
    /// What is wrong, a fragment without full stop.
    pub message: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.message)
    }
}

impl core::error::Error for SettingsError {}

impl Default for Settings {
    fn default() -> Self {
        let rules = RULES
            .iter()
            .map(|rule| RuleSettings { enabled: rule.enabled, ..RuleSettings::default() });
        Self {
            target: Minor::DEFAULT,
            scope: None,
            rules: rules.collect(),
            document: Document::default(),
            base: 0,
            today: None,
            at_admission: false,
            file: None,
        }
    }
}

impl Settings {
    /// Reads settings from a document. An empty document is the default settings; the settings of
    /// a pasted `ClusterAdmissionPolicy` or `AdmissionPolicy` are read from its `spec.settings`.
    ///
    /// # Errors
    /// Every offence: unknown keys, rules and profiles, wrong types, numbers out of bounds; each
    /// with its pointer and, where one is near, the name that was probably meant.
    pub fn from_document(document: &Document) -> Result<Self, Vec<SettingsError>> {
        parse::parse(document)
    }

    /// The Kubernetes version the manifests are meant for.
    pub fn target(&self) -> Minor {
        self.target
    }

    /// The same settings for an input that is, or is not, complete.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The same settings for another Kubernetes version.
    #[must_use]
    pub fn with_target(mut self, target: Minor) -> Self {
        self.target = target;
        self
    }

    /// What a finding of this rule does at admission, unless the finding itself is milder.
    pub fn admission(&self, rule: &Rule) -> Admission {
        self.tuned(rule).and_then(|tuned| tuned.admission).unwrap_or(rule.admission)
    }

    /// What this finding does at admission.
    pub fn effect(&self, found: &Finding) -> Admission {
        self.admission(found.rule).min(found.at_most)
    }

    /// Check id of this finding in the Pod Security Standards, when they forbid what it says.
    ///
    /// It is that of the level that a profile holds the rule to, else of the lowest that has it.
    pub fn control(&self, found: &Finding) -> Option<&'static str> {
        let level = found.standard?;
        let held = self.tuned(found.rule).and_then(|tuned| tuned.standard);
        found.rule.pss?.control(held.unwrap_or(level), self.target)
    }

    /// What is decided about a rule.
    pub(crate) fn tuned(&self, rule: &Rule) -> Option<&RuleSettings> {
        self.rules.get(index(rule.id)?)
    }

    /// Whether a rule runs.
    pub fn is_enabled(&self, rule: &Rule) -> bool {
        self.tuned(rule).is_some_and(|tuned| tuned.enabled)
    }

    /// The same settings with only the rules that `keep` accepts.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Rule) -> bool) -> Self {
        for (rule, tuned) in RULES.iter().zip(&mut self.rules) {
            tuned.enabled = keep(rule);
        }
        self
    }

    /// The same settings without the rules that `keep` does not accept.
    #[must_use]
    pub fn retain(mut self, keep: impl Fn(&Rule) -> bool) -> Self {
        for (rule, tuned) in RULES.iter().zip(&mut self.rules) {
            tuned.enabled &= keep(rule);
        }
        self
    }

    /// The same settings with only the rules that count at admission: those that would warn or
    /// deny, if they see what the API server hands over or if settings name their effect.
    #[must_use]
    pub fn for_admission(mut self) -> Self {
        self.at_admission = true;
        for (rule, tuned) in RULES.iter().zip(&mut self.rules) {
            let effect = tuned.admission.unwrap_or(rule.admission);
            let speaks = rule.sees(Surface::Cluster) || tuned.admission.is_some();
            tuned.enabled &= speaks && effect != Admission::Off;
        }
        self
    }

    pub(crate) fn rules(&self) -> &[RuleSettings] {
        &self.rules
    }
}

impl RuleSettings {
    fn tuned(&self, name: &str) -> Option<&Tuned> {
        self.params.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether a rule can speak of a set that is complete, or not.
    pub(crate) fn can_answer(&self, rule: &Rule, closed: bool) -> bool {
        let asked = || rule.on_open.is_some_and(|flag| self.flag(flag.name) == Some(true));
        closed || !rule.needs_bundle() || asked()
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.tuned(name)? {
            Tuned::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.tuned(name)? {
            Tuned::Flag(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.tuned(name)? {
            Tuned::Text(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn strings(&self, name: &str) -> Option<&[String]> {
        match self.tuned(name)? {
            Tuned::Strings(value) => Some(value),
            _ => None,
        }
    }
}
