//! What the API server demands of a custom resource's schema.
//!
//! Source: `apiextensions-apiserver/pkg/apiserver/schema` (structural schemas) and
//! `pkg/apis/apiextensions/validation` for `v1`.

use crate::kube::{Items, entries};
use crate::rule::Severity;
use alloc::{borrow::ToOwned, format, string::String};
use patternwarden_tree::{Node, Place};

/// One thing wrong with a schema.
#[derive(Debug)]
pub struct Offence<'d> {
    /// Where, possibly an absent field.
    pub place: Place<'d>,
    /// What is wrong, one sentence.
    pub message: String,
    /// An error is refused by the API server; a warning is costly or useless.
    pub severity: Severity,
    /// Whether `type: object` repairs it.
    pub is_untyped_object: bool,
}

/// Fields that `v1` does not know, with the value that makes them an offence.
const FORBIDDEN: &[&str] = &["$ref", "definitions", "patternProperties"];

/// Fields that may not stand inside of `allOf`, `anyOf`, `oneOf` and `not`.
const ONLY_STRUCTURAL: &[&str] =
    &["type", "default", "nullable", "additionalProperties", "title", "description"];

const EXTENSION: &str = "x-kubernetes-";
const INT_OR_STRING: &str = "x-kubernetes-int-or-string";
const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";
const LIST_TYPE: &str = "x-kubernetes-list-type";
const MAP_KEYS: &str = "x-kubernetes-list-map-keys";

/// Tells `found` everything wrong with a schema, from its root down.
pub fn inspect<'d>(root: Node<'d>, found: &mut dyn FnMut(Offence<'d>)) {
    let mut walk = Walk { found };
    if text(root, "type") != Some("object") {
        walk.untyped(root, "the root of a schema must say `type: object`", root.is_map());
    }
    let extra = root.get("additionalProperties");
    if let Some(extra) = extra.filter(|node| node.as_bool() != Some(false)) {
        walk.error(extra, "`additionalProperties` cannot stand at the root of a schema");
    }
    walk.metadata(root);
    walk.schema(root, false, true);
}

struct Walk<'w, 'd> {
    found: &'w mut dyn FnMut(Offence<'d>),
}

fn text<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key)?.as_str()
}

fn is_true(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool) == Some(true)
}

fn items<'d>(node: Node<'d>, key: &str) -> Items<'d> {
    crate::kube::items(node.get(key))
}

impl<'d> Walk<'_, 'd> {
    fn report(&mut self, place: impl Into<Place<'d>>, message: &str, severity: Severity) {
        let message = message.to_owned();
        let place = place.into();
        (self.found)(Offence { place, message, severity, is_untyped_object: false });
    }

    fn error(&mut self, place: impl Into<Place<'d>>, message: &str) {
        self.report(place, message, Severity::Error);
    }

    fn untyped(&mut self, node: Node<'d>, message: &str, is_untyped_object: bool) {
        let (place, message) = (node.at(&["type"]), message.to_owned());
        let is_untyped_object = is_untyped_object && !place.rest.is_empty();
        (self.found)(Offence { place, message, severity: Severity::Error, is_untyped_object });
    }

    /// One schema and all below it. `unkeyed`: it is below a list whose items have no identity.
    fn schema(&mut self, node: Node<'d>, unkeyed: bool, is_root: bool) {
        if !node.is_map() {
            return self.error(node, "a schema must be a map");
        }
        for key in FORBIDDEN {
            if let Some(field) = node.get(key) {
                self.error(field, &format!("`{key}` is not allowed in a schema of v1"));
            }
        }
        if let Some(field) = node.get("uniqueItems").filter(|_| is_true(node, "uniqueItems")) {
            self.error(field, "`uniqueItems: true` is not allowed; use a list type of `set`");
        }
        self.typed(node, is_root);
        self.logic(node);
        self.lists(node);
        self.validations(node, unkeyed);
        self.required(node);

        let keyed = text(node, LIST_TYPE) == Some("map");
        for property in entries(node.get("properties")) {
            self.schema(property, unkeyed, false);
        }
        if let Some(extra) = node.get("additionalProperties").filter(|node| node.is_map()) {
            self.schema(extra, unkeyed, false);
        }
        if let Some(item) = node.get("items") {
            self.schema(item, unkeyed || !keyed, false);
        }
    }

    fn typed(&mut self, node: Node<'d>, is_root: bool) {
        let kind = node.get("type").filter(|kind| !kind.is_null());
        let exempt = is_true(node, INT_OR_STRING) || is_true(node, PRESERVE);
        match kind {
            None if !exempt && !is_root => {
                let object = node.get("properties").is_some();
                self.untyped(node, "every value of a schema must have a `type`", object);
            }
            Some(kind) if kind.as_str() == Some("null") => {
                self.error(kind, "`type: null` is not allowed; use `nullable: true`");
            }
            Some(kind) if kind.as_str() == Some("array") && node.get("items").is_none() => {
                self.error(node.at(&["items"]), "a list must say what its `items` are");
            }
            _ => {}
        }
        let extra = node.get("additionalProperties").filter(|e| e.as_bool() != Some(false));
        if let (Some(_), Some(extra), false) = (node.get("properties"), extra, is_root) {
            self.error(extra, "`properties` and `additionalProperties` exclude each other");
        }
    }

    /// What stands inside of the logical operators restricts values and defines nothing.
    fn logic(&mut self, node: Node<'d>) {
        let int_or_string = is_true(node, INT_OR_STRING);
        for key in ["allOf", "anyOf", "oneOf"] {
            for branch in items(node, key) {
                self.branch(branch, int_or_string);
            }
        }
        if let Some(branch) = node.get("not") {
            self.branch(branch, false);
        }
    }

    fn branch(&mut self, node: Node<'d>, int_or_string: bool) {
        for field in node.children() {
            let key = field.key().unwrap_or_default();
            let type_of_either = int_or_string && key == "type";
            if (ONLY_STRUCTURAL.contains(&key) || key.starts_with(EXTENSION)) && !type_of_either {
                self.error(field, &format!("`{key}` cannot stand inside of a logical operator"));
            }
        }
        for property in entries(node.get("properties")) {
            self.branch(property, false);
        }
        if let Some(item) = node.get("items") {
            self.branch(item, false);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for inner in items(node, key) {
                self.branch(inner, int_or_string);
            }
        }
    }

    fn lists(&mut self, node: Node<'d>) {
        let Some(list_type) = node.get(LIST_TYPE) else { return };
        let item = node.get("items");
        match list_type.as_str() {
            Some("map") => {
                if items(node, MAP_KEYS).next().is_none() {
                    let place = node.at(&[MAP_KEYS]);
                    self.error(place, "a list of type `map` must name its keys");
                }
                for key in items(node, MAP_KEYS) {
                    self.map_key(item, key);
                }
            }
            Some("set") => {
                let compound = item.filter(|item| {
                    let atomic = text(*item, "x-kubernetes-map-type") == Some("atomic")
                        || text(*item, LIST_TYPE) == Some("atomic");
                    matches!(text(*item, "type"), Some("object" | "array")) && !atomic
                });
                if let Some(item) = compound {
                    self.error(item, "the items of a list of type `set` must be scalars or atomic");
                }
            }
            _ => {}
        }
    }

    fn map_key(&mut self, item: Option<Node<'d>>, key: Node<'d>) {
        let Some(name) = key.as_str() else { return };
        let property = item.and_then(|item| item.get("properties")?.get(name));
        let required = item.is_some_and(|i| items(i, "required").any(|r| r.as_str() == Some(name)));
        match property {
            None => self.error(key, &format!("the list key `{name}` is no property of the items")),
            Some(p) if matches!(text(p, "type"), Some("object" | "array")) => {
                self.error(key, &format!("the list key `{name}` must be a scalar"));
            }
            Some(p) if !required && p.get("default").is_none() => {
                self.error(
                    key,
                    &format!("the list key `{name}` must be required or have a default"),
                );
            }
            Some(_) => {}
        }
    }

    fn validations(&mut self, node: Node<'d>, unkeyed: bool) {
        for validation in items(node, "x-kubernetes-validations") {
            let rule = validation.get("rule").and_then(Node::as_str).unwrap_or_default();
            if rule.trim().is_empty() {
                self.error(validation, "a validation needs a `rule`");
            }
            if let Some(message) = validation.get("message")
                && message.as_str().is_some_and(|text| text.contains('\n'))
            {
                self.error(message, "the message of a validation cannot have a line break");
            }
            if unkeyed && rule.contains("oldSelf") {
                let message = "`oldSelf` needs items with an identity: a list type of `map`";
                self.error(validation, message);
            }
            let bound = match text(node, "type") {
                Some("array") => Some("maxItems"),
                Some("string") => Some("maxLength"),
                _ => None,
            };
            if let Some(bound) = bound.filter(|bound| node.get(bound).is_none()) {
                let message =
                    format!("without `{bound}` this validation may exceed the cost budget");
                self.report(validation, &message, Severity::Warning);
            }
        }
    }

    fn required(&mut self, node: Node<'d>) {
        let Some(properties) = node.get("properties") else { return };
        for name in items(node, "required") {
            let known = name.as_str().is_none_or(|name| properties.get(name).is_some());
            if !known {
                let message = format!("`{}` is required but not a property", name.scalar_text());
                self.report(name, &message, Severity::Warning);
            }
        }
    }

    /// Only the name of `metadata` can be restricted.
    fn metadata(&mut self, root: Node<'d>) {
        let Some(metadata) = root.get("properties").and_then(|p| p.get("metadata")) else { return };
        for field in metadata.children() {
            let allowed = matches!(field.key(), Some("type" | "properties" | "description"));
            let names = field.key() == Some("properties")
                && field.children().any(|p| !matches!(p.key(), Some("name" | "generateName")));
            if !allowed || names {
                self.error(field, "only `name` and `generateName` of `metadata` can be restricted");
            }
        }
    }
}
