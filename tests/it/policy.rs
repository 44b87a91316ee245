//! The contract of `validate`, `validate_settings` and `protocol_version`, call by call.

use crate::objects::{RULE, cron_job, deployment, only, owned, pod, root_spec, safe_spec};
use crate::requests::{audit, create, delete, update};
use crate::wapc_host::{Policy, compiled};
use serde_json::{Value, json};

#[test]
fn the_module_needs_three_functions_of_its_host() {
    let (_, module) = compiled();
    let mut imports: Vec<_> = module.imports().map(|i| (i.module(), i.name())).collect();
    imports.sort_unstable();
    let expected = ["__guest_error", "__guest_request", "__guest_response"];
    assert_eq!(imports, expected.map(|name| ("wapc", name)));
    assert_eq!(Policy::new().bytes("protocol_version", b"").unwrap(), b"\"v1\"");
}

/// Name of the case, the request, and whether it is let in where [`RULE`] denies.
fn cases() -> Vec<(&'static str, Value, bool)> {
    let bad = pod(&root_spec());
    let good = pod(&safe_spec());
    let scale = json!({
        "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"},
        "spec": {"replicas": 3},
    });
    vec![
        ("a Pod as root", create(&bad), false),
        ("a Pod not as root", create(&good), true),
        ("a Deployment as root", create(&deployment(&root_spec())), false),
        ("a Deployment not as root", create(&deployment(&safe_spec())), true),
        ("a CronJob as root", create(&cron_job(&root_spec())), false),
        ("a CronJob not as root", create(&cron_job(&safe_spec())), true),
        ("an update for the worse", update(&good, &bad), false),
        ("an update for the better", update(&bad, &good), true),
        ("a deletion, which has no object", delete(&bad), true),
        ("a Pod of a controller, judged for containment", create(&owned(bad.clone())), false),
        ("the audit scanner, on a Pod as root", audit(&bad), false),
        ("the audit scanner, on a Deployment not as root", audit(&deployment(&safe_spec())), true),
        (
            "a template in a kind that nobody knows",
            create(&kind_of("example.org/v1", "Gizmo")),
            false,
        ),
        ("a kind that nobody knows", create(&gizmo()), true),
        ("ephemeral containers", ephemeral(&json!({"name": "debug", "image": "b:1"})), false),
        (
            "ephemeral containers not as root",
            ephemeral(&json!({
                "name": "debug", "image": "b:1", "securityContext": {"runAsNonRoot": true},
            })),
            true,
        ),
        ("a new scale", on(create(&scale), "scale"), true),
        ("a new status", on(update(&bad, &bad), "status"), true),
        ("a connection, which has options for an object", connect(), true),
        ("only what is needed", json!({"operation": "CREATE", "object": bad}), false),
        (
            "only the kind of the request",
            json!({
                "kind": {"group": "", "version": "v1", "kind": "Pod"},
                "operation": "CREATE",
                "object": {"spec": root_spec()},
            }),
            false,
        ),
        ("nulls for everything that may be absent", nulls(create(&bad)), false),
        ("fields that nobody knows", strange(create(&bad)), false),
        ("a Pod without a spec", create(&json!({"apiVersion": "v1", "kind": "Pod"})), true),
    ]
}

fn kind_of(api: &str, kind: &str) -> Value {
    let mut object = deployment(&root_spec());
    object["apiVersion"] = json!(api);
    object["kind"] = json!(kind);
    object
}

fn gizmo() -> Value {
    json!({"apiVersion": "example.org/v1", "kind": "Gizmo", "metadata": {"name": "a"}, "spec": {}})
}

/// A request on a subresource.
fn on(mut request: Value, subresource: &str) -> Value {
    request["subResource"] = json!(subresource);
    request
}

/// `kubectl debug`: the whole Pod, through a subresource.
fn ephemeral(container: &Value) -> Value {
    let mut before = pod(&root_spec());
    before["spec"]["containers"][0]["securityContext"] = json!({"runAsNonRoot": true});
    let mut after = before.clone();
    after["spec"]["ephemeralContainers"] = json!([container]);
    on(update(&before, &after), "ephemeralcontainers")
}

/// `kubectl exec`.
fn connect() -> Value {
    let options = json!({
        "apiVersion": "v1", "kind": "PodExecOptions", "command": ["sh"], "container": "app",
    });
    let mut request = on(create(&options), "exec");
    request["operation"] = json!("CONNECT");
    request
}

fn nulls(mut request: Value) -> Value {
    for field in ["subResource", "requestKind", "namespace", "oldObject", "options", "userInfo"] {
        request[field] = Value::Null;
    }
    request["object"]["status"] = Value::Null;
    request["object"]["spec"]["initContainers"] = Value::Null;
    request["object"]["spec"]["securityContext"] = Value::Null;
    request
}

fn strange(mut request: Value) -> Value {
    request["wand"] = json!({"deep": [[[{"er": 1e300}]], -0.5, "\u{0}\u{1F680}"]});
    request["object"]["wand"] = request["wand"].clone();
    request
}

#[test]
fn requests_are_let_in_or_not() {
    // One instance for all: what one call leaves behind must not matter to the next.
    let policy = Policy::new();
    for (name, request, accepted) in cases() {
        let answer = policy.validate(&request, &only("deny"));
        assert_eq!(answer["accepted"], accepted, "{name}: {answer}");
        assert_eq!(answer["code"], if accepted { Value::Null } else { json!(403) }, "{name}");
        assert_eq!(answer["message"].is_string(), !accepted, "{name}: {answer}");
        // The same on a fresh instance, and with a warning instead of a denial.
        assert_eq!(Policy::new().validate(&request, &only("deny")), answer, "{name}");
        let warned = policy.validate(&request, &only("warn"));
        assert_eq!(warned["accepted"], true, "{name}: {warned}");
        assert_eq!(warned["warnings"].is_array(), !accepted, "{name}: {warned}");
        let silent = policy.validate(&request, &only("off"));
        assert_eq!(silent["accepted"], true, "{name}: {silent}");
        assert_eq!(
            (&silent["warnings"], &silent["audit_annotations"]["error"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[test]
fn a_denial_says_what_is_wrong_where_and_how_to_repair_it() {
    let mut spec = root_spec();
    spec["initContainers"] = json!([{"name": "migrate", "image": "registry.example/migrate:2"}]);
    let mut object = deployment(&spec);
    object["metadata"]["namespace"] = json!("shop");
    let answer = Policy::new().validate(&create(&object), &only("deny"));
    let message = answer["message"].as_str().expect("a message");
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines[0], "2 findings deny Deployment \"shop/web\":");
    assert_eq!(lines.len(), 3, "{message}");
    for place in ["init container \"migrate\": ", ": container \"app\": "] {
        let line = lines.iter().find(|line| line.contains(place)).expect("a line per place");
        assert!(line.starts_with(&format!("- [error] {RULE}: ")), "{line}");
        assert!(line.contains(". To repair: "), "{line}");
    }
    let patterns = "declarative-deployment,init-container,singleton-service,stateless-service";
    let engine = env!("CARGO_PKG_VERSION");
    let expected = json!({"error": RULE, "patterns": patterns, "engine": engine});
    assert_eq!(answer["audit_annotations"], expected);
}

#[test]
fn a_warning_fits_into_a_terminal() {
    let mut spec = root_spec();
    spec["containers"][0]["name"] = json!("é\n".repeat(300));
    let answer = Policy::new().validate(&create(&pod(&spec)), &only("warn"));
    let warnings = answer["warnings"].as_array().expect("warnings");
    for warning in warnings.iter().map(|warning| warning.as_str().expect("text")) {
        assert!(warning.starts_with(RULE) && warning.chars().count() < 120, "{warning}");
        assert!(!warning.contains(char::is_control), "{warning}");
    }
}

#[test]
fn what_denies_and_what_warns_come_together() {
    let settings = json!({
        "profiles": ["none"],
        "rules": {RULE: {"admission": "deny"}, "image-tag-mutable": {"admission": "warn"}},
    });
    let mut spec = root_spec();
    spec["containers"][0]["image"] = json!("registry.example/app:latest");
    let answer = Policy::new().validate(&create(&pod(&spec)), &settings);
    assert_eq!(answer["accepted"], false);
    assert!(answer["message"].as_str().expect("text").starts_with("1 finding denies Pod"));
    let warnings = answer["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 1, "{answer}");
    assert!(warnings[0].as_str().expect("text").starts_with("image-tag-mutable: "), "{answer}");
}

#[test]
fn a_request_without_an_object_is_no_acceptance() {
    let policy = Policy::new();
    for operation in ["CREATE", "UPDATE", "", "FLY"] {
        let mut request = create(&pod(&root_spec()));
        request["operation"] = json!(operation);
        for object in [Value::Null, json!("Pod"), json!([]), json!({})] {
            request["object"] = object;
            request["kind"] = Value::Null;
            let error = policy.call("validate", &json!({"request": request, "settings": {}}));
            assert!(error.is_err(), "{error:?}");
        }
    }
}

#[test]
fn no_settings_are_valid_settings() {
    let policy = Policy::new();
    for settings in ["{}", "null", "", r#"{"rules":{}}"#, r#"{"profiles":["default"]}"#] {
        let answer = policy.bytes("validate_settings", settings.as_bytes()).expect("an answer");
        assert_eq!(answer, br#"{"valid":true}"#, "{settings}");
    }
    let request = create(&pod(&safe_spec()));
    let without = policy.call("validate", &json!({"request": request})).expect("an answer");
    assert_eq!(without, policy.validate(&request, &Value::Null));
    assert_eq!(without, policy.validate(&request, &json!({})));
}

#[test]
fn every_offence_in_settings_is_named() {
    let wrong = json!({
        "target": "1.99",
        "profile": ["default"],
        "profiles": ["defualt"],
        "input_complete": "yes",
        "rules": {RULE: {"severity": "loud", "admission": "maybe"}, "run-as-root": "deny"},
    });
    let offences = [
        "/target: ",
        "/profile: there is no setting `profile`; did you mean `profiles`?",
        "/profiles/0: there is no profile `defualt`; did you mean `default`?",
        "/input_complete: ",
        "/rules/run-as-non-root-missing/severity: ",
        "/rules/run-as-non-root-missing/admission: ",
        "/rules/run-as-root: ",
    ];
    let policy = Policy::new();
    let answer = policy.call("validate_settings", &wrong).expect("an answer");
    assert_eq!(answer["valid"], false);
    let message = answer["message"].as_str().expect("a message");
    assert_eq!(message.lines().count(), offences.len(), "{message}");
    for offence in offences {
        assert!(message.lines().any(|line| line.starts_with(offence)), "{offence}\n{message}");
    }
    // Inside `validate`, wrong settings refuse the request instead of letting it in.
    let request = json!({"request": create(&pod(&safe_spec())), "settings": wrong});
    let error = policy.call("validate", &request).expect_err("a guest error");
    assert!(error.ends_with(message), "{error}");
}
