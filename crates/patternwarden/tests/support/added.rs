//! What repairs add to what was found before them.

use patternwarden::Severity;

/// A finding, as far as it can be compared with what is found in the same objects once repaired.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) rule: String,
    pub(crate) place: String,
    pub(crate) message: String,
    pub(crate) severity: Severity,
}

/// What is found after repairs by these rules that matters and that they brought about.
///
/// - What a repair moves keeps its findings: the same words at another place.
/// - Objects that are repaired without a text have none to miss quotes in: what `yaml-scalar-trap` found in the
///   text is found as a wrong type.
/// - A value of the wrong type hides how serious something is, and the API server refuses the object, so that
///   nothing runs: with its type repaired, a finding that was there already, at the same place and in the same
///   words, may weigh more.
pub(crate) fn added(before: &[Said], after: &[Said], by: &[&str]) -> Vec<Said> {
    let retyped = by.contains(&"field-type-invalid");
    let matters = |found: &&Said| found.severity >= Severity::Warning;
    let is_known = |found: &&Said| {
        before.iter().any(|known| {
            let (place, words) = (known.place == found.place, known.message == found.message);
            let same = known.rule == found.rule;
            (same && matters(&known) && (place || words))
                || (same && retyped && place && words)
                || (known.rule == "yaml-scalar-trap" && found.rule == "field-type-invalid" && place)
        })
    };
    after.iter().filter(matters).filter(|found| !is_known(found)).cloned().collect()
}
