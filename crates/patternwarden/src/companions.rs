//! Objects that rules offer to stand beside others, which lack them.

use crate::kube::names::Form;
use crate::kube::{
    ConfigKind, ConfigReference, Container, LabelSelector, Object, PodSpec, config_references,
    items, protocol, target_port,
};
use crate::rule::Grade;
use crate::set::Set;
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use patternwarden_tree::{Node, Value};

/// An object to stand beside `other`, in its namespace if one is written. `fields` is a map of what
/// follows the metadata.
pub(crate) fn beside(other: Object<'_>, api: [&str; 2], name: &str, fields: Value) -> Value {
    within(other.namespace().value, api, name, fields)
}

/// An object in a namespace, or in whichever is the default.
pub(crate) fn within(
    namespace: Option<&str>,
    [api_version, kind]: [&str; 2],
    name: &str,
    fields: Value,
) -> Value {
    let mut metadata = vec![("name".to_string(), name.into())];
    metadata.extend(namespace.map(|namespace| ("namespace".to_string(), namespace.into())));
    let mut out = vec![
        ("apiVersion".to_string(), api_version.into()),
        ("kind".to_string(), kind.into()),
        ("metadata".to_string(), Value::Map(metadata)),
    ];
    if let Value::Map(fields) = fields {
        out.extend(fields);
    }
    Value::Map(out)
}

/// A headless Service of this name for the Pods of a workload; `None` where none may be called so,
/// or where more than equal labels tell which Pods they are.
pub(crate) fn headless_service(pod: PodSpec<'_>, name: &str) -> Option<Value> {
    let selector = LabelSelector { node: pod.workload.selector().value? };
    let labels = selector.match_labels().value?;
    let plain = selector.match_expressions().is_absent() && labels.children().next().is_some();
    if !plain || !Form::StrictLabel.fits(name) {
        return None;
    }
    let mut ports: Vec<(String, i64, &str)> = Vec::new();
    for port in pod.running_containers().flat_map(Container::ports) {
        let Some(number) = port.container_port().value else { continue };
        let protocol = protocol(port.node);
        if ports.iter().any(|(_, other, of)| (*other, *of) == (number, protocol)) {
            continue;
        }
        let named = port.name().value.filter(|name| !ports.iter().any(|port| port.0 == *name));
        let unnamed = || format!("{}-{number}", protocol.to_ascii_lowercase());
        ports.push((named.map_or_else(unnamed, ToString::to_string), number, protocol));
    }
    let port = |(name, number, protocol): (String, i64, &str)| {
        let mut entry =
            vec![("name".to_string(), name.into()), ("port".to_string(), number.into())];
        if protocol != "TCP" {
            entry.push(("protocol".to_string(), protocol.into()));
        }
        Value::Map(entry)
    };
    let mut spec =
        vec![("clusterIP".to_string(), "None".into()), ("selector".to_string(), Value::of(labels))];
    if !ports.is_empty() {
        spec.push(("ports".to_string(), Value::Seq(ports.into_iter().map(port).collect())));
    }
    let fields = Value::map([("spec", Value::Map(spec))]);
    Some(beside(pod.object(), ["v1", "Service"], name, fields))
}

/// A policy for the Pods of a workload that shuts `Ingress` but for the ports of their Services, or
/// `Egress` but for questions to DNS; `None` where nothing tells which Pods they are, or where one
/// of its name is there.
pub(crate) fn network_policy<'d>(
    set: &Set<'d>,
    pod: PodSpec<'d>,
    direction: &str,
) -> Option<Value> {
    let object = pod.object();
    let labels = pod.labels().filter(|labels| labels.children().next().is_some())?;
    let selector = match pod.workload.selector().value {
        Some(selector) if selector.children().next().is_some() => Value::of(selector),
        _ => Value::map([("matchLabels", Value::of(labels))]),
    };
    let key = direction.to_ascii_lowercase();
    let name = format!("{}-{key}", object.name().value?);
    let api = ("networking.k8s.io", "NetworkPolicy");
    let home = object.effective_namespace();
    if !Form::Subdomain(253).fits(&name) || set.find(api.0, api.1, Some(home), &name).is_some() {
        return None;
    }
    let mut ports: Vec<(Value, &str)> = Vec::new();
    if direction == "Ingress" {
        for service in set.services_of(pod) {
            for port in service.ports() {
                let Some(target) = target_port(port).map(Value::of) else { continue };
                if !ports.contains(&(target.clone(), protocol(port))) {
                    ports.push((target, protocol(port)));
                }
            }
        }
    } else {
        ports.extend([(53.into(), "UDP"), (53.into(), "TCP")]);
    }
    let mut spec = vec![
        ("podSelector".to_string(), selector),
        ("policyTypes".to_string(), Value::seq([direction.into()])),
    ];
    if !ports.is_empty() {
        let port = |(port, protocol): (Value, &str)| {
            Value::map([("port", port), ("protocol", protocol.into())])
        };
        let ports = Value::Seq(ports.into_iter().map(port).collect());
        spec.push((key, Value::seq([Value::map([("ports", ports)])])));
    }
    let fields = Value::map([("spec", Value::Map(spec))]);
    Some(beside(object, ["networking.k8s.io/v1", api.1], &name, fields))
}

/// A quota for a namespace, its amounts to be filled in.
pub(crate) fn resource_quota(namespace: &str) -> Value {
    let hard = Value::map([
        ("requests.cpu", blank("4")),
        ("requests.memory", blank("8Gi")),
        ("limits.memory", blank("16Gi")),
    ]);
    let fields = Value::map([("spec", Value::map([("hard", hard)]))]);
    within(Some(namespace), ["v1", "ResourceQuota"], "compute", fields)
}

/// What containers of a namespace get that say nothing of it, to be filled in.
pub(crate) fn limit_range(namespace: &str) -> Value {
    let limit = Value::map([
        ("type", "Container".into()),
        ("defaultRequest", Value::map([("cpu", blank("100m")), ("memory", blank("128Mi"))])),
        ("default", Value::map([("memory", blank("256Mi"))])),
    ]);
    let fields = Value::map([("spec", Value::map([("limits", Value::seq([limit]))]))]);
    within(Some(namespace), ["v1", "LimitRange"], "defaults", fields)
}

/// A claim of storage beside an object, its size to be filled in.
pub(crate) fn claim(object: Object<'_>, name: &str) -> Value {
    let storage = Value::map([("storage", blank("1Gi"))]);
    let spec = Value::map([
        ("accessModes", Value::seq(["ReadWriteOnce".into()])),
        ("resources", Value::map([("requests", storage)])),
    ]);
    beside(object, ["v1", "PersistentVolumeClaim"], name, Value::map([("spec", spec)]))
}

/// What could stand in for an object. The values of a Secret do not belong into a file, and what
/// has no namespace belongs to somebody else.
pub(crate) fn stub(object: Object<'_>, kind: &str, name: &str) -> Option<(Grade, Value)> {
    match kind {
        "ConfigMap" => {
            let mut data: Vec<(String, Value)> = Vec::new();
            let references = object.pod_specs().flat_map(config_references);
            let same = |r: &ConfigReference<'_>| {
                r.kind == ConfigKind::ConfigMap && r.name.as_str() == Some(name)
            };
            for holder in references.filter(same).map(ConfigReference::holder) {
                let listed = items(holder.get("items")).filter_map(|item| item.get("key"));
                let keys = holder.get("key").into_iter().chain(listed).filter_map(Node::as_str);
                for key in keys {
                    if !data.iter().any(|(other, _)| other == key) {
                        data.push((key.to_owned(), blank("value")));
                    }
                }
            }
            let grade = if data.is_empty() { Grade::Review } else { Grade::Template };
            let fields = Value::map([("data", Value::Map(data))]);
            Some((grade, beside(object, ["v1", kind], name, fields)))
        }
        "PersistentVolumeClaim" => Some((Grade::Template, claim(object, name))),
        "ServiceAccount" => {
            Some((Grade::Review, beside(object, ["v1", kind], name, Value::map([]))))
        }
        _ => None,
    }
}

/// A Role that lets a ServiceAccount hold Leases, and its binding.
pub(crate) fn lease_rights(pod: PodSpec<'_>, name: &str) -> [Value; 2] {
    let object = pod.object();
    let group = "rbac.authorization.k8s.io";
    let list = |text: &str| Value::seq([text.into()]);
    let right = Value::map([
        ("apiGroups", list("coordination.k8s.io")),
        ("resources", list("leases")),
        ("verbs", Value::seq(["get".into(), "create".into(), "update".into()])),
    ]);
    let role = Value::map([("rules", Value::seq([right]))]);
    let subject = Value::map([
        ("kind", "ServiceAccount".into()),
        ("name", pod.service_account().into()),
        ("namespace", object.effective_namespace().into()),
    ]);
    let to =
        Value::map([("apiGroup", group.into()), ("kind", "Role".into()), ("name", name.into())]);
    let binding = Value::map([("roleRef", to), ("subjects", Value::seq([subject]))]);
    let api = "rbac.authorization.k8s.io/v1";
    [beside(object, [api, "Role"], name, role), beside(object, [api, "RoleBinding"], name, binding)]
}

/// A value that its reader must replace.
pub(crate) fn blank(text: &str) -> Value {
    Value::Placeholder(text.to_string())
}
