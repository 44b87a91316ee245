use crate::rule::{Admission, Check, Grade, Severity, Surface};

crate::rule! {
    /// A suppression is of a kind, or of a rule, that settings do not allow, and so it has no effect.
    ///
    /// ## Why it matters
    ///
    /// What the author of an object writes cannot be allowed to switch off the guard against that author.
    /// To say so at the place of the attempt saves a call to support. The setting `suppressions` locks
    /// rules, switches forms off and limits how many suppressions an object may have.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # all settings: {"suppressions": {"locked": ["pattern:declarative-deployment"]}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "we always did it this way"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// A form that is off, as that for whole files is by default:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// # patternwarden: ignore-file image-tag-mutable -- all of it is pinned by the mirror
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ```yaml,bad
    /// # all settings: {"suppressions": {"forms": {"comment": false}}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/shop:latest # patternwarden: ignore image-tag-mutable -- pinned by the mirror
    /// ```
    ///
    /// Too many on one object:
    ///
    /// ```yaml,bad
    /// # all settings: {"suppressions": {"max_per_object": 1}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "pinned by the mirror"
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1run-as-non-root-missing
    ///     ignore.patternwarden.dev/run-as-non-root-missing: "the image says so itself"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// The rules about suppressions are not for suppressing:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1suppression-unused
    ///     ignore.patternwarden.dev/suppression-unused: "left for the next release"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # all settings: {"suppressions": {"locked": ["run-as-non-root-missing"], "max_per_object": 1}}
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
    /// ## When to allow it
    ///
    /// Never here: an administrator can exempt the object, by name, in the settings. Comments are left for
    /// you to remove.
    ///
    /// ## Source
    ///
    /// - [stackrox/kube-linter#128](https://github.com/stackrox/kube-linter/issues/128)
    /// - [Polaris, exemptions](https://polaris.docs.fairwinds.com/customization/exemptions/): `--disallow-exemptions`
    "suppression-not-allowed",
    "Suppression of a rule that the administrator locked",
    severity: Severity::Error,
    admission: Admission::Warn,
    surfaces: &[Surface::Text, Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Suppressions,
}
