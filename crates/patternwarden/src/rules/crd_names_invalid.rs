use crate::engine::Cx;
use crate::kube::names::Form;
use crate::kube::{Crd, Object};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use alloc::{format, string::String};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// The names of a CustomResourceDefinition do not fit together, or are not allowed.
    ///
    /// ## Why it matters
    ///
    /// Names cannot be changed later without deleting every custom resource. And who only wanted a
    /// nice group has a hard time to guess that `k8s.io` asks for an annotation.
    ///
    /// ## Bad
    ///
    /// The object must be named after its resource and its group:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   # finding: /metadata/name
    ///   name: widget.example.com
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
    /// ```
    ///
    /// Words in the wrong form, and a scope that there is not:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: Widgets.example
    /// spec:
    ///   # finding: /spec/group
    ///   group: example
    ///   # finding: /spec/scope
    ///   scope: Everywhere
    ///   names:
    ///     kind: Widget
    ///     # finding: /spec/names/listKind
    ///     listKind: Widget
    ///     # finding: /spec/names/plural
    ///     plural: Widgets
    ///     # finding: /spec/names/singular
    ///     singular: wid_get
    ///     # finding: /spec/names/shortNames/0
    ///     # finding: /spec/names/shortNames/1
    ///     shortNames: [W, po]
    ///     # finding: /spec/names/categories/0
    ///     # finding: /spec/names/categories/1
    ///     categories: [all, All]
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// A kind that is no name, and a group of the Kubernetes project without its approval:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.shop.k8s.io
    /// # finding: /metadata/annotations/api-approved.kubernetes.io
    /// spec:
    ///   group: shop.k8s.io
    ///   scope: Cluster
    ///   names:
    ///     # finding: /spec/names/kind
    ///     kind: My Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// A scope that there is not:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: configwatchers.k8spatterns.com
    /// spec:
    ///   group: k8spatterns.com
    ///   # finding: /spec/scope
    ///   scope: Global
    ///   names:
    ///     kind: ConfigWatcher
    ///     plural: configwatchers
    /// ```
    ///
    /// ## Good
    ///
    /// `k8spatterns.io` only ends like a group of the project:
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: configwatchers.k8spatterns.io
    /// spec:
    ///   group: k8spatterns.io
    ///   scope: Namespaced
    ///   names:
    ///     kind: ConfigWatcher
    ///     plural: configwatchers
    ///     singular: configwatcher
    ///     shortNames: [cw]
    ///     categories: [patterns]
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.shop.k8s.io
    ///   annotations:
    ///     api-approved.kubernetes.io: unapproved, for a test
    /// spec:
    ///   group: shop.k8s.io
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
    /// ```
    ///
    /// A group of the Kubernetes project, with the address of its review:
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.k8s.io
    ///   annotations:
    ///     api-approved.kubernetes.io: https://github.com/kubernetes/kubernetes/pull/78458
    /// spec:
    ///   group: example.k8s.io
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
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for what the API server refuses. A short name that a built-in kind has as well is
    /// resolved to the built-in one.
    ///
    /// ## Source
    ///
    /// - [Extend the Kubernetes API with CustomResourceDefinitions](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/)
    /// - `apiextensions-apiserver/pkg/apis/apiextensions/validation`, and `pkg/apihelpers` for protected groups
    "crd-names-invalid",
    "CRD name, names or scope are wrong",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

/// Short names of built-in kinds.
///
/// Source: `kubectl api-resources`.
const SHORT: [&str; 30] = [
    "cj", "cm", "crd", "crds", "cs", "csr", "deploy", "ds", "ep", "ev", "hpa", "ing", "ip",
    "limits", "netpol", "no", "ns", "pc", "pdb", "po", "pv", "pvc", "quota", "rc", "rs", "sa",
    "sc", "sts", "svc", "vac",
];

const APPROVED: &str = "api-approved.kubernetes.io";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    let names = object.node.at(&["spec", "names"]).node();
    let name = |key: &str| names.and_then(|names| names.get(key)).filter(|node| !node.is_null());
    let group = crd.group();
    if let Some(text) = group.value {
        if !text.contains('.') || !Form::Subdomain(253).fits(text) {
            wrong(cx, group.place, "group", text);
        }
        approval(cx, object, text);
    }
    // The API server derives these from the kind where they are absent or empty, and what is wrong
    // with them is wrong with it.
    let spelled = name("kind").and_then(Node::as_str).unwrap_or_default();
    let derived = |node: &Node<'_>| {
        let text = node.as_str();
        text.is_some_and(|text| {
            text.is_empty()
                || text.strip_suffix("List") == Some(spelled)
                || (text != spelled && text == spelled.to_lowercase())
        })
    };
    let singular = name("singular").filter(|node| !derived(node));
    let labels = name("plural").into_iter().chain(singular);
    let lists = ["shortNames", "categories"].into_iter().filter_map(name);
    for node in labels.chain(lists.flat_map(Node::items)) {
        let text = node.as_str().unwrap_or_default();
        let list = node.parent().and_then(Node::key);
        if !Form::StrictLabel.fits(text) && node.as_str().is_some() {
            wrong(cx, node.into(), "name", text);
        } else if list == Some("categories") && text == "all" {
            cx.report(
                node,
                format_args!("the category `all` puts these resources into `kubectl get all`"),
            )
            .severity(Severity::Info);
        } else if list == Some("shortNames") && SHORT.contains(&text) {
            cx.report(node, format_args!("`{text}` is the short name of a built-in kind"))
                .severity(Severity::Warning);
        }
    }
    let (kind, list_kind) = (name("kind"), name("listKind").filter(|node| !derived(node)));
    for node in [kind, list_kind].into_iter().flatten() {
        let text = node.as_str().unwrap_or_default();
        let lower: String = text.to_ascii_lowercase();
        if !Form::StrictLabel.fits(&lower) && node.as_str().is_some() {
            wrong(cx, node.into(), "kind", text);
        }
    }
    if let Some(node) =
        list_kind.filter(|list| Some(list.scalar_text()) == kind.map(Node::scalar_text))
    {
        cx.report(node, format_args!("the kind of the list is that of its items"));
    }
    let scope = crd.scope();
    if !matches!(scope.value, Some("Namespaced" | "Cluster"))
        && (scope.value.is_some() || is_v1(object))
    {
        cx.report(scope.place, format_args!("the scope is neither `Namespaced` nor `Cluster`"));
    }
    title(cx, crd);
}

fn is_v1(object: Object<'_>) -> bool {
    object.api().version == "v1"
}

fn wrong<'d>(cx: &mut Cx<'_, 'd>, place: Place<'d>, what: &str, text: &str) {
    cx.report(place, format_args!("`{}` cannot be a {what} of a resource", clipped(text)));
}

/// `metadata.name` is the plural, a dot, and the group.
fn title<'d>(cx: &mut Cx<'_, 'd>, crd: Crd<'d>) {
    let (Some(plural), Some(group)) = (crd.plural().value, crd.group().value) else { return };
    let at = crd.object.name();
    let wanted = format!("{plural}.{group}");
    if at.value.is_some_and(|name| name != wanted) && Form::Subdomain(253).fits(&wanted) {
        let title = format!("Name it `{wanted}`");
        cx.report(at.place, format_args!("the definition is not named `{wanted}`")).fix_set(
            Grade::Safe,
            title,
            wanted,
        );
    }
}

/// Groups of the Kubernetes project need a mark that somebody looked at them.
fn approval<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>, group: &str) {
    let own = |domain: &str| {
        group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if !is_v1(object) || !(own("k8s.io") || own("kubernetes.io")) {
        return;
    }
    let is_url = |text: &str| {
        text.split_once("://").is_some_and(|(scheme, rest)| {
            !scheme.is_empty() && !rest.starts_with('/') && !rest.is_empty()
        })
    };
    let mark = object.annotation(APPROVED).unwrap_or_default();
    if !mark.starts_with("unapproved") && !is_url(mark) {
        let place = object.node.at(&["metadata", "annotations", APPROVED]);
        cx.report(
            place,
            format_args!(
                "`{}` is a group of the Kubernetes project, and nothing says that it approved",
                clipped(group)
            ),
        );
    }
}
