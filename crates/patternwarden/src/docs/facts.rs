//! What is short enough for a table: a rule's facts and the values of its parameters.

use crate::annotations::PATTERN;
use crate::param::Param;
use crate::pattern::Pattern;
use crate::rule::{Grade, PssLevel, Rule, Surface};
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Name and value of everything that is known about a rule besides its text. Patterns are named by
/// their ids.
pub fn facts(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut out = alloc::vec![
        ("severity", rule.severity.id().to_owned()),
        ("admission", rule.admission.id().to_owned()),
    ];
    if !rule.enabled {
        out.push(("runs", "when settings or a profile ask for it".to_owned()));
    }
    let ids: Vec<&str> = rule.patterns.iter().map(|pattern| pattern.id()).collect();
    out.push(("patterns", if ids.is_empty() { "all".to_owned() } else { ids.join(", ") }));
    out.push(("sees", sees(rule)));
    if let Some(pss) = rule.pss {
        let level = level(pss.level());
        out.push(("standard", format!("Pod Security Standards, {level}: {}", pss.id())));
    }
    match (rule.since, rule.until) {
        (None, None) => {}
        (Some(since), None) => out.push(("Kubernetes", format!("{since} and later"))),
        (None, Some(until)) => out.push(("Kubernetes", format!("up to {until}"))),
        (Some(since), Some(until)) => out.push(("Kubernetes", format!("{since} to {until}"))),
    }
    out.push(("repair", repair(rule.fix).to_owned()));
    if !rule.aliases.is_empty() {
        out.push(("formerly", rule.aliases.join(", ")));
    }
    out
}

/// The name of a level, as in the standards.
pub const fn level(level: PssLevel) -> &'static str {
    match level {
        PssLevel::Baseline => "baseline",
        PssLevel::Restricted => "restricted",
    }
}

const fn repair(grade: Option<Grade>) -> &'static str {
    match grade {
        None => "none offered",
        Some(Grade::Safe) => "safe",
        Some(Grade::Review) => "needs review",
        Some(Grade::Template) => "a template to fill in",
    }
}

fn sees(rule: &Rule) -> String {
    let word = |surface: &Surface| match surface {
        Surface::Text => "the text",
        Surface::Object => "an object",
        Surface::Bundle => "a complete set of objects",
        Surface::Cluster => "an object at admission",
    };
    let words: Vec<&str> = rule.surfaces.iter().map(word).collect();
    words.join(", ")
}

/// The default of a parameter and what else it accepts.
pub fn values(param: &Param) -> String {
    match param {
        Param::Int(p) if p.unit.is_empty() => format!("{} ({} to {})", p.default, p.min, p.max),
        Param::Int(p) => format!("{} {} ({} to {})", p.default, p.unit, p.min, p.max),
        Param::Flag(p) => p.default.to_string(),
        Param::Choice(p) => format!("{} ({})", p.default, p.options.join(", ")),
        Param::Strings(p) | Param::Entries(p, _) => format!("[{}]", p.default.join(", ")),
    }
}

/// How the author of an object says that it shows a pattern, Markdown.
pub fn override_of(pattern: Pattern) -> String {
    format!(
        "An object that does not show it can say so: the annotation `{PATTERN}: {}`.",
        pattern.id()
    )
}

/// The rules that guard a pattern; with `None`, those that guard reading any manifest.
pub fn rules_of(pattern: Option<Pattern>) -> impl Iterator<Item = &'static Rule> {
    crate::RULES.iter().filter(move |rule| match pattern {
        Some(pattern) => rule.patterns.contains(&pattern),
        None => rule.patterns.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RULES;

    #[test]
    fn every_rule_has_its_facts_once() {
        for rule in RULES {
            let facts = facts(rule);
            for (at, (name, value)) in facts.iter().enumerate() {
                assert!(!value.is_empty(), "{}: {name}", rule.id);
                assert!(!facts.iter().skip(at + 1).any(|(other, _)| other == name), "{name}");
            }
            for param in rule.params {
                assert!(!values(param).is_empty(), "{}: {}", rule.id, param.name());
            }
            let found = Pattern::ALL.iter().map(|pattern| Some(*pattern)).chain([None]);
            let lists = found.filter(|p| rules_of(*p).any(|other| other.id == rule.id)).count();
            assert_eq!(lists, rule.patterns.len().max(1), "{}", rule.id);
        }
    }
}
