//! Admission requests as Kubewarden's engine and its audit scanner make them.

use serde_json::{Value, json};

/// The request behind `kubectl create`, with every field that the engine passes on.
pub(crate) fn create(object: &Value) -> Value {
    let (group, version) = api(object);
    let kind = object["kind"].as_str().expect("a kind");
    let kind_of = json!({"group": group, "version": version, "kind": kind});
    let resource = json!({"group": group, "version": version, "resource": plural(kind)});
    json!({
        "uid": "1d3c1a5e-6a7e-4f0b-9a63-0d6f6f3b2a11",
        "kind": kind_of,
        "resource": resource,
        "requestKind": kind_of,
        "requestResource": resource,
        "name": object["metadata"]["name"],
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {"username": "kubernetes-admin", "groups": ["system:authenticated"]},
        "object": object,
        "dryRun": false,
        "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
    })
}

/// The same for an update, which also brings the old object.
pub(crate) fn update(old: &Value, object: &Value) -> Value {
    let mut request = create(object);
    request["operation"] = json!("UPDATE");
    request["oldObject"] = old.clone();
    request
}

/// A deletion: the engine drops the `object`, which is null.
pub(crate) fn delete(old: &Value) -> Value {
    let mut request = update(old, old);
    request["operation"] = json!("DELETE");
    request.as_object_mut().expect("a map").remove("object");
    request
}

/// What the audit scanner asks: the kind where the resource belongs, nobody as the user, and the
/// object as it lives in the cluster.
pub(crate) fn audit(object: &Value) -> Value {
    let mut live = object.clone();
    live["metadata"]["uid"] = json!("6d1c8e4f-0a94-4b6c-8a4b-51b6f7d9c0aa");
    live["metadata"]["resourceVersion"] = json!("123456");
    live["metadata"]["managedFields"] = json!([{
        "apiVersion": object["apiVersion"], "fieldsType": "FieldsV1", "manager": "kubectl",
        "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {".": {}}},
    }]);
    // Kinds without a `spec` have no `status` either, and these have none all the same.
    let silent = object["status"].is_null() && object["spec"].is_object();
    if silent && !["NetworkPolicy", "Lease"].contains(&text(&object["kind"])) {
        live["status"] =
            json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
    }
    let (group, version) = api(object);
    let kind = &object["kind"];
    json!({
        "uid": live["metadata"]["uid"],
        "kind": {"group": group, "version": version, "kind": kind},
        "requestKind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": kind},
        "name": object["metadata"]["name"],
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {},
        "object": live,
        "oldObject": null,
        "options": null,
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn api(object: &Value) -> (&str, &str) {
    let api = object["apiVersion"].as_str().expect("an apiVersion");
    api.split_once('/').unwrap_or(("", api))
}

fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{lower}s"),
    }
}
