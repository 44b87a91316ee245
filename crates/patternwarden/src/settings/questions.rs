//! The settings as the questions of the form that Rancher shows for a policy.
//!
//! Lists of maps and label selectors have no such form: what they say is written as YAML.

use super::keys::{KEYS, Key, Shape};
use super::parse::PROFILES;
use crate::minor::Minor;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Value, json};

/// The document `questions-ui.yml`, as data.
pub fn questions() -> Value {
    let mut out = Vec::new();
    ask(KEYS, "Settings", &mut out);
    json!({"questions": out})
}

fn ask(keys: &[&Key], group: &str, out: &mut Vec<Value>) {
    for key in keys {
        let form = match &key.shape {
            Shape::Flag { default } => json!({"type": "boolean", "default": default}),
            Shape::Int { min, max, default } => {
                json!({"type": "int", "min": min, "max": max, "default": default})
            }
            Shape::Choice(words) => {
                json!({"type": "enum", "options": words, "default": words.first()})
            }
            Shape::Text | Shape::Url => json!({"type": "string"}),
            Shape::Texts { default, .. } => json!({"type": "array[", "default": default}),
            Shape::Target => {
                let minors = Minor::OLDEST.0..=Minor::NEWEST.0;
                let versions: Vec<String> = minors.map(|minor| Minor(minor).to_string()).collect();
                json!({"type": "enum", "options": versions, "default": Minor::DEFAULT.to_string()})
            }
            Shape::Profiles => json!({
                "type": "array[", "default": ["default"],
                "tooltip": format!("{}.", PROFILES.join(", ")),
            }),
            Shape::Rules => json!({
                "type": "map[", "default": {},
                "tooltip": "The id of a rule, and error, warning, info, hint, on or off.",
            }),
            Shape::RuleList(_) => json!({"type": "array[", "default": []}),
            Shape::Map { keys, .. } => {
                ask(keys, &label(key.name()), out);
                continue;
            }
            // A day is for files, where there is no clock to ask.
            Shape::Date | Shape::Pointer | Shape::Selector | Shape::List { .. } => continue,
        };
        let doc: Vec<&str> = key.doc.lines().map(str::trim).collect();
        let mut question = json!({
            "variable": key.path.join("."),
            "label": label(key.name()),
            "description": doc.join(" ").trim(),
            "group": group,
            "required": false,
        });
        if let (Some(fields), Value::Object(form)) = (question.as_object_mut(), form) {
            fields.extend(form);
        }
        out.push(question);
    }
}

/// `Max findings` for `max_findings`.
fn label(name: &str) -> String {
    let mut out = name.replace('_', " ");
    if let Some(first) = out.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    out
}
