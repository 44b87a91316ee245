//! Holds the recognisers to what is true of the examples of the book.
//!
//! The files of `tests/book/` have the structure of each example, in manifests of our own. A line
//! `# file: <path>` begins an example, which goes on to the next such line. Its labels are all of
//! what is recognised in the file when it is read alone, each pattern once, with the highest
//! confidence and the facets of all objects:
//!
//! ```text
//! # expect: <pattern> <confidence> [<facet>,<facet>] [violated]
//! # folder: <folder> <pattern> <confidence>
//! ```
//!
//! A folder's labels are what is at least likely when all its examples are read together.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
#![expect(clippy::std_instead_of_alloc, reason = "tests run where std is")]

use patternwarden::recognise::{self, Confidence};
use patternwarden::set::{Scope, Set};
use patternwarden::{Pattern, bundle::Bundle};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Manifests of the book's examples; one of them is the settings of a tool.
const MANIFESTS: usize = 96;
/// Files beside them that hold nothing of Kubernetes.
const OTHERS: usize = 31;
/// Folders that hold a manifest.
const FOLDERS: usize = 31;

/// One file of the examples.
struct Example {
    path: String,
    text: String,
    expected: Vec<String>,
}

impl Example {
    fn folder(&self) -> &str {
        self.path.rsplit_once('/').unwrap().0
    }

    /// The file names a kind, be it one that no cluster knows.
    fn is_manifest(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("kind: "))
    }
}

#[derive(Default)]
struct Book {
    examples: Vec<Example>,
    folders: BTreeMap<String, Vec<String>>,
}

fn book() -> Book {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/book");
    let mut book = Book::default();
    for entry in std::fs::read_dir(dir).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines() {
            if let Some(path) = line.strip_prefix("# file: ") {
                let (path, text) = (path.to_owned(), String::new());
                book.examples.push(Example { path, text, expected: Vec::new() });
            } else if let Some(label) = line.strip_prefix("# folder: ") {
                let (folder, label) = label.split_once(' ').unwrap();
                book.folders.entry(folder.to_owned()).or_default().push(label.to_owned());
            } else if let Some(label) = line.strip_prefix("# expect: ") {
                book.examples.last_mut().unwrap().expected.push(label.to_owned());
            } else if let Some(example) = book.examples.last_mut() {
                example.text += line;
                example.text += "\n";
            }
        }
    }
    book
}

/// What is recognised of one pattern in several objects.
struct Label {
    confidence: Confidence,
    facets: BTreeSet<String>,
    violated: bool,
}

fn recognised(text: &str) -> BTreeMap<Pattern, Label> {
    let stream = patternwarden_yaml::read(text);
    assert!(stream.errors.is_empty(), "{:?}\n{text}", stream.errors);
    let bundle = Bundle::new(&stream.documents);
    let mut labels = BTreeMap::new();
    for hit in recognise::recognise(&Set::new(&bundle, Scope::Open)) {
        let label = labels.entry(hit.pattern).or_insert_with(|| Label {
            confidence: hit.confidence,
            facets: BTreeSet::new(),
            violated: false,
        });
        label.confidence = label.confidence.max(hit.confidence);
        label.violated |= hit.violated;
        label.facets.extend(hit.facets);
    }
    labels
}

fn sure(pattern: Pattern, confidence: Confidence) -> String {
    format!("{} {}", pattern.id(), format!("{confidence:?}").to_lowercase())
}

fn line((pattern, label): (&Pattern, &Label)) -> String {
    let mut out = sure(*pattern, label.confidence);
    if !label.facets.is_empty() {
        out += " ";
        out += &label.facets.iter().cloned().collect::<Vec<_>>().join(",");
    }
    if label.violated {
        out += " violated";
    }
    out
}

fn difference(name: &str, expected: &[String], found: &[String]) -> String {
    let (expected, found) = (expected.join("\n    "), found.join("\n    "));
    format!("{name}\n  expected:\n    {expected}\n  found:\n    {found}\n")
}

#[test]
fn every_example_shows_exactly_its_patterns() {
    let mut failures = String::new();
    for example in book().examples {
        let found: Vec<String> = recognised(&example.text).iter().map(line).collect();
        if found != example.expected {
            failures += &difference(&example.path, &example.expected, &found);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_folder_shows_exactly_its_patterns() {
    let book = book();
    let mut failures = String::new();
    for (folder, expected) in &book.folders {
        let examples = book.examples.iter().filter(|example| example.folder() == folder);
        let texts: Vec<&str> = examples.map(|example| example.text.as_str()).collect();
        let found: Vec<String> = recognised(&texts.join("---\n"))
            .iter()
            .filter(|(_, label)| label.confidence >= Confidence::Likely)
            .map(|(pattern, label)| sure(*pattern, label.confidence))
            .collect();
        if found != *expected {
            failures += &difference(folder, expected, &found);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn no_example_is_left_out() {
    let book = book();
    let paths: BTreeSet<&str> = book.examples.iter().map(|example| example.path.as_str()).collect();
    assert_eq!(paths.len(), book.examples.len(), "an example stands there twice");
    let (manifests, others): (Vec<_>, Vec<_>) =
        book.examples.iter().partition(|example| example.is_manifest());
    assert_eq!((manifests.len(), others.len()), (MANIFESTS, OTHERS));
    let folders: BTreeSet<&str> = manifests.iter().map(|example| example.folder()).collect();
    let labelled: BTreeSet<&str> = book.folders.keys().map(String::as_str).collect();
    assert_eq!(folders, labelled);
    assert_eq!(labelled.len(), FOLDERS);
}
