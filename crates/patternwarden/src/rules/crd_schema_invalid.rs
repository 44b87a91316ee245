use crate::crd_schema::{Offence, inspect};
use crate::engine::Cx;
use crate::kube::{Crd, Object};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use alloc::vec::Vec;

crate::rule! {
    /// A version of a custom resource has no schema, or one that is not structural.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the definition, usually for a line deep inside of a generated file.
    /// Without types it can neither prune nor default, so the rules are strict.
    ///
    /// ## Bad
    ///
    /// No type below `spec`, and `additionalProperties` at the root:
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
    ///           # finding: /spec/versions/0/schema/openAPIV3Schema/additionalProperties
    ///           additionalProperties: true
    ///           properties:
    ///             # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/type
    ///             spec:
    ///               properties:
    ///                 size:
    ///                   type: integer
    ///     # finding: /spec/versions/1/schema/openAPIV3Schema
    ///     - name: v2
    ///       served: false
    ///       storage: false
    /// ```
    ///
    /// Lists, logic and validations have rules of their own:
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
    ///           # finding: /spec/versions/0/schema/openAPIV3Schema/required/0
    ///           required: [spec]
    ///           properties:
    ///             metadata:
    ///               type: object
    ///               properties:
    ///                 # finding: /spec/versions/0/schema/openAPIV3Schema/properties/metadata/properties
    ///                 labels:
    ///                   type: object
    ///             parts:
    ///               type: array
    ///               x-kubernetes-list-type: map
    ///               # finding: /spec/versions/0/schema/openAPIV3Schema/properties/parts/x-kubernetes-list-map-keys/0
    ///               x-kubernetes-list-map-keys: [name]
    ///               x-kubernetes-validations:
    ///                 # finding: /spec/versions/0/schema/openAPIV3Schema/properties/parts/x-kubernetes-validations/0
    ///                 - rule: self.size() > 0
    ///               items:
    ///                 type: object
    ///                 properties:
    ///                   name:
    ///                     type: string
    ///                 anyOf:
    ///                   - properties:
    ///                       name:
    ///                         # finding: /spec/versions/0/schema/openAPIV3Schema/properties/parts/items/anyOf/0/properties/name/type
    ///                         type: string
    ///             # finding: /spec/versions/0/schema/openAPIV3Schema/properties/tags/items
    ///             tags:
    ///               type: array
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
    ///                   minimum: 1
    ///                 port:
    ///                   x-kubernetes-int-or-string: true
    ///                   anyOf:
    ///                     - type: integer
    ///                     - type: string
    ///                 free:
    ///                   x-kubernetes-preserve-unknown-fields: true
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for errors: no API server accepts them. A validation without a bound may be cheap
    /// enough, which only the API server can tell.
    ///
    /// ## Source
    ///
    /// - [Specifying a structural schema](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema)
    "crd-schema-invalid",
    "Schema missing or not structural",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

/// More findings in one version tell a reader nothing new.
const MAX_FINDINGS: usize = 50;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    // v1beta1 had other rules, and is told apart by another rule.
    if object.api().version == "v1beta1" {
        return;
    }
    for version in crd.versions() {
        let name = version.name().value.unwrap_or("?");
        let schema = version.schema();
        let Some(root) = schema.value else {
            cx.report(schema.place, format_args!("version `{name}` has no schema"));
            continue;
        };
        let mut offences: Vec<Offence<'d>> = Vec::new();
        inspect(root, &mut |offence| {
            if offences.len() < MAX_FINDINGS {
                offences.push(offence);
            }
        });
        for offence in offences {
            let reported = cx
                .report(offence.place, format_args!("{}", offence.message))
                .severity(offence.severity);
            if offence.is_untyped_object {
                reported.fix_set(Grade::Review, "Say that it is an object", "object");
            }
        }
    }
}
