use crate::crd_migration::migrate;
use crate::engine::Cx;
use crate::kube::{Crd, Object};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};

crate::rule! {
    /// A CustomResourceDefinition is written for `v1beta1`, which no cluster serves any more.
    ///
    /// ## Why it matters
    ///
    /// The API has been gone since 1.22, so operators from old talks and books cannot be installed
    /// at all. The move changes the shape, not only the version: one version became a list, and
    /// every version needs a structural schema.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: apiextensions.k8s.io/v1beta1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: configwatchers.k8spatterns.io
    /// spec:
    ///   scope: Namespaced
    ///   group: k8spatterns.io
    ///   version: v1
    ///   names:
    ///     kind: ConfigWatcher
    ///     plural: configwatchers
    ///   validation:
    ///     openAPIV3Schema:
    ///       type: object
    ///       properties:
    ///         spec:
    ///           type: object
    /// ```
    ///
    /// With a list of versions, columns, a subresource and a conversion webhook:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: apiextensions.k8s.io/v1beta1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   scope: Namespaced
    ///   group: example.com
    ///   preserveUnknownFields: true
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///     - name: v1alpha1
    ///       served: false
    ///       storage: false
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///   subresources:
    ///     status: {}
    ///   additionalPrinterColumns:
    ///     - name: Size
    ///       type: integer
    ///       JSONPath: .spec.size
    ///   conversion:
    ///     strategy: Webhook
    ///     conversionReviewVersions: [v1beta1]
    ///     webhookClientConfig:
    ///       url: https://convert.example.com
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: configwatchers.k8spatterns.io
    /// spec:
    ///   scope: Namespaced
    ///   group: k8spatterns.io
    ///   names:
    ///     kind: ConfigWatcher
    ///     listKind: ConfigWatcherList
    ///     plural: configwatchers
    ///     singular: configwatcher
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       subresources:
    ///         status: {}
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               required: [configMap, podSelector]
    ///               properties:
    ///                 configMap:
    ///                   type: string
    ///                   minLength: 1
    ///                 podSelector:
    ///                   type: object
    ///                   additionalProperties:
    ///                     type: string
    ///             status:
    ///               type: object
    ///               x-kubernetes-preserve-unknown-fields: true
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For clusters older than 1.16, of which there should be none.
    ///
    /// ## Source
    ///
    /// - [CustomResourceDefinition](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/)
    /// - [Deprecated API migration guide, v1.22](https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-22)
    "crd-v1beta1-migrate",
    "v1beta1 CRD, with automatic migration",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    if object.api().version != "v1beta1" {
        return;
    }
    let edits = migrate(crd);
    cx.report(
        object.api_version().place,
        format_args!("`v1beta1` of CustomResourceDefinition was removed in Kubernetes 1.22"),
    )
    .fix(Grade::Review, "Rewrite it for v1", edits);
}
