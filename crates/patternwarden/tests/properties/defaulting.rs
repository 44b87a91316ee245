//! The verdict on an object is the verdict on the object as the API server fills it in.

use crate::defaults::defaulted;
use crate::exceptions::Exceptions;
use crate::{Found, cases, differences, document, judge, objects, values};
use patternwarden::RULES;
use serde_json::Value;

/// Rules whose specification looks at what the author wrote.
const AS_WRITTEN: &[(&str, &str)] = &[];

/// What was found, at places that the author's objects have: a field that is filled in is the same
/// place as one that is missing.
fn at_written_places(mut found: Vec<Found>, written: &[Value]) -> Vec<Found> {
    for one in &mut found {
        let Some(object) = one.object.and_then(|index| written.get(index)) else { continue };
        while object.pointer(&one.pointer).is_none_or(Value::is_null) && !one.pointer.is_empty() {
            let end = one.pointer.rfind('/').unwrap_or_default();
            one.pointer.truncate(end);
        }
        // A message may quote the value.
        one.message.clear();
    }
    found.sort();
    found
}

#[test]
fn verdicts_do_not_depend_on_what_the_api_server_fills_in() {
    let mut exceptions = Exceptions::new(AS_WRITTEN);
    let mut broken = Vec::new();
    let (mut filled, mut compared) = (0, 0);
    for case in cases() {
        let written = values(&objects(&case.example.text, &case.settings));
        let server: Vec<Value> = written.iter().cloned().map(defaulted).collect();
        let judged = |objects: &[Value]| {
            let documents = objects.iter().map(|object| document(&object.to_string())).collect();
            at_written_places(judge(documents, &case.settings), &written)
        };
        let (before, after) = (judged(&written), judged(&server));
        let (lost, added) = differences(&before, &after);
        for (sign, found) in lost.iter().map(|f| ('-', f)).chain(added.iter().map(|f| ('+', f))) {
            if !exceptions.allow(found.rule) {
                broken.push(format!("{sign} {found:?} in an example of {}", case.rule.id));
            }
        }
        filled += written.iter().zip(&server).filter(|(before, after)| before != after).count();
        compared += before.len();
    }
    broken.sort();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(filled > RULES.len() && compared > RULES.len(), "{filled} filled in, {compared}");
    exceptions.close();
}
