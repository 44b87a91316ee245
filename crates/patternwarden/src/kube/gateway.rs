//! Gateways and the routes that are attached to them.

use crate::kube::{Items, Object, items};
use alloc::vec::Vec;
use patternwarden_tree::Node;

/// The group of the Gateway API.
const GROUP: &str = "gateway.networking.k8s.io";

/// A reference from a route to a Gateway.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GatewayRef<'d> {
    /// Name of the Gateway.
    pub name: &'d str,
    /// The entry of `parentRefs`.
    pub node: Node<'d>,
    /// Namespace of the Gateway.
    pub namespace: &'d str,
    /// The only listener that is meant.
    section: Option<&'d str>,
    /// The only port that is meant.
    port: Option<i64>,
}

impl GatewayRef<'_> {
    /// Whether some listener may be meant by both references.
    pub fn meets(self, other: Self) -> bool {
        let apart = |a: bool, b: bool, same: bool| a && b && !same;
        let sections = self.section == other.section;
        let ports = self.port == other.port;
        (self.name, self.namespace) == (other.name, other.namespace)
            && !apart(self.section.is_some(), other.section.is_some(), sections)
            && !apart(self.port.is_some(), other.port.is_some(), ports)
    }

    /// Whether it means this entry of `listeners`.
    pub fn means(self, listener: Node<'_>) -> bool {
        let name = listener.get("name").and_then(Node::as_str);
        let port = listener.get("port").and_then(Node::as_i64);
        self.section.is_none_or(|section| name == Some(section))
            && self.port.is_none_or(|wanted| port == Some(wanted))
    }
}

/// A `Gateway` of the Gateway API.
pub fn is_gateway(object: Object<'_>) -> bool {
    object.api().group == GROUP && object.api().kind == "Gateway"
}

/// An `HTTPRoute` of the Gateway API.
pub fn is_http_route(object: Object<'_>) -> bool {
    object.api().group == GROUP && object.api().kind == "HTTPRoute"
}

/// The listeners of a Gateway.
pub fn listeners(gateway: Object<'_>) -> Items<'_> {
    items(gateway.node.at(&["spec", "listeners"]).node())
}

/// The Gateways that a route is attached to; other parents, such as Services, are left out.
///
/// Source: `gateway.networking.k8s.io/v1.ParentReference`, whose list has at most 32 entries.
pub fn gateways_of(route: Object<'_>) -> Vec<GatewayRef<'_>> {
    let mut out = Vec::new();
    if route.api().group != GROUP {
        return out;
    }
    for node in items(route.node.at(&["spec", "parentRefs"]).node()).take(32) {
        let text = |key| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let fits = |key, wanted| text(key).is_none_or(|text| text == wanted);
        if !fits("group", GROUP) || !fits("kind", "Gateway") {
            continue;
        }
        let Some(name) = text("name") else { continue };
        let namespace = text("namespace").unwrap_or(route.effective_namespace());
        let port = node.get("port").and_then(Node::as_i64);
        out.push(GatewayRef { name, node, namespace, section: text("sectionName"), port });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_meet_where_a_listener_may_be_meant_by_both() {
        let stream = patternwarden_yaml::read(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
             spec: {parentRefs: [{name: a}, {name: a, sectionName: web}, \
             {name: a, sectionName: tls, port: 443}, {name: a, namespace: other}, \
             {kind: Service, name: a}, {group: '', kind: Service, name: a}]}\n",
        );
        let found = gateways_of(Object::of_node(stream.documents[0].root().unwrap()));
        assert_eq!(found.len(), 4);
        let meets = |a: usize, b: usize| found[a].meets(found[b]);
        assert!(meets(0, 1) && meets(0, 2) && meets(0, 0) && !meets(1, 2) && !meets(0, 3));
    }
}
