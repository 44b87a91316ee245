//! Suppressions: findings that somebody decided to live with, and why.
//!
//! A suppression is written as a comment, as an annotation or, by an administrator, as an exemption
//! in the settings. It names rules, says a reason and perhaps a last day. It takes a finding out of
//! what counts, never out of the report.
//!
//! **Invariants.** A suppression that is not valid has no effect, and a rule of its own says so:
//! unknown rule, no reason, past its day, not allowed, malformed. No suppression hides these rules.
//! Order does not matter.

mod annotation;
#[cfg(feature = "text")]
mod comment;
mod cover;
mod exemption;
mod peers;
mod refs;
mod unused;
mod written;

use crate::date::Date;
use crate::engine::Judgement;
use crate::finding::Finding;
use crate::kube::Object;
use crate::rule::{Admission, Rule, Severity};
use crate::set::Set;
use crate::settings::{Settings, keys};
use alloc::{string::String, vec::Vec};
use cover::Cover;
use patternwarden_tree::{Node, Span};

pub(crate) use written::is_placeholder;

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suppression {
    /// How it is written.
    pub origin: Origin,
    /// JSON Pointer: of an annotation in the object, of an exemption in the settings; empty for a
    /// comment.
    pub pointer: String,
    /// Where it is written; `None` without text, and for an exemption.
    pub span: Option<Span>,
    /// The id that an exemption has.
    pub id: Option<String>,
    /// Why, in the words of whoever wrote it.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Whether it also holds when the object arrives in a cluster.
    pub in_cluster: bool,
}

/// How a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three forms")]
pub enum Origin {
    /// A comment in the text.
    Comment,
    /// An annotation of the object or of its Pod template.
    Annotation,
    /// An exemption in the settings.
    Settings,
}

impl Origin {
    /// Lower-case name, as used in reports and audit annotations.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Annotation => "annotation",
            Self::Settings => "settings",
        }
    }
}

/// A valid suppression that somebody wrote into the input.
struct Entry<'d> {
    rule: &'static Rule,
    origin: Origin,
    at: Spot<'d>,
    cover: Cover<'d>,
    reason: String,
    until: Option<Date>,
    /// Its last day is over.
    expired: bool,
    /// It is written for another linter, which may still need it.
    of_peer: bool,
    /// Findings that it covers.
    covered: usize,
    /// Those of them that it cannot hide, as they deny.
    denied: usize,
    /// Those of them that it cannot hide, as they are about what could not be read.
    unread: usize,
}

/// Where a suppression is written.
#[derive(Clone, Copy)]
struct Spot<'d> {
    document: usize,
    object: Option<Object<'d>>,
    /// The annotation, or the node that a comment is about.
    node: Node<'d>,
    /// Of a comment.
    span: Option<Span>,
}

/// Applying the suppressions of one input.
struct Run<'r, 'd> {
    settings: &'r Settings,
    set: &'r Set<'d>,
    entries: Vec<Entry<'d>>,
    /// What rules about suppressions say.
    out: Vec<Finding>,
    undated: bool,
}

/// Parts what rules found into what counts and what is suppressed; with `only`, the object of this
/// index alone is judged.
pub(crate) fn apply(
    settings: &Settings,
    set: &Set<'_>,
    found: Vec<Finding>,
    only: Option<usize>,
) -> Judgement {
    let (entries, out) = (Vec::new(), Vec::new());
    let mut run = Run { settings, set, entries, out, undated: false };
    for object in set.objects().filter(|object| only.is_none_or(|only| only == object.index)) {
        run.annotations(object);
    }
    #[cfg(feature = "text")]
    run.comments();
    run.limit();
    let mut exemptions = exemption::all(settings);
    let mut out = Judgement::default();
    for mut finding in found {
        finding.suppression = run.suppression(&finding, &mut exemptions);
        if finding.suppression.is_some() {
            out.suppressed.push(finding);
        } else {
            out.findings.push(finding);
        }
    }
    run.unused(&exemptions, &out);
    run.ineffective();
    out.undated = run.undated;
    out.findings.append(&mut run.out);
    out
}

impl Run<'_, '_> {
    /// Takes back the suppressions of objects that have too many.
    fn limit(&mut self) {
        let most = self.settings.count_at(&keys::MAX_PER_OBJECT);
        let index = |entry: &Entry<'_>| entry.at.object.map(|object| object.index);
        let all = if most > 0 { core::mem::take(&mut self.entries) } else { Vec::new() };
        let mut counts: Vec<usize> = alloc::vec![0; self.set.objects().count()];
        for entry in &all {
            if let Some(count) = index(entry).and_then(|index| counts.get_mut(index)) {
                *count += 1;
            }
        }
        for entry in all {
            let count = index(&entry).and_then(|index| counts.get(index)).copied();
            match count.filter(|count| *count > most) {
                Some(count) => self.not_allowed(
                    entry.at,
                    format_args!("an object may have {most} suppressions, and this has {count}"),
                ),
                None => self.entries.push(entry),
            }
        }
    }

    /// Who suppresses a finding; everybody who would is noted.
    fn suppression(
        &mut self,
        finding: &Finding,
        exemptions: &mut [exemption::Exemption<'_>],
    ) -> Option<Suppression> {
        if finding.rule.is_about_suppressions()
            || (self.entries.is_empty() && exemptions.is_empty())
        {
            return None;
        }
        let effect = self.settings.effect(finding);
        let in_cluster = self.annotations_hide(effect);
        let document = self.set.documents().nth(finding.document);
        let anchor = document.and_then(|document| document.node(finding.order));
        let mut chosen = None;
        for entry in &mut self.entries {
            let holds = |anchor: Node<'_>| entry.cover.holds(finding, anchor);
            if entry.rule.id != finding.rule.id || !anchor.is_some_and(holds) {
                continue;
            }
            entry.covered += 1;
            entry.unread += usize::from(!finding.excusable);
            let stays =
                entry.origin == Origin::Annotation && self.settings.at_admission() && !in_cluster;
            entry.denied += usize::from(stays);
            if finding.excusable && !stays && !entry.expired && chosen.is_none() {
                chosen = Some(entry.suppression(effect, in_cluster));
            }
        }
        let object = finding.object.and_then(|index| self.set.object(index));
        for exemption in exemptions {
            if !exemption.covers(self.settings, finding.rule, object, anchor) {
                continue;
            }
            exemption.used = true;
            let today = self.today(object);
            self.undated |= exemption.until.is_some() && today.is_none();
            match exemption.until.zip(today).filter(|(until, today)| until < today) {
                Some((until, _)) => self.expired_exemption(exemption, object, until),
                None if chosen.is_none() => chosen = Some(exemption.suppression(effect)),
                None => {}
            }
        }
        chosen
    }

    /// Whether annotations hide in the cluster what has this effect there.
    fn annotations_hide(&self, effect: Admission) -> bool {
        match effect {
            Admission::Deny => self.settings.is_at(&keys::AT_ADMISSION, "all"),
            _ => !self.settings.is_at(&keys::AT_ADMISSION, "off"),
        }
    }

    /// The day on which expiry is judged: that of the settings or of the machine; else the newest
    /// time that the API server wrote into the object.
    fn today(&self, object: Option<Object<'_>>) -> Option<Date> {
        self.settings.today().or_else(|| {
            let metadata = object?.node.get("metadata")?;
            let managed = metadata.get("managedFields").into_iter().flat_map(Node::items);
            let times = managed.filter_map(|entry| entry.get("time"));
            let times = times.chain(metadata.get("creationTimestamp"));
            let newest = times.filter_map(|time| Date::parse(time.as_str()?)).max();
            newest.map(|newest| newest.max(Date::REVIEWED))
        })
    }

    /// What covered something without hiding it.
    fn ineffective(&mut self) {
        for entry in core::mem::take(&mut self.entries) {
            let Entry { rule, at, covered, .. } = entry;
            if let Some(until) = entry.until.filter(|_| entry.expired) {
                let cx = self.rule(written::EXPIRED, at);
                if let Some(mut cx) = cx {
                    cx.report(
                        at.node,
                        format_args!(
                            "the suppression of `{}` ended on {until}; it covers {covered} of its findings",
                            rule.id
                        ),
                    )
                    .spanning(at.span);
                }
            } else if entry.unread > 0 {
                self.not_allowed(
                    at,
                    format_args!(
                        "`{}` is not for suppressing where something was not read",
                        rule.id
                    ),
                );
            } else if entry.denied > 0 {
                self.not_allowed(
                    at,
                    format_args!("no annotation hides `{}` here, which denies", rule.id),
                );
            }
        }
    }
}

impl Entry<'_> {
    fn suppression(&self, effect: Admission, in_cluster: bool) -> Suppression {
        let in_cluster = match self.origin {
            Origin::Comment => effect == Admission::Off,
            _ => in_cluster || effect == Admission::Off,
        };
        Suppression {
            origin: self.origin,
            pointer: self.at.pointer(self.origin),
            span: self.at.span.or_else(|| self.at.node.anchor()),
            id: None,
            reason: self.reason.clone(),
            until: self.until,
            in_cluster,
        }
    }
}

/// Severity of what is not allowed: at admission the finding itself decides.
fn at_most_warning(settings: &Settings) -> Option<Severity> {
    settings.at_admission().then_some(Severity::Warning)
}
