use crate::engine::Cx;
use crate::kube::{Crd, Object};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use crate::structural::problems;

crate::rule! {
    /// A schema of a CustomResourceDefinition is missing, or is not structural.
    ///
    /// ## Why it matters
    ///
    /// `v1` refuses the definition, usually because of one line deep inside a generated file. Without the
    /// type of every field the API server can neither prune nor default, so its rules are strict.
    ///
    /// ## Bad
    ///
    /// A field without a type, and free keys at the root:
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
    /// ```
    ///
    /// No schema:
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
    ///     # finding: /spec/versions/0/schema/openAPIV3Schema
    ///     - name: v1
    ///       served: true
    ///       storage: true
    /// ```
    ///
    /// A schema that says nothing, as on many slides:
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
    ///         # finding: /spec/versions/0/schema/openAPIV3Schema
    ///         openAPIV3Schema: {}
    /// ```
    ///
    /// Words that JSON Schema has and a structural schema has not:
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
    ///           properties:
    ///             spec:
    ///               type: object
    ///               # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/additionalProperties
    ///               additionalProperties:
    ///                 type: string
    ///               properties:
    ///                 names:
    ///                   type: array
    ///                   items:
    ///                     type: string
    ///                   # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/names/uniqueItems
    ///                   uniqueItems: true
    ///                 # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/ports/items
    ///                 ports:
    ///                   type: array
    ///                 other:
    ///                   type: object
    ///                   # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/other/$ref
    ///                   $ref: "#/definitions/other"
    ///             # finding: /spec/versions/0/schema/openAPIV3Schema/properties/status/type
    ///             status:
    ///               type: "null"
    /// ```
    ///
    /// A junctor that shapes values, metadata that is restricted, and a required field that nobody defines:
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
    ///           required:
    ///             # finding: /spec/versions/0/schema/openAPIV3Schema/required/0
    ///             - spce
    ///           properties:
    ///             metadata:
    ///               type: object
    ///               # finding: /spec/versions/0/schema/openAPIV3Schema/properties/metadata/properties
    ///               properties:
    ///                 labels:
    ///                   type: object
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 size:
    ///                   type: integer
    ///               oneOf:
    ///                 - properties:
    ///                     size:
    ///                       # finding: /spec/versions/0/schema/openAPIV3Schema/properties/spec/oneOf/0/properties/size/type
    ///                       type: integer
    ///                       minimum: 1
    /// ```
    ///
    /// Lists that are maps or sets, and rules for their items:
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
    ///           properties:
    ///             # finding: /spec/versions/0/schema/openAPIV3Schema/properties/unkeyed/x-kubernetes-list-map-keys
    ///             unkeyed:
    ///               type: array
    ///               x-kubernetes-list-type: map
    ///               items:
    ///                 type: object
    ///             optional:
    ///               type: array
    ///               x-kubernetes-list-type: map
    ///               x-kubernetes-list-map-keys:
    ///                 # finding: /spec/versions/0/schema/openAPIV3Schema/properties/optional/x-kubernetes-list-map-keys/0
    ///                 - name
    ///               items:
    ///                 type: object
    ///                 properties:
    ///                   name:
    ///                     type: string
    ///             set:
    ///               type: array
    ///               x-kubernetes-list-type: set
    ///               # finding: /spec/versions/0/schema/openAPIV3Schema/properties/set/items
    ///               items:
    ///                 type: object
    ///                 x-kubernetes-validations:
    ///                   # finding: /spec/versions/0/schema/openAPIV3Schema/properties/set/items/x-kubernetes-validations/0/rule
    ///                   - rule: self == oldSelf
    ///                   # finding: /spec/versions/0/schema/openAPIV3Schema/properties/set/items/x-kubernetes-validations/1/rule
    ///                   - message: has no rule
    ///                   - rule: "true"
    ///                     # finding: /spec/versions/0/schema/openAPIV3Schema/properties/set/items/x-kubernetes-validations/2/message
    ///                     message: |
    ///                       two
    ///                       lines
    ///             title:
    ///               type: string
    ///               # finding: /spec/versions/0/schema/openAPIV3Schema/properties/title/x-kubernetes-validations
    ///               x-kubernetes-validations:
    ///                 - rule: self != 'x'
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
    ///           required: [spec]
    ///           properties:
    ///             metadata:
    ///               type: object
    ///               properties:
    ///                 name:
    ///                   type: string
    ///                   maxLength: 20
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 size:
    ///                   type: integer
    ///                   minimum: 1
    ///                 labels:
    ///                   type: object
    ///                   additionalProperties:
    ///                     type: string
    ///                 port:
    ///                   x-kubernetes-int-or-string: true
    ///                   anyOf:
    ///                     - type: integer
    ///                     - type: string
    ///                 settings:
    ///                   x-kubernetes-preserve-unknown-fields: true
    ///                 rooms:
    ///                   type: array
    ///                   maxItems: 10
    ///                   x-kubernetes-list-type: map
    ///                   x-kubernetes-list-map-keys: [name]
    ///                   x-kubernetes-validations:
    ///                     - rule: self.exists(room, room.name == 'hall')
    ///                   items:
    ///                     type: object
    ///                     required: [name]
    ///                     properties:
    ///                       name:
    ///                         type: string
    ///                         x-kubernetes-validations:
    ///                           - rule: self == oldSelf
    ///                         maxLength: 20
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: the API server refuses such a definition. The two warnings, a required field without
    /// definition and a rule without bound, are worth a look where the schema is generated.
    ///
    /// ## Source
    ///
    /// - [Custom resources, Specifying a structural schema](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema)
    /// - [Transition rules and resource use by validation functions](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules)
    /// - `pkg/apiserver/schema/validation.go` of [apiextensions-apiserver](https://github.com/kubernetes/apiextensions-apiserver)
    "crd-schema-invalid",
    "Schema missing or not structural",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

/// Findings in one object; a schema with more than these is no schema.
const MAX: usize = 64;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object).filter(|_| object.api().version != "v1beta1") else { return };
    let mut found = 0;
    for version in crd.versions() {
        let schema = version.schema();
        if schema.is_mistyped() {
            continue;
        }
        let Some(root) = schema.value else {
            found += 1;
            if found <= MAX {
                cx.report(schema.place, format_args!("this version has no schema"));
            }
            continue;
        };
        problems(root, &mut |problem| {
            found += 1;
            if found > MAX {
                return;
            }
            let finding = cx
                .report(problem.place, format_args!("{}", problem.message))
                .severity(problem.severity);
            if problem.is_object {
                finding.fix_set(Grade::Review, "Make it an object", "object");
            }
        });
    }
    if found > MAX {
        let more = found - MAX;
        cx.report(
            object.node,
            format_args!("{more} more problems of these schemas are not listed"),
        );
    }
}
