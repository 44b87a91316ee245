//! The JSON Schema of the settings and the code that reads them say the same.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

extern crate alloc;

#[path = "support/forms.rs"]
mod forms;

use alloc::collections::BTreeMap;
use core::cell::RefCell;
use patternwarden::param::{Form, Param};
use patternwarden::settings::{questions::questions, schema::json_schema};
use patternwarden::tree::from_deserializer;
use patternwarden::{RULES, Settings};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

fn read(settings: &Value) -> Result<Settings, Vec<String>> {
    let document = from_deserializer(settings.clone()).unwrap();
    Settings::from_document(&document).map_err(|all| all.iter().map(ToString::to_string).collect())
}

/// A small generator of numbers: tests are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Texts that match the patterns that the schema uses, and some that do not.
fn texts(pattern: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match pattern {
        "\\S" => (&["a text of several words", "team-*", "x y z and more"], &["", "  ", "\n"]),
        p if p.starts_with("^[0-9]{4}") => {
            (&["2027-06-30", "2028-02-29"], &["2027-13-01", "soon", "2027-6-1"])
        }
        p if p.starts_with("^https") => (
            &["https://docs.example/rules", "https://docs.example"],
            &["http://docs.example", "https://", "https:///x", "https://a b"],
        ),
        p if p.starts_with("^(/") => {
            (&["/spec/template/spec", "/spec"], &["spec", "/", "", "/a//b"])
        }
        p if p.starts_with("^v?1") => {
            (&["1.29", "v1.30", "1.36.2", "1.037"], &["1.28", "1.38", "2.36", "latest", "1.3", ""])
        }
        other => {
            let (_, form) = *forms().iter().find(|(own, _)| own == other).unwrap();
            let (right, wrong) = forms::samples(form);
            (right.leak(), wrong.leak())
        }
    }
}

/// Every form that entries of some list have, with its pattern.
fn forms() -> &'static [(String, Form)] {
    static FORMS: OnceLock<Vec<(String, Form)>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut out: Vec<(String, Form)> = Vec::new();
        for param in RULES.iter().flat_map(|rule| rule.params) {
            if let Param::Entries(_, form) = param
                && !out.iter().any(|(pattern, _)| *pattern == form.pattern())
            {
                out.push((form.pattern(), *form));
            }
        }
        out
    })
}

/// Whether a text matches a pattern of the schema.
fn matches(pattern: &str, text: &str) -> bool {
    thread_local! {
        static READ: RefCell<BTreeMap<String, Regex>> = RefCell::default();
    }
    READ.with_borrow_mut(|read| {
        let compiled = || Regex::new(pattern).unwrap();
        read.entry(pattern.to_owned()).or_insert_with(compiled).is_match(text)
    })
}

#[test]
fn patterns_and_code_agree_about_entries() {
    assert!(forms().len() > 12, "{}", forms().len());
    for (pattern, form) in forms() {
        let (right, wrong) = forms::samples(*form);
        assert!(right.len() > 1 && wrong.len() > 1, "{form:?}");
        for text in right {
            assert!(form.holds(text) && matches(pattern, text), "{form:?}: {text}");
        }
        for text in wrong {
            assert!(!form.holds(text) && !matches(pattern, text), "{form:?}: {text}");
        }
        for text in forms::only_read(*form) {
            assert!(!form.holds(text), "{form:?}: {text}");
        }
        // What the code accepts the schema accepts: whoever has an editor that knows the schema is
        // told nothing wrong.
        let mut dice = Dice(3);
        let letters: Vec<char> = "a1=/.-:*_ vTCPUDminx,~".chars().collect();
        for _ in 0..50_000 {
            let text: String = (0..dice.below(9)).map(|_| *dice.one(&letters)).collect();
            assert!(!form.holds(&text) || matches(pattern, &text), "{form:?}: {text}");
        }
    }
}

#[test]
fn every_wrong_entry_is_told_with_its_place_and_what_was_expected() {
    let settings = json!({"rules": {
        "resource-bounds": {"min_request": ["cpu=50m", "cpu=much", "memory"], "max_limit": ["=1"]},
        "host-port": {"allowed_ranges": ["5000-6000", "6000-5000"]},
    }});
    let amount = "expected `resource=quantity`, such as `cpu=50m`";
    let expected = [
        format!("/rules/resource-bounds/min_request/1: {amount}"),
        format!("/rules/resource-bounds/min_request/2: {amount}"),
        format!("/rules/resource-bounds/max_limit/0: {amount}"),
        "/rules/host-port/allowed_ranges/1: expected a number or a range such as `5000-6000`"
            .into(),
    ];
    let mut told = read(&settings).unwrap_err();
    told.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(told, expected);
}

/// A value that the schema accepts.
fn right(schema: &Value, dice: &mut Dice) -> Value {
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        return right(dice.one(any), dice);
    }
    if let Some(to) = schema.get("$ref").and_then(Value::as_str) {
        return right(&resolve(to), dice);
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        // What only other settings allow is tested by itself.
        let words: Vec<&Value> = words.iter().filter(|word| *word != "*").collect();
        return (*dice.one(&words)).clone();
    }
    match kind(schema) {
        "boolean" => (dice.below(2) == 0).into(),
        "integer" => {
            let (min, max) =
                (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64().unwrap());
            (*dice.one(&[min, max, min + (max - min) / 2])).into()
        }
        "string" => match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) => (*dice.one(texts(pattern).0)).into(),
            None => "any".into(),
        },
        "array" => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) as usize;
            (0..least + dice.below(3)).map(|_| right(&schema["items"], dice)).collect()
        }
        "object" => object(schema, dice),
        other => panic!("{other}"),
    }
}

fn object(schema: &Value, dice: &mut Dice) -> Value {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut out = Map::new();
    let keys: Vec<&String> = properties.keys().collect();
    let many = if keys.len() > 20 { 4 } else { keys.len() };
    for _ in 0..=dice.below(many) {
        if !keys.is_empty() {
            let key = *dice.one(&keys);
            out.insert(key.clone(), right(&properties[key], dice));
        }
    }
    for key in required {
        out.insert(key.into(), right(&properties[key], dice));
    }
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        out.insert("app".into(), right(values, dice));
    }
    out.into()
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds[0].as_str().unwrap(),
        other => panic!("no type: {other}"),
    }
}

fn resolve(to: &str) -> Value {
    json_schema().pointer(to.trim_start_matches('#')).unwrap().clone()
}

/// What no schema says, so that generated settings keep to it.
fn keep_to_the_rest(settings: &mut Value) {
    let Some(root) = settings.as_object_mut() else { return };
    for rule in root.get_mut("rules").and_then(Value::as_object_mut).into_iter().flatten() {
        // The least may be above the most.
        let Some(params) = rule.1.as_object_mut() else { continue };
        let most: Vec<String> =
            params.keys().filter(|key| key.starts_with("max")).cloned().collect();
        for key in most {
            if params.contains_key(&key.replacen("max", "min", 1)) {
                params.remove(&key);
            }
        }
    }
    if let Some(map) = root.get_mut("suppressions").and_then(Value::as_object_mut) {
        map.remove("require_until");
        map.remove("min_reason_chars");
    }
    for (at, entry) in root
        .get_mut("exemptions")
        .into_iter()
        .flat_map(|list| list.as_array_mut().unwrap())
        .enumerate()
    {
        if entry.get("id").is_some() {
            entry["id"] = format!("number {at}").into();
        }
        entry["reason"] = "reviewed by the platform team".into();
    }
}

#[test]
fn settings_that_the_schema_makes_are_accepted() {
    let schema = json_schema();
    let mut dice = Dice(7);
    let mut seen = Map::new();
    for _ in 0..3_000 {
        let mut settings = object(&schema, &mut dice);
        keep_to_the_rest(&mut settings);
        if let Err(errors) = read(&settings) {
            panic!("{settings:#}: {errors:?}");
        }
        assert!(accepts(&schema, &schema, &settings), "{settings:#}");
        seen.extend(settings.as_object().unwrap().clone());
    }
    assert_eq!(seen.len(), schema["properties"].as_object().unwrap().len(), "every key was tried");
}

/// Whether the schema accepts a value: the part of JSON Schema that it uses.
fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return schema != &Value::Bool(false) };
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("{other}"),
    };
    let size =
        value.as_array().map(Vec::len).or(value.as_object().map(Map::len)).unwrap_or(usize::MAX)
            as u64;
    schema.iter().all(|(word, rule)| match word.as_str() {
        "$schema"
        | "title"
        | "description"
        | "default"
        | "format"
        | "then"
        | "else"
        | "additionalProperties" => true,
        "type" => match rule {
            Value::String(kind) => is(kind),
            _ => rule.as_array().unwrap().iter().any(|kind| is(kind.as_str().unwrap())),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "minimum" => value.as_i64().is_none_or(|v| v >= rule.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|v| v <= rule.as_i64().unwrap()),
        "minItems" => !value.is_array() || size >= rule.as_u64().unwrap(),
        "minProperties" => !value.is_object() || size >= rule.as_u64().unwrap(),
        "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
        "items" => {
            value.as_array().is_none_or(|list| list.iter().all(|item| accepts(root, rule, item)))
        }
        "required" => value.as_object().is_none_or(|map| {
            rule.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|map| {
            let known = rule.as_object().unwrap();
            map.iter().all(|(key, value)| {
                match (known.get(key), schema.get("additionalProperties")) {
                    (Some(part), _) => accepts(root, part, value),
                    (None, Some(rest)) => accepts(root, rest, value),
                    (None, None) => true,
                }
            })
        }),
        "anyOf" => rule.as_array().unwrap().iter().any(|one| accepts(root, one, value)),
        "allOf" => rule.as_array().unwrap().iter().all(|one| accepts(root, one, value)),
        "not" => !accepts(root, rule, value),
        "$ref" => accepts(
            root,
            root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap(),
            value,
        ),
        "if" => {
            let branch = if accepts(root, rule, value) { "then" } else { "else" };
            schema.get(branch).is_none_or(|branch| accepts(root, branch, value))
        }
        other => panic!("`{other}` is not understood"),
    })
}

/// The value with something in it replaced, removed or added.
fn spoiled(value: &Value, dice: &mut Dice) -> Value {
    const WRONG: [&str; 9] =
        ["null", "[]", "{}", "-1", "1.5", "\"\"", "\"zzz\"", "[\"zzz\"]", "[{}]"];
    let other = |dice: &mut Dice| serde_json::from_str(WRONG[dice.below(WRONG.len())]).unwrap();
    let mut out = value.clone();
    match &mut out {
        Value::Object(map) if !map.is_empty() && dice.below(4) > 0 => {
            let keys: Vec<String> = map.keys().cloned().collect();
            let key = dice.one(&keys).clone();
            match dice.below(8) {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(format!("{key}s"), Value::Null)),
                _ => {
                    let inner = spoiled(&map[&key], dice);
                    map.insert(key, inner);
                }
            }
        }
        Value::Array(list) if !list.is_empty() && dice.below(4) > 0 => {
            let at = dice.below(list.len());
            list[at] = spoiled(&list[at], dice);
        }
        Value::String(text) if dice.below(2) == 0 => text.push('~'),
        _ => out = other(dice),
    }
    out
}

#[test]
fn what_the_schema_refuses_the_code_refuses() {
    let schema = json_schema();
    let mut dice = Dice(11);
    let (mut refused, mut taken) = (0, 0);
    for _ in 0..20_000 {
        let mut settings = object(&schema, &mut dice);
        keep_to_the_rest(&mut settings);
        let settings = spoiled(&settings, &mut dice);
        // What no schema says may be wrong all the same.
        match (accepts(&schema, &schema, &settings), read(&settings)) {
            (false, Ok(_)) => panic!("the code accepts {settings}"),
            (false, Err(_)) => refused += 1,
            (true, Ok(_)) => taken += 1,
            (true, Err(_)) => {}
        }
    }
    assert!(refused > 2_000 && taken > 2_000, "{refused} {taken}");
}

#[test]
fn what_settings_say_about_each_other() {
    let schema = json_schema();
    let exempt = |rules: Value, until: Value, suppressions: Value| {
        let mut entry = json!({"rules": rules, "match": {"names": ["a"]}, "reason": "reviewed by the platform team"});
        if !until.is_null() {
            entry["until"] = until;
        }
        json!({"exemptions": [entry], "suppressions": suppressions})
    };
    let bounds = |least: Value, most: Value| json!({"rules": {"resource-bounds": {"min_request": least, "max_request": most}}});
    // No schema compares values of others.
    for (settings, expected) in [
        (
            bounds(json!(["cpu=1", "memory=2Gi"]), json!(["memory=1Gi", "cpu=999m"])),
            vec![
                "/rules/resource-bounds/min_request/0: expected no more `cpu` than in `max_request`",
                "/rules/resource-bounds/min_request/1: expected no more `memory` than in `max_request`",
            ],
        ),
        (
            json!({"rules": {"replica-bounds": {"min": 3, "max": 2}}}),
            vec!["/rules/replica-bounds/min: expected no more than `max` has"],
        ),
    ] {
        assert_eq!(read(&settings).unwrap_err(), expected, "{settings}");
    }
    for (settings, expected) in [
        (exempt(json!(["*"]), Value::Null, json!({})), false),
        (exempt(json!(["*"]), Value::Null, json!({"allow_all": true})), true),
        (exempt(json!(["image-tag-mutable"]), Value::Null, json!({"require_until": true})), false),
        (
            exempt(
                json!(["image-tag-mutable"]),
                json!("2027-06-30"),
                json!({"require_until": true}),
            ),
            true,
        ),
        (json!({"pod_specs": [{"group": "apps", "kind": "Deployment", "spec": "/spec"}]}), false),
        (
            json!({"pod_specs": [{"group": "apps.example", "kind": "Deployment", "spec": "/spec"}]}),
            true,
        ),
        (bounds(json!(["cpu=1", "memory=2Gi"]), json!(["memory=2048Mi", "cpu=2"])), true),
        (json!({"rules": {"replica-bounds": {"min": 3, "max": 0}}}), true),
        (json!({"target": 1.36}), true),
        (json!({"target": 1.3}), false),
        (Value::Null, true),
    ] {
        assert_eq!(accepts(&schema, &schema, &settings), expected, "{settings}");
        assert_eq!(read(&settings).is_ok(), expected, "{settings}: {:?}", read(&settings).err());
    }
}

#[test]
fn texts_match_their_patterns_or_do_not_in_code_as_well() {
    for (key, pattern) in [
        ("target", "^v?1"),
        ("docs_url", "^https"),
        ("as_of", "^[0-9]{4}"),
        ("default_namespace", "\\S"),
    ] {
        let (right, wrong) = texts(pattern);
        for text in right {
            assert!(read(&json!({ key: text })).is_ok(), "{key}: {text}");
        }
        for text in wrong {
            assert!(read(&json!({ key: text })).is_err(), "{key}: {text}");
        }
    }
}

#[test]
fn every_rule_and_parameter_is_in_the_schema() {
    let schema = json_schema();
    for rule in RULES {
        let entry = &schema["properties"]["rules"]["properties"][rule.id];
        let properties = &entry["anyOf"][1]["properties"];
        for param in rule.params {
            assert!(properties.get(param.name()).is_some(), "{}: {}", rule.id, param.name());
        }
        assert_eq!(properties.as_object().unwrap().len(), rule.params.len() + 2, "{}", rule.id);
    }
}

#[test]
fn answers_to_the_questions_are_settings() {
    let mut settings = json!({});
    let mut asked = 0;
    for question in questions()["questions"].as_array().unwrap() {
        assert!(!question["description"].as_str().unwrap().is_empty(), "{question}");
        let Some(default) = question.get("default") else { continue };
        let mut at = &mut settings;
        let path: Vec<&str> = question["variable"].as_str().unwrap().split('.').collect();
        for key in &path {
            at = &mut at[*key];
        }
        *at = default.clone();
        asked += 1;
    }
    assert!(asked > 15, "{asked}");
    let read = read(&settings).unwrap();
    for rule in RULES {
        assert_eq!(read.is_enabled(rule), Settings::default().is_enabled(rule), "{}", rule.id);
    }
}
