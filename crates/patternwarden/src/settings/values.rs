//! What the settings say, key by key.

use super::Settings;
use super::keys::{self, Key, Shape};
use crate::date::Date;
use crate::kube::{Pointers, WorkloadKind, items};
use crate::pattern::Pattern;
use crate::rule::{Grade, Rule, Surface};
use crate::set::Scope;
use alloc::{string::String, vec::Vec};
use patternwarden_tree::Node;

/// What is asked of objects that a controller made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the words of a setting")]
pub enum OwnedObjects {
    /// The rules about containment: whoever made the template was asked for the rest.
    Security,
    /// Nothing.
    Skip,
}

/// What an update is judged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the words of a setting")]
pub enum OnUpdate {
    /// Everything that is wrong with the new object.
    All,
    /// What is worse than in the old object; the rest becomes a warning.
    Worse,
}

impl Settings {
    /// The map of settings; `None` where there are none.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        self.document.node(self.base)
    }

    /// What stands at a key.
    fn at(&self, key: &Key) -> Option<Node<'_>> {
        self.root()?.at(key.path).node()
    }

    pub(crate) fn flag_at(&self, key: &Key) -> bool {
        let default = matches!(key.shape, Shape::Flag { default: true });
        self.at(key).and_then(Node::as_bool).unwrap_or(default)
    }

    /// A whole number; none of them may be below 0.
    pub(crate) fn count_at(&self, key: &Key) -> usize {
        let default = if let Shape::Int { default, .. } = key.shape { default } else { 0 };
        self.at(key).and_then(Node::as_i64).unwrap_or(default).unsigned_abs() as usize
    }

    /// Whether a key holds this word; YAML 1.1 reads `off` as false.
    pub(crate) fn is_at(&self, key: &Key, word: &str) -> bool {
        match (self.at(key), &key.shape) {
            (Some(node), _) if node.as_bool() == Some(false) => word == "off",
            (Some(node), _) => node.as_str() == Some(word),
            (None, Shape::Choice(words)) => words.first() == Some(&word),
            (None, _) => false,
        }
    }

    /// Entries of a list, maps or texts.
    pub(crate) fn list_at(&self, key: &Key) -> impl Iterator<Item = Node<'_>> {
        items(self.at(key))
    }

    /// Whether the input is said to be complete.
    pub fn scope(&self) -> Scope {
        let written =
            || if self.flag_at(&keys::INPUT_COMPLETE) { Scope::Closed } else { Scope::Open };
        self.scope.unwrap_or_else(written)
    }

    /// The same settings on this day: the clock of the machine, where settings do not say `as_of`.
    #[must_use]
    pub fn with_today(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }

    /// The day on which expiry is judged: `as_of`, else the clock of the machine; `None` where
    /// there is neither, as in the cluster.
    pub fn today(&self) -> Option<Date> {
        let written = self.at(&keys::AS_OF).and_then(Node::as_str);
        written.and_then(Date::parse).or(self.today)
    }

    /// Whether an admission request is judged.
    pub(crate) fn at_admission(&self) -> bool {
        self.at_admission
    }

    /// The same settings for the file at this path, with `/` between its parts, for exemptions by
    /// file; relative to the settings file.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<String>) -> Self {
        self.file = Some(path.into());
        self
    }

    pub(crate) fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The namespace of objects that name none.
    pub(crate) fn default_namespace(&self) -> Option<&str> {
        self.at(&keys::DEFAULT_NAMESPACE)?.as_str()
    }

    /// Whether some exemption depends on the path of the input.
    pub fn exempts_files(&self) -> bool {
        self.list_at(&keys::EXEMPTIONS).any(|entry| entry.at(keys::FILES.path).node().is_some())
    }

    /// Whether the policy applies this rule's safe fix.
    pub fn mutates(&self, rule: &Rule) -> bool {
        let named = |id: &str| rule.id == id || rule.aliases.contains(&id);
        self.list_at(&keys::MUTATE).filter_map(Node::as_str).any(named)
    }

    /// Whether the policy applies the safe fix of any rule.
    pub fn mutates_any(&self) -> bool {
        self.list_at(&keys::MUTATE).next().is_some()
    }

    /// What is asked of objects that a controller made.
    pub fn owned_objects(&self) -> OwnedObjects {
        if self.is_at(&keys::OWNED_OBJECTS, "skip") {
            OwnedObjects::Skip
        } else {
            OwnedObjects::Security
        }
    }

    /// What an update is judged for.
    pub fn on_update(&self) -> OnUpdate {
        if self.is_at(&keys::ON_UPDATE, "worse") { OnUpdate::Worse } else { OnUpdate::All }
    }

    /// The most findings that the message of a denial names.
    pub fn max_findings(&self) -> usize {
        self.count_at(&keys::MAX_FINDINGS)
    }

    /// Where rules are documented, without a slash at its end.
    pub fn docs_url(&self) -> Option<&str> {
        Some(self.at(&keys::DOCS_URL)?.as_str()?.trim_end_matches('/'))
    }

    /// Whether this value of `helm.sh/hook` exempts an object from rules about availability.
    pub(crate) fn exempts_hook(&self, hook: &str) -> bool {
        let hooks = || hook.split(',').map(str::trim);
        match (self.at(&keys::EXEMPT_HOOKS), &keys::EXEMPT_HOOKS.shape) {
            (Some(list), _) => {
                list.items().filter_map(Node::as_str).any(|e| hooks().any(|h| h == e))
            }
            (None, Shape::Texts { default, .. }) => hooks().any(|hook| default.contains(&hook)),
            (None, _) => false,
        }
    }

    /// The custom kinds of `pod_specs`.
    pub(crate) fn pod_specs<'s>(&'s self) -> Vec<WorkloadKind<'s>> {
        let kind = |entry: Node<'s>| {
            let text = |key| entry.get(key).and_then(Node::as_str);
            let at = Pointers {
                spec: text("spec")?,
                meta: text("meta"),
                replicas: text("replicas"),
                selector: text("selector"),
            };
            let like = text("like").unwrap_or("Deployment");
            Some(WorkloadKind::custom(text("group")?, text("kind")?, like, at))
        };
        self.list_at(&keys::POD_SPECS).filter_map(kind).collect()
    }
}

/// Whether a policy may apply a rule's fix by itself, or why not.
pub(crate) fn may_mutate(rule: &Rule) -> Result<(), &'static str> {
    // Which image runs, who may do what and who reaches whom is for people to decide.
    const REVIEWED: [Pattern; 3] =
        [Pattern::NetworkSegmentation, Pattern::AccessControl, Pattern::ImageBuilder];
    if rule.fix != Some(Grade::Safe) {
        Err("has no safe fix that a policy could apply")
    } else if rule.id.starts_with("image-") || rule.patterns.iter().any(|p| REVIEWED.contains(p)) {
        Err("is about images, access or the network, which a policy does not change")
    } else if rule.is_about_suppressions() {
        Err("is about what people wrote down, which a policy does not change")
    } else if rule.fix_beside {
        Err("is repaired by another object, and a policy changes that of the request")
    } else if rule.surfaces == [Surface::Text] {
        Err("is about text, which a policy does not see")
    } else {
        Ok(())
    }
}
