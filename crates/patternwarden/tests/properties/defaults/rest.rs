//! Services, configuration, rights, storage and extensions.

use super::pod::{claim, is_open, template};
use super::workloads::take_labels;
use super::{Fields, complete, deep, each, fill, fill_zero, inside, part};
use serde_json::{Value, json};

/// The kinds of v1 beside Pods.
pub(super) fn core(fields: &mut Fields, kind: &str) {
    match kind {
        "Service" => {
            if let Some(spec) = inside(fields, "spec") {
                service(spec);
            }
        }
        // `SetDefaults_Secret`
        "Secret" => fill_zero(fields, "type", "Opaque"),
        // `SetDefaults_ConfigMap`
        "ConfigMap" => fill(fields, "data", json!({})),
        "PersistentVolumeClaim" => claim(fields),
        // `SetDefaults_PersistentVolume`
        "PersistentVolume" => {
            if let Some(status) = part(fields, "status") {
                fill_zero(status, "phase", "Pending");
            }
            if let Some(spec) = inside(fields, "spec") {
                fill_zero(spec, "persistentVolumeReclaimPolicy", "Retain");
                fill(spec, "volumeMode", "Filesystem");
            }
        }
        "Namespace" => namespace(fields),
        "LimitRange" => {
            if let Some(spec) = inside(fields, "spec") {
                each(spec, "limits", limit_range_item);
            }
        }
        "ReplicationController" => replication_controller(fields),
        "PodTemplate" => template(fields),
        // `SetDefaults_Endpoints`
        "Endpoints" => each(fields, "subsets", |subset| {
            each(subset, "ports", |port| fill_zero(port, "protocol", "TCP"));
        }),
        _ => {}
    }
}

/// `SetDefaults_Service` of core/v1.
fn service(spec: &mut Fields) {
    fill_zero(spec, "sessionAffinity", "None");
    if spec.get("sessionAffinity") == Some(&json!("None")) {
        spec.remove("sessionAffinityConfig");
    } else if spec.get("sessionAffinity") == Some(&json!("ClientIP")) {
        let config = part(spec, "sessionAffinityConfig");
        if let Some(client) = config.and_then(|config| part(config, "clientIP")) {
            fill(client, "timeoutSeconds", 10800);
        }
    }
    fill_zero(spec, "type", "ClusterIP");
    each(spec, "ports", |port| {
        fill_zero(port, "protocol", "TCP");
        if let Some(number) = port.get("port").cloned() {
            fill_zero(port, "targetPort", number);
        }
    });
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let outside = match kind.as_str() {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !is_open(spec, "externalIPs"),
        _ => false,
    };
    if outside {
        fill_zero(spec, "externalTrafficPolicy", "Cluster");
    }
    if ["NodePort", "LoadBalancer", "ClusterIP"].contains(&kind.as_str()) {
        fill(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        fill(spec, "allocateLoadBalancerNodePorts", true);
    }
}

/// `SetDefaults_Namespace` and `SetDefaults_NamespaceStatus` of core/v1.
fn namespace(fields: &mut Fields) {
    let name = fields.get("metadata").and_then(|m| m.get("name")).and_then(Value::as_str);
    if let Some(name) = name.map(ToOwned::to_owned)
        && let Some(metadata) = part(fields, "metadata")
        && let Some(labels) = part(metadata, "labels")
    {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
    }
    if let Some(status) = part(fields, "status") {
        fill_zero(status, "phase", "Active");
    }
}

/// `SetDefaults_LimitRangeItem` of core/v1.
fn limit_range_item(item: &mut Fields) {
    if item.get("type") != Some(&json!("Container")) {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")]
    {
        let from = inside(item, from).cloned().unwrap_or_default();
        complete(item, to, &from);
    }
}

/// `SetDefaults_ReplicationController` of core/v1; `+default=1` of its replicas.
fn replication_controller(fields: &mut Fields) {
    if let Some(spec) = inside(fields, "spec") {
        fill(spec, "replicas", 1);
        let labels = deep(spec, &["template", "metadata", "labels"]).cloned();
        if let Some(labels) = labels {
            fill_zero(spec, "selector", labels);
        }
        template(spec);
    }
    take_labels(fields);
}

/// The kinds of all other groups.
pub(super) fn others(fields: &mut Fields, version: &str, kind: &str) {
    match (version, kind) {
        ("networking.k8s.io/v1", "NetworkPolicy") => {
            if let Some(spec) = inside(fields, "spec") {
                network_policy(spec);
            }
        }
        // `SetDefaults_IngressClass` of networking/v1
        ("networking.k8s.io/v1", "IngressClass") => {
            if let Some(parameters) = deep(fields, &["spec", "parameters"]) {
                fill(parameters, "scope", "Cluster");
            }
        }
        ("rbac.authorization.k8s.io/v1", "RoleBinding" | "ClusterRoleBinding") => binding(fields),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition") => definition(fields),
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => each(fields, "webhooks", |hook| webhook(hook, kind)),
        // `SetDefaults_StorageClass` of storage/v1
        ("storage.k8s.io/v1", "StorageClass") => {
            fill(fields, "reclaimPolicy", "Delete");
            fill(fields, "volumeBindingMode", "Immediate");
        }
        // `SetDefaults_PriorityClass` of scheduling/v1
        ("scheduling.k8s.io/v1", "PriorityClass") => {
            fill(fields, "preemptionPolicy", "PreemptLowerPriority");
        }
        // `SetDefaults_EndpointPort` of discovery/v1
        ("discovery.k8s.io/v1", "EndpointSlice") => each(fields, "ports", |port| {
            fill(port, "name", "");
            fill(port, "protocol", "TCP");
        }),
        _ => {}
    }
}

/// `SetDefaults_NetworkPolicy` and `SetDefaults_NetworkPolicyPort` of networking/v1.
fn network_policy(spec: &mut Fields) {
    if is_open(spec, "policyTypes") {
        let both = !is_open(spec, "egress");
        let types = if both { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
        spec.insert("policyTypes".to_owned(), types);
    }
    for direction in ["ingress", "egress"] {
        each(spec, direction, |rule| {
            each(rule, "ports", |port| fill(port, "protocol", "TCP"));
        });
    }
}

/// `SetDefaults_RoleBinding`, `SetDefaults_ClusterRoleBinding` and `SetDefaults_Subject` of rbac/v1.
fn binding(fields: &mut Fields) {
    let group = "rbac.authorization.k8s.io";
    if let Some(role) = inside(fields, "roleRef") {
        fill_zero(role, "apiGroup", group);
    }
    each(fields, "subjects", |subject| {
        if subject.get("kind").is_some_and(|kind| kind == "User" || kind == "Group") {
            fill_zero(subject, "apiGroup", group);
        }
    });
}

/// `SetDefaults_CustomResourceDefinition` and `SetDefaults_CustomResourceDefinitionSpec` of
/// apiextensions/v1, and `SetDefaults_ServiceReference`.
fn definition(fields: &mut Fields) {
    let Some(spec) = inside(fields, "spec") else { return };
    if let Some(names) = inside(spec, "names") {
        let kind = names.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        fill_zero(names, "singular", kind.to_lowercase());
        if !kind.is_empty() {
            fill_zero(names, "listKind", format!("{kind}List"));
        }
    }
    fill(spec, "conversion", json!({"strategy": "None"}));
    if let Some(service) = deep(spec, &["conversion", "webhook", "clientConfig", "service"]) {
        fill(service, "port", 443);
    }
    let versions = spec.get("versions").and_then(Value::as_array);
    let stored = versions.into_iter().flatten().find(|v| v["storage"] == true);
    if let Some(name) = stored.and_then(|v| v["name"].as_str()).map(ToOwned::to_owned)
        && let Some(status) = part(fields, "status")
    {
        fill_zero(status, "storedVersions", json!([name]));
    }
}

/// `SetDefaults_ValidatingWebhook`, `SetDefaults_MutatingWebhook`, `SetDefaults_Rule` and
/// `SetDefaults_ServiceReference` of admissionregistration/v1.
fn webhook(hook: &mut Fields, kind: &str) {
    fill(hook, "failurePolicy", "Fail");
    fill(hook, "matchPolicy", "Equivalent");
    fill(hook, "namespaceSelector", json!({}));
    fill(hook, "objectSelector", json!({}));
    fill(hook, "timeoutSeconds", 10);
    if kind == "MutatingWebhookConfiguration" {
        fill(hook, "reinvocationPolicy", "Never");
    }
    each(hook, "rules", |rule| fill(rule, "scope", "*"));
    if let Some(service) = deep(hook, &["clientConfig", "service"]) {
        fill(service, "port", 443);
    }
}
