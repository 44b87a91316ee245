//! Reading a settings document: what turns rules on and off.

use super::check::Reader;
use super::{RuleSettings, Settings, SettingsError, Tuned};
use crate::minor::Minor;
use crate::param::Param;
use crate::pattern::Pattern;
use crate::rule::{Admission, Pss, PssLevel, Rule, Severity};
use crate::rules::{RULES, index_or_alias};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use patternwarden_tree::{Document, Kind, Node};

pub(super) const PROFILES: &[&str] =
    &["default", "pss-baseline", "pss-restricted", "strict", "learning", "none"];
const POLICY_KINDS: &[&str] = &["ClusterAdmissionPolicy", "AdmissionPolicy"];

pub(super) fn parse(document: &Document) -> Result<Settings, Vec<SettingsError>> {
    let mut settings = Settings::default();
    let mut reader = Reader::new(document);
    let root = document.root().and_then(inside_policy).filter(|root| !root.is_null());
    if let Some(root) = root {
        reader.settings(root);
        reader.choices(root, &mut settings);
        settings.document = document.clone();
        settings.base = root.id();
    }
    reader.finish(settings)
}

/// The settings themselves; `None` for a policy that has none.
fn inside_policy(root: Node<'_>) -> Option<Node<'_>> {
    let kind = root.get("kind").and_then(Node::as_str);
    if kind.is_some_and(|kind| POLICY_KINDS.contains(&kind)) {
        return root.at(&["spec", "settings"]).node();
    }
    Some(root)
}

impl<'d> Reader<'d> {
    /// Profiles first, whatever the order of keys: what names a rule is more specific.
    fn choices(&mut self, root: Node<'d>, settings: &mut Settings) {
        if let Some(profiles) = root.get("profiles") {
            self.profiles(profiles, settings);
        }
        if let Some(rules) = root.get("rules") {
            self.rules(rules, settings);
        }
        if let Some(target) = root.get("target") {
            self.target(target, settings);
        }
    }

    fn target(&mut self, entry: Node<'d>, settings: &mut Settings) {
        let text = match entry.kind() {
            Kind::String | Kind::Number => entry.written(),
            _ => "",
        };
        match Minor::parse(text) {
            Some(minor) if (Minor::OLDEST..=Minor::NEWEST).contains(&minor) => {
                settings.target = minor;
            }
            _ => self.error(
                entry,
                format!(
                    "expected a Kubernetes version from \"{}\" to \"{}\"",
                    Minor::OLDEST,
                    Minor::NEWEST
                ),
            ),
        }
    }

    fn profiles(&mut self, list: Node<'d>, settings: &mut Settings) {
        if !list.is_seq() {
            return self.error(list, "expected a list of profiles");
        }
        for item in list.items() {
            match item.as_str() {
                Some("default") => each(settings, |rule, tuned| tuned.enabled |= rule.enabled),
                Some("none") => each(settings, |_, tuned| tuned.enabled = false),
                Some("strict") => each(settings, |_, tuned| tuned.enabled = true),
                Some("learning") => each(settings, |_, tuned| {
                    tuned.enabled = true;
                    tuned.admission = Some(Admission::Off);
                }),
                Some("pss-baseline") => hold(settings, PssLevel::Baseline),
                Some("pss-restricted") => hold(settings, PssLevel::Restricted),
                Some(name) => self.unknown(item, "profile", name, &mut PROFILES.iter().copied()),
                None => self.error(item, "expected the name of a profile"),
            }
        }
    }

    fn rules(&mut self, map: Node<'d>, settings: &mut Settings) {
        if !map.is_map() {
            return self.error(map, "expected a map from rule to setting");
        }
        // Whole patterns first: an entry for one rule is more specific.
        for (whole, entry) in
            [true, false].into_iter().flat_map(|w| map.children().map(move |e| (w, e)))
        {
            let key = entry.key().unwrap_or_default();
            let pattern = key.strip_suffix("/*");
            if pattern.is_some() != whole {
                continue;
            }
            match pattern {
                Some(id) => match Pattern::find(id) {
                    Some(pattern) => self.pattern(pattern, entry, settings),
                    None => {
                        let mut ids = Pattern::ALL.iter().map(|pattern| pattern.id());
                        self.unknown(entry, "pattern", id, &mut ids);
                    }
                },
                None => {
                    let at = index_or_alias(key);
                    match at.and_then(|at| Some((RULES.get(at)?, settings.rules.get_mut(at)?))) {
                        Some((rule, tuned)) => self.rule(rule, entry, tuned, false),
                        None => {
                            self.unknown(entry, "rule", key, &mut RULES.iter().map(|rule| rule.id));
                        }
                    }
                }
            }
        }
    }

    fn pattern(&mut self, pattern: Pattern, entry: Node<'d>, settings: &mut Settings) {
        let mut checked = false;
        for (rule, tuned) in RULES.iter().zip(&mut settings.rules) {
            if rule.patterns.contains(&pattern) {
                let errors = self.count();
                self.rule(rule, entry, tuned, true);
                // The same entry is read for each rule of the pattern: report it once.
                if checked {
                    self.forget(errors);
                }
                checked = true;
            }
        }
        if !checked {
            self.error(entry, "this pattern has no rules");
        }
    }

    fn rule(
        &mut self,
        rule: &'static Rule,
        entry: Node<'d>,
        tuned: &mut RuleSettings,
        whole: bool,
    ) {
        // Parameters are those of one rule.
        let params = if whole { &[] } else { rule.params };
        // YAML 1.1 reads `off` as false, and `on` as true.
        match (entry.as_str(), entry.as_bool()) {
            (Some("off"), _) | (_, Some(false)) => return tuned.enabled = false,
            (Some("on"), _) | (_, Some(true)) => return tuned.enabled = true,
            (Some(word), _) => match severity(word) {
                Some(severity) => {
                    tuned.enabled = true;
                    tuned.severity = Some(severity);
                    return;
                }
                None => {
                    let words = ["off", "on", "error", "warning", "info", "hint"];
                    return self.unknown(entry, "severity", word, &mut words.into_iter());
                }
            },
            _ if !entry.is_map() => {
                return self.error(entry, "expected a severity, `off`, `on` or a map");
            }
            // A map about a whole pattern tunes its rules; those that are off until somebody asks
            // for them need `on` or a severity.
            _ if whole && entry.get("severity").is_none() => tuned.enabled |= rule.enabled,
            _ => tuned.enabled = true,
        }
        for value in entry.children() {
            let key = value.key().unwrap_or_default();
            match key {
                "severity" => match (value.as_str(), value.as_bool()) {
                    (Some("off"), _) | (_, Some(false)) => tuned.enabled = false,
                    (Some(word), _) if severity(word).is_some() => tuned.severity = severity(word),
                    _ => self.error(value, "expected error, warning, info, hint or off"),
                },
                "admission" => match (value.as_str(), value.as_bool()) {
                    (Some("off"), _) | (_, Some(false)) => tuned.admission = Some(Admission::Off),
                    (Some("warn"), _) => tuned.admission = Some(Admission::Warn),
                    (Some("deny"), _) => tuned.admission = Some(Admission::Deny),
                    _ => self.error(value, "expected off, warn or deny"),
                },
                key => match params.iter().find(|param| param.name() == key) {
                    Some(param) => match read(param, value) {
                        Ok(tuning) => {
                            self.entries(param, value);
                            tuned.params.push((param.name(), tuning));
                        }
                        Err(message) => self.error(value, message),
                    },
                    None => {
                        let names = params.iter().map(Param::name);
                        let mut options = names.chain(["severity", "admission"]);
                        self.unknown(
                            value,
                            &format!("parameter of `{}`", rule.id),
                            key,
                            &mut options,
                        );
                    }
                },
            }
        }
        self.pairs(rule, entry);
    }
}

impl<'d> Reader<'d> {
    /// Names every entry of a list that does not look like the others.
    fn entries(&mut self, param: &Param, list: Node<'d>) {
        let Param::Entries(_, form) = param else { return };
        for entry in list.items().filter(|item| item.as_str().is_some_and(|e| !form.holds(e))) {
            self.error(entry, format!("expected {form}"));
        }
    }
}

/// The value of a parameter, or what was expected.
fn read(param: &Param, node: Node<'_>) -> Result<Tuned, String> {
    match param {
        Param::Int(p) => match node.as_i64() {
            Some(value) if (p.min..=p.max).contains(&value) => Ok(Tuned::Int(value)),
            _ => Err(format!("expected a whole number from {} to {}", p.min, p.max)),
        },
        Param::Flag(_) => {
            node.as_bool().map(Tuned::Flag).ok_or_else(|| "expected true or false".to_owned())
        }
        Param::Choice(p) => match node.as_str() {
            Some(word) if p.options.contains(&word) => Ok(Tuned::Text(word.to_owned())),
            _ => Err(format!("expected one of {}", p.options.join(", "))),
        },
        Param::Strings(_) | Param::Entries(..) => {
            let items =
                node.as_seq().map(|list| list.items().map(|i| i.as_str().map(str::to_owned)));
            let read: Option<Vec<String>> = items.and_then(Iterator::collect);
            read.map(Tuned::Strings).ok_or_else(|| "expected a list of strings".to_owned())
        }
    }
}

fn each(settings: &mut Settings, mut change: impl FnMut(&'static Rule, &mut RuleSettings)) {
    RULES.iter().zip(&mut settings.rules).for_each(|(rule, tuned)| change(rule, tuned));
}

/// Exactly one level of the Pod Security Standards, enforced, and nothing else.
fn hold(settings: &mut Settings, level: PssLevel) {
    each(settings, |rule, tuned| {
        let at_level = |pss: Pss| match level {
            PssLevel::Baseline => pss.baseline.is_some(),
            PssLevel::Restricted => pss.restricted.is_some(),
        };
        tuned.enabled = rule.pss.is_some_and(at_level);
        if tuned.enabled {
            tuned.standard = Some(level);
            tuned.admission = Some(Admission::Deny);
        }
    });
}

fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.id() == word)
}
