//! Objects for requests, and the settings under which a verdict is known.

use serde_json::{Value, json};

/// A rule that every catalogue has, and that judges every kind with a Pod in it.
pub(crate) const RULE: &str = "run-as-non-root-missing";

/// Settings under which [`RULE`] has this effect and nothing else is judged.
pub(crate) fn only(admission: &str) -> Value {
    json!({"profiles": ["none"], "rules": {RULE: {"severity": "error", "admission": admission}}})
}

/// A Pod spec that [`RULE`] refuses.
pub(crate) fn root_spec() -> Value {
    json!({"containers": [{"name": "app", "image": "registry.example/app:1.4.2"}]})
}

/// The same, not as root.
pub(crate) fn safe_spec() -> Value {
    let mut spec = root_spec();
    spec["securityContext"] = json!({"runAsNonRoot": true});
    spec
}

/// A Pod with this spec.
pub(crate) fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec})
}

/// A Deployment of Pods with this spec.
pub(crate) fn deployment(spec: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec},
        },
    })
}

/// A CronJob of Pods with this spec.
pub(crate) fn cron_job(spec: &Value) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "web"},
        "spec": {
            "schedule": "0 4 * * *",
            "jobTemplate": {"spec": {"template": {"spec": spec}}},
        },
    })
}

/// The object, owned by a controller.
pub(crate) fn owned(mut object: Value) -> Value {
    object["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-6d5f8",
        "uid": "6d1c8e4f-0a94-4b6c-8a4b-51b6f7d9c0aa", "controller": true,
    }]);
    object
}
