//! One verdict at every face: over the examples of every rule, the built policy says what the
//! crate says natively about the YAML.
//!
//! What cannot be equal is left out, and only that. Positions: JSON from the API server has none.
//! Rules that see nothing but text: duplicate keys and the like are gone once a client has sent
//! the object. Documentation: the policy is built without it.

use crate::wapc_host::Policy;
use patternwarden::bundle::Bundle;
use patternwarden::docs::{self, Example};
use patternwarden::set::{Scope, Set};
use patternwarden::tree::write_json;
use patternwarden::{RULES, Rule, Settings, Stream, Surface, check, rules};
use serde_json::{Value, json};

/// Settings of an example: every rule on, the example's own parameters, the bundle complete.
pub(crate) fn settings_of(rule: &Rule, example: &Example) -> Value {
    let mut settings = json!({"profiles": ["strict"], "input_complete": true});
    if let Some(params) = example.settings() {
        let params: Value = serde_json::from_str(params).expect("a fence carries JSON");
        settings["rules"] = json!({rule.id: params});
    }
    settings
}

/// What the crate says about the text.
pub(crate) fn native(stream: &Stream, settings: &Value) -> Value {
    let document = patternwarden::tree::from_deserializer(settings).expect("JSON");
    let settings = Settings::from_document(&document).expect("valid settings");
    serde_json::to_value(check(stream, &settings)).expect("a Report is JSON")
}

/// What the policy says about the same objects, as a client would send them: one JSON list.
fn guest(policy: &Policy, objects: &str, settings: &Value) -> Value {
    let list = format!(r#"{{"apiVersion":"v1","kind":"List","items":{objects}}}"#);
    let request = format!(r#"{{"operation":"CREATE","object":{list}}}"#);
    let payload = format!(r#"{{"request":{request},"settings":{settings}}}"#);
    let answer = policy.bytes("report", payload.as_bytes());
    let answer = answer.unwrap_or_else(|error| panic!("{error}\n{payload}"));
    serde_json::from_slice(&answer).expect("a Report is JSON")
}

/// Every object of a stream in a JSON list: lists unpacked, fragments wrapped, keys in their order.
pub(crate) fn objects(stream: &Stream) -> String {
    let bundle = Bundle::new(&stream.documents);
    let mut out = String::from("[");
    for object in Set::new(&bundle, Scope::Closed).objects() {
        if out.len() > 1 {
            out.push(',');
        }
        write_json(&mut out, object.node);
    }
    out.push(']');
    out
}

/// Whether a finding can only be made on text.
fn is_of_text(finding: &Value) -> bool {
    let rule = finding["rule"].as_str().and_then(rules::find);
    rule.is_some_and(|rule| rule.sees(Surface::Text) || rule.is_about_suppressions())
}

/// The part of a Report that every face must agree on.
pub(crate) fn comparable(report: &Value) -> Value {
    let list = |name: &str| report[name].as_array().expect("a list").iter();
    let findings: Vec<_> = list("findings").filter(|f| !is_of_text(f)).collect();
    let identity = |r: &Value| json!([r["apiVersion"], r["kind"], r["namespace"], r["name"]]);
    let mut out = json!({
        "objects": list("resources").map(identity).collect::<Vec<_>>(),
        "findings": findings,
        "patterns": report["patterns"],
    });
    forget(&mut out);
    out
}

/// Drops positions and documentation, at every depth, and reads the JSON text that a repair puts
/// into an object: the order of its keys is that of the input.
fn forget(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| key != "range" && key != "why");
            if map.contains_key("op")
                && let Some(Value::String(text)) = map.get("value")
            {
                let read = serde_json::from_str(text).expect("the JSON of a repair");
                map.insert("value".to_owned(), read);
            }
            map.values_mut().for_each(forget);
        }
        Value::Array(list) => list.iter_mut().for_each(forget),
        _ => {}
    }
}

/// The same findings and patterns, whatever their order. A repair may list what it adds in the order
/// of the keys that it read, so it is left out.
fn unordered(mut report: Value) -> Value {
    for finding in report["findings"].as_array_mut().expect("a list") {
        finding["fixes"] = Value::Null;
    }
    for hit in report["patterns"].as_array_mut().expect("a list") {
        // Of two handlers, only one of which the API server would take, a facet names the first.
        hit["facets"] = Value::Null;
        hit["evidence"] = Value::Null;
    }
    for part in ["findings", "patterns"] {
        report[part].as_array_mut().expect("a list").sort_by_key(Value::to_string);
    }
    report
}

#[test]
fn the_policy_says_what_the_crate_says() {
    let policy = Policy::new();
    let (mut found, mut recognised) = (0, 0);
    // Documents that are no objects, and comments, never reach a policy.
    let reaches = |rule: &&Rule| rule.id != "document-not-checked" && !rule.is_about_suppressions();
    for rule in RULES.iter().filter(reaches) {
        for example in docs::examples(rule.docs) {
            let settings = settings_of(rule, &example);
            let stream = patternwarden_yaml::read(&example.text);
            let expected = comparable(&native(&stream, &settings));
            let objects = objects(&stream);
            // What does not say what it is never reaches a policy.
            let all: Vec<Value> = serde_json::from_str(&objects).expect("JSON");
            if !all.iter().all(|o| o["apiVersion"].is_string() && o["kind"].is_string()) {
                continue;
            }
            let actual = comparable(&guest(&policy, &objects, &settings));
            for part in ["objects", "findings", "patterns"] {
                assert_eq!(actual[part], expected[part], "{} {part}:\n{}", rule.id, example.text);
            }
            // Of several handlers, the first is read; the API server takes none of them.
            if rule.id == "probe-handler-invalid" {
                continue;
            }
            // Kubewarden's engine sorts keys, as a map of serde_json does here.
            let sorted: Value = serde_json::from_str(&objects).expect("JSON");
            let sorted = comparable(&guest(&policy, &sorted.to_string(), &settings));
            assert_eq!(unordered(sorted), unordered(actual), "{}:\n{}", rule.id, example.text);
            found += expected["findings"].as_array().map_or(0, Vec::len);
            recognised += expected["patterns"].as_array().map_or(0, Vec::len);
        }
    }
    // Two faces that say nothing agree as well.
    assert!(found > RULES.len() && recognised > 0, "{found} findings, {recognised} patterns");
}

#[test]
fn requests_may_have_their_fields_in_any_order() {
    let policy = Policy::new();
    let text = r#"{"settings":{},"request":{"object":{"spec":{"containers":[{"image":"b","name":"a"}]},"kind":"Pod","apiVersion":"v1"},"operation":"CREATE"}}"#;
    // Findings stand in the order of the fields; what they say does not depend on it.
    let answer = |text: &str| {
        let bytes = policy.bytes("validate", text.as_bytes()).expect("an answer");
        let mut answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        answer["warnings"].as_array_mut().expect("warnings").sort_by_key(Value::to_string);
        answer
    };
    let sorted: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(answer(text), answer(&sorted.to_string()));
}
