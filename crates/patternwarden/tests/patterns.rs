//! Holds the recognisers to what a person would say of whole manifests.
//!
//! Every file of `tests/patterns/` says in its head what must be recognised, one line per object
//! and pattern, and nothing else may be:
//!
//! ```text
//! # expect: <object> <pattern> <confidence> [<facet>,<facet>] [violated] [@ <pointer> <object>:<pointer>]
//! ```
//!
//! Pointers behind `@` are the evidence, in order.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
#![expect(clippy::std_instead_of_alloc, reason = "tests run where std is")]

use patternwarden::recognise::{self, Confidence, Recognised};
use patternwarden::set::{Scope, Set};
use patternwarden::{Pattern, RECOGNISERS, bundle::Bundle, docs, patterns};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patterns");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

/// What is recognised in a text.
fn recognised(text: &str) -> Vec<Recognised> {
    let stream = patternwarden_yaml::read(text);
    assert!(stream.errors.is_empty(), "{:?}\n{text}", stream.errors);
    let bundle = Bundle::new(&stream.documents);
    recognise::recognise(&Set::new(&bundle, Scope::Open))
}

/// A hit as an expectation is written, with its evidence when `evidence`.
fn line(hit: &Recognised, evidence: bool) -> String {
    let confidence = format!("{:?}", hit.confidence).to_lowercase();
    let mut out = format!("{} {} {confidence}", hit.object, hit.pattern.id());
    if !hit.facets.is_empty() {
        out += &format!(" {}", hit.facets.join(","));
    }
    if hit.violated {
        out += " violated";
    }
    if evidence {
        out += " @";
        for shown in &hit.evidence {
            let object = shown.object;
            let elsewhere = if object == hit.object { String::new() } else { format!("{object}:") };
            out += &format!(" {elsewhere}{}", shown.pointer);
        }
    }
    out
}

#[test]
fn exactly_what_the_files_say_is_recognised() {
    let mut failures = String::new();
    for (name, text) in files() {
        let expected: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# expect: ")).collect();
        let with_evidence: BTreeSet<String> = expected
            .iter()
            .filter(|line| line.contains(" @ "))
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        let hits = recognised(&text);
        let found: Vec<String> = hits
            .iter()
            .map(|hit| {
                line(hit, with_evidence.contains(&format!("{} {}", hit.object, hit.pattern.id())))
            })
            .collect();
        if found != expected {
            failures += &format!(
                "{name}\n  expected:\n    {}\n  found:\n    {}\n",
                expected.join("\n    "),
                found.join("\n    ")
            );
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_recogniser_is_expected_somewhere() {
    let hits: Vec<_> = files().iter().flat_map(|(_, text)| recognised(text)).collect();
    for pattern in Pattern::ALL {
        assert!(hits.iter().any(|hit| hit.pattern == *pattern), "{pattern:?} is never expected");
        assert!(patterns::find(*pattern).is_some(), "{pattern:?} has no recogniser");
    }
}

#[test]
fn evidence_points_at_what_stands_in_the_text() {
    for (name, text) in files() {
        let stream = patternwarden_yaml::read(&text);
        let bundle = Bundle::new(&stream.documents);
        let set = Set::new(&bundle, Scope::Open);
        for hit in recognise::recognise(&set) {
            assert!(!hit.evidence.is_empty(), "{name}: {hit:?}");
            for shown in &hit.evidence {
                let object = set.object(shown.object).unwrap();
                let exists = object.node.lookup(&shown.pointer).is_some();
                // Only what the absence of a field says may point at an absent field.
                let absent = ["/spec/strategy", "/spec/replicas", "/spec/selector"];
                assert!(
                    exists || absent.contains(&shown.pointer.as_str()),
                    "{name}: {:?}",
                    shown.pointer
                );
                let span = shown.span.unwrap_or_else(|| panic!("{name}: no span: {shown:?}"));
                assert!(!span.of(&text).is_empty(), "{name}: {shown:?}");
                assert!(shown.label.len() <= 80 && !shown.label.ends_with('.'), "{shown:?}");
            }
        }
    }
}

#[test]
fn a_pattern_does_not_depend_on_the_order_of_documents() {
    for (name, text) in files() {
        let parts: Vec<&str> = text.split("\n---\n").collect();
        let reversed: Vec<&str> = parts.iter().rev().copied().collect();
        let labels = |text: &str| {
            let hits = recognised(text);
            let mut labels: Vec<_> = hits
                .iter()
                .map(|h| (h.pattern, h.confidence, h.facets.clone(), h.violated))
                .collect();
            labels.sort();
            labels
        };
        assert_eq!(labels(&text), labels(&reversed.join("\n---\n")), "{name}");
    }
}

#[test]
fn every_pattern_is_explained_under_the_same_headings() {
    for recogniser in RECOGNISERS {
        let id = recogniser.pattern.id();
        let sections = docs::sections(recogniser.docs);
        let headings: Vec<_> = sections.iter().map(|section| section.heading.as_str()).collect();
        assert_eq!(
            headings,
            ["", "Intent", "Forces", "How it is seen", "What breaks it", "Over time"],
            "{id}"
        );
        for section in &sections {
            assert!(section.body.trim().len() > 30, "{id}: `{}` says nothing", section.heading);
        }
        let summary = docs::summary(recogniser.docs);
        let sentences = summary.matches(". ").count() + usize::from(summary.ends_with('.'));
        assert_eq!(sentences, 1, "{id}: one sentence: `{summary}`");
    }
}

#[test]
fn the_author_of_an_object_has_the_last_word() {
    let shown = |annotations: &str, kind: &str| {
        let text = format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: shop}}\nspec:\n  replicas: 1\n  \
             selector: {{matchLabels: {{app: shop}}}}\n  template:\n    metadata:\n      labels: {{app: \
             shop}}\n      annotations: {annotations}\n    spec:\n      containers: [{{name: a, image: \
             r.example/a:1}}]\n"
        );
        recognised(&text)
    };
    let of = |hits: &[Recognised], pattern: Pattern| {
        hits.iter().find(|hit| hit.pattern == pattern).map(|hit| hit.confidence)
    };
    let plain = shown("{}", "Deployment");
    assert_eq!(of(&plain, Pattern::SingletonService), Some(Confidence::Possible));
    let named = "{patternwarden.dev/pattern: 'singleton-service, adapter'}";
    let hits = shown(named, "Deployment");
    for pattern in [Pattern::SingletonService, Pattern::Adapter] {
        assert_eq!(of(&hits, pattern), Some(Confidence::Certain), "{pattern:?}");
        let hit = hits.iter().find(|hit| hit.pattern == pattern).unwrap();
        let says = hit.evidence.last().unwrap();
        assert_eq!(says.pointer, "/spec/template/metadata/annotations/patternwarden.dev~1pattern");
        assert_eq!(says.label, "the author says so");
    }
    // What is said to be something else is not guessed at; what is proved stays.
    let other = shown("{patternwarden.dev/pattern: stateless-service}", "Deployment");
    assert_eq!(of(&other, Pattern::SingletonService), None);
    let kept = |hits: &[Recognised]| {
        let sure = hits.iter().filter(|hit| hit.confidence > Confidence::Possible);
        sure.map(|hit| hit.pattern).filter(|p| *p != Pattern::StatelessService).collect::<Vec<_>>()
    };
    assert_eq!(kept(&other), kept(&plain));
    // A word that is no pattern says nothing.
    let wrong = shown("{patternwarden.dev/pattern: singelton}", "Deployment");
    assert_eq!(of(&wrong, Pattern::SingletonService), Some(Confidence::Possible));
}
