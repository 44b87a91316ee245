use crate::rule::{Admission, Check, Grade, Surface};

crate::rule! {
    /// Something looks like a suppression, but nobody reads it as one.
    ///
    /// ## Why it matters
    ///
    /// A suppression that is silently not understood is worse than none: its author believes that it
    /// works.
    ///
    /// ## Bad
    ///
    /// The colon stands behind the tool's name, and `--` before the reason:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 0
    ///   # patternwarden ignore: process-namespace-shared
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:1.4.2
    /// ```
    ///
    /// The prefix is misspelt, or nobody knows it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.paternwarden.dev~1image-tag-mutable
    ///     ignore.paternwarden.dev/image-tag-mutable: "pinned by the mirror"
    ///     # finding: /metadata/annotations/skip.patternwarden.dev~1image-tag-mutable
    ///     skip.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// A container that the Pod does not have:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ap.ignore.patternwarden.dev~1image-tag-mutable
    ///     ap.ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// A label, and an annotation one level too high:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     # finding: /metadata/labels/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: pinned-by-the-mirror
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     annotations:
    ///       # finding: /spec/template/annotations/ignore.patternwarden.dev~1run-as-non-root-missing
    ///       ignore.patternwarden.dev/run-as-non-root-missing: "the image says so itself"
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:latest
    /// ```
    ///
    /// Inside a block scalar, a comment is text:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: shop
    /// data:
    ///   # finding: /data/start.sh
    ///   start.sh: |
    ///     # patternwarden: ignore image-tag-mutable -- pinned by the mirror
    ///     exec shop
    /// ```
    ///
    /// The day is none:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "until=next week; pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// There is no day, or one too far ahead, where settings ask for it:
    ///
    /// ```yaml,bad
    /// # all settings: {"as_of": "2026-11-23", "suppressions": {"require_until": true, "max_days": 90}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1run-as-non-root-missing
    ///     ignore.patternwarden.dev/run-as-non-root-missing: "until=2028-01-01; the image says so itself"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// The annotation that says which patterns an object shows, with a pattern that does not exist:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/patternwarden.dev~1pattern
    ///     patternwarden.dev/pattern: singelton-service, sidecar
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// What another linter reads is a hint, unless the setting `suppressions` has `honour_peers`:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore-check.kube-linter.io~1latest-tag
    ///     ignore-check.kube-linter.io/latest-tag: "pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # all settings: {"suppressions": {"honour_peers": true}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     ignore-check.kube-linter.io/latest-tag: "pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     app.ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    /// spec:
    ///   # patternwarden: ignore process-namespace-shared -- the debugger looks at the application
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     patternwarden.dev/pattern: singleton-service
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: where two linters are in use, say it for each of them. Comments are left for you to correct.
    ///
    /// ## Source
    ///
    /// - [stackrox/kube-linter#1180](https://github.com/stackrox/kube-linter/issues/1180), [#445](https://github.com/stackrox/kube-linter/issues/445), [zegl/kube-score#504](https://github.com/zegl/kube-score/issues/504)
    "suppression-malformed",
    "Looks like a suppression, but is none",
    admission: Admission::Warn,
    surfaces: &[Surface::Text, Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Suppressions,
}
