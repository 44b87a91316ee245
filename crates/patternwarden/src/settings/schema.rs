//! The settings as a JSON Schema (draft 2020-12), from the same tables that read them.
//!
//! What no schema can say: that ids of exemptions are unique, that a key stands once in a map, that
//! a day is in the calendar, that a range begins below its end, that the least is not above the most, that an address is one, and how long a reason is where settings set the least.

use super::check::RULE_PROFILES;
use super::keys::{KEYS, Key, Refs, Shape};
use super::may_mutate;
use super::parse::PROFILES;
use crate::kube::WORKLOADS;
use crate::minor::Minor;
use crate::param::{Form, Param};
use crate::pattern::Pattern;
use crate::rule::{Rule, Severity};
use crate::rules::{RULES, find};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Map, Value, json};

/// Words for a rule that is on or off; YAML 1.1 reads two of them as booleans.
const SWITCHES: &[&str] = &["off", "on"];

/// The JSON Schema of the settings.
pub fn json_schema() -> Value {
    let mut out = map(KEYS, 0);
    let fields = out.as_object_mut();
    let extra = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of Patternwarden",
        "type": ["object", "null"],
        "allOf": [unless_all_rules(), when_until_is_required()],
    });
    if let (Some(fields), Value::Object(extra)) = (fields, extra) {
        fields.extend(extra);
    }
    out
}

fn map(keys: &[&Key], least: usize) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name().to_string(), described(key))).collect();
    let mut out = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if let (Some(fields), true) = (out.as_object_mut(), least > 0) {
        fields.insert("minProperties".into(), least.into());
    }
    out
}

/// The schema of a key, with its documentation.
fn described(key: &Key) -> Value {
    let mut out = shape(&key.shape);
    let doc: Vec<&str> = key.doc.lines().map(str::trim).collect();
    if let Some(fields) = out.as_object_mut() {
        fields.insert("description".into(), doc.join(" ").trim().into());
    }
    out
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Flag { default } => json!({"type": "boolean", "default": default}),
        Shape::Int { min, max, default } => {
            json!({"type": "integer", "minimum": min, "maximum": max, "default": default})
        }
        Shape::Choice(words) => {
            let mut all: Vec<Value> = words.iter().map(|word| json!(word)).collect();
            if words.contains(&"off") {
                all.push(false.into());
            }
            json!({"enum": all, "default": words.first()})
        }
        Shape::Text => json!({"type": "string", "pattern": "\\S"}),
        Shape::Texts { least, default } => json!({
            "type": "array", "minItems": least, "items": {"type": "string", "pattern": "\\S"},
            "default": default,
        }),
        Shape::Date => json!({
            "type": ["string", "null"], "format": "date",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        }),
        Shape::Url => json!({"type": "string", "pattern": "^https://[!-.0-~][!-~]*$"}),
        Shape::Pointer => json!({"type": "string", "pattern": "^(/[^/]+)+$"}),
        Shape::Target => target(),
        Shape::Profiles => json!({
            "type": "array", "items": {"enum": PROFILES}, "default": ["default"],
        }),
        Shape::Rules => rules(),
        Shape::RuleList(refs) => {
            let least = usize::from(*refs == Refs::Exempt);
            json!({"type": "array", "minItems": least, "items": rule_names(*refs)})
        }
        Shape::Selector => selector(),
        Shape::Map { keys, least } => map(keys, *least),
        Shape::List { keys, required } => {
            let mut items = map(keys, 0);
            if let Some(fields) = items.as_object_mut() {
                fields.insert("required".into(), json!(required));
                if required.contains(&"spec") {
                    fields.insert("not".into(), json!({"anyOf": built_in()}));
                }
            }
            json!({"type": "array", "items": items})
        }
    }
}

/// A version as text, or as a number where its two digits survive that.
fn target() -> Value {
    let minors = || (Minor::OLDEST.0..=Minor::NEWEST.0).map(|minor| minor.to_string());
    let numbers: Vec<f64> = minors()
        .filter(|minor| !minor.ends_with('0'))
        .filter_map(|m| format!("1.{m}").parse().ok())
        .collect();
    let texts = minors().collect::<Vec<_>>().join("|");
    json!({
        "anyOf": [
            {"type": "string", "pattern": format!("^v?1\\.0*({texts})(\\..*)?$")},
            {"enum": numbers},
        ],
        "default": Minor::DEFAULT.to_string(),
    })
}

fn rules() -> Value {
    let mut properties = Map::new();
    for pattern in Pattern::ALL {
        if RULES.iter().any(|rule| rule.patterns.contains(pattern)) {
            properties.insert(format!("{}/*", pattern.id()), entry(&[], pattern.title()));
        }
    }
    for rule in RULES {
        properties.insert(rule.id.into(), entry(rule.params, rule.title));
        for alias in rule.aliases.iter().filter(|alias| find(alias).is_none()) {
            properties.insert(
                (*alias).into(),
                json!({"$ref": format!("#/properties/rules/properties/{}", rule.id)}),
            );
        }
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// What may be decided about a rule.
fn entry(params: &[Param], description: &str) -> Value {
    let severities = || Severity::ALL.iter().map(|severity| json!(severity.id()));
    let words: Vec<Value> = severities()
        .chain(SWITCHES.iter().map(|word| json!(word)))
        .chain([true.into(), false.into()])
        .collect();
    let off = [json!("off"), json!(false)];
    let severity: Vec<Value> = severities().chain(off.clone()).collect();
    let admission: Vec<Value> = [json!("warn"), json!("deny")].into_iter().chain(off).collect();
    let mut properties = Map::new();
    properties.insert("severity".into(), json!({"enum": severity}));
    properties.insert("admission".into(), json!({"enum": admission}));
    properties.extend(params.iter().map(|param| (param.name().to_string(), parameter(param))));
    json!({
        "description": description,
        "anyOf": [
            {"enum": words},
            {"type": "object", "properties": properties, "additionalProperties": false},
        ],
    })
}

fn parameter(param: &Param) -> Value {
    let doc = param.doc();
    match param {
        Param::Int(p) => json!({
            "type": "integer", "minimum": p.min, "maximum": p.max, "default": p.default, "description": doc,
        }),
        Param::Flag(p) => json!({"type": "boolean", "default": p.default, "description": doc}),
        Param::Choice(p) => json!({"enum": p.options, "default": p.default, "description": doc}),
        Param::Strings(p) => json!({
            "type": "array", "items": {"type": "string"}, "default": p.default, "description": doc,
        }),
        Param::Entries(p, form) => json!({
            "type": "array", "items": entries(*form), "default": p.default, "description": doc,
        }),
    }
}

/// What the entries of a list look like.
fn entries(form: Form) -> Value {
    match form {
        Form::OneOf(words) => json!({"enum": words}),
        _ => json!({"type": "string", "pattern": form.pattern()}),
    }
}

/// Names of rules, and of sets of them.
fn rule_names(refs: Refs) -> Value {
    let wanted = |rule: &&Rule| match refs {
        Refs::Mutable => may_mutate(rule).is_ok(),
        Refs::Exempt => !rule.is_about_suppressions(),
        Refs::Locked => true,
    };
    let mut names: Vec<String> = Vec::new();
    for rule in RULES.iter().filter(wanted) {
        names.push(rule.id.into());
        names.extend(rule.aliases.iter().map(|alias| (*alias).into()));
    }
    if refs != Refs::Mutable {
        names.extend(RULE_PROFILES.iter().map(|profile| format!("profile:{profile}")));
        names.extend(Pattern::ALL.iter().map(|pattern| format!("pattern:{}", pattern.id())));
    }
    match refs {
        Refs::Exempt => names.push("*".into()),
        Refs::Locked => names.extend(Severity::ALL.iter().map(|s| format!("severity:{}", s.id()))),
        Refs::Mutable => {}
    }
    json!({"enum": names})
}

fn selector() -> Value {
    let listed = json!({"type": "array", "minItems": 1, "items": {"type": "string"}});
    let expression = |operators: &[&str], values: bool| {
        let mut properties = json!({"key": {"type": "string"}, "operator": {"enum": operators}});
        let mut required = ["key", "operator"].to_vec();
        if let (Some(fields), true) = (properties.as_object_mut(), values) {
            fields.insert("values".into(), listed.clone());
            required.push("values");
        }
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    json!({
        "type": "object",
        "minProperties": 1,
        "properties": {
            "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
            "matchExpressions": {"type": "array", "items": {"anyOf": [
                expression(&["In", "NotIn"], true),
                expression(&["Exists", "DoesNotExist"], false),
            ]}},
        },
        "additionalProperties": false,
    })
}

/// Kinds that need no entry in `pod_specs`.
fn built_in() -> Vec<Value> {
    let mut out = Vec::new();
    for kind in WORKLOADS {
        for group in [Some(kind.group), kind.former_group].into_iter().flatten() {
            out.push(json!({"properties": {"group": {"const": group}, "kind": {"const": kind.kind}}, "required": ["group", "kind"]}));
        }
    }
    out
}

/// `*` is for settings that allow it.
fn unless_all_rules() -> Value {
    json!({
        "if": {
            "type": "object",
            "properties": {"suppressions": {"type": "object", "properties": {"allow_all": {"const": true}}, "required": ["allow_all"]}},
            "required": ["suppressions"],
        },
        "else": {"properties": {"exemptions": {"items": {"properties": {"rules": {"items": {"not": {"const": "*"}}}}}}}},
    })
}

/// Exemptions end where settings demand that.
fn when_until_is_required() -> Value {
    json!({
        "if": {
            "type": "object",
            "properties": {"suppressions": {"type": "object", "properties": {"require_until": {"const": true}}, "required": ["require_until"]}},
            "required": ["suppressions"],
        },
        "then": {"properties": {"exemptions": {"items": {"properties": {"until": {"type": "string"}}, "required": ["until"]}}}},
    })
}
