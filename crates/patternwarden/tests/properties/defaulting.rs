//! The verdict on an object is the verdict on the object as the API server fills it in.

use crate::defaults::defaulted;
use crate::exceptions::{Exception, Exceptions};
use crate::{Found, apart, cases, document, judge, values};
use patternwarden::RULES;
use serde_json::{Value, json};

/// Findings about what the author wrote, as their specification has it.
const AS_WRITTEN: &[Exception] = &[
    Exception {
        rule: "hpa-fixed-replicas",
        setting: "",
        place: "/replicas",
        reason: "a count that is written, were it the default one, is set back at every apply; at \
                 admission it is always there, which is why the rule speaks of bundles alone",
    },
    Exception {
        rule: "crd-versions-invalid",
        setting: "",
        place: "/status/storedVersions",
        reason: "it says that a manifest carries what the cluster writes",
    },
    Exception {
        rule: "replica-bounds",
        setting: "explicit",
        place: "/spec/replicas",
        reason: "with `explicit` a count that is not written counts as too few",
    },
    Exception {
        rule: "replicas-not-spread",
        setting: "unset_replicas",
        place: "/topologySpreadConstraints",
        reason: "with `unset_replicas: many` a count that is not written counts as many",
    },
    Exception {
        rule: "resource-requests-missing",
        setting: "count_limit_as_request",
        place: "/requests",
        reason: "with `count_limit_as_request: false` a request must be written, and in a Pod the \
                 API server writes it",
    },
    Exception {
        rule: "quantity-suspicious",
        setting: "ratio_without_request",
        place: "",
        reason: "with `ratio_without_request: fail` a limit needs a request, and in a Pod the API \
                 server writes it",
    },
];

/// The place of a finding, among those that the author's object has: a field that is filled in is
/// the same place as one that is missing, and a request that was copied from a limit is the limit.
fn written_place(pointer: &str, written: &Value) -> String {
    let exists = |pointer: &str| written.pointer(pointer).is_some_and(|value| !value.is_null());
    let copied = pointer.replace("/resources/requests/", "/resources/limits/");
    if !exists(pointer) && exists(&copied) {
        return copied;
    }
    let mut pointer = pointer.to_owned();
    while !pointer.is_empty() && !exists(&pointer) {
        let end = pointer.rfind('/').unwrap_or_default();
        pointer.truncate(end);
    }
    pointer
}

/// What was found, at written places. What is wrong with a limit may be said again of its copy.
fn at_written_places(found: Vec<Found>, written: &[Value]) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for mut one in found {
        // A message may quote a value.
        one.message.clear();
        let mut is_copy = false;
        if let Some(object) = one.object.and_then(|index| written.get(index)) {
            let place = written_place(&one.pointer, object);
            is_copy = !one.pointer.starts_with(&place);
            one.pointer = place;
        }
        if !(is_copy && out.contains(&one)) {
            out.push(one);
        }
    }
    out.sort();
    out
}

/// The author's value, with `null` for every field that the server fills in.
fn with_nulls(written: &Value, server: &Value) -> Value {
    match (written, server) {
        (Value::Object(written), Value::Object(server)) => {
            let mut out = written.clone();
            for (key, value) in server {
                let own = written.get(key).map(|own| with_nulls(own, value));
                out.insert(key.clone(), own.unwrap_or(Value::Null));
            }
            Value::Object(out)
        }
        (Value::Array(written), Value::Array(server)) if written.len() == server.len() => {
            written.iter().zip(server).map(|(own, value)| with_nulls(own, value)).collect()
        }
        _ => written.clone(),
    }
}

/// Pointers of what the server fills into maps and lists that the author wrote.
fn filled_in(written: &Value, server: &Value, at: &str, out: &mut Vec<String>) {
    let below = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match (written, server) {
        (Value::Object(written), Value::Object(server)) => {
            for (key, value) in server {
                match written.get(key) {
                    Some(own) => filled_in(own, value, &below(key), out),
                    None => out.push(below(key)),
                }
            }
        }
        (Value::Array(written), Value::Array(server)) if written.len() == server.len() => {
            for (at, (own, value)) in written.iter().zip(server).enumerate() {
                filled_in(own, value, &below(&at.to_string()), out);
            }
        }
        _ => {}
    }
}

/// The author's value, with zero or nothing where the server takes them for absent.
fn with_zeroes(written: &Value, server: &Value) -> Value {
    let mut out = written.clone();
    let mut places = Vec::new();
    filled_in(written, server, "", &mut places);
    for place in places {
        let zero = match server.pointer(&place) {
            Some(Value::String(_)) => json!(""),
            Some(Value::Number(_)) => json!(0),
            Some(Value::Array(_)) => json!([]),
            Some(Value::Object(_)) => json!({}),
            _ => continue,
        };
        let mut candidate = out.clone();
        let (parent, key) = place.rsplit_once('/').expect("a pointer");
        let parent = candidate.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.expect("a map").insert(key.to_owned(), zero);
        if defaulted(candidate.clone()) == *server {
            out = candidate;
        }
    }
    out
}

#[test]
fn null_and_zero_are_as_good_as_absent() {
    let mut broken = Vec::new();
    let mut changed = [0, 0];
    for case in cases() {
        let written = values(&case.objects());
        let judged = |objects: Vec<Value>| {
            let documents = objects.iter().map(|object| document(&object.to_string())).collect();
            at_written_places(judge(documents, &case.settings), &written)
        };
        let before = judged(written.clone());
        let variants: [fn(&Value, &Value) -> Value; 2] = [with_nulls, with_zeroes];
        for (variant, changed) in variants.into_iter().zip(&mut changed) {
            let objects: Vec<Value> =
                written.iter().map(|own| variant(own, &defaulted(own.clone()))).collect();
            *changed += objects.iter().zip(&written).filter(|(a, b)| a != b).count();
            broken.extend(apart(&before, &judged(objects), &case));
        }
    }
    broken.sort();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(changed.iter().all(|count| *count > RULES.len()), "{changed:?}");
}

#[test]
fn verdicts_do_not_depend_on_what_the_api_server_fills_in() {
    let mut exceptions = Exceptions::new(AS_WRITTEN);
    let mut broken = Vec::new();
    let (mut filled, mut compared) = (0, 0);
    for case in cases() {
        let written = values(&case.objects());
        let server: Vec<Value> = written.iter().cloned().map(defaulted).collect();
        let again: Vec<Value> = server.iter().cloned().map(defaulted).collect();
        assert_eq!(again, server, "nothing is left to fill in:\n{}", case.text);
        let judged = |objects: &[Value]| {
            let documents = objects.iter().map(|object| document(&object.to_string())).collect();
            judge(documents, &case.settings)
        };
        let (mut before, mut after) = (judged(&written), judged(&server));
        for (exception, needed) in exceptions.each() {
            let taken = |from: &mut Vec<Found>| {
                let covered: Vec<Found> =
                    from.extract_if(.., |found| exception.covers(found, &case.written)).collect();
                at_written_places(covered, &written)
            };
            *needed |= taken(&mut before) != taken(&mut after);
        }
        let (before, after) =
            (at_written_places(before, &written), at_written_places(after, &written));
        broken.extend(apart(&before, &after, &case));
        filled += written.iter().zip(&server).filter(|(before, after)| before != after).count();
        compared += before.len();
    }
    broken.sort();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(filled > RULES.len() && compared > RULES.len(), "{filled} filled in, {compared}");
    exceptions.close();
}
