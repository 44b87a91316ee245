use crate::engine::Cx;
use crate::kube::names::Form;
use crate::kube::{Crd, CrdVersion, Object, items};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// The versions of a CustomResourceDefinition contradict each other.
    ///
    /// ## Why it matters
    ///
    /// The API server rejects the definition, or objects are stored in a version that nobody can
    /// read. Every migration depends on this list. Which version shall be stored only its author
    /// knows, so there is no repair.
    ///
    /// ## Bad
    ///
    /// Two versions to store, one of them twice and with a name that is none:
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
    ///   # finding: /spec/versions
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///     # finding: /spec/versions/1/name
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       # finding: /spec/versions/1/deprecationWarning
    ///       deprecationWarning: use v2
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///     # finding: /spec/versions/2/name
    ///     - name: V_2
    ///       served: true
    ///       storage: false
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// # finding: /status/storedVersions
    /// status:
    ///   storedVersions: [v1]
    /// ```
    ///
    /// Nothing is served, not even what is stored, and the name sorts behind all others:
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
    ///   # finding: /spec/versions
    ///   # finding: /spec/versions
    ///   versions:
    ///     - name: first
    ///       # finding: /spec/versions/0/served
    ///       served: false
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
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
    ///     - name: v1beta1
    ///       served: true
    ///       storage: false
    ///       deprecated: true
    ///       deprecationWarning: use v1
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a kind that is kept and not served while its objects are migrated.
    ///
    /// ## Source
    ///
    /// - [Versions in CustomResourceDefinitions](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/)
    /// - `apiextensions-apiserver/pkg/apis/apiextensions/validation`: one storage version, and no warning without deprecation
    "crd-versions-invalid",
    "Version list inconsistent",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    refused: true,
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    let stored = object.node.at(&["status", "storedVersions"]);
    if items(stored.node()).next().is_some() {
        cx.report(
            stored,
            format_args!("`storedVersions` is the cluster's own list, and not for a manifest"),
        )
        .severity(Severity::Warning);
    }
    let list = crd.version_list();
    // The first API had a single version beside the list.
    let alone = list.is_absent() && !crd.legacy_version().is_absent();
    if list.is_mistyped() || alone {
        return;
    }
    let versions: Vec<CrdVersion<'d>> = crd.versions().collect();
    let storage = versions.iter().filter(|version| version.storage().value == Some(true));
    if storage.count() != 1 {
        cx.report(list.place, format_args!("not exactly one version is the one to store"));
    }
    if !versions.is_empty() && !versions.iter().any(|version| version.served().value == Some(true))
    {
        cx.report(list.place, format_args!("no version is served")).severity(Severity::Warning);
    }
    let sorts = |version: &CrdVersion<'_>| version.name().value.is_none_or(is_version);
    if !versions.is_empty() && !versions.iter().any(sorts) {
        cx.report(
            list.place,
            format_args!("no version is named as in `v1` or `v1beta1`, so none comes first"),
        )
        .severity(Severity::Hint);
    }
    for (at, version) in versions.iter().enumerate() {
        let name = version.name().value;
        let twice =
            versions.iter().take(at).any(|other| name.is_some() && other.name().value == name);
        one(cx, *version, twice);
    }
}

fn one<'d>(cx: &mut Cx<'_, 'd>, version: CrdVersion<'d>, twice: bool) {
    let at = version.name();
    if let Some(name) = at.value {
        let shown = clipped(name);
        if !Form::StrictLabel.fits(name) {
            cx.report(at.place, format_args!("`{shown}` cannot be the name of a version"));
        } else if twice {
            cx.report(at.place, format_args!("version `{shown}` is listed twice"));
        }
    }
    let served = version.served();
    if version.storage().value == Some(true) && served.value == Some(false) {
        cx.report(served.place, format_args!("the version that is stored is not served"))
            .severity(Severity::Info);
    }
    let deprecated = version.node.get("deprecated").and_then(Node::as_bool) == Some(true);
    if let Some(warning) =
        version.node.get("deprecationWarning").filter(|node| !node.is_null() && !deprecated)
    {
        cx.report(warning, format_args!("there is a warning, but the version is not deprecated"));
    }
}

/// Whether a name is sorted as a version: `v1`, `v2beta1`.
///
/// Source: `apimachinery/pkg/version.CompareKubeAwareVersionStrings`.
fn is_version(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = name.strip_prefix('v') else { return false };
    let stage = ["alpha", "beta"].into_iter().find_map(|word| rest.split_once(word));
    stage.map_or(number(rest), |(major, minor)| number(major) && number(minor))
}
