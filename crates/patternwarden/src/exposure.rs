//! How a Service, and what stands behind it, is reached from outside the cluster.

use crate::kube::{Backend, Service, backends};
use crate::set::Set;
use alloc::vec::Vec;
use patternwarden_tree::{Node, Place};

/// The place that opens a Service by itself: its type, or addresses of its own.
pub(crate) fn opened(service: Service<'_>) -> Option<Place<'_>> {
    if matches!(service.effective_type(), "NodePort" | "LoadBalancer") {
        return Some(service.service_type().place);
    }
    addresses(service)
}

/// Addresses outside that a Service answers on.
pub(crate) fn addresses(service: Service<'_>) -> Option<Place<'_>> {
    let at = service.external_ips();
    at.value.filter(|list| list.items().next().is_some()).map(Place::from)
}

/// What Ingresses and routes of the set send to a Service.
pub(crate) fn routes<'d>(set: &Set<'d>, service: Service<'d>) -> Vec<Backend<'d>> {
    let name = service.object.name().value;
    let home = service.object.effective_namespace();
    let mut out: Vec<_> = set.objects().flat_map(backends).collect();
    out.retain(|to| name.is_some() && to.service.as_str() == name && to.namespace == home);
    out
}

/// Whether a backend means this port of its Service; one that names no port means all.
pub(crate) fn reaches(to: Backend<'_>, service: Service<'_>, wanted: i64) -> bool {
    let Some(port) = to.port else { return true };
    if let Some(number) = port.as_i64() {
        return number == wanted;
    }
    let named = |entry: Node<'_>, key| entry.get(key).and_then(Node::as_str) == port.as_str();
    service.ports().any(|entry| {
        entry.get("port").and_then(Node::as_i64) == Some(wanted)
            && (named(entry, "name") || named(entry, "targetPort"))
    })
}
