//! What is good for one rule is no error for another.

use crate::support::judge;
use crate::{Case, cases};
use patternwarden::set::Scope;
use patternwarden::{Settings, Severity};

/// Findings of severity error by other rules than the one whose example it is.
fn errors(case: &Case, settings: &Settings) -> Vec<String> {
    let found = judge(&case.text, settings).findings;
    let others = found.iter().filter(|found| found.rule.id != case.from);
    others
        .filter(|found| found.severity == Severity::Error)
        .map(|f| format!("{} {}: {} in {}", f.rule.id, f.pointer, f.message, case.from))
        .collect()
}

#[test]
fn good_examples_are_no_error_of_any_rule() {
    let every = Settings::default().with_scope(Scope::Closed).only(|_| true);
    let mut broken = Vec::new();
    let mut of_bad = 0;
    for case in cases() {
        let mut errors = errors(&case, &every);
        errors.extend(self::errors(&case, &case.settings));
        if case.is_good {
            broken.extend(errors);
        } else {
            of_bad += errors.len();
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    // The same question, asked of what is bad, has answers.
    assert!(of_bad > 100, "{of_bad}");
}
