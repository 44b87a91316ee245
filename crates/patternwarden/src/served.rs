//! Which Services of the input send traffic to a Pod, and to which of its containers.

use crate::engine::Cx;
use crate::kube::{Container, PodSpec, Service, selects};
use patternwarden_tree::Node;

/// The Services of the input that select this Pod.
pub(crate) fn services<'c, 'd>(
    cx: &'c Cx<'_, 'd>,
    pod: PodSpec<'d>,
) -> impl Iterator<Item = Service<'d>> + use<'c, 'd> {
    let namespace = pod.object().effective_namespace();
    cx.set().of_kind("Service").filter_map(Service::of).filter(move |service| {
        service.object.effective_namespace() == namespace
            && service.selector().value.is_some_and(|by| selects(by, pod.labels()))
    })
}

/// Whether a Service sends traffic to a port that the container declares.
pub(crate) fn targets(service: Service<'_>, container: Container<'_>) -> bool {
    service.ports().any(|port| {
        let target = port.get("targetPort").filter(|node| !node.is_null()).or(port.get("port"));
        let target = target.map(Node::scalar_text);
        let text = |node: Option<Node<'_>>| node.map(Node::scalar_text) == target;
        container
            .ports()
            .any(|own| text(own.node.get("name")) || text(own.node.get("containerPort")))
    })
}
