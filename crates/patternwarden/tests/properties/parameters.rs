//! Every parameter matters: some example judges otherwise once it has its default again.

use crate::support::{judge, settings};
use crate::written_settings;
use patternwarden::docs::{self, Example};
use patternwarden::param::Param;
use patternwarden::set::Scope;
use patternwarden::{RULES, Rule};
use serde_json::{Value, json};

/// Examples for the parameters that no documentation of a rule shows, below the rule's id.
const MORE: &str = concat!(
    include_str!("parameters/a-l.md"),
    "\n",
    include_str!("parameters/m-r.md"),
    "\n",
    include_str!("parameters/s-z.md")
);

fn default(param: &Param) -> Value {
    match param {
        Param::Int(p) => json!(p.default),
        Param::Strings(p) | Param::Entries(p, _) => json!(p.default),
        Param::Flag(p) => json!(p.default),
        Param::Choice(p) => json!(p.default),
        other => panic!("{other:?}"),
    }
}

/// What a rule finds under settings: places, and what is said of them.
fn found(rule: &'static Rule, example: &Example, json: &Value) -> Vec<(String, String)> {
    let settings = match settings(&json.to_string()) {
        own if json.get("input_complete").is_some() => own,
        other => other.with_scope(Scope::Closed),
    };
    let settings = if rule.is_about_suppressions() {
        settings
    } else {
        settings.only(|other| other.id == rule.id)
    };
    let judged = judge(&example.text, &settings);
    let own = judged.findings.iter().filter(|found| found.rule.id == rule.id);
    let mut out: Vec<_> = own
        .map(|f| {
            let place = format!("{} {}", f.object.unwrap_or(0), f.pointer);
            let fixes: Vec<_> = f.fixes.iter().map(|fix| (fix.grade, &fix.title)).collect();
            (place, format!("{}: {} {fixes:?}", f.severity.id(), f.message))
        })
        .collect();
    out.sort();
    out
}

/// The lines of a text as those of a doc comment, which begin with a blank.
fn commented(text: &str) -> String {
    text.lines().flat_map(|line| [" ", line, "\n"]).collect()
}

/// The further examples of a rule.
pub(crate) fn more(rule: &Rule) -> Vec<Example> {
    let section = docs::section(&commented(MORE), rule.id);
    section.map_or_else(Vec::new, |section| docs::examples(&commented(&section)))
}

/// Whether an example sets a parameter to another value than its default, and judges otherwise for it.
fn shows(rule: &'static Rule, param: &Param, example: &Example) -> bool {
    let written = written_settings(rule, example);
    let value = &written["rules"][rule.id][param.name()];
    if value.is_null() || *value == default(param) {
        return false;
    }
    let mut back = written.clone();
    back["rules"][rule.id][param.name()] = default(param);
    found(rule, example, &written) != found(rule, example, &back)
}

#[test]
fn every_parameter_changes_a_verdict() {
    let mut idle = Vec::new();
    let mut count = 0;
    for rule in RULES {
        let mut examples = docs::examples(rule.docs);
        examples.extend(more(rule));
        for param in rule.params {
            count += 1;
            if !examples.iter().any(|example| shows(rule, param, example)) {
                idle.push(format!("{} {}", rule.id, param.name()));
            }
        }
    }
    assert!(idle.is_empty(), "{} of {count}:\n{}", idle.len(), idle.join("\n"));
}

#[test]
fn further_examples_are_found_where_they_say() {
    for id in MORE.lines().filter_map(|line| line.strip_prefix("## ")) {
        let rule = patternwarden::rules::find(id).expect(id);
        assert!(!more(rule).is_empty(), "{id}");
        for example in more(rule) {
            let errors = patternwarden_yaml::read(&example.text).errors;
            assert!(errors.is_empty(), "{}: {errors:?}", rule.id);
            let mark = |mark: &str| match mark.split_once(' ') {
                Some((object, pointer)) => format!("{object} {pointer}"),
                None if mark.starts_with('/') => format!("0 {mark}"),
                None => format!("{mark} "),
            };
            let mut expected: Vec<String> = example.marks().map(mark).collect();
            expected.sort();
            let found = found(rule, &example, &written_settings(rule, &example));
            let found: Vec<String> = found.into_iter().map(|(place, _)| place).collect();
            assert_eq!(found, expected, "{}:\n{}", rule.id, example.text);
            assert_eq!(example.bad, !expected.is_empty(), "{}:\n{}", rule.id, example.text);
        }
    }
}
