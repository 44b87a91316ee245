//! Runs every fenced example of every rule's documentation.

#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

#[path = "support/added.rs"]
mod added;
mod support;

use added::{Said, added};
use patternwarden::docs::{self, Example};
use patternwarden::rule::Grade;
use patternwarden::tree::apply;
use patternwarden::{RULES, Rule, Settings};
use support::{Judged, judge, settings_of};

fn examples(rule: &Rule) -> Vec<Example> {
    docs::examples(rule.docs)
}

/// Pointers that an example marks, each with the index of its object.
fn marks(example: &Example) -> Vec<(usize, String)> {
    let mark = |mark: &str| match mark.split_once(' ') {
        Some((index, pointer)) => (index.parse().expect("index of an object"), pointer.to_owned()),
        None if mark.starts_with('/') => (0, mark.to_owned()),
        // The object as a whole.
        None => (mark.parse().expect("index of an object"), String::new()),
    };
    example.marks().map(mark).collect()
}

/// What one rule finds in an example: index of the object and pointer.
fn found(judged: &Judged) -> Vec<(usize, String)> {
    judged.findings.iter().map(|f| (f.object.unwrap_or(0), f.pointer.clone())).collect()
}

fn said(judged: &Judged) -> Vec<Said> {
    let said = |f: &patternwarden::finding::Finding| Said {
        rule: f.rule.id.to_owned(),
        place: f.pointer.clone(),
        message: f.message.clone(),
        severity: f.severity,
    };
    judged.findings.iter().map(said).collect()
}

fn run(rule: &'static Rule, example: &Example) -> Judged {
    let mut judged = judge(&example.text, &settings_of(rule, example));
    judged.findings.retain(|found| found.rule.id == rule.id);
    judged
}

#[test]
fn every_rule_has_the_sections_of_its_documentation() {
    for rule in RULES {
        for heading in ["Why it matters", "Bad", "Good", "Source"] {
            let body = docs::section(rule.docs, heading).unwrap_or_default();
            assert!(!body.is_empty(), "{}: no section `{heading}`", rule.id);
        }
        let summary = docs::summary(rule.docs);
        assert!(summary.ends_with('.') && summary.len() <= 160, "{}: `{summary}`", rule.id);
        let good = examples(rule).iter().filter(|example| !example.bad).count();
        assert!(good > 0 && good < examples(rule).len(), "{}: bad and good examples", rule.id);
    }
}

#[test]
fn a_rule_that_repairs_nothing_says_why() {
    for rule in RULES.iter().filter(|rule| rule.fix.is_none()) {
        let prose: String = rule.docs.split("```").step_by(2).collect();
        let words = prose.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = ["no repair", "nothing to repair"].iter().any(|said| words.contains(said));
        assert!(said, "{}: say in the docs why there is no repair", rule.id);
    }
}

#[test]
fn bad_examples_are_found_where_they_say_and_good_ones_are_not() {
    for rule in RULES {
        for example in examples(rule) {
            let mut expected = marks(&example);
            let mut found = found(&run(rule, &example));
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{}:\n{}", rule.id, example.text);
            assert_eq!(example.bad, !expected.is_empty(), "{}: marks its findings", rule.id);
        }
    }
}

#[test]
fn examples_are_manifests_that_can_be_read() {
    for rule in RULES {
        for example in examples(rule) {
            let errors = patternwarden_yaml::read(&example.text).errors;
            // Except where that is what is wrong.
            let broken = example.bad && rule.is_about_reading();
            assert_eq!(errors.is_empty(), !broken, "{}: {errors:?}\n{}", rule.id, example.text);
        }
    }
}

#[test]
fn fixes_apply_and_remove_their_finding() {
    for rule in RULES {
        let mut best = None;
        for example in examples(rule).into_iter().filter(|example| example.bad) {
            let before = run(rule, &example);
            for (at, finding) in before.findings.iter().enumerate() {
                for fix in &finding.fixes {
                    best = best.max(Some(fix.grade));
                    let fixed = before.fixed(at, fix, &settings_of(rule, &example));
                    let still = fixed
                        .findings
                        .iter()
                        .any(|f| f.pointer == finding.pointer && f.message == finding.message);
                    assert!(
                        !still,
                        "{}: `{}` does not repair\n{}",
                        rule.id, fix.title, example.text
                    );
                }
            }
        }
        assert_eq!(
            best, rule.fix,
            "{}: the declared grade is the best that examples reach",
            rule.id
        );
    }
}

#[test]
fn safe_fixes_add_no_finding_that_matters() {
    let all = Settings::default().with_scope(patternwarden::set::Scope::Closed);
    for rule in RULES {
        for example in examples(rule).into_iter().filter(|example| example.bad) {
            let before = run(rule, &example);
            // What is allowed to be suppressed is in the settings of the example.
            let own = rule.is_about_suppressions().then(|| settings_of(rule, &example));
            let all = own.as_ref().unwrap_or(&all);
            let known = said(&judge(&example.text, all));
            for (at, finding) in before.findings.iter().enumerate() {
                for fix in finding.fixes.iter().filter(|fix| fix.grade == Grade::Safe) {
                    let added = added(&known, &said(&before.fixed(at, fix, all)), &[rule.id]);
                    assert!(added.is_empty(), "{}: `{}` adds {added:?}", rule.id, fix.title);
                }
            }
        }
    }
}

#[test]
fn an_edit_that_cannot_be_followed_is_an_error() {
    let stream = patternwarden_yaml::read("a: 1\n");
    let root = stream.documents[0].root().unwrap();
    let edit = patternwarden::tree::Edit::new("/b", patternwarden::tree::Op::Remove);
    assert!(apply(root, &[edit]).is_err());
}

#[test]
fn every_rule_file_is_in_the_catalogue() {
    let dir = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules")).unwrap();
    let mut files: Vec<String> = dir
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .collect();
    files.sort();
    assert_eq!(files, RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
}

#[test]
fn ids_and_aliases_are_never_reused() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    names.extend(RULES.iter().flat_map(|rule| rule.aliases));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
