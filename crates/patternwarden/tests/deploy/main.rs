//! The files that a platform team deploys: what in them follows from the catalogue, and that the
//! engine understands every one.
//!
//! `UPDATE=1 cargo test -p patternwarden --test deploy` rewrites what is derived.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]
#![expect(clippy::std_instead_of_alloc, reason = "tests run where std is")]

mod derived;
mod hub;
mod kinds;
mod presets;

use patternwarden::tree::{Document, Node};
use std::fs;
use std::path::{Path, PathBuf};

/// The policy's folder.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/patternwarden")
}

fn text(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every preset: the name of its file and its text.
fn presets() -> Vec<(String, String)> {
    let mut names: Vec<String> = fs::read_dir(folder().join("deploy"))
        .expect("the presets")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    names.into_iter().map(|name| (name.clone(), text(&format!("deploy/{name}")))).collect()
}

/// The one document of a text, read as kubectl would.
fn document(name: &str, text: &str) -> Document {
    let mut stream = patternwarden_yaml::read(text);
    assert!(stream.errors.is_empty(), "{name}: {:?}", stream.errors);
    assert_eq!(stream.documents.len(), 1, "{name}");
    stream.documents.remove(0)
}

/// Compares a file with what it should hold, or writes it when `UPDATE` is set.
fn keep(name: &str, found: &str, expected: &str) {
    if found == expected {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        // At once, as other tests may be reading it.
        let draft = folder().join(format!(".{}", name.replace('/', "-")));
        fs::write(&draft, expected).unwrap();
        fs::rename(draft, folder().join(name)).unwrap();
        return;
    }
    let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let line = line.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
    panic!(
        "{name}, line {}: {:?} should be {:?}; UPDATE=1 rewrites what is derived",
        line + 1,
        found.lines().nth(line),
        expected.lines().nth(line),
    );
}

/// Texts of a list.
fn texts(list: Option<Node<'_>>) -> Vec<String> {
    let items = list.expect("a list").items();
    items.map(|item| item.as_str().expect("text").to_owned()).collect()
}
