//! From a stream and settings to a Report.

use super::{
    Engine, Evidence, Finding, Fix, NotChecked, Operation, PatternHit, Placeholder, Related,
    Report, Resource, Summary, Suppression, Syntax, Verdict,
};
use crate::bundle::Bundle;
use crate::docs;
use crate::engine;
use crate::finding;
use crate::fixes::grounded;
use crate::kube::Object;
use crate::neighbours::{Neighbours, Told};
use crate::pattern::Pattern;
use crate::recognise::{self, Recognised};
use crate::rule::{Admission, Rule, Severity};
use crate::rules::{self, RULES};
use crate::set::Set;
use crate::settings::{OwnedObjects, Settings};
use crate::suppress;
use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::mem;
use patternwarden_tree::{
    Edit, LineIndex, Op, Range, Span, Stream, TextEdit, TextEditor, Value, sort_ids,
};

const SCHEMA: u32 = 1;

pub(super) fn report(
    stream: &Stream,
    settings: &Settings,
    editor: Option<&dyn TextEditor>,
    neighbours: Option<&Neighbours>,
) -> Report {
    let bundle = Bundle::new(&stream.documents).with_errors(&stream.errors);
    let bundle = bundle.with_empty(&stream.empty).with_kinds_of(settings);
    let set = Set::new(&bundle, settings.scope());
    let lines = stream.lines.as_ref();
    let builder = Builder { set: &set, settings, lines, editor, neighbours };

    let resources: Vec<_> = set.objects().map(|object| builder.resource(object)).collect();
    let mut judged = match neighbours {
        Some(neighbours) => neighbours.judge(settings, &set),
        None => engine::judge(settings, &set),
    };
    let counted = judged.findings.len();
    let mut found = judged.findings;
    found.append(&mut judged.suppressed);
    let keys = finding_keys(&set, &found);
    let mut reasons = Reasons(vec![None; RULES.len()]);
    let mut findings: Vec<_> = found
        .into_iter()
        .zip(keys)
        .map(|(found, key)| {
            let why = reasons.of(found.rule);
            builder.finding(found, key, why)
        })
        .collect();
    let suppressed = findings.split_off(counted);
    let patterns: Vec<_> =
        recognise::recognise(&set).iter().map(|hit| builder.pattern(hit)).collect();
    let syntax: Vec<_> = stream
        .errors
        .iter()
        .map(|error| Syntax {
            message: error.message.clone(),
            hint: error.hint.as_deref().map(ToOwned::to_owned),
            doc: error.document,
            range: builder.range(Some(error.span)),
        })
        .collect();
    let not_checked = builder.not_checked(&bundle.strangers);
    let summary = builder.summary(&findings, &patterns);
    let verdict = verdict(&findings, &suppressed, resources.is_empty() || !syntax.is_empty());
    Report {
        schema: SCHEMA,
        engine: Engine { version: env!("CARGO_PKG_VERSION").to_owned(), rules: RULES.len() },
        input: None,
        resources,
        findings,
        patterns,
        syntax,
        suppressed,
        not_checked,
        summary,
        verdict,
    }
}

/// Why rules matter, taken out of their documentation once: a rule finds much, or nothing.
struct Reasons(Vec<Option<Arc<str>>>);

impl Reasons {
    fn of(&mut self, rule: &Rule) -> Arc<str> {
        let known = rules::index(rule.id).and_then(|index| self.0.get_mut(index));
        let read = || docs::section(rule.docs, "Why it matters").unwrap_or_default().into();
        known.map_or_else(read, |known| known.get_or_insert_with(read).clone())
    }
}

struct Builder<'r, 'd> {
    set: &'r Set<'d>,
    settings: &'r Settings,
    lines: Option<&'r LineIndex>,
    editor: Option<&'r dyn TextEditor>,
    neighbours: Option<&'r Neighbours>,
}

impl Builder<'_, '_> {
    fn range(&self, span: Option<Span>) -> Option<Range> {
        Some(self.lines?.range(span?))
    }

    fn resource(&self, object: Object<'_>) -> Resource {
        Resource {
            doc: self.set.document_of(object.index),
            api_version: object.api_version().value.unwrap_or_default().to_owned(),
            kind: object.kind().value.unwrap_or_default().to_owned(),
            name: object.name().value.map(ToOwned::to_owned),
            namespace: object.namespace().value.map(ToOwned::to_owned),
            known: object.is_known(),
            assumed: self.set.assumed(object.index).map(|assumed| assumed.sentence().to_owned()),
            range: self.range(object.node.anchor()),
        }
    }

    fn finding(&self, mut found: finding::Finding, key: String, why: Arc<str>) -> Finding {
        let rule = found.rule;
        let admission = self.settings.effect(&found);
        let fixes = mem::take(&mut found.fixes);
        let fixes = fixes.into_iter().map(|fix| self.fix(&found, fix)).collect();
        Finding {
            key,
            rule: rule.id.into(),
            title: rule.title.into(),
            patterns: rule.patterns.iter().map(|pattern| pattern.id().into()).collect(),
            severity: found.severity,
            admission,
            blocking: admission == Admission::Deny,
            message: mem::take(&mut found.message),
            why,
            resource: found.object,
            path: mem::take(&mut found.pointer),
            range: self.range(found.span),
            related: found.related.iter().map(|related| self.related(related)).collect(),
            fixes,
            pss: self.settings.control(&found).map(Cow::Borrowed),
            suppression: found.suppression.as_ref().map(|why| self.suppression(why)),
        }
    }

    fn suppression(&self, why: &suppress::Suppression) -> Suppression {
        Suppression {
            origin: why.origin.id().into(),
            location: why.pointer.clone(),
            range: self.range(why.span),
            id: why.id.clone(),
            reason: why.reason.clone(),
            until: why.until.map(|until| until.to_string()),
            in_cluster: why.in_cluster,
        }
    }

    fn fix(&self, found: &finding::Finding, fix: finding::Fix) -> Fix {
        let planned = self.editor.map(|editor| {
            let edits = grounded(self.set, found, &fix.edits)?;
            editor.plan(found.document, &edits)
        });
        let (edits, refused) = match planned {
            None => (None, None),
            Some(Ok(edits)) => (Some(edits.iter().map(|edit| self.edit(edit)).collect()), None),
            Some(Err(refusal)) => (None, Some(refusal.message)),
        };
        Fix {
            title: fix.title,
            grade: fix.grade,
            operations: fix.edits.into_iter().map(operation).collect(),
            edits,
            refused,
        }
    }

    fn edit(&self, edit: &TextEdit) -> super::Edit {
        super::Edit {
            range: self.range(Some(edit.span)).unwrap_or_default(),
            text: edit.text.clone(),
            placeholders: Placeholder::all(&edit.text, &edit.placeholders),
        }
    }

    fn related(&self, related: &finding::Related) -> Related {
        Related {
            message: related.message.clone(),
            resource: related.object,
            path: related.pointer.clone(),
            range: self.range(related.span),
        }
    }

    fn pattern(&self, hit: &Recognised) -> PatternHit {
        let evidence = hit.evidence.iter().map(|evidence| Evidence {
            label: evidence.label.clone(),
            resource: evidence.object,
            path: evidence.pointer.clone(),
            range: self.range(evidence.span),
        });
        PatternHit {
            pattern: hit.pattern.id().into(),
            title: hit.pattern.title().into(),
            category: hit.pattern.category().id().into(),
            confidence: hit.confidence,
            facets: hit.facets.clone(),
            evidence: evidence.collect(),
            resource: hit.object,
            violated: hit.violated,
        }
    }

    fn summary(&self, findings: &[Finding], patterns: &[PatternHit]) -> Summary {
        let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
        let in_use = |id: &str| patterns.iter().any(|hit| hit.pattern == id);
        let passed_over = |o: &Object<'_>| {
            o.is_controlled() && self.settings.owned_objects() == OwnedObjects::Skip
        };
        let (objects, strangers) = (self.set.objects().count(), self.set.strangers().len());
        let checked = self.set.objects().filter(|o| o.is_looked_at() && !passed_over(o)).count();
        let without_root = self.set.documents().filter(|d| d.root().is_none()).count();
        Summary {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
            hint: count(Severity::Hint),
            patterns: Pattern::ALL.iter().filter(|pattern| in_use(pattern.id())).count(),
            checked,
            not_checked: objects - checked + strangers,
            empty: self.set.empty().len() + without_root,
        }
    }

    fn not_checked(&self, strangers: &[(usize, &str)]) -> Vec<NotChecked> {
        let documents = strangers.iter().map(|(document, reason)| NotChecked {
            rule: None,
            doc: Some(*document),
            reason: (*reason).to_owned(),
        });
        let mut out: Vec<NotChecked> = documents.collect();
        for (rule, reason) in engine::not_checked(self.settings, self.set) {
            let reason = match self.neighbours.map(|neighbours| neighbours.told(rule)) {
                Some(Told::Enough("")) => continue,
                Some(Told::Enough(lacks)) => lacks.to_owned(),
                Some(Told::TooLittle(reason)) => reason,
                Some(Told::Apart) | None => reason.to_owned(),
            };
            out.push(NotChecked { rule: Some(rule.id.to_owned()), doc: None, reason });
        }
        out
    }
}

fn operation(edit: Edit) -> Operation {
    let (op, value, from) = match edit.op {
        Op::Add(value) => ("add", Some(json(&value)), None),
        Op::Replace(value) => ("replace", Some(json(&value)), None),
        Op::Remove => ("remove", None, None),
        Op::Test(value) => ("test", Some(json(&value)), None),
        Op::Move { from } => ("move", None, Some(from)),
        Op::KeepLast => ("keep-last", None, None),
        Op::NewDocument(value) => ("new-document", Some(json(&value)), None),
    };
    Operation { op: op.into(), path: edit.pointer, value, from }
}

fn json(value: &Value) -> String {
    let mut out = String::new();
    value.write_json(&mut out);
    out
}

/// The key of each finding: rule, object and place, and a number where that is not enough.
pub(crate) fn finding_keys(set: &Set<'_>, findings: &[finding::Finding]) -> Vec<String> {
    let mut keys: Vec<String> = findings.iter().map(|found| key(set, found)).collect();
    let key = |id: u32| keys.get(id as usize).map_or("", String::as_str);
    let mut sorted: Vec<u32> = (0..keys.len() as u32).collect();
    sort_ids(&mut sorted, &|a, b| key(a).cmp(key(b)));
    let mut repeated = Vec::new();
    for same in sorted.chunk_by(|a, b| key(*a) == key(*b)) {
        repeated.extend(same.iter().zip(1..).skip(1));
    }
    for (id, count) in repeated {
        if let Some(key) = keys.get_mut(*id as usize) {
            *key = format!("{key}#{count}");
        }
    }
    keys
}

fn key(set: &Set<'_>, found: &finding::Finding) -> String {
    let object = found.object.and_then(|index| set.object(index));
    let mut key = format!("{}:", found.rule.id);
    if let Some(object) = object {
        let namespace = object.namespace().value.unwrap_or_default();
        let slash = if namespace.is_empty() { "" } else { "/" };
        let kind = object.kind().value.unwrap_or_default();
        key.extend([namespace, slash, kind, "/", object.display_name()]);
    }
    key.extend([":", found.pointer.as_str()]);
    key
}

fn verdict(findings: &[Finding], suppressed: &[Finding], unreadable: bool) -> Verdict {
    // A comment never gets to a cluster: what it hides is judged there all the same.
    let judged = |finding: &&Finding| finding.suppression.as_ref().is_some_and(|s| !s.in_cluster);
    let in_cluster = findings.iter().chain(suppressed.iter().filter(judged));
    let worst = in_cluster.map(|finding| finding.admission).max();
    match worst {
        _ if unreadable => Verdict::NotEvaluated,
        Some(Admission::Deny) => Verdict::Deny,
        Some(Admission::Warn) => Verdict::AdmitWithWarnings,
        _ => Verdict::Admit,
    }
}
