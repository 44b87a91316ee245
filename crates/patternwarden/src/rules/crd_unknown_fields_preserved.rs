use crate::engine::Cx;
use crate::kube::{Crd, Object, entries};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use patternwarden_tree::Node;

crate::rule! {
    /// A custom resource keeps fields that its schema does not know.
    ///
    /// ## Why it matters
    ///
    /// A mistyped field is stored and ignored for ever, instead of being refused or dropped. Pruning
    /// is what makes a schema worth having; without it there are no defaults and no conversion either.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   # finding: /spec/preserveUnknownFields
    ///   preserveUnknownFields: true
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/x-kubernetes-preserve-unknown-fields
    ///               x-kubernetes-preserve-unknown-fields: true
    /// ```
    ///
    /// At the root, deeper down, and with a value that is not allowed:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           # finding: /spec/versions/0/schema/openAPIV3Schema/x-kubernetes-preserve-unknown-fields
    ///           x-kubernetes-preserve-unknown-fields: true
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 values:
    ///                   type: object
    ///                   # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/values/x-kubernetes-preserve-unknown-fields
    ///                   x-kubernetes-preserve-unknown-fields: true
    ///                 names:
    ///                   type: array
    ///                   items:
    ///                     type: object
    ///                     # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/names/items/x-kubernetes-preserve-unknown-fields
    ///                     x-kubernetes-preserve-unknown-fields: false
    /// ```
    ///
    /// In `v1beta1`, where the schema may stand beside the versions:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1beta1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: configwatchers.k8spatterns.com
    /// spec:
    ///   group: k8spatterns.com
    ///   # finding: /spec/preserveUnknownFields
    ///   preserveUnknownFields: true
    ///   validation:
    ///     openAPIV3Schema:
    ///       type: object
    ///       # finding: /spec/validation/openAPIV3Schema/x-kubernetes-preserve-unknown-fields
    ///       x-kubernetes-preserve-unknown-fields: true
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   preserveUnknownFields: false
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 size:
    ///                   type: integer
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For one field that carries free content on purpose, such as the values of a chart. What a
    /// schema should know instead nobody can tell from outside, so only the fields that are refused
    /// have a repair.
    ///
    /// ## Source
    ///
    /// - [Field pruning](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning)
    /// - `apiextensions-apiserver/pkg/apiserver/schema`: the extension is true or absent
    "crd-unknown-fields-preserved",
    "Unknown fields are kept",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

const KEEP: &str = "x-kubernetes-preserve-unknown-fields";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    let kept = crd.preserve_unknown_fields();
    if kept.value == Some(true) {
        let severity =
            if object.api().version == "v1" { Severity::Error } else { Severity::Warning };
        cx.report(kept.place, format_args!("every field of these resources is kept, known or not"))
            .severity(severity)
            .fix_remove(Grade::Safe, "Drop what the schema does not know");
    }
    for version in crd.versions() {
        if let Some(schema) = version.schema().value {
            walk(cx, schema, 0);
        }
    }
    if let Some(schema) = crd.legacy_validation().value.and_then(|v| v.get("openAPIV3Schema")) {
        walk(cx, schema, 0);
    }
}

/// Judges a schema and those below it; `depth` is that of the value it describes.
fn walk<'d>(cx: &mut Cx<'_, 'd>, schema: Node<'d>, depth: usize) {
    if let Some(node) = schema.get(KEEP) {
        let whole = depth == 0 || (depth == 1 && schema.key() == Some("spec"));
        match node.as_bool() {
            Some(true) if whole => {
                cx.report(node, format_args!("fields of this level are kept, known or not"))
                    .severity(Severity::Warning);
            }
            Some(true) => {
                cx.report(node, format_args!("what stands here is kept, known or not"))
                    .severity(Severity::Info);
            }
            Some(false) => {
                cx.report(node, format_args!("`{KEEP}` is true or it is not there"))
                    .fix_remove(Grade::Safe, "Remove it");
            }
            None => {}
        }
    }
    for property in entries(schema.get("properties")) {
        walk(cx, property, depth + 1);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(key).and_then(Node::as_map) {
            walk(cx, inner, depth + 1);
        }
    }
}
