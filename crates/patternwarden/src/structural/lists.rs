//! Lists that are maps or sets: what their items need.

use super::{Out, error, flag, said, text};
use crate::matcher::clipped;
use alloc::format;
use patternwarden_tree::Node;

const SCALARS: &[&str] = &["boolean", "integer", "number", "string"];

/// More keys than these are no key; each is looked for among the fields.
const MAX_KEYS: usize = 32;

/// Checks the list words of a schema.
pub(super) fn check<'d>(node: Node<'d>, out: Out<'_, 'd>) {
    let kind = text(node, "x-kubernetes-list-type");
    let place = node.at(&["x-kubernetes-list-type"]);
    let keys = said(node, "x-kubernetes-list-map-keys");
    if kind.is_some() && text(node, "type").is_some_and(|own| own != "array") {
        error(place, "only a list has a list type", out);
        return;
    }
    let items = node.get("items").filter(|items| items.is_map());
    match (kind, keys) {
        (None | Some("atomic"), None) => {}
        (Some("map"), Some(keys)) => map(keys, items, out),
        (Some("map"), None) => {
            let place = node.at(&["x-kubernetes-list-map-keys"]);
            error(place, "a list of type `map` needs `x-kubernetes-list-map-keys`", out);
        }
        (_, Some(keys)) => error(keys, "only a list of type `map` has map keys", out),
        (Some("set"), None) => {
            if let Some(items) = items.filter(|items| !is_atomic(*items)) {
                error(items, "the items of a set must be scalars or atomic", out);
            }
        }
        (Some(other), None) => {
            let other = clipped(other);
            error(place, format!("`{other}` is no list type: atomic, map or set"), out);
        }
    }
}

/// The keys must be scalars that every item has.
fn map<'d>(keys: Node<'d>, items: Option<Node<'d>>, out: Out<'_, 'd>) {
    let Some(items) = items else { return };
    if text(items, "type").is_some_and(|kind| kind != "object") {
        error(items.at(&["type"]), "the items of a list of type `map` must be objects", out);
        return;
    }
    for key in keys.items().take(MAX_KEYS) {
        let Some(name) = key.as_str() else { continue };
        let shown = clipped(name);
        let Some(field) = items.get("properties").and_then(|fields| fields.get(name)) else {
            error(key, format!("the items have no field `{shown}` to be a map key"), out);
            continue;
        };
        let mut needed = items.get("required").into_iter().flat_map(Node::items);
        if text(field, "type").is_some_and(|kind| !SCALARS.contains(&kind)) {
            error(key, format!("map key `{shown}` must be a scalar"), out);
        } else if flag(field, "nullable") {
            error(key, format!("map key `{shown}` must not be nullable"), out);
        } else if field.get("default").is_none() && !needed.any(|n| n.as_str() == Some(name)) {
            error(key, format!("map key `{shown}` must be required or have a default"), out);
        }
    }
}

fn is_atomic(items: Node<'_>) -> bool {
    match text(items, "type") {
        Some("object") => text(items, "x-kubernetes-map-type") == Some("atomic"),
        Some("array") => !matches!(text(items, "x-kubernetes-list-type"), Some("map" | "set")),
        _ => true,
    }
}
