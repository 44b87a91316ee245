//! What people and auditors read: messages, warnings, codes, annotations.

use crate::objects::{RULE, deployment, only, pod, root_spec};
use crate::requests::create;
use crate::wapc_host::Policy;
use patternwarden::{Pattern, RULES, Severity};
use serde_json::{Value, json};

/// A Deployment of this many containers that [`RULE`] refuses.
fn crowd(count: usize) -> Value {
    let container = |at| json!({"name": format!("c{at}"), "image": "registry.example/app:1.4.2"});
    deployment(&json!({"containers": (0..count).map(container).collect::<Vec<_>>()}))
}

fn message(object: &Value, settings: &Value) -> String {
    let answer = Policy::new().validate(&create(object), settings);
    answer["message"].as_str().expect("a message").to_owned()
}

#[test]
fn a_setting_caps_the_findings_and_names_the_documentation() {
    let settings = |more: Value| {
        let mut settings = only("deny");
        let more = more.as_object().expect("a map").clone();
        settings.as_object_mut().expect("a map").extend(more);
        settings
    };
    for (count, cap, more) in [(3, 10, None), (14, 10, Some(4)), (14, 1, Some(13)), (14, 100, None)]
    {
        let text = message(&crowd(count), &settings(json!({"max_findings": cap})));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("{count} findings deny Deployment \"web\":"));
        assert_eq!(lines.len(), 1 + count.min(cap) + usize::from(more.is_some()), "{text}");
        let last = more.map(|more| format!("- and {more} more"));
        assert_eq!(text.ends_with("more"), last.is_some());
        assert!(last.is_none_or(|last| text.ends_with(&last)), "{text}");
        assert!(lines[1].starts_with(&format!("- [error] {RULE}: container \"c0\": ")), "{text}");
        assert!(lines[1].contains(". To repair: "), "{text}");
    }
    for url in ["https://docs.example/rules", "https://docs.example/rules/"] {
        let text = message(&crowd(1), &settings(json!({"docs_url": url})));
        assert!(text.ends_with(&format!(". See https://docs.example/rules/{RULE}")), "{text}");
    }
}

#[test]
fn the_worst_comes_first() {
    let settings = json!({
        "profiles": ["none"],
        "rules": {
            RULE: {"severity": "info", "admission": "deny"},
            "image-tag-mutable": {"severity": "error", "admission": "deny"},
            "resource-requests-missing": {"severity": "warning", "admission": "deny"},
        },
    });
    let mut spec = root_spec();
    spec["containers"][0]["image"] = json!("registry.example/app:latest");
    let text = message(&pod(&spec), &settings);
    let rank = |line: &str| {
        Severity::ALL.iter().position(|s| line.starts_with(&format!("- [{}]", s.id())))
    };
    let ranks: Vec<_> = text.lines().skip(1).map(|line| rank(line).expect("a severity")).collect();
    assert!(ranks.is_sorted() && ranks.len() >= 3, "{text}");
    assert_eq!((ranks.first(), ranks.last()), (Some(&0), Some(&2)), "{text}");
}

#[test]
fn codes_tell_forbidden_from_invalid() {
    let mut mismatch = crowd(1);
    mismatch["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
    let invalid = "selector-template-mismatch";
    let deny = |rules: &[&str]| {
        let mut settings = json!({"profiles": ["none"]});
        for rule in rules {
            settings["rules"][rule] = json!({"admission": "deny"});
        }
        settings
    };
    for (rules, code) in [(&[RULE][..], 403), (&[invalid], 422), (&[RULE, invalid], 422)] {
        let answer = Policy::new().validate(&create(&mismatch), &deny(rules));
        assert_eq!(
            (&answer["accepted"], &answer["code"]),
            (&json!(false), &json!(code)),
            "{rules:?}"
        );
    }
    let warned = json!({"profiles": ["none"], "rules": {invalid: {"admission": "warn"}}});
    let answer = Policy::new().validate(&create(&mismatch), &warned);
    assert_eq!((&answer["accepted"], &answer["code"]), (&json!(true), &Value::Null));
}

#[test]
fn warnings_are_short_and_few() {
    let answer = Policy::new().validate(&create(&crowd(200)), &only("warn"));
    let warnings = answer["warnings"].as_array().expect("warnings");
    let texts: Vec<&str> = warnings.iter().map(|w| w.as_str().expect("text")).collect();
    assert!(texts.iter().all(|text| text.chars().count() < 120), "{texts:?}");
    // The API server passes on 4,096 characters in all.
    assert!(texts.iter().map(|text| text.len()).sum::<usize>() <= 4_096, "{texts:?}");
    assert_eq!(texts.last(), Some(&"and 175 more"));
}

#[test]
fn annotations_have_the_keys_and_sizes_of_kubernetes() {
    // Everything denies, and an object that as many rules as possible refuse.
    let answer = Policy::new().validate(&create(&crowd(3)), &json!({"profiles": ["strict"]}));
    let annotations = answer["audit_annotations"].as_object().expect("annotations");
    for (key, value) in annotations {
        // The name part of a qualified name: the webhook's name is put before it.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        assert!((1..=63).contains(&key.len()) && key.chars().all(is_plain), "{key}");
        let value = value.as_str().expect("text");
        assert!(!value.is_empty() && !value.contains(char::is_control), "{key}: {value}");
        let parts: Vec<&str> = value.split(',').collect();
        assert!(parts.is_sorted(), "{key}: {value}");
    }
    assert_eq!(annotations["engine"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        annotations["patterns"],
        "declarative-deployment,sidecar,singleton-service,stateless-service"
    );
    // What a value can grow to: each id once. Kubernetes grants 10 kB to its own policies.
    let rules: usize = RULES.iter().map(|rule| rule.id.len() + 1).sum();
    let patterns: usize = Pattern::ALL.iter().map(|pattern| pattern.id().len() + 1).sum();
    assert!(rules < 10_240 && patterns < 10_240, "{rules} {patterns}");
}

#[test]
fn nothing_is_said_where_there_is_nothing_to_say() {
    let gizmo = json!({"apiVersion": "example.org/v1", "kind": "Gizmo", "metadata": {"name": "a"}});
    let answer = Policy::new().bytes(
        "validate",
        json!({"request": create(&gizmo), "settings": only("deny")}).to_string().as_bytes(),
    );
    assert_eq!(answer.expect("an answer"), br#"{"accepted":true}"#);
}
