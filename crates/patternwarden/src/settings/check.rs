//! Holding a settings document against the table of keys, with every offence at once.

use super::keys::{ALLOW_ALL, KEYS, Key, MIN_REASON, MIN_REASON_CHARS, REQUIRE_UNTIL, Refs, Shape};
use super::{Settings, SettingsError, may_mutate};
use crate::date::Date;
use crate::kube::{Api, WorkloadKind};
use crate::matcher::nearest;
use crate::pattern::Pattern;
use crate::rule::Severity;
use crate::rules::{RULES, find_or_alias};
use crate::suppress::is_placeholder;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use patternwarden_tree::{Document, Node, Place, sort_by};

/// Profiles that stand for a set of rules.
pub(crate) const RULE_PROFILES: &[&str] = &["default", "strict", "pss-baseline", "pss-restricted"];

pub(super) struct Reader<'d> {
    document: &'d Document,
    /// The map of settings, which may stand inside a policy.
    settings: Option<Node<'d>>,
    /// Each with the index of its node.
    errors: Vec<(u32, SettingsError)>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { document, settings: None, errors: Vec::new() }
    }

    pub(super) fn finish(mut self, settings: Settings) -> Result<Settings, Vec<SettingsError>> {
        if self.errors.is_empty() {
            return Ok(settings);
        }
        sort_by(&mut self.errors, |a, b| a.0.cmp(&b.0));
        Err(self.errors.into_iter().map(|(_, error)| error).collect())
    }

    /// Everything but what the rules themselves decide.
    pub(super) fn settings(&mut self, root: Node<'d>) {
        if !root.is_map() {
            return self.error(root, "expected a map of settings");
        }
        self.settings = Some(root);
        self.keys("setting", root, KEYS);
        for hidden in root.document().shadowed() {
            self.error(hidden, "this key appears again below");
        }
        self.consistency(root);
    }

    fn keys(&mut self, what: &str, map: Node<'d>, keys: &'static [&'static Key]) {
        for entry in map.children() {
            let name = entry.key().unwrap_or_default();
            match keys.iter().find(|key| key.name() == name) {
                Some(key) => self.value(key, entry),
                None => self.unknown(entry, what, name, &mut keys.iter().map(|key| key.name())),
            }
        }
    }

    fn value(&mut self, key: &'static Key, node: Node<'d>) {
        match key.shape {
            // Read where the rules are.
            Shape::Target | Shape::Profiles | Shape::Rules => {}
            Shape::Flag { .. } => self.expect(node.as_bool().is_some(), node, "true or false"),
            Shape::Int { min, max, .. } => {
                if !node.as_i64().is_some_and(|value| (min..=max).contains(&value)) {
                    self.error(node, format!("expected a whole number from {min} to {max}"));
                }
            }
            Shape::Choice(words) => {
                if !node.as_str().is_some_and(|word| words.contains(&word)) && !is_off(node, words)
                {
                    self.error(node, format!("expected one of {}", words.join(", ")));
                }
            }
            Shape::Text => self.expect(is_text(node), node, "a text"),
            Shape::Texts { least, .. } => {
                let fine = node.is_seq() && node.items().all(is_text);
                self.expect(fine, node, "a list of texts");
                self.expect(!fine || node.items().count() >= least, node, "at least one entry");
            }
            Shape::Date => {
                let fine = node.is_null() || node.as_str().is_some_and(is_date);
                self.expect(fine, node, "a day such as 2027-06-30");
            }
            Shape::Url => {
                self.expect(node.as_str().is_some_and(is_url), node, "an address with https://");
            }
            Shape::Pointer => {
                let fine = node.as_str().is_some_and(is_pointer);
                self.expect(fine, node, "a JSON Pointer such as /spec/template/spec");
            }
            Shape::Selector => self.selector(node),
            Shape::RuleList(refs) => self.rule_list(node, refs),
            Shape::Map { keys, least } => {
                self.expect(node.is_map(), node, "a map");
                let enough = !node.is_map() || node.children().count() >= least;
                self.expect(enough, node, "at least one key");
                self.keys(&format!("key of `{}`", key.name()), node, keys);
            }
            Shape::List { keys, required } => {
                let fine = node.is_seq() && node.items().all(Node::is_map);
                self.expect(fine, node, "a list of maps");
                for item in node.items().filter(|item| item.is_map()) {
                    self.keys(&format!("key of `{}`", key.name()), item, keys);
                    for name in required.iter().filter(|name| item.get(name).is_none()) {
                        self.error(item, format!("`{name}` is missing"));
                    }
                }
            }
        }
    }

    /// `matchLabels` and `matchExpressions`, with the operators of the API.
    fn selector(&mut self, node: Node<'d>) {
        let texts = |map: Node<'_>| map.children().all(|value| value.as_str().is_some());
        let word = |item: Node<'d>, key| item.get(key).and_then(Node::as_str);
        let holds = |item: Node<'d>| {
            let listed = item.get("values").and_then(Node::as_seq).map(|list| {
                list.items().all(|value| value.as_str().is_some()).then(|| list.items().count())
            });
            let values = match word(item, "operator") {
                Some("In" | "NotIn") => listed.flatten().is_some_and(|count| count > 0),
                Some("Exists" | "DoesNotExist") => item.get("values").is_none(),
                _ => false,
            };
            let known =
                |entry: Node<'d>| matches!(entry.key(), Some("key" | "operator" | "values"));
            values && word(item, "key").is_some() && item.children().all(known)
        };
        let fine = node.is_map()
            && node.children().next().is_some()
            && node.children().all(|part| match part.key() {
                Some("matchLabels") => part.is_map() && texts(part),
                Some("matchExpressions") => part.is_seq() && part.items().all(holds),
                _ => false,
            });
        self.expect(fine, node, "a label selector: matchLabels, matchExpressions");
    }

    fn rule_list(&mut self, list: Node<'d>, refs: Refs) {
        if !list.is_seq() {
            return self.error(list, "expected a list of rules");
        }
        if refs == Refs::Exempt {
            self.expect(list.items().next().is_some(), list, "at least one entry");
        }
        for item in list.items() {
            let Some(name) = item.as_str() else {
                self.error(item, "expected the id of a rule");
                continue;
            };
            match (refs, name.split_once(':')) {
                (Refs::Mutable, _) | (_, None) => match find_or_alias(name) {
                    Some(rule) if refs == Refs::Mutable => {
                        if let Err(why) = may_mutate(rule) {
                            self.error(item, format!("`{name}` {why}"));
                        }
                    }
                    Some(rule) if refs == Refs::Exempt && rule.is_about_suppressions() => {
                        self.error(item, format!("`{name}` is not for suppressing"));
                    }
                    Some(_) => {}
                    None if refs == Refs::Exempt && name == "*" => self.all_rules(item),
                    None => {
                        self.unknown(item, "rule", name, &mut RULES.iter().map(|rule| rule.id));
                    }
                },
                (_, Some(("profile", profile))) => {
                    if !RULE_PROFILES.contains(&profile) {
                        let mut names = RULE_PROFILES.iter().copied();
                        self.unknown(item, "profile", profile, &mut names);
                    }
                }
                (_, Some(("pattern", pattern))) => {
                    if Pattern::find(pattern).is_none() {
                        let mut ids = Pattern::ALL.iter().map(|pattern| pattern.id());
                        self.unknown(item, "pattern", pattern, &mut ids);
                    }
                }
                (Refs::Locked, Some(("severity", word))) => {
                    let mut ids = Severity::ALL.into_iter().map(Severity::id);
                    if !ids.clone().any(|id| id == word) {
                        self.unknown(item, "severity", word, &mut ids);
                    }
                }
                (_, Some((kind, _))) => {
                    let mut kinds = ["profile", "pattern", "severity"].into_iter();
                    self.unknown(item, "set of rules", kind, &mut kinds);
                }
            }
        }
    }

    fn all_rules(&mut self, item: Node<'d>) {
        let allowed = self.settings.map(|root| root.at(ALLOW_ALL.path));
        let allowed = allowed.and_then(|place| place.node()?.as_bool());
        self.expect(allowed == Some(true), item, "rules; `*` needs `suppressions.allow_all`");
    }

    /// What one key says about another.
    fn consistency(&mut self, root: Node<'d>) {
        let needs_until = root.at(REQUIRE_UNTIL.path).node().and_then(Node::as_bool);
        let least = root.at(MIN_REASON_CHARS.path).node().and_then(Node::as_i64);
        let least = least.unwrap_or(MIN_REASON).unsigned_abs() as usize;
        let mut ids: Vec<&str> = Vec::new();
        for entry in list(root, "exemptions") {
            if needs_until == Some(true) && entry.get("until").is_none_or(Node::is_null) {
                self.error(entry, "`until` is missing, which `suppressions.require_until` demands");
            }
            let reason = entry.get("reason").and_then(Node::as_str).map(str::trim);
            if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
                let place = entry.get("reason").unwrap_or(entry);
                if reason.chars().count() < least {
                    self.error(place, format!("a reason has at least {least} characters"));
                } else if is_placeholder(reason) {
                    self.error(place, format!("`{reason}` says no reason"));
                }
            }
            let id = entry.get("id").and_then(Node::as_str);
            if let Some(id) = id.filter(|id| ids.contains(id)) {
                self.error(entry, format!("another exemption has the id `{id}`"));
            }
            ids.extend(id);
        }
        for entry in list(root, "pod_specs") {
            let text = |key| entry.get(key).and_then(Node::as_str).unwrap_or_default();
            let api = Api { group: text("group"), version: "", kind: text("kind") };
            if WorkloadKind::of(api, false).is_some() {
                self.error(entry, "the rules read this kind already");
            }
        }
    }

    pub(super) fn unknown<'a>(
        &mut self,
        node: Node<'d>,
        what: &str,
        name: &str,
        options: &mut dyn Iterator<Item = &'a str>,
    ) {
        let message = match nearest(name, options) {
            Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
            None => format!("there is no {what} `{name}`"),
        };
        self.error(node, message);
    }

    fn expect(&mut self, fine: bool, node: Node<'d>, expected: &str) {
        if !fine {
            self.error(node, format!("expected {expected}"));
        }
    }

    pub(super) fn error(&mut self, node: Node<'d>, message: impl Into<String>) {
        self.push(node, message.into());
    }

    #[inline(never)]
    fn push(&mut self, node: Node<'d>, message: String) {
        let root = self.document.root().unwrap_or(node);
        let key = node.origin().and_then(|origin| origin.key);
        let pointer = Place::from(node).pointer(root).to_string();
        let span = key.or_else(|| node.anchor());
        self.errors.push((node.id(), SettingsError { pointer, span, message }));
    }

    /// Number of offences so far.
    pub(super) fn count(&self) -> usize {
        self.errors.len()
    }

    /// Forgets the offences behind the first `count`.
    pub(super) fn forget(&mut self, count: usize) {
        self.errors.truncate(count);
    }
}

fn list<'d>(root: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> {
    root.get(key).into_iter().flat_map(Node::items)
}

/// YAML 1.1 reads `off` as false.
fn is_off(node: Node<'_>, words: &[&str]) -> bool {
    node.as_bool() == Some(false) && words.contains(&"off")
}

fn is_text(node: Node<'_>) -> bool {
    node.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && Date::parse(text).is_some()
}

/// A host, at least, and nothing that would end the word in a terminal.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic())
}

fn is_pointer(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(|token| !token.is_empty()))
}
