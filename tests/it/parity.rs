//! One verdict at every face: over the examples of every rule, the built policy says what the
//! crate says natively about the YAML.
//!
//! What cannot be equal is left out, and only that. Positions: JSON from the API server has none.
//! Rules that see nothing but text: duplicate keys and the like are gone once a client has sent
//! the object; so are comments, and with them the examples that suppress something by one,
//! and a text that cannot be read is never sent.
//! Documentation: the policy is built without it.

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
    if let Some(all) = example.all_settings() {
        let all: Value = serde_json::from_str(all).expect("a comment carries JSON");
        for (key, value) in all.as_object().expect("a map of settings") {
            settings[key] = value.clone();
        }
    }
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
    let id = finding["rule"].as_str().expect("a rule");
    let rule = rules::find(id).expect("a rule of the catalogue");
    rule.surfaces.iter().all(|surface| *surface == Surface::Text)
}

/// A plain scalar that YAML reads as another type is told as such where there is a text, and as a
/// wrong type where there is none.
fn drop_types_of_scalars(report: &mut Value, told: &Value) {
    let list = told["findings"].as_array().expect("a list").iter();
    let traps: Vec<_> = list.filter(|found| found["rule"] == "yaml-scalar-trap").collect();
    let same = |a: &Value, b: &Value| a["path"] == b["path"] && a["resource"] == b["resource"];
    report["findings"].as_array_mut().expect("a list").retain(|found| {
        found["rule"] != "field-type-invalid" || !traps.iter().any(|trap| same(trap, found))
    });
}

/// Whether a line has a comment that suppresses something, or was meant to.
fn is_directive(line: &str) -> bool {
    let comment = line.split_once('#').map_or("", |(_, comment)| comment);
    comment.to_lowercase().contains("patternwarden") && !comment.contains("finding:")
}

/// The part of a Report that every face must agree on.
pub(crate) fn comparable(report: &Value) -> Value {
    let list = |name: &str| report[name].as_array().expect("a list").iter();
    // A document that is no object never reaches a policy, nor does what is said of it.
    let of_object = |f: &&Value| !is_of_text(f) && f.get("resource").is_some();
    let findings: Vec<_> = list("findings").filter(of_object).collect();
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
        hit["evidence"].as_array_mut().expect("a list").sort_by_key(Value::to_string);
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
    for rule in RULES {
        for example in docs::examples(rule.docs) {
            let settings = settings_of(rule, &example);
            let stream = patternwarden_yaml::read(&example.text);
            if example.text.lines().any(is_directive) {
                continue;
            }
            // What no client can read never gets to a cluster.
            if !stream.errors.is_empty() {
                assert!(rule.is_about_reading() && example.bad, "{}:\n{}", rule.id, example.text);
                continue;
            }
            let told = native(&stream, &settings);
            let expected = comparable(&told);
            let objects = objects(&stream);
            let mut actual = comparable(&guest(&policy, &objects, &settings));
            drop_types_of_scalars(&mut actual, &told);
            for part in ["objects", "findings", "patterns"] {
                assert_eq!(actual[part], expected[part], "{} {part}:\n{}", rule.id, example.text);
            }
            // Kubewarden's engine sorts keys, as a map of serde_json does here.
            let sorted: Value = serde_json::from_str(&objects).expect("JSON");
            let mut sorted = comparable(&guest(&policy, &sorted.to_string(), &settings));
            drop_types_of_scalars(&mut sorted, &told);
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
