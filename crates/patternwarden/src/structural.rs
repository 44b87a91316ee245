//! The rules for structural schemas, which `apiextensions.k8s.io/v1` demands.
//!
//! Source: `apiextensions-apiserver`, `pkg/apiserver/schema/validation.go` and
//! `pkg/apis/apiextensions/validation/validation.go`. Words below are those of the schema.

mod expressions;
mod lists;
mod nested;

use crate::matcher::clipped;
use crate::rule::Severity;
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::{Kind, Node, Place};

/// Something the API server refuses in a schema, or warns about.
#[derive(Debug)]
pub(crate) struct Problem<'d> {
    /// Where.
    pub(crate) place: Place<'d>,
    /// How much it matters.
    pub(crate) severity: Severity,
    /// What is wrong, one sentence.
    pub(crate) message: String,
    /// Whether `type: object` at this place repairs it.
    pub(crate) is_object: bool,
}

pub(crate) type Out<'o, 'd> = &'o mut dyn FnMut(Problem<'d>);

/// Where a schema stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Reports every problem of the schema at `root`, in source order of their schemas.
pub(crate) fn problems<'d>(root: Node<'d>, out: Out<'_, 'd>) {
    if root.children().next().is_none() {
        error(root, "the schema is empty", out);
    } else {
        schema(root, Level::Root, true, out);
    }
}

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];
/// Words of JSON Schema that no schema of a CustomResourceDefinition may use.
const FORBIDDEN: &[&str] = &[
    "$ref",
    "$schema",
    "additionalItems",
    "definitions",
    "dependencies",
    "id",
    "patternProperties",
];

fn error<'d>(place: impl Into<Place<'d>>, message: impl Into<String>, out: Out<'_, 'd>) {
    let (place, message) = (place.into(), message.into());
    out(Problem { place, severity: Severity::Error, message, is_object: false });
}

fn warning<'d>(place: impl Into<Place<'d>>, message: impl Into<String>, out: Out<'_, 'd>) {
    let (place, message) = (place.into(), message.into());
    out(Problem { place, severity: Severity::Warning, message, is_object: false });
}

fn flag(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool) == Some(true)
}

fn text<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
}

/// Whether a value says something: the zero value of a field means that it is absent.
fn says(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null => false,
        Kind::String => !value.scalar_text().is_empty(),
        Kind::Map | Kind::Seq => value.children().next().is_some(),
        Kind::Bool | Kind::Number => true,
    }
}

/// The value of a key that is present and says something.
fn said<'d>(node: Node<'d>, key: &str) -> Option<Node<'d>> {
    node.get(key).filter(|value| says(*value))
}

/// The named properties of a schema.
fn properties(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let properties = node.get("properties").filter(|node| node.is_map());
    properties.into_iter().flat_map(Node::children)
}

/// One schema and those below it. `correlated` says whether old and new values of it can be told
/// to be the same one, which they cannot inside lists without keys.
fn schema<'d>(node: Node<'d>, level: Level, correlated: bool, out: Out<'_, 'd>) {
    if !(node.is_map() || node.is_null()) {
        return;
    }
    keywords(node, level, out);
    type_of(node, level, out);
    nested::check(node, out);
    lists::check(node, out);
    expressions::check(node, correlated, out);
    required(node, level, out);
    for property in properties(node) {
        if level == Level::Root && property.key() == Some("metadata") {
            metadata(property, out);
        } else {
            schema(property, Level::Field, correlated, out);
        }
    }
    if let Some(items) = node.get("items").filter(|items| !items.is_null()) {
        let keyed = text(node, "x-kubernetes-list-type") == Some("map");
        schema(items, Level::Item, correlated && keyed, out);
    }
    if let Some(values) = node.get("additionalProperties").filter(|values| values.is_map()) {
        schema(values, Level::Field, correlated, out);
    }
}

fn keywords<'d>(node: Node<'d>, level: Level, out: Out<'_, 'd>) {
    for word in FORBIDDEN {
        if let Some(found) = said(node, word) {
            error(found, format!("`{word}` is not supported in a structural schema"), out);
        }
    }
    if flag(node, "uniqueItems") {
        let unique = node.at(&["uniqueItems"]);
        error(unique, "`uniqueItems` cannot be true; `x-kubernetes-list-type: set` says it", out);
    }
    if let Some(items) = node.get("items").filter(|items| items.is_seq()) {
        error(items, "`items` must be one schema, not a list of them", out);
    }
    let Some(values) = node.get("additionalProperties").filter(|values| !values.is_null()) else {
        return;
    };
    if level == Level::Root {
        error(values, "`additionalProperties` must not be used at the root", out);
    } else if values.as_bool() == Some(false) {
        error(values, "`additionalProperties` cannot be false: unknown fields are pruned", out);
    } else if said(node, "properties").is_some() {
        error(values, "`additionalProperties` and `properties` exclude each other", out);
    }
}

fn type_of<'d>(node: Node<'d>, level: Level, out: Out<'_, 'd>) {
    let place = node.at(&["type"]);
    let embedded = flag(node, "x-kubernetes-embedded-resource");
    let kept = flag(node, "x-kubernetes-preserve-unknown-fields");
    let Some(kind) = text(node, "type") else {
        let free = kept || flag(node, "x-kubernetes-int-or-string");
        if said(node, "type").is_some() {
            error(place, "`type` is one word", out);
        } else if level == Level::Root || embedded || !free {
            let message = match level {
                Level::Root => "the schema has no `type`; it must be `object` at the root",
                Level::Item => "the items of this list have no `type`",
                Level::Field => "this field has no `type`",
            };
            let is_object = level == Level::Root
                || said(node, "properties").is_some()
                || node.get("additionalProperties").is_some_and(|values| !values.is_null());
            let (severity, message) = (Severity::Error, message.into());
            out(Problem { place, severity, message, is_object });
        }
        return;
    };
    if kind == "null" {
        error(place, "`type` cannot be null; `nullable: true` says it", out);
    } else if !TYPES.contains(&kind) {
        let kind = clipped(kind);
        error(place, format!("`{kind}` is no type of a schema"), out);
    } else if level == Level::Root && kind != "object" {
        error(place, "`type` must be `object` at the root", out);
    } else if embedded && kind != "object" {
        error(place, "`type` of an embedded resource must be `object`", out);
    }
    if kind == "array" && node.get("items").is_none_or(Node::is_null) {
        error(node.at(&["items"]), "a list needs `items`: the schema of what it holds", out);
    }
}

/// The API server knows the metadata of every object; a schema may only restrict its names.
fn metadata<'d>(node: Node<'d>, out: Out<'_, 'd>) {
    if text(node, "type") != Some("object") {
        error(node.at(&["type"]), "`metadata` must be an object", out);
    }
    let allowed = |child: &Node<'d>| match child.key() {
        Some("type" | "default") => true,
        Some("properties") => {
            child.children().all(|name| matches!(name.key(), Some("name" | "generateName")))
        }
        // What restricts no value is no restriction.
        Some("description" | "title") => false,
        _ => child.is_null(),
    };
    if let Some(other) = node.children().find(|child| !allowed(child)) {
        error(other, "a schema may restrict only `name` and `generateName` of `metadata`", out);
    }
    properties(node).for_each(|name| schema(name, Level::Field, true, out));
}

fn required<'d>(node: Node<'d>, level: Level, out: Out<'_, 'd>) {
    let implied = level == Level::Root || flag(node, "x-kubernetes-embedded-resource");
    let open = flag(node, "x-kubernetes-preserve-unknown-fields")
        || node.get("additionalProperties").is_some_and(|values| !values.is_null());
    if open {
        return;
    }
    let mut defined: Vec<_> = properties(node).filter_map(Node::key).collect();
    defined.sort_unstable();
    let names = node.get("required").into_iter().flat_map(Node::items);
    for name in names {
        let Some(key) = name.as_str() else { continue };
        let known = defined.binary_search(&key).is_ok()
            || (implied && matches!(key, "apiVersion" | "kind" | "metadata"));
        if !known {
            let key = clipped(key);
            let message = format!("`{key}` is required, but the schema does not define it");
            warning(name, message, out);
        }
    }
}
