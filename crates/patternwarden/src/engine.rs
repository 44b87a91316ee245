//! What a rule sees while it runs, and where it reports.

mod judgement;
mod turns;

use crate::finding::{Finding, Fix, Related};
use crate::kube::Object;
use crate::matcher::glob;
use crate::minor::Minor;
use crate::param::{Choice, Flag, Int, Strings};
use crate::rule::{Admission, Grade, Pss, PssLevel, Rule, Severity, Surface};
use crate::rules::RULES;
use crate::set::Set;
use crate::settings::{OwnedObjects, RuleSettings, Settings};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use patternwarden_tree::{
    Edit, Kind, Node, NoteKind, Op, Place, Span, Value, escaped, sort_by, unescape,
};

pub(crate) use judgement::PassedOver;
pub use judgement::{Judgement, judge, judge_on, run};

/// What a rule sees while it runs, and where it reports.
#[derive(Debug)]
pub struct Cx<'r, 'd> {
    set: &'r Set<'d>,
    settings: &'r Settings,
    rule: &'static Rule,
    tuned: &'r RuleSettings,
    document: usize,
    object: Option<usize>,
    base: Option<Node<'d>>,
    out: &'r mut Vec<Finding>,
}

impl<'r, 'd> Cx<'r, 'd> {
    /// For a rule that the engine speaks for itself; `None` when settings switch it off.
    pub(crate) fn of_engine(
        rule: &'static Rule,
        settings: &'r Settings,
        set: &'r Set<'d>,
        at: (usize, Option<Object<'d>>),
        out: &'r mut Vec<Finding>,
    ) -> Option<Self> {
        let tuned = settings.tuned(rule).filter(|tuned| tuned.enabled)?;
        let (document, object) = at;
        let base = match object {
            Some(object) => Some(object.node),
            None => set.documents().nth(document)?.root(),
        };
        let object = object.map(|object| object.index);
        Some(Self { set, settings, rule, tuned, document, object, base, out })
    }

    /// The objects that are judged together.
    pub fn set(&self) -> &'r Set<'d> {
        self.set
    }

    /// The Kubernetes version the manifests are meant for.
    pub fn target(&self) -> Minor {
        self.settings.target()
    }

    /// Reports a finding at `place`, which may be absent.
    ///
    /// The message is one sentence that names the thing in backticks and says what is wrong, not
    /// what to do.
    pub fn report(
        &mut self,
        place: impl Into<Place<'d>>,
        message: fmt::Arguments<'_>,
    ) -> Reported<'_, 'd> {
        self.report_at(place.into(), message)
    }

    /// [`report`](Self::report), compiled once.
    #[inline(never)]
    fn report_at(&mut self, place: Place<'d>, message: fmt::Arguments<'_>) -> Reported<'_, 'd> {
        // A rule about whole documents speaks of the object that its place is part of, if any.
        let holder = match self.object {
            None => self.set.object_holding(place.node),
            Some(_) => None,
        };
        let base = holder.map(|object| object.node).or(self.base).unwrap_or(place.node);
        let at = self.out.len();
        let standard = self.rule.pss.filter(|pss| pss.since <= self.target());
        let standard = standard.map(Pss::level);
        if !held_back(place) {
            self.out.push(Finding {
                rule: self.rule,
                severity: self.tuned.severity.unwrap_or(self.rule.severity),
                standard,
                at_most: Admission::Deny,
                document: self.document,
                object: self.object.or(holder.map(|object| object.index)),
                pointer: place.pointer(base).to_string(),
                span: place.anchor(),
                order: place.node.id(),
                message: message.to_string(),
                related: Vec::new(),
                fixes: Vec::new(),
                excusable: true,
                suppression: None,
            });
        }
        let Cx { set, tuned, out, .. } = self;
        Reported { set, tuned, out, at, place, base }.standard(standard)
    }

    /// Reports a place of the text that no document has, because it could not be read or is empty.
    pub fn report_unreadable(&mut self, text: Option<Span>, message: fmt::Arguments<'_>) {
        self.out.push(Finding {
            rule: self.rule,
            severity: self.tuned.severity.unwrap_or(self.rule.severity),
            standard: None,
            at_most: Admission::Deny,
            document: self.document,
            object: None,
            pointer: String::new(),
            span: text,
            // Behind all that could be read.
            order: u32::MAX,
            message: message.to_string(),
            related: Vec::new(),
            fixes: Vec::new(),
            excusable: false,
            suppression: None,
        });
    }

    /// The level of the Pod Security Standards that the rule is held to: it then says exactly what
    /// that level says. `None` when it may say all it knows.
    pub fn standard(&self) -> Option<PssLevel> {
        self.tuned.standard
    }

    /// Whether settings pass over an object that a controller made.
    pub(crate) fn skips_owned(&self) -> bool {
        self.settings.owned_objects() == OwnedObjects::Skip
    }

    /// Whether settings exempt a hook of Helm from rules about availability.
    pub(crate) fn exempts_hook(&self, hook: &str) -> bool {
        self.settings.exempts_hook(hook)
    }

    /// Value of a whole-number parameter.
    pub fn int(&self, param: &Int) -> i64 {
        self.tuned.int(param.name).unwrap_or(param.default)
    }

    /// Value of a yes-or-no parameter.
    pub fn flag(&self, param: &Flag) -> bool {
        self.tuned.flag(param.name).unwrap_or(param.default)
    }

    /// Word of a choice parameter.
    pub fn choice(&self, param: &Choice) -> &'r str {
        self.tuned.text(param.name).unwrap_or(param.default)
    }

    /// Entries of a string-list parameter.
    pub fn entries(&self, param: &'static Strings) -> impl Iterator<Item = &'r str> + use<'r, 'd> {
        let tuned = self.tuned.strings(param.name);
        let default = if tuned.is_none() { param.default } else { &[] };
        tuned.into_iter().flatten().map(String::as_str).chain(default.iter().copied())
    }

    /// Whether some entry of a string-list parameter matches `text`; entries may be globs.
    pub fn lists(&self, param: &Strings, text: &str) -> bool {
        match self.tuned.strings(param.name) {
            Some(list) => list.iter().any(|entry| glob(entry, text)),
            None => param.default.iter().any(|entry| glob(entry, text)),
        }
    }

    /// Whether a list of what is allowed leaves `text` out; an empty one allows everything.
    pub fn leaves_out(&self, allowed: &'static Strings, text: &str) -> bool {
        self.entries(allowed).next().is_some() && !self.lists(allowed, text)
    }

    /// Whether `text` begins with some entry of a string-list parameter.
    pub fn begins(&self, param: &Strings, text: &str) -> bool {
        match self.tuned.strings(param.name) {
            Some(list) => list.iter().any(|entry| text.starts_with(entry.as_str())),
            None => param.default.iter().any(|entry| text.starts_with(entry)),
        }
    }
}

/// Whether a place proves nothing, because text could not be read: text near an absent place, or the
/// very text of one that is a guess.
fn held_back(place: Place<'_>) -> bool {
    let holes = || place.node.document().notes().iter().filter(|n| n.kind == NoteKind::Hole);
    let start = place.anchor().map(|anchor| anchor.start);
    if holes().any(|hole| start.is_some_and(|at| (hole.span.start..hole.span.end).contains(&at))) {
        return true;
    }
    let node = place.node;
    // What is left of `key: [a` is a key without value.
    let around = match (place.rest.is_empty(), node.is_blank()) {
        (false, _) => node,
        (true, true) => node.parent().unwrap_or(node),
        (true, false) => return false,
    };
    holes().any(|hole| around.reaches(hole.span.start))
}

/// A finding just reported, open for more: severity, related places, fixes.
#[derive(Debug)]
pub struct Reported<'o, 'd> {
    set: &'o Set<'d>,
    tuned: &'o RuleSettings,
    out: &'o mut Vec<Finding>,
    at: usize,
    place: Place<'d>,
    base: Node<'d>,
}

impl<'d> Reported<'_, 'd> {
    fn with(self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = self.out.get_mut(self.at) {
            change(finding);
        }
        self
    }

    /// Points at other bytes than those of the place: at a comment.
    pub(crate) fn spanning(self, span: Option<Span>) -> Self {
        match span {
            Some(_) => self.with(|finding| finding.span = span),
            None => self,
        }
    }

    /// Sets the severity of this finding, unless settings fix it.
    pub fn severity(self, severity: Severity) -> Self {
        let severity = self.tuned.severity.unwrap_or(severity);
        self.with(|finding| finding.severity = severity)
    }

    /// Says which level of the Pod Security Standards is the first to forbid this; `None` when no
    /// level does. A profile that is exactly a level leaves out what that level does not forbid.
    #[inline(never)]
    pub fn standard(mut self, level: Option<PssLevel>) -> Self {
        if self.tuned.standard.is_some_and(|held| level.is_none_or(|level| level > held)) {
            self.out.truncate(self.at);
            self.at = usize::MAX;
        }
        self.with(|finding| finding.standard = level)
    }

    /// Says what this finding does at most at admission: a hint need not deny because its rule does.
    pub fn at_most(self, effect: Admission) -> Self {
        self.with(|finding| finding.at_most = effect)
    }

    /// Says that this could not be read, so that no comment or annotation hides it.
    pub fn inexcusable(self) -> Self {
        self.with(|finding| finding.excusable = false)
    }

    /// Names another place that takes part, in this object or in another one.
    pub fn related(self, place: impl Into<Place<'d>>, message: &str) -> Self {
        self.related_at(place.into(), message)
    }

    #[inline(never)]
    fn related_at(self, place: Place<'d>, message: &str) -> Self {
        let Some(object) = self.set.object_holding(place.node) else { return self };
        self.with(|finding| {
            finding.related.push(Related {
                object: object.index,
                pointer: place.pointer(object.node).to_string(),
                span: place.anchor(),
                message: message.to_string(),
            });
        })
    }

    /// Offers a repair; pointers of `edits` are relative to the object.
    ///
    /// It is left out where something of another type stands in its way, such as text in the place
    /// of a `securityContext`: there is nothing to add to.
    pub fn fix(self, grade: Grade, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.offer(grade, title.into(), edits)
    }

    #[inline(never)]
    fn offer(self, grade: Grade, title: String, edits: Vec<Edit>) -> Self {
        if !edits.iter().enumerate().all(|(at, edit)| {
            let earlier = edits.get(..at).unwrap_or_default();
            let made = earlier.iter().any(|e| edit.pointer.starts_with(e.pointer.as_str()));
            made || is_passable(self.base, &edit.pointer)
        }) {
            return self;
        }
        self.with(|finding| finding.fixes.push(Fix { title, grade, edits }))
    }

    /// Offers to set the reported place to `value`.
    pub fn fix_set(self, grade: Grade, title: impl Into<String>, value: impl Into<Value>) -> Self {
        let exists = self.place.rest.is_empty();
        let op = if exists { Op::Replace } else { Op::Add };
        let place = self.place;
        self.offer_at(grade, title.into(), place, op(value.into()))
    }

    /// Offers to set another place of the same object to `value`.
    pub fn fix_at(
        self,
        grade: Grade,
        title: impl Into<String>,
        place: impl Into<Place<'d>>,
        value: impl Into<Value>,
    ) -> Self {
        self.offer_at(grade, title.into(), place.into(), Op::Add(value.into()))
    }

    /// Offers to set one entry of a map of the same object, be it there or not.
    pub fn fix_entry(
        self,
        grade: Grade,
        title: &str,
        map: impl Into<Place<'d>>,
        key: &str,
        value: Value,
    ) -> Self {
        let map = map.into().pointer(self.base);
        let pointer = alloc::format!("{map}/{}", escaped(key));
        self.offer(grade, title.to_string(), alloc::vec![Edit { pointer, op: Op::Add(value) }])
    }

    /// Offers to remove what stands at the reported place.
    pub fn fix_remove(self, grade: Grade, title: impl Into<String>) -> Self {
        let place = self.place;
        self.offer_at(grade, title.into(), place, Op::Remove)
    }

    /// Offers objects of their own, in documents behind this one.
    pub fn fix_beside(self, grade: Grade, title: &str, objects: Vec<Value>) -> Self {
        let edits = objects.into_iter().map(|object| Edit::new("", Op::NewDocument(object)));
        self.offer(grade, title.to_string(), edits.collect())
    }

    #[inline(never)]
    fn offer_at(self, grade: Grade, title: String, place: Place<'d>, op: Op) -> Self {
        let pointer = place.pointer(self.base).to_string();
        self.offer(grade, title, alloc::vec![Edit { pointer, op }])
    }
}

/// Whether an edit can reach this pointer: all on the way are maps, lists with that index, or
/// absent.
fn is_passable(base: Node<'_>, pointer: &str) -> bool {
    let mut node = base;
    for token in pointer.split('/').skip(1).map(unescape) {
        let next = match node.kind() {
            // The end of a list, asked of what is no list.
            Kind::Map if token == "-" => return false,
            Kind::Map => node.get(&token),
            Kind::Seq if token == "-" => None,
            Kind::Seq => match token.parse() {
                Ok(index) => node.items().nth(index),
                Err(_) => return false,
            },
            Kind::Null => None,
            _ => return false,
        };
        let Some(next) = next else { return true };
        node = next;
    }
    true
}

/// Sorts findings by document, place and rule.
pub(crate) fn sort(findings: &mut [Finding]) {
    sort_by(findings, |a, b| {
        let key = |f: &Finding| (f.document, f.order, f.rule.id);
        key(a).cmp(&key(b)).then_with(|| a.pointer.cmp(&b.pointer))
    });
}

/// Rules that settings switch on but that this set cannot answer, with the reason.
pub fn not_checked<'s>(
    settings: &'s Settings,
    set: &'s Set<'_>,
) -> impl Iterator<Item = (&'static Rule, &'static str)> + 's {
    RULES.iter().zip(settings.rules()).filter_map(|(rule, tuned)| {
        if !tuned.enabled {
            None
        } else if !rule.speaks_for(settings.target()) {
            Some((rule, "it does not speak for the target version"))
        } else if !tuned.can_answer(rule, set.is_closed()) {
            Some((rule, "the input is not said to be complete"))
        } else {
            None
        }
    })
}

/// Whether a rule sees what the API server hands to an admission policy.
pub fn sees_admission(rule: &Rule) -> bool {
    rule.sees(Surface::Cluster)
}
