//! Ingresses before v1: another shape of backends, and paths without a type.

use super::{Steps, held};
use crate::kube::Object;
use alloc::{format, string::String};
use patternwarden_tree::{Node, Op, Value};

pub(super) fn migrate(object: Object<'_>, steps: &mut Steps) {
    let root = object.node;
    if let Some(found) = held(root, "/spec/backend") {
        let from: String = "/spec/backend".into();
        steps.push("/spec/defaultBackend", Op::Move { from });
        backend(found, "/spec/defaultBackend", steps);
    }
    let rules = held(root, "/spec/rules").into_iter().flat_map(Node::items);
    for (at, rule) in rules.enumerate() {
        let paths = rule.at(&["http", "paths"]).node();
        for (index, path) in paths.into_iter().flat_map(Node::items).enumerate() {
            let pointer = format!("/spec/rules/{at}/http/paths/{index}");
            // The choice that leaves the meaning of the path to the controller, as it was.
            let kind = Value::from("ImplementationSpecific");
            steps.ensure(root, format!("{pointer}/pathType"), kind);
            if let Some(found) = path.get("backend") {
                backend(found, &format!("{pointer}/backend"), steps);
            }
        }
    }
}

/// `serviceName` and `servicePort` become `service.name` and `service.port`.
fn backend(found: Node<'_>, pointer: &str, steps: &mut Steps) {
    let mut rename = |key: &str, to: &str| {
        let from = format!("{pointer}/{key}");
        steps.push(format!("{pointer}/{to}"), Op::Move { from });
    };
    if found.get("serviceName").is_some() {
        rename("serviceName", "service/name");
    }
    if let Some(port) = found.get("servicePort") {
        let named = port.as_str().is_some();
        rename("servicePort", if named { "service/port/name" } else { "service/port/number" });
    }
}
