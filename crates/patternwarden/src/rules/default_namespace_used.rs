use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::clipped;
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// An object is put into the namespace `default`.
    ///
    /// ## Why it matters
    ///
    /// Policies, quotas and rights are given per namespace, and `default` collects what nobody
    /// planned. To move later means new DNS names for all clients, which is why nothing moves it for
    /// you: there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   # finding: /metadata/namespace
    ///   namespace: default
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Further names, and no namespace at all, if settings say so:
    ///
    /// ```yaml,bad
    /// # settings: {"other_namespaces": ["sandbox-*"], "absent": "report", "kinds": ["Pod"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   # finding: 0 /metadata/namespace
    ///   namespace: sandbox-7
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// # finding: 1 /metadata/namespace
    /// metadata:
    ///   name: nowhere
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: nowhere
    /// data:
    ///   mode: prod
    /// ```
    ///
    /// ## Good
    ///
    /// Without a namespace the tool that applies the manifest decides; and some objects belong there:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   mode: prod
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: kubernetes
    ///   namespace: default
    /// spec:
    ///   clusterIP: 10.96.0.1
    ///   ports:
    ///     - port: 443
    /// ```
    ///
    /// ## When to allow it
    ///
    /// In a cluster of one application.
    ///
    /// ## Source
    ///
    /// - [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/): avoid `default` in production
    /// - CIS Kubernetes Benchmark 1.12, 5.6.4
    "default-namespace-used",
    "Object lands in the namespace `default`",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::NetworkSegmentation],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&ABSENT), Param::Strings(&KINDS), Param::Strings(&OTHERS)],
    check: Check::Object(check),
}

static ABSENT: Choice = Choice {
    name: "absent",
    doc: "Whether an object without a namespace is reported.",
    options: &["ignore", "report"],
    default: "ignore",
};

static KINDS: Strings =
    Strings { name: "kinds", doc: "Kinds that are judged, as globs.", default: &["*"] };

static OTHERS: Strings = Strings {
    name: "other_namespaces",
    doc: "Further namespaces that are treated like `default`, as globs.",
    default: &[],
};

/// What every cluster has in `default`.
const BELONGS: [(&str, &str); 5] = [
    ("ConfigMap", "kube-root-ca.crt"),
    ("Endpoints", "kubernetes"),
    ("EndpointSlice", "kubernetes"),
    ("Service", "kubernetes"),
    ("ServiceAccount", "default"),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let (kind, at) = (object.api().kind, object.namespace());
    let name = object.name().value.unwrap_or_default();
    if object.is_cluster_scoped() || !cx.lists(&KINDS, kind) || BELONGS.contains(&(kind, name)) {
        return;
    }
    let shown = clipped(object.display_name());
    match at.value.filter(|namespace| !namespace.is_empty()) {
        Some(namespace) if namespace == "default" || cx.lists(&OTHERS, namespace) => {
            cx.report(
                at.place,
                format_args!("`{shown}` lands in the namespace `{}`", clipped(namespace)),
            );
        }
        // Whether a custom kind has namespaces is not known.
        None if cx.choice(&ABSENT) == "report"
            && !object.api().is_custom()
            && !at.is_mistyped() =>
        {
            cx.report(at.place, format_args!("`{shown}` names no namespace"));
        }
        _ => {}
    }
}
