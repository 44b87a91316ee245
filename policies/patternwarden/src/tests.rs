//! Calls and answers, natively: the module itself is tested in a waPC host.

use crate::answer;
use crate::wording::WARNING;
use patternwarden::Settings;
use serde_json::{Value, json};

const ENGINE: &str = env!("CARGO_PKG_VERSION");

fn call(operation: &str, payload: &Value) -> Result<Value, String> {
    let text = answer(operation.as_bytes(), payload.to_string().as_bytes())?;
    Ok(serde_json::from_str(&text).expect("answers are JSON"))
}

fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": name, "image": "registry.example/app:1.4.2"}]},
    })
}

fn create(object: &Value) -> Value {
    json!({"kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "object": object})
}

/// Settings under which one rule, and no other, has this effect.
fn only(admission: &str) -> Value {
    json!({
        "profiles": ["none"],
        "rules": {"run-as-non-root-missing": {"severity": "warning", "admission": admission}},
    })
}

fn validate(object: &Value, admission: &str) -> Value {
    call("validate", &json!({"request": create(object), "settings": only(admission)})).unwrap()
}

#[test]
fn a_denial_names_count_rule_place_and_repair() {
    assert_eq!(
        validate(&pod("app"), "deny"),
        json!({
            "accepted": false,
            "code": 403,
            "message": "1 finding denies Pod \"shop/web\":\n- [warning] run-as-non-root-missing: \
                container \"app\": securityContext.runAsNonRoot: container `app` may run as root. \
                To repair: Demand a user other than root",
            "audit_annotations": {"warning": "run-as-non-root-missing", "engine": ENGINE},
        })
    );
}

#[test]
fn a_warning_admits() {
    assert_eq!(
        validate(&pod("app"), "warn"),
        json!({
            "accepted": true,
            "warnings": ["run-as-non-root-missing: container \"app\": \
                securityContext.runAsNonRoot: container `app` may run as root"],
            "audit_annotations": {"warning": "run-as-non-root-missing", "engine": ENGINE},
        })
    );
    assert_eq!(validate(&pod("app"), "off"), json!({"accepted": true}));
}

#[test]
fn long_and_hostile_names_stay_on_their_line() {
    let name = "x\n- [error] forged: \u{1b}[31m".repeat(30);
    let warned = validate(&pod(&name), "warn");
    let warning = warned["warnings"][0].as_str().unwrap();
    assert_eq!(warning.chars().count(), WARNING);
    assert!(warning.ends_with('…') && !warning.contains(char::is_control), "{warning}");
    let denied = validate(&pod(&name), "deny");
    assert_eq!(denied["message"].as_str().unwrap().lines().count(), 2);
}

#[test]
fn many_findings_are_counted() {
    let lines = Settings::default().max_findings();
    let mut object = pod("app");
    let container = object["spec"]["containers"][0].clone();
    object["spec"]["containers"] = (0..lines + 4).map(|_| container.clone()).collect();
    let denied = validate(&object, "deny");
    let message = denied["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("{} findings deny Pod", lines + 4)), "{message}");
    assert!(message.ends_with("\n- and 4 more"), "{message}");
    assert_eq!(message.lines().count(), lines + 2);
}

#[test]
fn the_kind_of_the_request_decides() {
    let bare = json!({"spec": pod("app")["spec"]});
    assert_eq!(validate(&bare, "deny")["accepted"], false);
    let mut other = pod("app");
    other["kind"] = json!("ConfigMap");
    assert_eq!(validate(&other, "deny")["accepted"], false);
    let request = json!({"operation": "CREATE", "object": bare});
    let error = call("validate", &json!({"request": request})).unwrap_err();
    assert_eq!(error, "neither the request nor its object says of which kind it is");
}

#[test]
fn requests_without_an_object() {
    let ask = |request: Value| call("validate", &json!({"request": request, "settings": null}));
    for operation in ["DELETE", "CONNECT"] {
        assert_eq!(ask(json!({"operation": operation})).unwrap(), json!({"accepted": true}));
    }
    for operation in [json!("CREATE"), json!("UPDATE"), json!("PATCH"), json!(null)] {
        let error = ask(json!({"operation": operation, "object": null})).unwrap_err();
        assert_eq!(error, "the request carries no object");
    }
    let status = json!({"operation": "UPDATE", "subResource": "status", "object": {"kind": "Pod"}});
    assert_eq!(ask(status).unwrap(), json!({"accepted": true}));
    assert!(ask(json!({"operation": "CREATE", "object": [1]})).is_err());
    assert!(call("validate", &json!({"settings": {}})).is_err());
}

#[test]
fn settings_are_judged_whole() {
    for fine in ["", "null", "{}", "{\"rules\":{}}"] {
        assert_eq!(answer(b"validate_settings", fine.as_bytes()).unwrap(), r#"{"valid":true}"#);
    }
    let wrong = json!({"target": "0.9", "ruels": {}, "rules": {"run-as-non-root-mising": "deny"}});
    let answered = call("validate_settings", &wrong).unwrap();
    assert_eq!(answered["valid"], false);
    let message = answered["message"].as_str().unwrap();
    assert_eq!(message.lines().count(), 3, "{message}");
    for pointer in ["/target: ", "/ruels: ", "/rules/run-as-non-root-mising: "] {
        assert!(message.contains(pointer), "{message}");
    }
    let request = json!({"request": create(&pod("app")), "settings": wrong});
    assert!(call("validate", &request).unwrap_err().ends_with(message));
    assert!(call("report", &request).unwrap_err().ends_with(message));
}

#[test]
fn a_report_of_a_list_is_one_closed_set() {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [pod("a"), pod("b")]});
    let request = json!({"operation": "CREATE", "object": list});
    let ask = |complete: bool| {
        let payload = json!({"request": request, "settings": {"input_complete": complete}});
        call("report", &payload).unwrap()
    };
    assert_eq!(ask(true)["resources"].as_array().unwrap().len(), 2);
    assert!(ask(false)["notChecked"].to_string().contains("not said to be complete"));
    assert!(!ask(true)["notChecked"].to_string().contains("not said to be complete"));
}

#[test]
fn whatever_is_not_a_request_is_an_error() {
    for bytes in [&b""[..], b"\xff\x00", b"[]", b"{", b"{}{}", b"null", b"{\"request\":1}"] {
        for operation in [&b"validate"[..], b"report", b"\xffnonsense"] {
            assert!(answer(operation, bytes).is_err(), "{bytes:?}");
        }
    }
    assert_eq!(answer(b"protocol_version", b"").unwrap(), "\"v1\"");
}

#[test]
fn what_is_suppressed_is_audited_and_left_as_it_is() {
    let note = "ignore.patternwarden.dev/run-as-non-root-missing";
    let mut object = pod("app");
    object["metadata"]["annotations"] = json!({note: "until=2030-01-31; the image says so itself"});
    let annotations = |settings: &Value, object: &Value| {
        let answer = call("validate", &json!({"request": create(object), "settings": settings}));
        answer.unwrap()["audit_annotations"].clone()
    };
    let warn = only("warn");
    let audited = annotations(&warn, &object);
    assert_eq!(audited["suppressed"], "run-as-non-root-missing=annotation");
    // Nothing says which day it is, so that it holds.
    assert_eq!(audited["clock"], "unknown");
    let mut dated = object.clone();
    dated["metadata"]["creationTimestamp"] = json!("2031-01-01T00:00:00Z");
    let audited = annotations(&warn, &dated);
    assert_eq!((&audited["suppressed"], &audited["clock"]), (&Value::Null, &Value::Null));

    // A repair does not touch what is suppressed.
    let fix = "run-as-user-only";
    let mutate = json!({
        "profiles": ["none"], "mutate": [fix],
        "rules": {fix: {"severity": "warning", "admission": "warn"}},
    });
    let mutated = |object: &Value| {
        call("validate", &json!({"request": create(object), "settings": mutate})).unwrap()["mutated_object"].clone()
    };
    object["spec"]["securityContext"] = json!({"runAsUser": 1000});
    object["metadata"]["annotations"] = json!({});
    assert!(mutated(&object).is_object());
    object["metadata"]["annotations"] =
        json!({format!("ignore.patternwarden.dev/{fix}"): "needed by the profiler"});
    assert_eq!(mutated(&object), Value::Null);

    // However much is suppressed, the audit log stays short.
    let exempt = json!({
        "profiles": ["strict"], "suppressions": {"allow_all": true},
        "exemptions": [{"rules": ["*"], "match": {"names": ["web"]}, "reason": "reviewed by the platform team"}],
        "rules": patternwarden::RULES.iter().map(|r| (r.id.to_owned(), json!({"admission": "warn"})))
            .collect::<serde_json::Map<_, _>>(),
    });
    let audited = annotations(&exempt, &pod("app"));
    let listed = audited["suppressed"].as_str().unwrap();
    assert!((200..=256).contains(&listed.len()), "{listed}");
    assert!(listed.split(',').all(|entry| entry.ends_with("=settings")), "{listed}");
}
