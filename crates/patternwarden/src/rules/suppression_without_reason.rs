use crate::param::{Param, Strings};
use crate::rule::{Admission, Check, Surface};

crate::rule! {
    /// A suppression says no reason, and so it has no effect.
    ///
    /// ## Why it matters
    ///
    /// Without the reason nobody dares to delete it later. Writing one sentence is often the moment when
    /// people repair what was found instead. How many characters a reason needs is `min_reason_chars` of
    /// the setting `suppressions`.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "true"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// No reason at all, and the rule's own name for one:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0
    ///     # patternwarden: ignore run-as-non-root-missing
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/shop:latest # patternwarden: ignore image-tag-mutable -- image-tag-mutable
    /// ```
    ///
    /// Where a ticket is demanded:
    ///
    /// ```yaml,bad
    /// # settings: {"patterns": ["*OPS-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
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
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"patterns": ["*OPS-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror, OPS-12"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never; the reason is yours to write, so there is nothing to repair by machine.
    ///
    /// ## Source
    ///
    /// - [stackrox/kube-linter#128](https://github.com/stackrox/kube-linter/issues/128): suppressions need a reason that is kept
    "suppression-without-reason",
    "Suppression without a reason",
    admission: Admission::Warn,
    surfaces: &[Surface::Text, Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&PATTERNS)],
    check: Check::Suppressions,
}

pub(crate) static PATTERNS: Strings = Strings {
    name: "patterns",
    doc: "Globs of which the reason must match one, such as `*OPS-*` for a ticket; any reason when empty.",
    default: &[],
};
