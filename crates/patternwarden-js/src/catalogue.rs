//! What the catalogue says about rules and patterns, for pages that explain them.

use patternwarden::errata::{self, Erratum};
use patternwarden::param::Param;
use patternwarden::rules::find_or_alias;
use patternwarden::{Admission, Pattern, RULES, Rule, Severity, docs, patterns};
use serde::Serialize;
use tsify::Tsify;

/// A rule in a list.
#[derive(Serialize, Tsify)]
pub(crate) struct RuleInfo {
    /// Kebab-case name.
    id: &'static str,
    /// One line.
    title: &'static str,
    /// Ids of the patterns it guards.
    patterns: Vec<&'static str>,
    /// How much it matters.
    severity: Severity,
    /// What it does at admission.
    admission: Admission,
    /// Whether it runs without being asked for.
    enabled: bool,
    /// One sentence.
    summary: &'static str,
    /// Names of its parameters.
    parameters: Vec<&'static str>,
}

/// The documentation of a rule or a pattern.
#[derive(Serialize, Tsify)]
pub(crate) struct Explanation {
    /// Kebab-case name.
    id: &'static str,
    /// One line.
    title: &'static str,
    /// `rule` or `pattern`.
    kind: &'static str,
    /// Markdown under its headings, in order.
    sections: Vec<Section>,
    /// Where the talk of March 2024 differs from today.
    errata: Vec<SlideErratum>,
}

/// Markdown under one heading; the text before the first heading has an empty one.
#[derive(Serialize, Tsify)]
pub(crate) struct Section {
    heading: String,
    body: String,
}

/// A place where the talk of March 2024 differs from today.
#[derive(Serialize, Tsify)]
pub(crate) struct SlideErratum {
    slide: &'static str,
    says: &'static str,
    right: &'static str,
    source: &'static str,
}

pub(crate) fn rules() -> Vec<RuleInfo> {
    let info = |rule: &Rule| RuleInfo {
        id: rule.id,
        title: rule.title,
        patterns: rule.patterns.iter().map(|pattern| pattern.id()).collect(),
        severity: rule.severity,
        admission: rule.admission,
        enabled: rule.enabled,
        summary: docs::summary(rule.docs),
        parameters: rule.params.iter().map(Param::name).collect(),
    };
    RULES.iter().map(info).collect()
}

pub(crate) fn explain(id: &str) -> Option<Explanation> {
    if let Some(rule) = find_or_alias(id) {
        return Some(Explanation {
            id: rule.id,
            title: rule.title,
            kind: "rule",
            sections: sections(rule.docs),
            errata: errata::for_rule(rule.id).map(slide).collect(),
        });
    }
    let pattern = Pattern::find(id)?;
    Some(Explanation {
        id: pattern.id(),
        title: pattern.title(),
        kind: "pattern",
        sections: sections(patterns::find(pattern).map_or("", |recogniser| recogniser.docs)),
        errata: errata::for_pattern(pattern).map(slide).collect(),
    })
}

fn sections(text: &str) -> Vec<Section> {
    docs::sections(text)
        .into_iter()
        .map(|section| Section { heading: section.heading, body: section.body })
        .collect()
}

fn slide(erratum: &Erratum) -> SlideErratum {
    SlideErratum {
        slide: erratum.slide,
        says: erratum.says,
        right: erratum.right,
        source: erratum.source,
    }
}
