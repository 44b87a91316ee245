use crate::param::{Flag, Param};
use crate::rule::{Check, Grade, Severity, Surface};

crate::rule! {
    /// A suppression hides nothing: its rule ran, and had nothing to say there.
    ///
    /// ## Why it matters
    ///
    /// An old suppression hides the next real finding. To delete it is the cheapest clean-up there is,
    /// once somebody says which.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/shop:1.4.2 # patternwarden: ignore image-tag-mutable -- image of 2024
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "base image of 2024"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:1.4.2
    /// ```
    ///
    /// The comment stands below what the finding is about:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:1.4.2
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/readOnlyRootFilesystem
    ///         # patternwarden: ignore run-as-non-root-missing -- the image says so itself
    ///         readOnlyRootFilesystem: true
    /// ```
    ///
    /// An exemption, when that is asked for:
    ///
    /// ```yaml,bad
    /// # all settings: {"rules": {"suppression-unused": {"report_unused_exemptions": true}}, "exemptions": [{"rules": ["image-tag-mutable"], "match": {"names": ["shop"]}, "reason": "base image of 2024"}]}
    /// # finding: 0
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:1.4.2
    /// ```
    ///
    /// An annotation that the Pods do not get, where annotations may hide what denies:
    ///
    /// ```yaml,bad
    /// # all settings: {"suppressions": {"annotations_at_admission": "all"}, "rules": {"image-tag-mutable": {"admission": "deny"}}}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:latest
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest # patternwarden: ignore image-tag-mutable -- pinned by the mirror
    /// ```
    ///
    /// A rule that is off is not asked, so its suppression may well be of use:
    ///
    /// ```yaml,good
    /// # all settings: {"rules": {"image-tag-mutable": "off"}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     ignore.patternwarden.dev/image-tag-mutable: "base image of 2024"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While a manifest is a template whose other values do make the rule speak. Comments are left for
    /// you to remove.
    ///
    /// ## Source
    ///
    /// - [stackrox/kube-linter#605](https://github.com/stackrox/kube-linter/issues/605), [zegl/kube-score#504](https://github.com/zegl/kube-score/issues/504): users ask for it
    "suppression-unused",
    "Suppression that hides nothing",
    severity: Severity::Info,
    surfaces: &[Surface::Text, Surface::Object, Surface::Bundle],
    params: &[Param::Flag(&REPORT_EXEMPTIONS)],
    fix: Some(Grade::Safe),
    check: Check::Suppressions,
}

pub(crate) static REPORT_EXEMPTIONS: Flag = Flag {
    name: "report_unused_exemptions",
    doc: "Whether exemptions of the settings are reported too; one input is seldom all they are for.",
    default: false,
};
