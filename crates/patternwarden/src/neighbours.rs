//! What stands beside one object in a cluster: how rules that compare objects speak at admission.
//!
//! Such a rule declares, as data, which kinds it compares an object of which kind with
//! ([`Reads`]). Whoever can ask a cluster asks for the kinds that are [`wanted`], once each, and hands
//! over what it got; [`Neighbours`] then judges the object in the company of the others, and nothing
//! but the object.
//!
//! **Invariant.** Nothing here asks anybody: the answers are documents, from a cluster or from a
//! test. A rule that lacks one of its kinds stays silent and is listed as not checked.

mod kinds;

use crate::bundle::Bundle;
use crate::engine::{self, Judgement};
use crate::kube::Object;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::set::{Scope, Set};
use crate::settings::Settings;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use patternwarden_tree::{Builder, Document, Kind, Limit, Node, sort_by};

pub use kinds::*;

/// A kind of a cluster, and what rules look at in its objects.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    /// `apps/v1`.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// Whether only those of the object's own namespace are read. Of a kind without namespaces, and
    /// of one whose objects meet across them, all are.
    pub namespaced: bool,
    /// A label selector that leaves out what is read as another kind; empty for everything.
    ///
    /// It never depends on the object that is judged: policy-server keeps a watch for each distinct
    /// question, for as long as it runs.
    pub labels: &'static str,
    /// The fields that rules look at, with dots; `metadata` always comes along. Never empty, which
    /// would mean all fields.
    pub fields: &'static [&'static str],
}

/// What a rule compares objects of some kinds with.
#[derive(Debug)]
pub struct Reads {
    /// The kinds that the rule judges.
    pub on: &'static [&'static str],
    /// The kinds it compares them with.
    pub kinds: &'static [&'static Read],
    /// What of the rule no cluster is asked about, with the reason; empty for nothing.
    pub lacks: &'static str,
}

impl Reads {
    /// For a rule that asks no cluster: why not.
    pub const fn never(reason: &'static str) -> Self {
        Self { on: &[], kinds: &[], lacks: reason }
    }

    /// What a rule looks up for objects of this kind.
    fn of(rule: &Rule, kind: &str) -> Option<&'static Self> {
        rule.reads.iter().find(|reads| reads.on.contains(&kind))
    }
}

/// The rules that settings switch on for objects of this kind, and what they look up.
fn rules<'s>(
    settings: &'s Settings,
    kind: &'s str,
) -> impl Iterator<Item = (&'static Rule, &'static Reads)> + 's {
    RULES.iter().zip(settings.rules()).filter_map(move |(rule, tuned)| {
        let reads = Reads::of(rule, kind)?;
        (tuned.enabled && rule.speaks_for(settings.target())).then_some((rule, reads))
    })
}

/// What has to be looked up to judge this object; each kind once. Nothing for what a controller
/// made: it is judged for containment, which nobody else has a part in.
pub fn wanted(settings: &Settings, object: &Document) -> Vec<&'static Read> {
    let mut out: Vec<&'static Read> = Vec::new();
    let object = object.root().map(|root| Object::new(root, 0));
    let Some(object) = object.filter(|object| !object.is_controlled()) else { return out };
    for (_, reads) in rules(settings, object.api().kind) {
        for read in reads.kinds {
            if !out.contains(read) {
                out.push(read);
            }
        }
    }
    out
}

/// How far a rule that compares objects has been told what it reads.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Told {
    /// All of it, but for what no cluster is asked about: the reason, or nothing.
    Enough(&'static str),
    /// It stays silent, for this reason.
    TooLittle(String),
    /// It compares no object of this kind with anything.
    Apart,
}

/// What was found in a cluster beside an object.
#[derive(Debug, Default)]
pub struct Neighbours {
    read: Vec<&'static Read>,
    failed: Vec<(&'static Read, String)>,
    /// The object comes last, as the newest: of two that claim the same thing, it is the second.
    documents: Vec<Document>,
}

impl Neighbours {
    /// Nobody yet, beside this object.
    pub fn of(object: Document) -> Self {
        Self { documents: alloc::vec![object], ..Self::default() }
    }

    /// The same neighbours beside another object, such as the one before an update.
    #[must_use]
    pub fn beside(&self, object: Document) -> Self {
        let mut documents = self.documents.clone();
        documents.pop();
        documents.push(object);
        Self { read: self.read.clone(), failed: self.failed.clone(), documents }
    }

    /// The object.
    pub fn object(&self) -> Option<Node<'_>> {
        self.documents.last()?.root()
    }

    /// Takes what a cluster has of a kind. Objects without `apiVersion` and `kind` get them, since
    /// the API server leaves them out in lists; the object itself, as the cluster has it now, is
    /// left out.
    ///
    /// # Errors
    /// An object that is larger than a document may be.
    pub fn add(&mut self, read: &'static Read, found: Vec<Document>) -> Result<(), Limit> {
        let Some(object) = self.documents.pop() else { return Ok(()) };
        let start = self.documents.len();
        for document in found {
            let Some(root) = document.root().filter(|root| root.is_map()) else { continue };
            if object.root().is_some_and(|object| is_same(object, root, read.kind)) {
                continue;
            }
            let typed = root.get("kind").is_some();
            let document = if typed { document } else { with_type(root, read)? };
            self.documents.push(document);
        }
        // A cluster answers in any order; what is said must not depend on it.
        sort_by(self.documents.get_mut(start..).unwrap_or_default(), |a, b| key(a).cmp(&key(b)));
        self.documents.push(object);
        self.read.push(read);
        Ok(())
    }

    /// Takes the reason why a cluster does not tell what it has of a kind.
    pub fn fail(&mut self, read: &'static Read, reason: &str) {
        self.failed.push((read, reason.to_owned()));
    }

    /// What is wrong with the object, which is the only one of `set`: a rule that has been told about
    /// the others judges it beside them, every other rule alone.
    pub fn judge(&self, settings: &Settings, set: &Set<'_>) -> Judgement {
        if self.read.is_empty() || rules(settings, self.kind()).next().is_none() {
            return engine::judge(settings, set);
        }
        let is_told = |rule: &Rule| matches!(self.told(rule), Told::Enough(_));
        let mut judged = engine::judge(&settings.clone().retain(|rule| !is_told(rule)), set);
        judged.extend(self.compare(&settings.clone().retain(is_told)));
        judged
    }

    /// What rules find that compare the object with the others.
    fn compare(&self, settings: &Settings) -> Judgement {
        let bundle = Bundle::new(&self.documents).with_kinds_of(settings);
        let home = self.object().map_or("", |object| Object::new(object, 0).effective_namespace());
        let set = Set::new(&bundle, Scope::Closed).of_what_is_read(&self.read, home);
        let Some(last) = set.objects().last().map(|object| object.index) else {
            return Judgement::default();
        };
        if set.document_of(last) + 1 != self.documents.len() {
            return Judgement::default();
        }
        let mut judged = engine::judge_on(settings, &set, last);
        for finding in judged.findings.iter_mut().chain(&mut judged.suppressed) {
            (finding.document, finding.object) = (0, Some(0));
            finding.related.iter_mut().for_each(|related| related.object = 0);
        }
        judged
    }

    /// The rules that were switched on for this object and stay silent, with the reasons.
    pub fn silent(&self, settings: &Settings) -> Vec<(&'static Rule, String)> {
        let rules = rules(settings, self.kind());
        let needs = |rule: &'static Rule| {
            settings.tuned(rule).is_some_and(|tuned| !tuned.can_answer(rule, false))
        };
        let rules = rules.filter(|(rule, _)| needs(rule));
        let reason = |rule| match self.told(rule) {
            Told::TooLittle(reason) => Some((rule, reason)),
            _ => None,
        };
        rules.filter_map(|(rule, _)| reason(rule)).collect()
    }

    /// Whether this rule has been told what it reads.
    pub fn told(&self, rule: &Rule) -> Told {
        let Some(reads) = Reads::of(rule, self.kind()) else {
            let never = rule.reads.iter().find(|reads| reads.on.is_empty());
            return never.map_or(Told::Apart, |reads| Told::TooLittle(reads.lacks.to_owned()));
        };
        let Some(lacking) = reads.kinds.iter().find(|read| !self.read.contains(read)) else {
            return Told::Enough(reads.lacks);
        };
        let failed = self.failed.iter().find(|(read, _)| read == lacking);
        let reason = failed.map_or("nobody asked for them", |(_, reason)| reason);
        Told::TooLittle(format!("objects of kind {} cannot be read: {reason}", lacking.kind))
    }

    fn kind(&self) -> &str {
        self.object().and_then(|object| object.get("kind")?.as_str()).unwrap_or_default()
    }
}

fn meta<'d>(root: Node<'d>, key: &str) -> Option<&'d str> {
    root.get("metadata")?.get(key)?.as_str()
}

fn key(document: &Document) -> Option<(Option<&str>, Option<&str>)> {
    let root = document.root()?;
    Some((meta(root, "namespace"), meta(root, "name")))
}

/// Whether a cluster's object is the one that is judged.
fn is_same(object: Node<'_>, other: Node<'_>, kind: &str) -> bool {
    let name = meta(object, "name");
    object.get("kind").and_then(Node::as_str) == Some(kind)
        && name.is_some()
        && name == meta(other, "name")
        && meta(object, "namespace") == meta(other, "namespace")
}

fn with_type(root: Node<'_>, read: &Read) -> Result<Document, Limit> {
    let mut builder = Builder::default();
    builder.open(Kind::Map, None)?;
    for (key, value) in [("apiVersion", read.api_version), ("kind", read.kind)] {
        builder.key(key)?;
        builder.scalar(Kind::String, value)?;
    }
    for child in root.children().filter(|child| child.key() != Some("apiVersion")) {
        builder.key(child.key().unwrap_or_default())?;
        builder.copy(child)?;
    }
    Ok(builder.finish())
}
