//! The engine that pages load says exactly what the crate says: the same Report, positions and
//! documentation included, for every example of every rule.

use crate::parity::{native, settings_of};
use patternwarden::{RULES, docs};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Reports of the built engine, run by Node.
fn reports(inputs: &[Value]) -> Vec<Value> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let dist =
        std::env::var_os("PATTERNWARDEN_DIST").map_or_else(|| root.join("dist"), PathBuf::from);
    let engine = dist.join("npm/index.js");
    assert!(engine.is_file(), "{} is missing: run `cargo xtask build` first", engine.display());
    let mut node = Command::new("node")
        .arg(root.join("tests/it/engine.mjs"))
        .arg(engine)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js is installed");
    let mut stdin = node.stdin.take().expect("a pipe");
    let text = json!(inputs).to_string();
    // From a thread of its own: Node may answer before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = node.wait_with_output().expect("Node ends");
    writer.join().expect("the writer ends").expect("Node reads its input");
    assert!(output.status.success(), "node: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("a list of Reports")
}

#[test]
fn the_page_says_what_the_crate_says() {
    let mut inputs = Vec::new();
    let mut expected = Vec::new();
    for rule in RULES {
        for example in docs::examples(rule.docs) {
            let mut settings = settings_of(rule, &example);
            // The page has a clock, and the crate has none.
            if settings.get("as_of").is_none() {
                settings["as_of"] = json!("2026-11-24");
            }
            expected.push((rule.id, native(&patternwarden_yaml::read(&example.text), &settings)));
            inputs.push(json!([example.text, settings]));
        }
    }
    let actual = reports(&inputs);
    assert_eq!(actual.len(), expected.len());
    assert!(expected.len() > 2 * RULES.len(), "every rule has examples");
    for ((id, expected), actual) in expected.iter().zip(&actual) {
        assert_eq!(actual, expected, "{id}");
    }
}
