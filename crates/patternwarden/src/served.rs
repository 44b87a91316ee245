//! Which Services of the input send traffic to a Pod, and to which of its containers.

use crate::engine::Cx;
use crate::kube::{Container, PodSpec, Service, target_port};
use patternwarden_tree::Node;

/// The Services of the input that select this Pod.
pub(crate) fn services<'d>(
    cx: &Cx<'_, 'd>,
    pod: PodSpec<'d>,
) -> impl Iterator<Item = Service<'d>> + use<'d> {
    cx.set().services_of(pod).into_iter()
}

/// Whether a Service sends traffic to a port that the container declares.
pub(crate) fn targets(service: Service<'_>, container: Container<'_>) -> bool {
    service.ports().any(|port| {
        let target = target_port(port).map(Node::scalar_text);
        let text = |node: Option<Node<'_>>| node.map(Node::scalar_text) == target;
        container
            .ports()
            .any(|own| text(own.node.get("name")) || text(own.node.get("containerPort")))
    })
}
