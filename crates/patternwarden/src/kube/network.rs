//! Services and network policies.

use crate::kube::{LabelSelector, Object};
use patternwarden_tree::Node;

/// A core `Service`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
}

fields!(Service {
    /// `spec.selector`: a plain map of labels.
    selector: Node<'d> = map ["spec", "selector"];
    /// `spec.type`; the API server fills in `ClusterIP`.
    service_type: &'d str = text ["spec", "type"];
    /// `spec.clusterIP`; `None` (the word) makes the Service headless.
    cluster_ip: &'d str = text ["spec", "clusterIP"];
    /// `spec.externalName`.
    external_name: &'d str = text ["spec", "externalName"];
    /// `spec.ports`.
    port_list: Node<'d> = list ["spec", "ports"];
});

impl<'d> Service<'d> {
    /// The object as a Service.
    pub fn of(object: Object<'d>) -> Option<Self> {
        object.is("", "Service").then_some(Self { node: object.node, object })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node) }
    }

    /// Whether it resolves to the Pods themselves.
    pub fn is_headless(self) -> bool {
        self.cluster_ip().value == Some("None")
    }

    /// The entries of `spec.ports`.
    pub fn ports(self) -> super::Items<'d> {
        super::items(self.port_list().value)
    }
}

/// A `networking.k8s.io` `NetworkPolicy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkPolicy<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
}

fields!(NetworkPolicy {
    /// `spec.podSelector`; empty means every Pod of the namespace.
    pod_selector: Node<'d> = map ["spec", "podSelector"];
    /// `spec.policyTypes`.
    policy_types: Node<'d> = list ["spec", "policyTypes"];
    /// `spec.ingress`.
    ingress: Node<'d> = list ["spec", "ingress"];
    /// `spec.egress`.
    egress: Node<'d> = list ["spec", "egress"];
});

impl<'d> NetworkPolicy<'d> {
    /// The object as a NetworkPolicy.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let known = object.is("networking.k8s.io", "NetworkPolicy");
        known.then_some(Self { node: object.node, object })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node) }
    }

    /// The Pods it isolates.
    pub fn selector(self) -> Option<LabelSelector<'d>> {
        self.pod_selector().value.map(|node| LabelSelector { node })
    }
}
