//! A rule speaks for the versions it says, and for no other.

use crate::support::{Judged, judge, settings_of};
use patternwarden::docs::{self, Example};
use patternwarden::{Minor, RULES, Rule};

fn at(rule: &'static Rule, example: &Example, target: Minor) -> Judged {
    let mut judged = judge(&example.text, &settings_of(rule, example).with_target(target));
    judged.findings.retain(|found| found.rule.id == rule.id);
    judged
}

#[test]
fn rules_are_silent_outside_their_versions_and_speak_inside() {
    let mut bounds = 0;
    for rule in RULES {
        let outside = [
            rule.since.and_then(|since| since.0.checked_sub(1)).map(Minor),
            rule.until.map(|until| Minor(until.0 + 1)),
        ];
        let inside = [rule.since, rule.until];
        for example in docs::examples(rule.docs).iter().filter(|example| example.bad) {
            for target in outside.into_iter().flatten() {
                let found = at(rule, example, target).findings;
                assert!(found.is_empty(), "`{}` speaks for {target}: {found:?}", rule.id);
                bounds += 1;
            }
            for target in inside.into_iter().flatten() {
                let found = at(rule, example, target).findings;
                assert!(!found.is_empty(), "`{}` for {target}:\n{}", rule.id, example.text);
            }
        }
    }
    assert!(bounds > 0);
}
