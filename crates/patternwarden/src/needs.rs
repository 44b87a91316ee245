//! The objects that an object refers to by name, and cannot do without.

use crate::kube::{Object, PodSpec, config_references, is_ingress, items};
use alloc::vec::Vec;
use patternwarden_tree::Node;

/// A name of an object that must exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needed<'d> {
    /// Its group.
    pub(crate) group: &'static str,
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Whether the kind has namespaces.
    pub(crate) namespaced: bool,
    /// The name, which may be empty or no text.
    pub(crate) name: Node<'d>,
}

const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// All of them, in the order of the object's fields; one that is named twice stands here twice.
pub(crate) fn needs(object: Object<'_>) -> Vec<Needed<'_>> {
    let mut needed = Vec::new();
    for pod in object.pod_specs() {
        of_pod(&mut needed, pod);
    }
    let claims = pod_claims(object);
    let is_claim = object.is("", "PersistentVolumeClaim");
    for spec in claims.chain(object.spec().value.filter(|_| is_claim)) {
        let class = ("storage.k8s.io", "StorageClass", false);
        add(&mut needed, class, spec.get("storageClassName"));
        // The annotation that the field has replaced still wins over it.
        let old = object.annotations().value.filter(|_| is_claim);
        add(&mut needed, class, old.and_then(|all| all.get(CLASS_ANNOTATION)));
    }
    if object.is("", "ServiceAccount") {
        for entry in items(object.node.get("imagePullSecrets")) {
            add(&mut needed, ("", "Secret", true), entry.get("name"));
        }
    }
    if is_ingress(object) {
        for entry in items(object.node.at(&["spec", "tls"]).node()) {
            add(&mut needed, ("", "Secret", true), entry.get("secretName"));
        }
    }
    needed
}

fn add<'d>(
    out: &mut Vec<Needed<'d>>,
    (group, kind, namespaced): (&'static str, &'static str, bool),
    name: Option<Node<'d>>,
) {
    out.extend(name.map(|name| Needed { group, kind, namespaced, name }));
}

fn of_pod<'d>(out: &mut Vec<Needed<'d>>, pod: PodSpec<'d>) {
    for reference in config_references(pod).into_iter().filter(|r| !r.is_optional()) {
        let kind = reference.kind.name();
        add(out, ("", kind, true), Some(reference.name));
    }
    for volume in pod.volumes() {
        add(out, ("", "PersistentVolumeClaim", true), volume.claim_name().place.node());
    }
    let account = pod.service_account_name().place.node().or(pod.node.get("serviceAccount"));
    add(out, ("", "ServiceAccount", true), account);
    let class = pod.priority_class_name().place.node();
    add(out, ("scheduling.k8s.io", "PriorityClass", false), class);
    add(out, ("node.k8s.io", "RuntimeClass", false), pod.node.get("runtimeClassName"));
    for claim in items(pod.node.get("resourceClaims")) {
        // Until 1.30 the names stood in a map of their own.
        let claim = claim.get("source").unwrap_or(claim);
        add(out, ("resource.k8s.io", "ResourceClaim", true), claim.get("resourceClaimName"));
        let template = claim.get("resourceClaimTemplateName");
        add(out, ("resource.k8s.io", "ResourceClaimTemplate", true), template);
    }
}

/// `spec` of every claim that is made for the Pods of a workload.
fn pod_claims(object: Object<'_>) -> impl Iterator<Item = Node<'_>> {
    let templates = object.workload().and_then(|workload| workload.volume_claim_templates().value);
    let volumes = object.pod_specs().flat_map(|pod| items(pod.volume_list().value));
    let own = items(templates).filter_map(|claim| claim.get("spec"));
    own.chain(
        volumes
            .filter_map(|volume| volume.at(&["ephemeral", "volumeClaimTemplate", "spec"]).node()),
    )
}
