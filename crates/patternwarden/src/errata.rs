//! Places where the talk "10 Years of Kubernetes Patterns Evolution" of March 2024 differs from
//! what is right today.

use crate::pattern::Pattern;

/// One such place, in neutral words.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Erratum {
    /// Slide of the talk, such as `T3`.
    pub slide: &'static str,
    /// What the slide says.
    pub says: &'static str,
    /// What is right today.
    pub right: &'static str,
    /// Where that is written.
    pub source: &'static str,
    /// Rules that the slide's manifest meets; the erratum is shown with their findings.
    pub rules: &'static [&'static str],
    /// Patterns that the slide is about; the erratum is shown with their explanation.
    pub patterns: &'static [Pattern],
}

/// Every erratum, in the order of the slides.
pub static ERRATA: &[Erratum] = &[];

/// The errata to show with a finding of this rule.
pub fn for_rule(id: &str) -> impl Iterator<Item = &'static Erratum> + '_ {
    ERRATA.iter().filter(move |erratum| erratum.rules.contains(&id))
}

/// The errata to show with this pattern.
pub fn for_pattern(pattern: Pattern) -> impl Iterator<Item = &'static Erratum> {
    ERRATA.iter().filter(move |erratum| erratum.patterns.contains(&pattern))
}
