//! What the API server fills into an object before anybody sees it, written after its source.
//!
//! Source: `pkg/apis/*/v1/defaults.go` of kubernetes/kubernetes; each function names the one it
//! follows. Where a default is declared as `+default=` at the type, `zz_generated.defaults.go` of
//! the same folder sets it. Only versions that are still served have defaults.

mod gateway;
mod pod;
mod rest;
mod workloads;

use serde_json::{Map, Value, json};

/// The fields of an object.
type Fields = Map<String, Value>;

/// The object as it is once the API server has filled in what was left open.
pub(crate) fn defaulted(mut object: Value) -> Value {
    let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if let Value::Object(fields) = &mut object {
        match version.as_str() {
            "v1" if kind == "Pod" => pod::pod(fields),
            "v1" => rest::core(fields, &kind),
            "apps/v1" | "batch/v1" => workloads::fill_in(fields, &kind),
            "autoscaling/v2" | "autoscaling/v1" => workloads::autoscaler(fields, &version),
            "gateway.networking.k8s.io/v1" => gateway::fill_in(fields, &kind),
            _ => rest::others(fields, &version, &kind),
        }
    }
    object
}

/// Fills in a field whose type in Go is a pointer: zero is a value.
fn fill(fields: &mut Fields, key: &str, value: impl Into<Value>) {
    let place = fields.entry(key).or_insert(Value::Null);
    if place.is_null() {
        *place = value.into();
    }
}

/// Fills in a field whose type in Go is not a pointer: zero, empty text and an empty list are as
/// good as absent.
fn fill_zero(fields: &mut Fields, key: &str, value: impl Into<Value>) {
    if is_zero(fields.get(key)) {
        fields.insert(key.to_owned(), value.into());
    }
}

fn is_zero(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Number(number)) => number.as_i64() == Some(0),
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(Value::Bool(_)) => false,
    }
}

/// A structure that is part of its owner in Go, and so always there.
///
/// What an object cannot be without (`spec`, the template) is not made up: the API server refuses
/// an object that lacks it, whatever it fills in, so that there is nothing to compare.
fn part<'f>(fields: &'f mut Fields, key: &str) -> Option<&'f mut Fields> {
    fill(fields, key, json!({}));
    inside(fields, key)
}

/// A structure that is there if it is written.
fn inside<'f>(fields: &'f mut Fields, key: &str) -> Option<&'f mut Fields> {
    fields.get_mut(key)?.as_object_mut()
}

/// The same, some levels down.
fn deep<'f>(fields: &'f mut Fields, path: &[&str]) -> Option<&'f mut Fields> {
    path.iter().try_fold(fields, |fields, key| inside(fields, key))
}

/// Every structure of a list.
fn each(fields: &mut Fields, key: &str, fill_in: impl FnMut(&mut Fields)) {
    let list = fields.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
    list.filter_map(Value::as_object_mut).for_each(fill_in);
}

/// Copies the entries of one map that another one lacks.
fn complete(fields: &mut Fields, key: &str, from: &Fields) {
    if let Some(to) = part(fields, key) {
        for (name, value) in from {
            to.entry(name).or_insert_with(|| value.clone());
        }
    }
}

#[test]
fn what_is_written_stays_and_what_is_not_is_filled_in() {
    let before = json!({"apiVersion": "v1", "kind": "Pod", "spec": {
        "restartPolicy": "Never", "dnsPolicy": "", "hostNetwork": true,
        "containers": [{"image": "r/a:latest", "ports": [{"containerPort": 8080}],
            "livenessProbe": {"httpGet": {"port": 80}, "periodSeconds": 0, "timeoutSeconds": 5},
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}}],
        "volumes": [{"name": "a"}, {"name": "b", "secret": {"secretName": "s"}}]}});
    let after = defaulted(before);
    let spec = &after["spec"];
    assert_eq!(spec["restartPolicy"], "Never");
    assert_eq!(spec["dnsPolicy"], "ClusterFirst");
    assert_eq!(
        spec["volumes"],
        json!([{"name": "a", "emptyDir": {}},
        {"name": "b", "secret": {"secretName": "s", "defaultMode": 420}}])
    );
    let container = &spec["containers"][0];
    assert_eq!(container["imagePullPolicy"], "Always");
    assert_eq!(
        container["ports"][0],
        json!({"containerPort": 8080, "hostPort": 8080, "protocol": "TCP"})
    );
    assert_eq!(
        container["livenessProbe"],
        json!({"httpGet": {"port": 80, "path": "/",
        "scheme": "HTTP"}, "periodSeconds": 10, "timeoutSeconds": 5, "successThreshold": 1,
        "failureThreshold": 3})
    );
    assert_eq!(container["resources"]["requests"], json!({"cpu": "500m", "memory": "1Gi"}));
    assert_eq!(defaulted(after.clone()), after);
}

#[test]
fn templates_get_no_requests() {
    let before = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec":
        {"containers": [{"resources": {"limits": {"cpu": "1"}}}]}}}});
    let after = defaulted(before);
    assert_eq!(after["spec"]["replicas"], 1);
    assert_eq!(after["spec"]["strategy"]["rollingUpdate"]["maxSurge"], "25%");
    let spec = &after["spec"]["template"]["spec"];
    assert_eq!(spec["containers"][0]["resources"], json!({"limits": {"cpu": "1"}}));
    assert_eq!(spec["enableServiceLinks"], Value::Null);
}
