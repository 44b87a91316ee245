//! What somebody wrote as a suppression: whether it is valid, and what is said when it is not.

use super::refs::lists;
use super::{Cover, Entry, Origin, Run, Spot, at_most_warning};
use crate::date::Date;
use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::{clipped, distance, glob};
use crate::rule::{Grade, Rule, Severity};
use crate::rules::suppression_expired::SOON_DAYS;
use crate::rules::suppression_without_reason::PATTERNS;
use crate::rules::{RULES, find, find_or_alias};
use crate::settings::keys;
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;
use patternwarden_tree::{Edit, Node, Op, Place, Value, escaped};

pub(super) const UNKNOWN: &str = "suppression-unknown-rule";
pub(super) const UNUSED: &str = "suppression-unused";
pub(super) const WITHOUT_REASON: &str = "suppression-without-reason";
pub(super) const EXPIRED: &str = "suppression-expired";
pub(super) const NOT_ALLOWED: &str = "suppression-not-allowed";
pub(super) const MALFORMED: &str = "suppression-malformed";

/// Words that people write where a reason is asked for.
const PLACEHOLDERS: &[&str] = &[
    "todo", "fixme", "ignore", "ignored", "tbd", "n/a", "none", "-", "true", "false", "yes", "no",
];

/// Whether a text stands where a reason is asked for and says none.
pub(crate) fn is_placeholder(reason: &str) -> bool {
    PLACEHOLDERS.iter().any(|word| reason.eq_ignore_ascii_case(word))
}

/// A suppression as somebody wrote it.
pub(super) struct Written<'w, 'd> {
    pub(super) origin: Origin,
    pub(super) at: Spot<'d>,
    pub(super) cover: Cover<'d>,
    /// What stands in the place of a rule's id.
    pub(super) id: &'w str,
    pub(super) reason: &'w str,
    /// What stands behind `until=`.
    pub(super) until: Option<&'w str>,
}

impl<'d> Run<'_, 'd> {
    /// A rule about suppressions, where it is switched on.
    pub(super) fn rule(&mut self, id: &str, at: Spot<'d>) -> Option<Cx<'_, 'd>> {
        let place = (at.document, at.object);
        Cx::of_engine(find(id)?, self.settings, self.set, place, &mut self.out)
    }

    /// Takes a suppression over if it is valid, and says why it is not.
    pub(super) fn accept(&mut self, written: &Written<'_, 'd>) {
        let Written { origin, at, id, .. } = *written;
        let Some(rule) = find_or_alias(id) else { return self.unknown(written) };
        if rule.id != id && !self.settings.at_admission() {
            self.renamed(written, rule);
        }
        let settings = self.settings;
        if rule.is_about_suppressions() || rule.is_about_reading() {
            return self.not_allowed(at, format_args!("`{id}` is not for suppressing"));
        }
        let form =
            if origin == Origin::Comment { &keys::FORM_COMMENT } else { &keys::FORM_ANNOTATION };
        if !settings.flag_at(form) {
            let form = origin.id();
            return self
                .not_allowed(at, format_args!("settings do not let a {form} suppress `{id}`"));
        }
        if lists(settings, &keys::LOCKED, rule) || lists(settings, &keys::LOCKED_HARD, rule) {
            return self
                .not_allowed(at, format_args!("settings do not let anybody suppress `{id}`"));
        }
        let reason = written.reason.trim();
        if !self.is_reason(reason, rule, at) {
            if let Some(mut cx) = self.rule(WITHOUT_REASON, at) {
                cx.report(
                    at.node,
                    format_args!("the suppression of `{id}` gives no reason, and so has no effect"),
                )
                .spanning(at.span);
            }
            return;
        }
        let Ok(until) = self.until(written) else { return };
        let today = self.today(at.object);
        self.undated |= until.is_some() && today.is_none();
        let left = until.zip(today).map(|(until, today)| today.days_until(until));
        if !settings.at_admission()
            && let Some(left) = left.filter(|left| *left >= 0)
            && let Some(mut cx) = self.rule(EXPIRED, at)
            && i64::from(left) <= cx.int(&SOON_DAYS)
        {
            let when = if left == 0 { "today".to_owned() } else { format!("in {left} days") };
            cx.report(at.node, format_args!("the suppression of `{id}` ends {when}"))
                .severity(Severity::Info)
                .spanning(at.span);
        }
        self.entries.push(Entry {
            rule,
            origin,
            at,
            cover: written.cover,
            reason: reason.to_owned(),
            until,
            expired: left.is_some_and(|left| left < 0),
            of_peer: false,
            covered: 0,
            denied: 0,
            unread: 0,
        });
    }

    pub(super) fn is_reason(&mut self, reason: &str, rule: &Rule, at: Spot<'d>) -> bool {
        let least = self.settings.count_at(&keys::MIN_REASON_CHARS);
        let empty = is_placeholder(reason) || reason.eq_ignore_ascii_case(rule.id);
        if empty || reason.chars().count() < least {
            return false;
        }
        let Some(cx) = self.rule(WITHOUT_REASON, at) else { return true };
        let mut patterns = cx.entries(&PATTERNS).peekable();
        patterns.peek().is_none() || patterns.any(|pattern| glob(pattern, reason))
    }

    /// The last day, or that what is written is none that settings accept.
    fn until(&mut self, written: &Written<'_, 'd>) -> Result<Option<Date>, ()> {
        let Written { at, id, .. } = *written;
        let Some(text) = written.until else {
            if self.settings.flag_at(&keys::REQUIRE_UNTIL) {
                self.malformed(at, format_args!("the suppression of `{id}` has no `until=` day"));
                return Err(());
            }
            return Ok(None);
        };
        let Some(until) = Date::parse(text).filter(|_| text.len() == 10) else {
            let text = clipped(text);
            self.malformed(at, format_args!("`{text}` is no day, as `until=` of `{id}` needs one"));
            return Err(());
        };
        let most = self.settings.count_at(&keys::MAX_DAYS);
        let ahead = self.today(at.object).and_then(|today| today.days_until(until).try_into().ok());
        if most > 0 && ahead.is_some_and(|ahead: usize| ahead > most) {
            self.malformed(
                at,
                format_args!("the suppression of `{id}` lasts more than {most} days"),
            );
            return Err(());
        }
        Ok(Some(until))
    }

    fn unknown(&mut self, written: &Written<'_, 'd>) {
        let Written { origin, at, id, .. } = *written;
        let peer = super::peers::translate(id);
        let near = only_near(id);
        let Some(mut cx) = self.rule(UNKNOWN, at) else { return };
        let name = clipped(id);
        let report = match near.or(peer) {
            Some(near) => cx.report(
                at.node,
                format_args!("no rule is called `{name}`, but `{near}` is; nothing is suppressed"),
            ),
            None => cx
                .report(at.node, format_args!("no rule is called `{name}`; nothing is suppressed")),
        };
        let report = report.spanning(at.span);
        if let Some(near) = near.filter(|_| origin == Origin::Annotation) {
            report.fix(Grade::Safe, format!("Write `{near}`"), rename(at, id, near));
        }
    }

    fn renamed(&mut self, written: &Written<'_, 'd>, rule: &'static Rule) {
        let Written { origin, at, id, .. } = *written;
        let now = rule.id;
        let Some(mut cx) = self.rule(UNKNOWN, at) else { return };
        let report = cx
            .report(at.node, format_args!("`{id}` is the former name of the rule `{now}`"))
            .severity(Severity::Hint)
            .spanning(at.span);
        if origin == Origin::Annotation {
            report.fix(Grade::Safe, format!("Write `{now}`"), rename(at, id, now));
        }
    }

    /// Says that a suppression is not allowed, and offers to remove an annotation.
    pub(super) fn not_allowed(&mut self, at: Spot<'d>, message: fmt::Arguments<'_>) {
        let severity = at_most_warning(self.settings);
        let Some(mut cx) = self.rule(NOT_ALLOWED, at) else { return };
        let mut report = cx.report(at.node, message).spanning(at.span);
        if let Some(severity) = severity {
            report = report.severity(severity);
        }
        if at.span.is_none() {
            report.fix_remove(Grade::Safe, "Remove the annotation");
        }
    }

    pub(super) fn malformed(&mut self, at: Spot<'d>, message: fmt::Arguments<'_>) {
        self.misspelt(at, message, "", Vec::new());
    }

    /// Says that something is no suppression; offers to correct it where there are `edits`.
    pub(super) fn misspelt(
        &mut self,
        at: Spot<'d>,
        message: fmt::Arguments<'_>,
        title: &str,
        edits: Vec<Edit>,
    ) {
        let Some(mut cx) = self.rule(MALFORMED, at) else { return };
        let report = cx.report(at.node, message).spanning(at.span);
        if !edits.is_empty() {
            report.fix(Grade::Safe, title, edits);
        }
    }
}

impl Spot<'_> {
    /// Where an annotation stands in its object; empty for a comment.
    pub(super) fn pointer(self, origin: Origin) -> String {
        match self.object {
            Some(object) if origin == Origin::Annotation => {
                Place::from(self.node).pointer(object.node).to_string()
            }
            _ => String::new(),
        }
    }
}

/// The only rule whose id is at most two letters away.
fn only_near(id: &str) -> Option<&'static str> {
    let mut near = RULES.iter().map(|rule| rule.id).filter(|other| distance(id, other, 2) <= 2);
    near.next().filter(|_| near.next().is_none())
}

/// Gives an annotation's key another rule.
fn rename(at: Spot<'_>, id: &str, to: &str) -> Vec<Edit> {
    let key = at.node.key().unwrap_or_default();
    respell(at, &format!("{}{to}", key.strip_suffix(id).unwrap_or_default()))
}

/// Gives an annotation another key.
pub(super) fn respell(at: Spot<'_>, key: &str) -> Vec<Edit> {
    let from = at.pointer(Origin::Annotation);
    let map = from.rsplit_once('/').map_or("", |(map, _)| map);
    let edit = Edit::new(format!("{map}/{}", escaped(key)), Op::Move { from: from.clone() });
    vec![edit]
}

/// Moves what is written to the annotations of its object.
pub(super) fn to_metadata(at: Spot<'_>, key: &str) -> Vec<Edit> {
    let from = at.pointer(Origin::Annotation);
    let to = format!("/metadata/annotations/{}", escaped(key));
    vec![Edit::new(from, Op::Remove), Edit::new(to, Op::Add(Value::of(at.node)))]
}

/// Where the annotation `node` stands.
pub(super) fn spot<'d>(document: usize, object: Object<'d>, node: Node<'d>) -> Spot<'d> {
    Spot { document, object: Some(object), node, span: None }
}
