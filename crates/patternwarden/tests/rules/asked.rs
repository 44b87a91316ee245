//! One rule, asked about a text on a complete input.

use crate::support::{Judged, judge, settings};
use patternwarden::Severity;
use patternwarden::set::Scope;

/// What one rule says, with its parameters as JSON.
pub(crate) fn said(id: &str, params: &str, text: &str) -> Judged {
    let json = format!(r#"{{"rules": {{"{id}": {params}}}}}"#);
    judge(text, &settings(&json).only(|rule| rule.id == id).with_scope(Scope::Closed))
}

pub(crate) fn places(judged: &Judged) -> Vec<&str> {
    judged.findings.iter().map(|found| found.pointer.as_str()).collect()
}

pub(crate) fn severities(judged: &Judged) -> Vec<Severity> {
    judged.findings.iter().map(|found| found.severity).collect()
}
