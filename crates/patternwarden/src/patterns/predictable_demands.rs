//! Recognises what a workload says it needs.

use super::by_kind;
use crate::kube::{Container, Object, PodSpec, config_references, entries};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// A container states what it needs, so that the scheduler and people can plan.
    ///
    /// ## Intent
    ///
    /// What a process needs of CPU, memory, storage and configuration is known to those who wrote
    /// it, and written beside it. The scheduler then finds a node that has it, the kubelet knows
    /// whom to take something from first, and people can add up what a cluster must offer.
    ///
    /// ## Forces
    ///
    /// A request too high pays for what nobody uses; one too low lets the node promise more than it
    /// has. A limit on memory protects the neighbours and ends the process that crosses it. A needed
    /// ConfigMap or claim that is missing keeps the Pod from starting, which is early and honest.
    ///
    /// ## How it is seen
    ///
    /// Requests or limits of a container or of the whole Pod (`resources`), a priority class
    /// (`priority`), quotas and default ranges of a namespace (`quota`), a claim, ConfigMap or
    /// Secret that must be there at start (`runtime-deps`), a port of the node (`host-port`). Volumes
    /// and claims without a workload only may belong to it (`storage`).
    ///
    /// ## What breaks it
    ///
    /// - no requests: the Pod is the first to go when the node runs short
    /// - a request above its limit, or `m` where `M` was meant
    /// - a priority class that is written inside a container, where nobody reads it
    /// - a limit on CPU that throttles what could have used idle time
    ///
    /// ## Over time
    ///
    /// Resources of the whole Pod are alpha since 1.32 and on by default since 1.34. Changing those
    /// of a running container in place is on since 1.33 and stable since 1.35.
    PredictableDemands,
    recognise,
}

/// The ConfigMap that every Pod with a token gets mounted without asking for it.
const ROOT_CA: &str = "kube-root-ca.crt";

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let kind = by_kind::node(object);
    if object.is("scheduling.k8s.io", "PriorityClass") {
        px.hit(Confidence::Certain, kind, "how much Pods of this class matter").facet("priority");
    }
    if object.is("", "ResourceQuota") || object.is("", "LimitRange") {
        px.hit(Confidence::Certain, kind, "what a namespace may ask for").facet("quota");
    }
    if object.is("", "PersistentVolume") || object.is("", "PersistentVolumeClaim") {
        px.hit(Confidence::Possible, kind, "storage that a workload may need").facet("storage");
    }
    let Some(pod) = object.pod_spec() else { return };
    resources(px, pod);
    let priority = pod.priority_class_name();
    if priority.value.is_some_and(|name| !name.is_empty()) {
        px.hit(Confidence::Certain, priority.place, "how much the Pod matters").facet("priority");
    }
    needs(px, pod);
    for container in pod.containers() {
        host_ports(px, pod, container);
    }
}

fn resources<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for container in pod.containers() {
        if let Some(node) = container.resources().value.filter(|node| states_any(*node)) {
            let label = format!("`{}` states what it uses", container.display_name());
            px.hit(Confidence::Certain, node, label).facet("resources");
        }
    }
    if let Some(node) = pod.resources().value.filter(|node| states_any(*node)) {
        px.hit(Confidence::Certain, node, "the Pod states what it uses").facet("resources");
    }
}

fn states_any(resources: Node<'_>) -> bool {
    ["requests", "limits"].into_iter().any(|key| entries(resources.get(key)).next().is_some())
}

/// What must be there before the Pod can start.
fn needs<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for claim in pod.volumes().filter_map(|volume| volume.claim_name().place.node()) {
        px.hit(Confidence::Likely, claim, "a claim that must be bound").facet("runtime-deps");
    }
    for reference in config_references(pod) {
        let optional = reference.name.parent().and_then(|parent| parent.get("optional"));
        let optional = optional.and_then(Node::as_bool) == Some(true);
        if !optional && is_configuration(reference.name) {
            let label = "configuration that must be there";
            px.hit(Confidence::Likely, reference.name, label).facet("runtime-deps");
        }
    }
}

/// Whether a reference is to something that the workload is configured with: neither a secret to
/// pull the image with, nor the certificates that come with every token.
pub(super) fn is_configuration(name: Node<'_>) -> bool {
    let list = name.parent().and_then(Node::parent).and_then(Node::key);
    list != Some("imagePullSecrets") && name.as_str() != Some(ROOT_CA)
}

/// Ports of the node. In the node's own network every port is one, and the API server says so.
fn host_ports<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>, container: Container<'d>) {
    for port in container.ports().filter(|port| port.host_port().value.is_some_and(|p| p > 0)) {
        let same = port.host_port().value == port.container_port().value;
        if !(same && pod.host_network().value == Some(true)) {
            let label = "a port of the node that must be free";
            px.hit(Confidence::Likely, port.host_port().place, label).facet("host-port");
        }
    }
}
