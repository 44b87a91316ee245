//! `artifacthub-pkg.yml`: what Artifact Hub and Rancher show, taken from `metadata.yml`.
//!
//! The keys and how they follow from the metadata: `kwctl scaffold artifacthub`
//! (`policy_artifacthub.rs` of Kubewarden's policy-evaluator).

use crate::{document, keep, text};
use core::fmt::Write as _;
use patternwarden::tree::{Node, write_json};

/// Keys that the file must have, as <https://artifacthub.io/docs/topics/repositories/kubewarden-policies/> asks.
const REQUIRED: &[&str] = &[
    "version",
    "name",
    "displayName",
    "createdAt",
    "description",
    "license",
    "containersImages",
    "keywords",
    "provider",
    "recommendations",
    "annotations",
];

fn json(node: Node<'_>) -> String {
    let mut out = String::new();
    write_json(&mut out, node);
    out
}

/// A block of text below a key, eight blanks deep at most.
fn block(out: &mut String, key: &str, text: &str) {
    writeln!(out, "  {key}: |").unwrap();
    for line in text.lines() {
        writeln!(out, "{}", if line.is_empty() { String::new() } else { format!("    {line}") })
            .unwrap();
    }
}

/// The webhook rules of `metadata.yml` as they are written there, without comments.
fn rules(metadata: &str) -> String {
    let lines = metadata.lines().skip_while(|line| *line != "rules:").skip(1);
    let lines = lines.take_while(|line| line.starts_with(' '));
    let mut out = String::new();
    for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
        out.push_str(line.strip_prefix("  ").unwrap());
        out.push('\n');
    }
    out
}

/// The file, for what `metadata.yml` says and this time of making.
fn package(metadata: &str, created: &str, questions: &str) -> String {
    let document = document("metadata.yml", metadata);
    let root = document.root().unwrap();
    let annotations = root.get("annotations").expect("annotations");
    let said = |key: &str| {
        let value = annotations.get(key).and_then(Node::as_str);
        value.unwrap_or_else(|| panic!("metadata.yml has no annotation {key}"))
    };
    let policy = |key: &str| said(&format!("io.kubewarden.policy.{key}"));
    let version = policy("version");
    let mut out = format!(
        "# Shown by Artifact Hub. Written from metadata.yml by `UPDATE=1 cargo test -p patternwarden --test deploy`;\n\
         # `createdAt` is kept: set it when a version is released.\n\
         version: {version}\n\
         name: {}\n\
         displayName: {}\n\
         createdAt: {created}\n\
         description: {}\n\
         license: {}\n\
         containersImages:\n  \
           - name: policy\n    \
             image: {}:v{version}\n\
         keywords:\n",
        policy("title"),
        said("io.artifacthub.displayName"),
        policy("description"),
        policy("license"),
        policy("ociUrl"),
    );
    for keyword in said("io.artifacthub.keywords").split(", ") {
        writeln!(out, "  - {keyword}").unwrap();
    }
    out.push_str("provider:\n  name: patternwarden\nrecommendations:\n");
    let controller = "https://artifacthub.io/packages/helm/kubewarden/kubewarden-controller";
    writeln!(out, "  - url: {controller}\nannotations:").unwrap();
    let resources = said("io.artifacthub.resources");
    writeln!(out, "  kubewarden/resources: {resources}").unwrap();
    writeln!(out, "  kubewarden/mutation: \"{}\"", json(root.get("mutating").unwrap())).unwrap();
    let granted = root.get("contextAwareResources").map_or("[]".into(), json);
    writeln!(out, "  kubewarden/contextAwareResources: '{granted}'").unwrap();
    block(&mut out, "kubewarden/rules", &rules(metadata));
    block(&mut out, "kubewarden/questions-ui", questions);
    out
}

/// The form that Rancher shows, as `cargo xtask build` writes it.
fn questions() -> String {
    serde_yaml::to_string(&patternwarden::settings::questions::questions()).expect("YAML")
}

#[test]
fn the_package_says_what_the_metadata_says() {
    let found = text("artifacthub-pkg.yml");
    let created =
        found.lines().find_map(|line| line.strip_prefix("createdAt: ")).expect("createdAt");
    let questions = questions();
    let expected = package(&text("metadata.yml"), created, &questions);
    keep("artifacthub-pkg.yml", &found, &expected);

    let document = document("artifacthub-pkg.yml", &expected);
    let root = document.root().unwrap();
    for key in REQUIRED {
        assert!(root.get(key).is_some_and(|value| !value.is_null()), "{key}");
    }
    let asked = root.lookup("/annotations/kubewarden~1questions-ui").and_then(Node::as_str);
    assert_eq!(asked, Some(&*questions));
    // What Rancher parses a second time is YAML with the same meaning.
    let written = root.lookup("/annotations/kubewarden~1rules").and_then(Node::as_str).unwrap();
    let rules = crate::document("kubewarden/rules", written);
    let metadata = crate::document("metadata.yml", &text("metadata.yml"));
    assert_eq!(json(rules.root().unwrap()), json(metadata.root().unwrap().get("rules").unwrap()));
}
