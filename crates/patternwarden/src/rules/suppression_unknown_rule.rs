use crate::rule::{Admission, Check, Grade, Surface};

crate::rule! {
    /// A suppression names a rule that does not exist, so it suppresses nothing.
    ///
    /// ## Why it matters
    ///
    /// Nobody notices a misspelt id until the gate turns red, and then the finding looks like a new one.
    /// A rule that was renamed keeps its old id: the suppression works, and a hint names the new one.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutabel
    ///     ignore.patternwarden.dev/image-tag-mutabel: "pinned by the mirror, ticket OPS-12"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// In a comment, by the name that another linter has for the check:
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
    ///       # patternwarden: ignore latest-tag -- pinned by the mirror
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// There is no word for all rules:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// # patternwarden: ignore-object * -- nobody looks at this
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror, ticket OPS-12"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: correct the id, or remove what suppresses nothing. A comment is left for you to correct.
    ///
    /// ## Source
    ///
    /// - [stackrox/kube-linter#1180](https://github.com/stackrox/kube-linter/issues/1180): an annotation that is not understood is ignored in silence
    "suppression-unknown-rule",
    "Suppression names a rule that does not exist",
    admission: Admission::Warn,
    surfaces: &[Surface::Text, Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Suppressions,
}
