//! The rules that the workspace itself obeys, read from its files.

use std::fs;
use std::path::{Path, PathBuf};
use toml::Table;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// Not written by us, or not kept.
const SKIPPED: [&str; 8] =
    [".git", "target", "dist", "node_modules", "pkg", "out", "corpus", "package-lock.json"];
const LONGEST_FILE: usize = 500;
/// Of a rule without its documentation, whose length is the reader's affair.
const LONGEST_RULE: usize = 200;

/// Who may depend on whom. What is not listed may depend on nothing of ours.
const DIRECTION: &[(&str, &[&str])] = &[
    ("patternwarden-tree", &[]),
    ("patternwarden-yaml", &["patternwarden-tree"]),
    ("patternwarden", &["patternwarden-tree"]),
    ("patternwarden-policy", &["patternwarden", "patternwarden-tree"]),
    ("patternwarden-cli", &["patternwarden", "patternwarden-tree", "patternwarden-yaml"]),
    ("patternwarden-js", &["patternwarden", "patternwarden-tree", "patternwarden-yaml"]),
    ("patternwarden-web", &["patternwarden", "patternwarden-tree", "patternwarden-yaml"]),
    ("patternwarden-tests", &[]),
    ("xtask", &[]),
];

/// Every file of the repository with one of these endings, and its text.
fn files(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders = vec![PathBuf::from(ROOT)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let ending = path.extension().unwrap_or_default();
            // `docs/rules` is what `cargo xtask docs` writes.
            if SKIPPED.iter().any(|skipped| name == *skipped) || path.ends_with("docs/rules") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|wanted| ending == *wanted) {
                let text = fs::read_to_string(&path).expect("text in UTF-8");
                out.push((path.strip_prefix(ROOT).expect("below the root").to_owned(), text));
            }
        }
    }
    assert!(!out.is_empty());
    out
}

fn manifest(path: &Path) -> Table {
    let text = fs::read_to_string(Path::new(ROOT).join(path)).expect("a manifest");
    text.parse().expect("TOML")
}

/// Names of our own crates in every table of dependencies that is no dev-dependency.
fn needs(manifest: &Table) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        match key.as_str() {
            "dependencies" | "build-dependencies" => {
                out.extend(table.keys().filter(|name| name.starts_with("patternwarden")).cloned());
            }
            "target" => out.extend(table.values().filter_map(|t| t.as_table()).flat_map(needs)),
            _ => {}
        }
    }
    out
}

#[test]
fn dependencies_point_one_way() {
    let mut seen = 0;
    for (path, _) in files(&["toml"]) {
        if !path.ends_with("Cargo.toml") {
            continue;
        }
        let manifest = manifest(&path);
        let Some(name) = manifest.get("package").and_then(|p| p.get("name")?.as_str()) else {
            continue;
        };
        seen += 1;
        let allowed = DIRECTION.iter().find(|(crate_name, _)| *crate_name == name);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{name}: where does it belong?"));
        for need in needs(&manifest) {
            assert!(allowed.contains(&need.as_str()), "{name} must not depend on {need}");
        }
    }
    assert_eq!(seen, DIRECTION.len());
}

#[test]
fn the_policy_differs_from_the_lints_of_the_workspace_in_one_word() {
    let root = manifest(Path::new("Cargo.toml"));
    let mut expected = root["workspace"]["lints"].clone();
    assert_eq!(expected["rust"]["unsafe_code"].as_str(), Some("forbid"));
    expected["rust"]["unsafe_code"] = "deny".into();
    let policy = manifest(Path::new("policies/patternwarden/Cargo.toml"));
    assert_eq!(policy["lints"], expected);
}

#[test]
fn unsafe_code_stands_in_one_file() {
    let word = concat!("uns", "afe ");
    for (path, text) in files(&["rs"]) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let mut uses = code.filter(|line| line.contains(word));
        let allowed = path.ends_with("policies/patternwarden/src/abi.rs");
        assert!(allowed || uses.next().is_none(), "{}", path.display());
    }
}

#[test]
fn files_are_short() {
    for (path, text) in files(&["rs", "js", "mjs", "css", "html", "md"]) {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", path.display());
        if path.starts_with("crates/patternwarden/src/rules") {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).count();
            assert!(code <= LONGEST_RULE, "{} has {code} lines of code", path.display());
        }
    }
}

#[test]
fn the_map_of_the_code_names_every_module_of_the_rules_crate() {
    let map = files(&["md"]).into_iter().find(|(path, _)| path.ends_with("ARCHITECTURE.md"));
    let (_, map) = map.expect("ARCHITECTURE.md");
    for (path, _) in files(&["rs"]) {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        if path.parent() == Some(Path::new("crates/patternwarden/src")) && name != "lib" {
            assert!(map.contains(&format!("`{name}`")), "`{name}` is not in ARCHITECTURE.md");
        }
    }
}

#[test]
fn every_module_says_what_it_is() {
    for (path, text) in files(&["rs"]) {
        // A rule is its own documentation.
        if path.starts_with("crates/patternwarden/src/rules") {
            continue;
        }
        let first = text.lines().find(|line| !line.starts_with("#![") && !line.is_empty());
        let said = first.is_some_and(|line| line.starts_with("//!"));
        assert!(said, "{} starts with {first:?}", path.display());
    }
}

#[test]
fn nothing_is_put_off_and_no_workplace_is_named() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("/work", "/shared"),
        concat!("/work", "/main"),
        concat!("/work", "/wt"),
        concat!("/tmp", "/brief"),
    ];
    for (path, text) in files(&["rs", "toml", "md", "yml", "yaml", "js", "mjs", "css", "html"]) {
        for (at, line) in text.lines().enumerate() {
            let mark = marks.iter().find(|mark| line.contains(*mark));
            assert_eq!(mark, None, "{}:{}", path.display(), at + 1);
        }
    }
}
