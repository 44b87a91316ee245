//! Rewriting a `v1beta1` CustomResourceDefinition for `v1`.
//!
//! Source: the deprecation guide for 1.22, and `apiextensions-apiserver`'s conversion between the
//! two versions.

use crate::kube::Crd;
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use patternwarden_tree::{Edit, Node, Op, Value};

const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";

/// The edits, in order; pointers count from the object.
///
/// `v1beta1` kept unknown fields unless told otherwise, so a schema that is moved says so at its
/// root: a person should remove that once the schema is complete.
pub fn migrate(crd: Crd<'_>) -> Vec<Edit> {
    let mut edits = vec![Edit::new("/apiVersion", replace("apiextensions.k8s.io/v1"))];
    versions(crd, &mut edits);
    for (place, present) in [
        ("/spec/version", crd.legacy_version().place.node()),
        ("/spec/validation", crd.legacy_validation().place.node()),
        ("/spec/subresources", crd.legacy_subresources().place.node()),
        ("/spec/additionalPrinterColumns", crd.legacy_printer_columns().place.node()),
    ] {
        if present.is_some() {
            edits.push(Edit::new(place, Op::Remove));
        }
    }
    let preserve = crd.preserve_unknown_fields();
    if preserve.place.node().is_some() && preserve.value != Some(false) {
        edits.push(Edit::new("/spec/preserveUnknownFields", Op::Remove));
    }
    conversion(crd, &mut edits);
    edits
}

fn replace(text: &str) -> Op {
    Op::Replace(Value::from(text))
}

/// One list of versions, each with what stood beside it.
fn versions(crd: Crd<'_>, edits: &mut Vec<Edit>) {
    let known: Vec<_> = crd.versions().map(|version| version.node).collect();
    if known.is_empty() {
        let name = crd.legacy_version().value.unwrap_or("v1");
        let entry = [
            ("name", Value::from(name)),
            ("served", Value::from(true)),
            ("storage", Value::from(true)),
            ("schema", schema(crd)),
        ];
        edits.push(Edit::new("/spec/versions", Op::Add(Value::seq([Value::map(entry)]))));
    }
    for (at, version) in known.iter().enumerate() {
        let own = version.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
        let edit = |key: &str, op| Edit::new(format!("/spec/versions/{at}/{key}"), op);
        match (own, version.get("schema")) {
            (Some(own), _) => {
                let whole = root(crd, Some(own));
                if !whole.matches(own) {
                    edits.push(edit("schema/openAPIV3Schema", Op::Replace(whole)));
                }
            }
            (None, Some(_)) => edits.push(edit("schema", Op::Replace(schema(crd)))),
            (None, None) => edits.push(edit("schema", Op::Add(schema(crd)))),
        }
        if let Some(list) = version.get("additionalPrinterColumns").and_then(Node::as_seq) {
            edits.push(edit("additionalPrinterColumns", Op::Replace(columns(list))));
        }
    }
    let mut share = |key: &str, value: Option<Value>| {
        let Some(value) = value else { return };
        for at in 0..known.len().max(1) {
            if known.get(at).is_none_or(|version| version.get(key).is_none()) {
                let pointer = format!("/spec/versions/{at}/{key}");
                edits.push(Edit::new(pointer, Op::Add(value.clone())));
            }
        }
    };
    share("subresources", crd.legacy_subresources().value.map(Value::of));
    share("additionalPrinterColumns", crd.legacy_printer_columns().value.map(columns));
}

/// The common schema, as every version needs one.
fn schema(crd: Crd<'_>) -> Value {
    let written = crd.legacy_validation().value.and_then(|v| v.get("openAPIV3Schema"));
    Value::map([("openAPIV3Schema", root(crd, written))])
}

/// A schema that is typed at its root, and says that unknown fields are kept where `v1beta1` kept
/// them.
fn root(crd: Crd<'_>, written: Option<Node<'_>>) -> Value {
    let mut root = match written.map(Value::of) {
        Some(Value::Map(entries)) => entries,
        _ => Vec::new(),
    };
    let mut ensure = |key: &str, value: Value| {
        if !root.iter().any(|(known, _)| known == key) {
            root.push((key.to_owned(), value));
        }
    };
    ensure("type", Value::from("object"));
    if crd.preserve_unknown_fields().value != Some(false) {
        ensure(PRESERVE, Value::from(true));
    }
    Value::Map(root)
}

/// Printer columns with `JSONPath` under its new name.
fn columns(list: Node<'_>) -> Value {
    let renamed = |(key, value): (String, Value)| match key.as_str() {
        "JSONPath" => ("jsonPath".to_string(), value),
        _ => (key, value),
    };
    let column = |node: Node<'_>| match Value::of(node) {
        Value::Map(entries) => Value::Map(entries.into_iter().map(renamed).collect()),
        other => other,
    };
    Value::Seq(list.items().map(column).collect())
}

fn conversion(crd: Crd<'_>, edits: &mut Vec<Edit>) {
    for (from, to) in [
        ("webhookClientConfig", "webhook/clientConfig"),
        ("conversionReviewVersions", "webhook/conversionReviewVersions"),
    ] {
        let conversion = crd.node.at(&["spec", "conversion"]).node();
        if conversion.and_then(|node| node.get(from)).is_some() {
            let from = format!("/spec/conversion/{from}");
            edits.push(Edit::new(format!("/spec/conversion/{to}"), Op::Move { from }));
        }
    }
    // What `v1beta1` took for granted, `v1` demands.
    let conversion = crd.node.at(&["spec", "conversion"]).node();
    let has = |key| conversion.and_then(|node| node.get(key)).is_some();
    if has("webhookClientConfig") && !has("conversionReviewVersions") {
        let pointer = "/spec/conversion/webhook/conversionReviewVersions";
        edits.push(Edit::new(pointer, Op::Add(Value::seq([Value::from("v1beta1")]))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::Object;
    use patternwarden_tree::{apply, write_json};

    fn migrated(yaml: &str) -> String {
        let stream = patternwarden_yaml::read(yaml);
        let root = stream.documents[0].root().unwrap();
        let crd = Crd::of(Object::new(root, 0)).unwrap();
        let mut out = String::new();
        write_json(&mut out, apply(root, &migrate(crd)).unwrap().root().unwrap());
        out
    }

    #[test]
    fn one_version_becomes_a_list_with_its_schema() {
        let text = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n\
                    spec:\n  version: v2\n  preserveUnknownFields: false\n  validation:\n    openAPIV3Schema: {properties: {}}\n";
        assert_eq!(
            migrated(text),
            r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"preserveUnknownFields":false,"versions":[{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"properties":{},"type":"object"}}}]}}"#
        );
    }

    #[test]
    fn what_versions_say_themselves_is_kept() {
        let text = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\nspec:\n  \
                    versions: [{name: a, subresources: {}}, {name: b}]\n  subresources: {status: {}}\n  \
                    additionalPrinterColumns: [{JSONPath: .x}]\n  conversion: {webhookClientConfig: {url: u}}\n";
        let out = migrated(text);
        assert!(out.contains(r#"{"name":"a","subresources":{},"schema""#), "{out}");
        assert!(out.contains(r#""subresources":{"status":{}}"#), "{out}");
        assert_eq!(out.matches(r#""additionalPrinterColumns":[{"jsonPath":".x"}]"#).count(), 2);
        assert!(out.contains(
            r#""conversion":{"webhook":{"clientConfig":{"url":"u"},"conversionReviewVersions":["v1beta1"]}}"#
        ), "{out}");
        assert_eq!(out.matches(PRESERVE).count(), 2, "v1beta1 kept unknown fields");
    }

    #[test]
    fn what_versions_say_themselves_is_rewritten_too() {
        let text = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\nspec:\n  \
                    versions: [{name: a, schema: {openAPIV3Schema: {properties: {}}}, \
                    additionalPrinterColumns: [{JSONPath: .x}]}]\n";
        let out = migrated(text);
        let schema = r#""openAPIV3Schema":{"properties":{},"type":"object","x-kubernetes-preserve-unknown-fields":true}"#;
        assert!(out.contains(schema), "{out}");
        assert!(out.contains(r#""additionalPrinterColumns":[{"jsonPath":".x"}]"#), "{out}");
    }
}
