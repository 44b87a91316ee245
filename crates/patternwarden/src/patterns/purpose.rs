//! What a resource type is for: it installs applications, or speaks of one.

use super::by_kind::Kinds;
use crate::kube::{Crd, entries};
use patternwarden_tree::Node;

/// What a resource type is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It installs and runs applications.
    Installation,
    /// It speaks of things of one application's domain.
    Application,
}

/// Types that are known to install something, whatever their schema tells. The kind alone would not
/// do: others use the same words.
const INSTALLERS: Kinds = &[
    ("monitoring.coreos.com", "Prometheus"),
    ("monitoring.coreos.com", "Alertmanager"),
    ("kafka.strimzi.io", "Kafka"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
    ("postgres-operator.crunchydata.com", "PostgresCluster"),
];

/// Properties that describe a workload.
const WORKLOAD: &[&str] = &[
    "replicas",
    "version",
    "resources",
    "podTemplate",
    "affinity",
    "tolerations",
    "nodeSelector",
    "serviceAccountName",
];

/// Beginnings of properties that describe a workload.
const WORKLOAD_PREFIXES: &[&str] = &["image", "storage", "volumeClaimTemplate", "backup"];

/// So many traits of a workload make an installer; fewer say nothing.
const ENOUGH: usize = 3;

/// What a definition is for, and what says so first: a property, the `scale` subresource, or the
/// kind of a type that is known. `None` when it cannot be told.
pub(super) fn purpose(crd: Crd<'_>) -> Option<(Purpose, Node<'_>)> {
    let group = crd.group().value.unwrap_or("");
    let kind = crd.names_kind();
    if INSTALLERS.iter().any(|known| *known == (group, kind.value.unwrap_or(""))) {
        return Some((Purpose::Installation, kind.place.node()?));
    }
    let (properties, scale) = stored(crd);
    let mut traits = usize::from(scale.is_some());
    let mut shape = scale;
    let mut reference = None;
    for property in entries(properties) {
        let name = property.key().unwrap_or("");
        if is_of_workload(name) {
            traits += 1;
            shape = shape.or(Some(property));
        } else if is_reference(name) {
            reference = reference.or(Some(property));
        }
    }
    match traits {
        0 => Some((Purpose::Application, reference?)),
        ENOUGH.. => Some((Purpose::Installation, shape?)),
        _ => None,
    }
}

/// The properties of `spec` and the `scale` subresource of the version that is stored, else of the
/// first one. What `v1beta1` had for all versions counts where a version has none.
fn stored(crd: Crd<'_>) -> (Option<Node<'_>>, Option<Node<'_>>) {
    let storage = crd.versions().find(|version| version.storage().value == Some(true));
    let version = storage.or_else(|| crd.versions().next());
    let old = || crd.legacy_validation().value?.get("openAPIV3Schema");
    let schema = version.and_then(|version| version.schema().value).or_else(old);
    let properties =
        schema.and_then(|schema| schema.at(&["properties", "spec", "properties"]).node());
    let own = version.and_then(|version| version.node.get("subresources"));
    let subresources = own.or(crd.legacy_subresources().value);
    let scale = subresources.and_then(|map| map.get("scale"));
    (properties, scale.filter(|scale| !scale.is_null()))
}

fn is_of_workload(name: &str) -> bool {
    WORKLOAD.contains(&name) || WORKLOAD_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn is_reference(name: &str) -> bool {
    matches!(name, "selector" | "endpoints" | "rules")
        || name.ends_with("Selector")
        || name.ends_with("Ref")
}
