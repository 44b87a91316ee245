//! What is good for one rule is no error for another.

use crate::support::judge;
use patternwarden::docs::{self, Example};
use patternwarden::set::Scope;
use patternwarden::{RULES, Rule, Settings, Severity};

/// Findings of severity error by other rules than the one whose example it is.
fn errors(rule: &Rule, example: &Example, settings: &Settings) -> Vec<String> {
    let found = judge(&example.text, settings).findings;
    let errors = found.iter().filter(|f| f.severity == Severity::Error && f.rule.id != rule.id);
    errors.map(|f| format!("{} {}: {}", f.rule.id, f.pointer, f.message)).collect()
}

#[test]
fn good_examples_are_no_error_of_any_rule() {
    let every = Settings::default().with_scope(Scope::Closed).only(|_| true);
    let mut broken = Vec::new();
    let mut of_bad = 0;
    for rule in RULES {
        for example in docs::examples(rule.docs) {
            let errors = errors(rule, &example, &every);
            if example.bad {
                of_bad += errors.len();
            } else {
                broken.extend(
                    errors.into_iter().map(|e| format!("{e} in a good example of {}", rule.id)),
                );
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    // The same question, asked of what is bad, has answers.
    assert!(of_bad > 0);
}
