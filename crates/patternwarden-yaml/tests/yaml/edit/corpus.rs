//! Texts to edit: every manifest of this repository, as it is and in uglier layouts.

use super::random::Random;
use crate::{cases, examples};
use patternwarden_yaml::read;
use std::fs;
use std::path::Path;

/// Layouts that the manifests of a tidy repository do not have.
const UGLY: [&str; 10] = [
    "a:\n    b: 1 # x\n    c:\n      - d: 2\n        e:   # nothing\n      -   f: |+\n            text\n\n    # last\ng: {h: [1, {i: 2}], \"j\": ~ }   # flow\n",
    "# head\n\n- - a\n  - b: c\n    d:\n    - e\n    -\n      # below\n      f: g\n- {}\n- []\n- \n- |-\n  x\n   y\n- >\n  z\n",
    "x: {\n  a: 1, # one\n  \"b\": [ ],\n  c: {  },   # three\n  d:\n    - no\n}\n"
        .trim_ascii_end(),
    "x: {\n  a: 1, # one\n  \"b\": [ ],\n  c: {  },   # three\n  d: [1,\n    2, 3 ]\n}\ny: plain text\n  over lines # c\nz: 'it''s\n\n  quoted'\n",
    "{\n  \"a\": {\"b\": [1, 2, {\"c\": null}], \"d\": {}},\n  \"e\": \"\\ud83d\\ude00\\/\"\n}\n{\"f\":[],\"g\":{\"h\":1}}\n",
    "a: &one\n  b: 1\nc: *one\nd:\n  <<: *one\n  e: 2\nf: !!str 3\ng: &two [x]\n? h\n: i\nj: 1\nj: 2\n",
    "---\na: 1\n--- # second\nb: |\n  x\n\n--- #c\n# nothing\n---\nc:\n- d\n",
    "\u{feff}a: 1 # x\nb:\n  c: é🚀 # ü\n  'ü': [ß]\n",
    "deep:\n  er:\n      x:\n          - y:\n            - z: 1\n              w:\n                v:\n",
    "data:\n  file.yaml: |2\n      indented\n    text\n  other: \"a\\nb\"\n  # key\n  last: >+\n    folded\n\n\n  end: x\n",
];

/// All texts, each with how it came about.
pub(super) fn texts() -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for dir in ["crates", "tests", "web", "policies"] {
        collect(&root.join(dir), &mut out);
    }
    for (at, text) in UGLY.iter().chain(&examples::ALL).enumerate() {
        // Often enough that their traps are met in every run.
        out.extend((0..8).map(|_| (format!("layout {at}"), (*text).to_owned())));
    }
    out.extend(cases::texts().into_iter().map(|text| ("case".to_owned(), text)));
    out.sort();
    let mut broken = 0;
    out.retain(|(_, text)| {
        let stream = read(text);
        // A broken text is refused, and a few show that.
        broken += usize::from(!stream.errors.is_empty());
        text.len() < 6_000
            && !stream.documents.is_empty()
            && (stream.errors.is_empty() || broken % 16 == 0)
    });
    out
}

fn collect(path: &Path, out: &mut Vec<(String, String)>) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    if path.is_dir() {
        if matches!(name.as_str(), "target" | "node_modules" | "dist") {
            return;
        }
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), out);
        }
        return;
    }
    match path.extension().and_then(|kind| kind.to_str()) {
        Some("yaml" | "yml") => out.push((name, fs::read_to_string(path).unwrap())),
        Some("rs") => fences(&name, &fs::read_to_string(path).unwrap(), out),
        _ => {}
    }
}

/// The examples in the documentation of rules.
fn fences(name: &str, source: &str, out: &mut Vec<(String, String)>) {
    let mut open: Option<String> = None;
    for line in source.lines().filter_map(|line| line.trim_start().strip_prefix("///")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match &mut open {
            Some(text) if line.starts_with("```") => {
                out.push((name.to_owned(), core::mem::take(text)));
                open = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("```yaml") => open = Some(String::new()),
            None => {}
        }
    }
}

/// The text in another layout; the same one where that cannot be read.
pub(super) fn varied(text: &str, random: &mut Random) -> String {
    let out = match random.below(8) {
        0 => text.replace('\n', "\r\n"),
        1 => text.trim_end().to_owned(),
        2 => lines(text, |line| {
            let content = line.trim_start_matches(' ');
            format!("{}{content}", "  ".repeat(line.len() - content.len()))
        }),
        3 => lines(text, |line| {
            if line.trim().is_empty() { line.to_owned() } else { format!("{line} # note") }
        }),
        4 => {
            let mut at = 0;
            lines(text, |line| {
                at += 1;
                let indent = line.len() - line.trim_start().len();
                let blanks = " ".repeat(indent);
                if at % 3 == 0 { format!("{blanks}# above {at}\n{line}") } else { line.to_owned() }
            })
        }
        5 => format!("# first\n---\n{text}\n---\nlast: 1\n"),
        _ => text.to_owned(),
    };
    if read(&out).errors.len() <= read(text).errors.len() { out } else { text.to_owned() }
}

fn lines(text: &str, change: impl FnMut(&str) -> String) -> String {
    let mut out: String = text.lines().map(change).collect::<Vec<_>>().join("\n");
    out.push('\n');
    out
}
