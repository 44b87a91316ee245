//! Where traffic from outside goes: backends of Ingresses and routes.

use crate::kube::{Items, Object, items, read};
use alloc::vec::Vec;
use patternwarden_tree::{At, Node};

/// A reference from an Ingress or a route to a Service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backend<'d> {
    /// Name of the Service.
    pub service: Node<'d>,
    /// Its port, a name or a number; `None` where none is written.
    pub port: Option<Node<'d>>,
    /// Namespace of the Service.
    pub namespace: &'d str,
}

/// An `Ingress`, in any of its groups.
pub fn is_ingress(object: Object<'_>) -> bool {
    object.is("networking.k8s.io", "Ingress") || object.is("extensions", "Ingress")
}

/// The class of an Ingress: the field, else the annotation that was there before it. An empty text
/// names no class.
pub fn ingress_class(object: Object<'_>) -> At<'_, &str> {
    let field = At::read(object.node, &["spec", "ingressClassName"], read::text);
    let old = annotated_class(object);
    if field.is_absent() && old.value.is_some() { old } else { field }
}

/// The annotation that named the class of an Ingress before the field did.
pub fn annotated_class(object: Object<'_>) -> At<'_, &str> {
    At::read(object.node, &["metadata", "annotations", "kubernetes.io/ingress.class"], read::text)
}

/// Paths of an Ingress: the host, and the entry of `http.paths`.
pub fn ingress_paths(object: Object<'_>) -> Vec<(Option<&str>, Node<'_>)> {
    let mut out = Vec::new();
    for rule in list(object.node, &["spec", "rules"]) {
        let host = rule.get("host").and_then(Node::as_str).filter(|host| !host.is_empty());
        out.extend(list(rule, &["http", "paths"]).map(|path| (host, path)));
    }
    out
}

/// The Services that an Ingress, a route of the Gateway API or an OpenShift Route sends traffic to.
pub fn backends(object: Object<'_>) -> Vec<Backend<'_>> {
    let home = object.effective_namespace();
    let mut out = Vec::new();
    if is_ingress(object) {
        let default = ["defaultBackend", "backend"];
        let default = default.map(|key| object.spec().value?.get(key));
        let paths = ingress_paths(object).into_iter().map(|(_, path)| path.get("backend"));
        for node in default.into_iter().chain(paths).flatten() {
            out.extend(of_ingress(node, home));
        }
    } else if object.api().group == "gateway.networking.k8s.io" {
        for reference in
            list(object.node, &["spec", "rules"]).flat_map(|rule| list(rule, &["backendRefs"]))
        {
            let text =
                |key| reference.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
            let is_service =
                text("group").is_none() && text("kind").is_none_or(|kind| kind == "Service");
            if let Some(service) = reference.get("name").filter(|_| is_service) {
                let namespace = text("namespace").unwrap_or(home);
                out.push(Backend { service, port: reference.get("port"), namespace });
            }
        }
    } else if object.is("route.openshift.io", "Route") {
        let port = object.node.at(&["spec", "port", "targetPort"]).node();
        let to = object.node.at(&["spec", "to"]).node().into_iter();
        for reference in to.chain(list(object.node, &["spec", "alternateBackends"])) {
            let kind = reference.get("kind").and_then(Node::as_str);
            if let Some(service) =
                reference.get("name").filter(|_| kind.is_none_or(|k| k == "Service"))
            {
                // The port of a Route is one of the Pods, so that it cannot be looked up here.
                out.push(Backend {
                    service,
                    port: port.filter(|node| node.as_str().is_some()),
                    namespace: home,
                });
            }
        }
    }
    out
}

/// Since `networking.k8s.io/v1` the Service is a map of its own.
fn of_ingress<'d>(backend: Node<'d>, namespace: &'d str) -> Option<Backend<'d>> {
    if let Some(service) = backend.get("service") {
        let port = service.get("port");
        let port = port.and_then(|port| port.get("name").or(port.get("number")));
        return Some(Backend { service: service.get("name")?, port, namespace });
    }
    Some(Backend {
        service: backend.get("serviceName")?,
        port: backend.get("servicePort"),
        namespace,
    })
}

fn list<'d>(node: Node<'d>, path: &'static [&'static str]) -> Items<'d> {
    items(node.at(path).node())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_backend_is_read() {
        let stream = patternwarden_yaml::read(
            "kind: Ingress\n\
             spec:\n  \
               defaultBackend: {service: {name: a, port: {number: 1}}}\n  \
               rules:\n  - http: {paths: [{backend: {service: {name: b, port: {name: p}}}}]}\n  \
             - host: h\n    http: {paths: [{backend: {serviceName: c, servicePort: 3}}]}\n\
             ---\n\
             apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
             spec: {rules: [{backendRefs: [{name: d, port: 4}, {kind: Other, name: x}]}]}\n\
             ---\n\
             apiVersion: route.openshift.io/v1\nkind: Route\n\
             spec: {to: {kind: Service, name: e}, alternateBackends: [{kind: Service, name: f}]}\n",
        );
        let mut found = Vec::new();
        for document in &stream.documents {
            let object = Object::of_node(document.root().unwrap());
            for backend in backends(object) {
                let port = backend.port.map_or("", Node::scalar_text);
                found.push((backend.service.scalar_text(), port));
            }
        }
        assert_eq!(found, [("a", "1"), ("b", "p"), ("c", "3"), ("d", "4"), ("e", ""), ("f", "")]);
    }
}
