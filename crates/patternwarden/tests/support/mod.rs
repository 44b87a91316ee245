//! Judging a text with the engine itself, so that tests see findings and not only their report.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use patternwarden::bundle::Bundle;
use patternwarden::docs::Example;
use patternwarden::finding::{Finding, Fix};
use patternwarden::set::{Scope, Set};
use patternwarden::tree::{Document, Edit, Kind, Op, Stream, apply};
use patternwarden::{Rule, Settings, engine};

/// What the engine found in some documents.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) documents: Vec<Document>,
    pub(crate) findings: Vec<Finding>,
}

/// Settings from JSON text.
pub(crate) fn settings(json: &str) -> Settings {
    let mut input = serde_json::Deserializer::from_str(json);
    let document = patternwarden::tree::from_deserializer(&mut input).expect("JSON");
    Settings::from_document(&document).unwrap_or_else(|errors| panic!("{json}: {errors:?}"))
}

/// Settings of one example: this rule alone, on a complete input, as the example's fence says.
pub(crate) fn settings_of(rule: &'static Rule, example: &Example) -> Settings {
    let only = rule.id;
    let json = match (example.all_settings(), example.settings()) {
        (Some(all), _) => all.to_owned(),
        (None, Some(params)) => format!(r#"{{"rules":{{"{only}":{params}}}}}"#),
        (None, None) => "{}".to_owned(),
    };
    let settings = match settings(&json) {
        // An example may say so itself.
        own if json.contains("input_complete") => own,
        other => other.with_scope(Scope::Closed),
    };
    // What is suppressed must be found first.
    if rule.is_about_suppressions() { settings } else { settings.only(|other| other.id == only) }
}

/// Judges a text.
pub(crate) fn judge(text: &str, settings: &Settings) -> Judged {
    let Stream { documents, errors, empty, .. } = patternwarden_yaml::read(text);
    let findings = {
        let bundle = Bundle::new(&documents).with_errors(&errors).with_empty(&empty);
        let bundle = bundle.with_kinds_of(settings);
        engine::run(settings, &Set::new(&bundle, settings.scope()))
    };
    Judged { documents, findings }
}

/// Judges documents.
pub(crate) fn judge_documents(documents: Vec<Document>, settings: &Settings) -> Judged {
    let findings = {
        let bundle = Bundle::new(&documents).with_kinds_of(settings);
        engine::run(settings, &Set::new(&bundle, settings.scope()))
    };
    Judged { documents, findings }
}

impl Judged {
    /// The same documents with a fix of the finding at `at` applied, judged again.
    pub(crate) fn fixed(&self, at: usize, fix: &Fix, settings: &Settings) -> Judged {
        let finding = &self.findings[at];
        let bundle = Bundle::new(&self.documents).with_kinds_of(settings);
        let set = Set::new(&bundle, settings.scope());
        let root = finding.object.and_then(|index| set.object(index)).map(|object| object.node);
        let root = root.or_else(|| set.documents().nth(finding.document)?.root()).unwrap();
        assert_eq!(root.kind(), Kind::Map, "an object is a map");
        let edited = apply(root, &fix.edits)
            .unwrap_or_else(|error| panic!("{}: `{}`: {error}", finding.rule.id, fix.title));
        let beside = fix.edits.iter().filter_map(|edit| match &edit.op {
            Op::NewDocument(value) => {
                Some(apply(root, &[Edit::new("", Op::Replace(value.clone()))]).expect("a document"))
            }
            _ => None,
        });
        // Only the object itself is replaced: lists and the other documents stay as they were.
        let objects = set.objects().map(|object| match finding.object {
            Some(index) if index == object.index => edited.clone(),
            _ => apply(object.node, &[]).expect("a copy"),
        });
        judge_documents(objects.chain(beside).collect(), settings)
    }
}
