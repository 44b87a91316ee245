//! The parts of the files that follow from the catalogue, between two comments each.

use crate::kinds::{named, speaks, webhook_rules, with_rules, workloads};
use crate::{document, keep, presets, text, texts};
use core::fmt::Write as _;
use patternwarden::neighbours::{READS, WORKLOADS};
use patternwarden::{Admission, Category, Pattern, RULES, Rule};

const BEGIN: &str = "# derived from the catalogue: ";
const END: &str = "# end of what is derived";

/// Where a module is pushed to; a platform team writes its own registry here.
pub(crate) const MODULE: &str =
    concat!("registry://registry.example/policies/patternwarden:v", env!("CARGO_PKG_VERSION"));

/// A line that names the module, for this version; `None` for any other.
fn module_line(line: &str) -> Option<String> {
    let (before, _) = line.split_once("registry://registry.example/policies/patternwarden:v")?;
    let variants = ["-context-aware-mutating", "-context-aware", "-mutating", ""];
    let variant = variants.into_iter().find(|variant| line.ends_with(variant))?;
    Some(format!("{before}{MODULE}{variant}"))
}

/// The same text with its derived parts written anew.
fn written(name: &str, text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    let mut parts = 0;
    while let Some(line) = lines.next() {
        out.push_str(module_line(line).as_deref().unwrap_or(line));
        out.push('\n');
        let Some((indent, part)) = line.split_once(BEGIN) else { continue };
        assert!(indent.trim().is_empty(), "{name}: {line}");
        for line in lines_of(part) {
            out.push_str(indent);
            out.push_str(&line);
            out.push('\n');
        }
        let end = lines.by_ref().find(|line| line.trim() == END);
        out.push_str(end.unwrap_or_else(|| panic!("{name}: `{part}` has no end")));
        out.push('\n');
        parts += 1;
    }
    assert!(parts > 0, "{name} has no derived part");
    out
}

fn lines_of(part: &str) -> Vec<String> {
    match part {
        "every kind that has rules" => webhook_rules(&with_rules(|_| true)),
        "names of the kinds" => {
            let kinds = with_rules(|_| true);
            let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
            let mut out = vec!["io.artifacthub.resources: >-".to_owned()];
            out.extend(names.chunks(6).enumerate().map(|(at, names)| {
                let end = if (at + 1) * 6 < kinds.len() { "," } else { "" };
                format!("  {}{end}", names.join(", "))
            }));
            out
        }
        "kinds that rules compare with others" => webhook_rules(&named(&judged())),
        "kinds that rules look up" => {
            let mut out = vec!["contextAwareResources:".to_owned()];
            out.extend(granted().iter().map(|(api_version, kind)| {
                format!("  - {{apiVersion: {api_version}, kind: {kind}}}")
            }));
            out
        }
        "rules that compare objects, as warnings" => {
            let mut out = vec!["rules:".to_owned()];
            let rules = RULES.iter().filter(|rule| asks(rule) && rule.enabled);
            out.extend(rules.map(|rule| format!("  {}: {{admission: warn}}", rule.id)));
            out
        }
        "kinds that make Pods" => webhook_rules(&workloads()),
        "what warns by default, denied" => denied(
            // A suppression without effect denies nothing: what it did not hide does.
            RULES.iter().filter(|rule| at_admission(rule) && !rule.is_about_suppressions()),
        ),
        part => {
            let name = part.strip_prefix("the family ").expect("a known part");
            let category = Pattern::ALL.iter().map(|pattern| pattern.category());
            let category = category.into_iter().find(|c| c.id() == name).expect("a family");
            family(category)
        }
    }
}

/// Whether a rule looks anything up in a cluster.
fn asks(rule: &Rule) -> bool {
    rule.reads.iter().any(|reads| !reads.on.is_empty())
}

/// The kinds that such rules judge.
fn judged() -> Vec<&'static str> {
    RULES.iter().flat_map(|rule| rule.reads).flat_map(|reads| reads.on).copied().collect()
}

/// What a policy must be granted for all of them: `apiVersion` and kind.
fn granted() -> Vec<(&'static str, &'static str)> {
    let mut out: Vec<_> = READS.iter().map(|read| (read.api_version, read.kind)).collect();
    out.sort_unstable();
    out
}

const BEGIN_TABLE: &str =
    "<!-- what is looked up: written by `UPDATE=1 cargo test -p patternwarden --test deploy` -->\n";
const END_TABLE: &str = "<!-- /what is looked up -->";

/// The README's table: what each rule looks up, and what it leaves out.
fn table() -> String {
    let mut out = String::from("| rule | beside a | looks up | leaves out |\n|---|---|---|---|\n");
    for rule in RULES.iter().filter(|rule| asks(rule)) {
        for reads in rule.reads {
            let on = match reads.on {
                on if on == WORKLOADS => "everything with Pods".to_owned(),
                on => on.join(", "),
            };
            let kinds: Vec<_> = reads.kinds.iter().map(|read| read.kind).collect();
            let (kinds, lacks) = (kinds.join(", "), reads.lacks);
            writeln!(out, "| `{}` | {on} | {kinds} | {lacks} |", rule.id).unwrap();
        }
    }
    out.push_str("\n| rule | why it asks no cluster |\n|---|---|\n");
    for rule in RULES.iter().filter(|rule| rule.needs_bundle() && !asks(rule)) {
        let why: Vec<_> = rule.reads.iter().map(|reads| reads.lacks).collect();
        writeln!(out, "| `{}` | {} |", rule.id, why.join("; ")).unwrap();
    }
    out
}

#[test]
fn the_readme_says_what_is_looked_up() {
    let found = text("README.md");
    let (before, rest) = found.split_once(BEGIN_TABLE).expect("the table's beginning");
    let (_, after) = rest.split_once(END_TABLE).expect("the table's end");
    keep("README.md", &found, &format!("{before}{BEGIN_TABLE}{}{END_TABLE}{after}", table()));
}

/// Whether a rule warns or denies at admission without being told to.
fn at_admission(rule: &Rule) -> bool {
    speaks(rule) && rule.enabled && !rule.needs_bundle() && rule.admission != Admission::Off
}

/// The part of settings that makes some rules deny.
fn denied<'r>(rules: impl Iterator<Item = &'r Rule>) -> Vec<String> {
    let mut out = vec!["rules:".to_owned()];
    out.extend(rules.map(|rule| format!("  {}: {{admission: deny}}", rule.id)));
    out
}

/// The patterns of a family that have rules at admission.
pub(crate) fn members(category: Category) -> Vec<Pattern> {
    let has_rules = |pattern: &Pattern| {
        RULES.iter().any(|rule| at_admission(rule) && rule.patterns.contains(pattern))
    };
    let of = Pattern::ALL.iter().copied().filter(|pattern| pattern.category() == category);
    of.filter(has_rules).collect()
}

/// The body of a policy group: one member for each pattern.
fn family(category: Category) -> Vec<String> {
    let members = members(category);
    let mut out = webhook_rules(&with_rules(|rule| {
        at_admission(rule) && rule.patterns.iter().any(|pattern| members.contains(pattern))
    }));
    let name = |pattern: &Pattern| pattern.id().replace('-', "_");
    let calls: Vec<String> = members.iter().map(|pattern| format!("{}()", name(pattern))).collect();
    out.push(format!("expression: {}", calls.join(" && ")));
    out.push("policies:".into());
    for pattern in &members {
        out.push(format!("  {}:", name(pattern)));
        out.push(format!("    module: {MODULE}"));
        out.push("    settings:".into());
        out.push("      target: \"1.36\"".into());
        out.push("      profiles: [none]".into());
        let of = |rule: &&Rule| at_admission(rule) && rule.patterns.contains(pattern);
        out.extend(denied(RULES.iter().filter(of)).iter().map(|line| format!("      {line}")));
    }
    out
}

#[test]
fn presets_follow_the_catalogue() {
    for (name, text) in presets() {
        keep(&format!("deploy/{name}"), &text, &written(&name, &text));
    }
}

#[test]
fn presets_follow_the_version() {
    let old = "  module: registry://registry.example/policies/patternwarden:v0.0.9-rc.1-mutating";
    assert_eq!(module_line(old), Some(format!("  module: {MODULE}-mutating")));
    assert_eq!(module_line("  mode: monitor"), None);
}

#[test]
fn metadata_follows_the_catalogue() {
    let found = text("metadata.yml");
    keep("metadata.yml", &found, &written("metadata.yml", &found));
}

#[test]
fn every_family_with_rules_has_a_group() {
    let presets = presets();
    let mut families: Vec<Category> = Vec::new();
    for pattern in Pattern::ALL {
        if !families.contains(&pattern.category()) {
            families.push(pattern.category());
        }
    }
    assert_eq!(families.len(), 6);
    for family in families {
        let file = format!("group-{}.yml", family.id());
        let found = presets.iter().find(|(name, _)| *name == file);
        assert_eq!(found.is_some(), !members(family).is_empty(), "{file}");
    }
}

#[test]
fn metadata_leaves_out_what_a_policy_should_not_see() {
    let metadata = document("metadata.yml", &text("metadata.yml"));
    let rules = metadata.root().unwrap().get("rules").unwrap();
    let mut all = Vec::new();
    for rule in rules.items() {
        let resources = texts(rule.get("resources"));
        let creates = texts(rule.get("operations")).iter().any(|operation| operation == "CREATE");
        assert!(!creates || !resources.iter().any(|name| name.contains('/')), "{resources:?}");
        all.extend(resources);
    }
    for wanted in ["pods", "pods/ephemeralcontainers", "pods/resize", "deployments", "cronjobs"] {
        assert!(all.iter().any(|name| name == wanted), "{wanted}");
    }
    assert!(!all.iter().any(|name| name == "secrets" || name == "leases"));
    // The audit scanner skips a rule that has a `*`.
    assert!(all.iter().all(|name| !name.contains('*')));
}
