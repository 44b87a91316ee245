//! What stands inside `allOf`, `anyOf`, `oneOf` and `not` may restrict values, and nothing else.

use super::{Out, error, says};
use alloc::format;
use patternwarden_tree::Node;

/// Words that shape a value or describe it.
const SHAPING: &[&str] = &[
    "additionalProperties",
    "default",
    "description",
    "externalDocs",
    "nullable",
    "title",
    "type",
];
const JUNCTORS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// Checks what stands inside the junctors of a schema.
pub(super) fn check<'d>(node: Node<'d>, out: Out<'_, 'd>) {
    for junctor in JUNCTORS {
        let parts = node.get(junctor).filter(|parts| parts.is_seq());
        let Some(parts) = parts else { continue };
        // A number or a text is the one shape that needs two types.
        if *junctor == "anyOf" && is_int_or_string(parts) {
            continue;
        }
        for (at, part) in parts.items().enumerate() {
            let first = *junctor == "allOf" && at == 0;
            let exempt = first && part.get("anyOf").is_some_and(is_int_or_string);
            if !exempt {
                check(part, out);
            }
            own(part, out);
        }
    }
    if let Some(part) = node.get("not").filter(|part| part.is_map()) {
        check(part, out);
        own(part, out);
    }
}

/// `[{type: integer}, {type: string}]`, and nothing more.
fn is_int_or_string(parts: Node<'_>) -> bool {
    let kind = |part: Node<'_>, kind| {
        part.children().count() == 1 && part.get("type").and_then(Node::as_str) == Some(kind)
    };
    let mut items = parts.items();
    items.next().is_some_and(|part| kind(part, "integer"))
        && items.next().is_some_and(|part| kind(part, "string"))
        && items.next().is_none()
}

/// The words of one part, and of the properties and items below it.
fn own<'d>(part: Node<'d>, out: Out<'_, 'd>) {
    for child in part.children() {
        let key = child.key().unwrap_or_default();
        let shaping = SHAPING.contains(&key) || key.starts_with("x-kubernetes-");
        // False and nothing are what the words mean when they are absent.
        if shaping && child.as_bool() != Some(false) && says(child) {
            error(child, format!("`{key}` must not stand inside a junctor such as `allOf`"), out);
        }
    }
    if let Some(items) = part.get("items").filter(|items| items.is_map()) {
        check(items, out);
        own(items, out);
    }
    for property in super::properties(part) {
        if property.key() == Some("metadata") {
            error(property, "`metadata` must not be restricted inside a junctor", out);
        }
        check(property, out);
        own(property, out);
    }
}
