//! What holds for every rule, tried on every example of every rule with all rules switched on.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a test that fails"
)]

mod defaulting;
mod defaults;
mod exceptions;
mod forms;
mod good;
mod order;
mod parameters;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests apply fixes")]
mod support;
mod versions;

extern crate alloc;

use alloc::collections::BTreeMap;
use patternwarden::bundle::Bundle;
use patternwarden::docs::{self, Example};
use patternwarden::set::{Scope, Set};
use patternwarden::tree::{Document, from_deserializer, write_json};
use patternwarden::{RULES, Rule, Settings, Severity};
use serde_json::{Value, json};
use support::{Judged, judge_documents, settings};

/// Objects that are together, and the settings in which all rules judge them.
struct Case {
    /// The rule whose example it is, or the file.
    from: String,
    /// Whether it is an example of how things should be.
    is_good: bool,
    text: String,
    /// What the example sets.
    written: Value,
    settings: Settings,
}

impl Case {
    fn new(from: &str, example: Example, written: Value) -> Self {
        let settings = settings(&written.to_string()).with_scope(Scope::Closed).only(|_| true);
        Self { from: from.to_owned(), is_good: !example.bad, text: example.text, written, settings }
    }

    /// The objects as a client sends them.
    fn objects(&self) -> Vec<Document> {
        objects(&self.text, &self.settings)
    }
}

/// Every example of every rule, those that show more of its parameters, and the manifests that
/// other tests read.
fn cases() -> impl Iterator<Item = Case> {
    let examples = RULES.iter().flat_map(|rule| {
        let further = parameters::more(rule);
        docs::examples(rule.docs).into_iter().chain(further).map(move |example| {
            let written = written_settings(rule, &example);
            Case::new(rule.id, example, written)
        })
    });
    examples.chain(manifests())
}

/// The manifests that other tests read, the files of a folder together.
fn manifests() -> Vec<Case> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for folder in ["book", "deploy", "patterns", "rules/valid"] {
        let path = format!("{}/tests/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(path).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|ending| ending != "yaml") {
                continue;
            }
            let mut from = path.file_name().expect("a name").to_string_lossy().into_owned();
            for line in std::fs::read_to_string(&path).expect("text").lines() {
                // Several files may stand in one.
                let file = line.strip_prefix("# file: ");
                if let Some((folder, _)) = file.and_then(|file| file.rsplit_once('/')) {
                    folder.clone_into(&mut from);
                }
                let text = texts.entry(from.clone()).or_default();
                text.push_str(if file.is_some() { "---" } else { line });
                text.push('\n');
            }
        }
    }
    let case = |(from, text): (String, String)| {
        let mut example = Example::default();
        (example.bad, example.text) = (true, text);
        Case::new(&from, example, json!({}))
    };
    texts.into_iter().map(case).collect()
}

/// The settings that an example asks for, as a person writes them.
fn written_settings(rule: &Rule, example: &Example) -> Value {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let mut all = example.all_settings().map_or_else(|| json!({}), read);
    if let Some(params) = example.settings() {
        all["rules"][rule.id] = read(params);
    }
    all
}

/// The objects of a text as a client sends them: lists unpacked, fragments made whole, no text.
fn objects(text: &str, settings: &Settings) -> Vec<Document> {
    let stream = patternwarden_yaml::read(text);
    let bundle = Bundle::new(&stream.documents).with_kinds_of(settings);
    let set = Set::new(&bundle, Scope::Closed);
    let objects = set.objects().map(|object| {
        let mut json = String::new();
        write_json(&mut json, object.node);
        document(&json)
    });
    objects.collect()
}

/// A document from JSON, keys in their order.
fn document(json: &str) -> Document {
    from_deserializer(&mut serde_json::Deserializer::from_str(json)).expect("JSON")
}

/// The same as values, keys sorted.
fn values(documents: &[Document]) -> Vec<Value> {
    let value = |document: &Document| {
        let mut json = String::new();
        write_json(&mut json, document.root().expect("an object"));
        serde_json::from_str(&json).expect("JSON")
    };
    documents.iter().map(value).collect()
}

/// A finding, as far as it must be the same in every form of the same objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    rule: &'static str,
    /// `None` for what is said of a document that is no object.
    object: Option<usize>,
    pointer: String,
    severity: Severity,
    suppressed: bool,
    message: String,
}

/// Whether a line has a comment that suppresses something, or was meant to.
fn is_directive(line: &str) -> bool {
    let comment = line.split_once('#').map_or("", |(_, comment)| comment);
    comment.to_lowercase().contains("patternwarden") && !comment.contains("finding:")
}

/// Everything that was found, sorted.
fn found(judged: &Judged) -> Vec<Found> {
    let all = judged.findings.iter().map(|f| Found {
        rule: f.rule.id,
        object: f.object,
        pointer: f.pointer.clone(),
        severity: f.severity,
        suppressed: f.suppression.is_some(),
        message: f.message.clone(),
    });
    let mut all: Vec<Found> = all.collect();
    all.sort();
    all
}

/// What is found in some documents.
fn judge(documents: Vec<Document>, settings: &Settings) -> Vec<Found> {
    found(&judge_documents(documents, settings))
}

/// What only one of two lists has, in words: `-` for the first, `+` for the second.
fn apart(before: &[Found], after: &[Found], case: &Case) -> Vec<String> {
    let lacking = |sign: char, of: &[Found], from: &[Found]| -> Vec<String> {
        let mut left = from.to_vec();
        let mut out = Vec::new();
        for found in of {
            match left.iter().position(|other| other == found) {
                Some(at) => {
                    left.swap_remove(at);
                }
                None => out.push(format!("{sign} {found:?} in {}", case.from)),
            }
        }
        out
    };
    let mut out = lacking('-', before, after);
    out.extend(lacking('+', after, before));
    out
}
