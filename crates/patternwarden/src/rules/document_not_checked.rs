use crate::api_versions::ApiVersion;
use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::rule::{Check, Part, Severity, Surface};
use crate::schema::{type_of, version_of};
use patternwarden_tree::{Document, Kind, Node, Place};

crate::rule! {
    /// A document, or a part of one, was not looked at.
    ///
    /// ## Why it matters
    ///
    /// "No findings" must never mean "nothing understood". A kind that no rule reads, a list with
    /// something else in it, an encrypted file: each would be silent, and silence looks like praise.
    ///
    /// ## Bad
    ///
    /// A custom kind with a Pod spec that nobody registered:
    ///
    /// ```yaml,bad
    /// apiVersion: example.com/v1
    /// kind: AppDeployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/podSpec
    ///   podSpec:
    ///     containers:
    ///       - name: app
    ///         image: registry.example/shop:latest
    /// ```
    ///
    /// A kind that no rule reads:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: example.com/v1
    /// kind: Certificate
    /// metadata:
    ///   name: shop
    /// spec:
    ///   secretName: shop
    /// ```
    ///
    /// Something that is no object, alone or in a list:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// replicaCount: 2
    /// image: {}
    /// ```
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: List
    /// items:
    ///   - image: registry.example/shop:2.1.0
    ///   - apiVersion: v1
    ///     kind: ConfigMap
    ///     metadata:
    ///       name: shop
    /// ```
    ///
    /// A kind in a group that does not have it, and in a version that nobody knows:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// # finding: 0 /kind
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// ---
    /// # finding: 1 /apiVersion
    /// apiVersion: batch/v3
    /// kind: CronJob
    /// metadata:
    ///   name: shop
    /// ```
    ///
    /// Values that only a key opens:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: shop
    /// # finding: /sops
    /// sops:
    ///   version: 3.9.0
    /// ```
    ///
    /// What settings pass over: a test of a Helm release, and here objects of controllers:
    ///
    /// ```yaml,bad
    /// # all settings: {"owned_objects": "skip"}
    /// # finding: 0
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop-1
    ///   ownerReferences:
    ///     - apiVersion: apps/v1
    ///       kind: ReplicaSet
    ///       name: shop
    ///       uid: 5b9f5a9c-4c5e-4f0c-a0a0-000000000000
    ///       controller: true
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop-test
    ///   annotations:
    ///     # finding: 1 /metadata/annotations/helm.sh~1hook
    ///     helm.sh/hook: test
    /// spec:
    ///   restartPolicy: Never
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop-test:2.1.0
    /// ```
    ///
    /// A document that nothing was rendered into, where that is asked for:
    ///
    /// ```yaml,bad
    /// # settings: {"report_empty": true}
    /// # finding: 0
    /// # Source: shop/templates/ingress.yaml
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: shop
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
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// Registered, the kind is read by all rules:
    ///
    /// ```yaml,good
    /// # all settings: {"pod_specs": [{"group": "example.com", "kind": "AppDeployment", "spec": "/spec/podSpec"}]}
    /// apiVersion: example.com/v1
    /// kind: AppDeployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSpec:
    ///     containers:
    ///       - name: app
    ///         image: registry.example/shop:2.1.0
    /// ```
    ///
    /// A kind without Pods that is known to be unread:
    ///
    /// ```yaml,good
    /// # settings: {"kinds_known": ["Certificate"]}
    /// apiVersion: example.com/v1
    /// kind: Certificate
    /// metadata:
    ///   name: shop
    /// spec:
    ///   secretName: shop
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For kinds of which nothing is asked here: name them in `kinds_known`. What to do about the
    /// rest is for people to know, so there is no repair. What could not be read for its version, or
    /// is no object, is hidden by exemptions alone. Documents that are empty or hold comments alone
    /// are passed over, as `kubectl` does, and counted; `report_empty` names each. Text that cannot be read, a template that was not rendered
    /// or limits that are exceeded are the matter of `yaml-syntax-invalid`.
    ///
    /// ## Source
    ///
    /// - [Shopify/kubeaudit#520](https://github.com/Shopify/kubeaudit/issues/520): a CronJob of a new version was called free of problems
    /// - [stackrox/kube-linter#1236](https://github.com/stackrox/kube-linter/issues/1236)
    "document-not-checked",
    "Something in the input was not looked at",
    severity: Severity::Info,
    surfaces: &[Surface::Text, Surface::Object, Surface::Bundle],
    params: &[Param::Strings(&KINDS_KNOWN), Param::Flag(&REPORT_EMPTY)],
    check: Check::Part(check),
}

static KINDS_KNOWN: Strings = Strings {
    name: "kinds_known",
    doc: "Kinds that need not be looked at, as `Kind` or `group/Kind`; globs.",
    default: &[],
};

static REPORT_EMPTY: Flag = Flag {
    name: "report_empty",
    doc: "Whether a document without content is reported, such as a template that rendered nothing.",
    default: false,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, part: Part<'d>) {
    match part {
        Part::Full(document) => of_document(cx, document),
        Part::Empty(text) if cx.flag(&REPORT_EMPTY) => {
            cx.report_unreadable(text, format_args!("nothing is in this document"));
        }
        Part::Empty(_) => {}
    }
}

fn of_document<'d>(cx: &mut Cx<'_, 'd>, document: &'d Document) {
    let Some(root) = document.root() else { return };
    let set = cx.set();
    let index = set.index_of(document).unwrap_or_default();
    if let Some(reason) = set.stranger(index) {
        cx.report(root, format_args!("this is not looked at: {reason}")).inexcusable();
    }
    for object in set.objects().filter(|object| set.document_of(object.index) == index) {
        of_object(cx, object);
    }
}

fn of_object<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let api = object.api();
    let kind = object.kind();
    if let Some(sops) = object.node.get("sops").filter(|sops| sops.is_map()) {
        cx.report(sops, format_args!("the values of this object are encrypted, and not looked at"));
    }
    if object.is_controlled() && cx.skips_owned() {
        cx.report(object.node, format_args!("settings pass over what a controller made"));
        return;
    }
    let hook = object.annotations().value.and_then(|map| map.get("helm.sh/hook"));
    if let Some(hook) = hook
        && hook.as_str().is_some_and(|text| cx.exempts_hook(text))
    {
        cx.report(hook, format_args!("settings ask this test of a release for no availability"));
    }
    let name = api.kind;
    let version = object.api_version();
    let read = object.is_looked_at();
    if let Some(known) = version_of(name).filter(|_| !api.is_custom())
        && let Some(written) = version.value
        && type_of(object).is_none()
        && ApiVersion::of(written, name).is_none()
    {
        let group = known.split_once('/').map_or("", |(group, _)| group);
        let place = if group == api.group { version.place } else { kind.place };
        let (written, end) = (clipped(written), if read { "" } else { ", and is not looked at" });
        cx.report(place, format_args!("`{name}` is known as `{known}`, not as `{written}`{end}"))
            .severity(Severity::Warning)
            .inexcusable();
        return;
    }
    if read {
        return;
    }
    if let Some(pod) = pod_spec(object.node) {
        let (pointer, shown) = (Place::from(pod).pointer(object.node), clipped(name));
        cx.report(
            pod,
            format_args!(
                "nobody reads the Pod spec of a `{shown}`: the setting `pod_specs` can name `{pointer}`"
            ),
        );
    } else if !cx.lists(&KINDS_KNOWN, name)
        && !cx.lists(&KINDS_KNOWN, &alloc::format!("{}/{name}", api.group))
    {
        cx.report(object.node, format_args!("no rule reads the kind `{}`", clipped(name)));
    }
}

/// The first map below a node that looks like a Pod spec: it lists containers with images.
fn pod_spec(node: Node<'_>) -> Option<Node<'_>> {
    let is_container = |item: Node<'_>| item.is_map() && item.get("image").is_some();
    let listed = node.get("containers").and_then(Node::as_seq);
    if listed.is_some_and(|list| list.items().next().is_some() && list.items().all(is_container)) {
        return Some(node);
    }
    let inside = |child: &Node<'_>| matches!(child.kind(), Kind::Map | Kind::Seq);
    node.children().filter(inside).find_map(pod_spec)
}
