use crate::engine::Cx;
use crate::kube::{PodSpec, entries, items};
use crate::matcher::clipped;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};
use alloc::vec::Vec;
use patternwarden_tree::{Kind, Node, Place};

crate::rule! {
    /// A Pod chooses nodes in a way that the platform forbids, or does not where it must.
    ///
    /// ## Why it matters
    ///
    /// On a shared cluster a tenant that pins nodes takes them from others. On a cluster with different
    /// hardware, a Pod that names no kind of node lands anywhere.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"forbid": ["nodeSelector", "nodeName"], "schedulers": ["default-scheduler"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: /spec/nodeName
    ///   nodeName: node-7
    ///   # finding: /spec/nodeSelector
    ///   nodeSelector:
    ///     pool: gpu
    ///   # finding: /spec/schedulerName
    ///   schedulerName: my-scheduler
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"require": ["nodeAffinity", "nodeSelector"], "denied_keys": ["node-role.kubernetes.io/*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: 0 /spec/affinity/nodeAffinity
    ///   nodeSelector:
    ///     # finding: 0 /spec/nodeSelector/node-role.kubernetes.io~1control-plane
    ///     node-role.kubernetes.io/control-plane: ""
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: other
    /// spec:
    ///   # finding: 1 /spec/nodeSelector
    ///   affinity:
    ///     nodeAffinity:
    ///       requiredDuringSchedulingIgnoredDuringExecution:
    ///         nodeSelectorTerms:
    ///           - matchExpressions:
    ///               # finding: 1 /spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0/key
    ///               - key: node-role.kubernetes.io/control-plane
    ///                 operator: Exists
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// As a wish as well:
    ///
    /// ```yaml,bad
    /// # settings: {"denied_keys": ["kubernetes.io/hostname"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   affinity:
    ///     nodeAffinity:
    ///       preferredDuringSchedulingIgnoredDuringExecution:
    ///         - weight: 1
    ///           preference:
    ///             matchExpressions:
    ///               # finding: /spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/preference/matchExpressions/0/key
    ///               - key: kubernetes.io/hostname
    ///                 operator: In
    ///                 values: [node-1]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"forbid": ["nodeName"], "require": ["nodeSelector"], "denied_keys": ["node-role.kubernetes.io/*"], "schedulers": ["default-scheduler"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   nodeSelector:
    ///     pool: general
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents of the platform itself. Which nodes a workload should have is not known here, so that there
    /// is no repair.
    ///
    /// ## Source
    ///
    /// - [Assigning Pods to nodes](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/)
    "node-selection-policy",
    "Node selection demanded or forbidden",
    patterns: &[Pattern::AutomatedPlacement],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&FORBID, Form::OneOf(FORMS)),
        Param::Entries(&REQUIRE, Form::OneOf(FORMS)),
        Param::Strings(&DENIED_KEYS),
        Param::Strings(&SCHEDULERS),
    ],
    check: Check::Pod(check),
}

/// The ways to choose a node.
const FORMS: &[&str] = &["nodeName", "nodeSelector", "nodeAffinity"];

static FORBID: Strings = Strings {
    name: "forbid",
    doc: "What must not be written, of `nodeName`, `nodeSelector` and `nodeAffinity`.",
    default: &[],
};

static REQUIRE: Strings =
    Strings { name: "require", doc: "What must be written, of the same.", default: &[] };

static DENIED_KEYS: Strings = Strings {
    name: "denied_keys",
    doc: "Labels of nodes, as globs, by which no Pod may choose.",
    default: &[],
};

static SCHEDULERS: Strings = Strings {
    name: "schedulers",
    doc: "Schedulers that may be named, as globs; empty for every one.",
    default: &[],
};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    // Its controller gives each of its Pods the affinity to one node.
    let owners = items(pod.object().owner_references().value);
    let of_daemon = |owner: Node<'_>| owner.get("kind").and_then(Node::as_str) == Some("DaemonSet");
    let daemon = owners.into_iter().any(of_daemon);
    let affinity = pod.node.at(&["affinity", "nodeAffinity"]);
    let forms = [
        ("nodeName", pod.node_name().place),
        ("nodeSelector", pod.node_selector().place),
        ("nodeAffinity", affinity),
    ];
    for (form, place) in forms {
        let held = place.node().is_some_and(is_filled);
        if held && !daemon && cx.lists(&FORBID, form) {
            cx.report(
                place,
                format_args!("the Pod chooses its node by `{form}`, which is forbidden here"),
            );
        } else if !held && cx.lists(&REQUIRE, form) {
            cx.report(place, format_args!("the Pod has no `{form}`, which is demanded here"));
        }
    }
    for (place, key) in keys(pod, affinity) {
        if cx.lists(&DENIED_KEYS, key) {
            cx.report(place, format_args!("no Pod may choose nodes by `{}`", clipped(key)));
        }
    }
    let scheduler = pod.node.at(&["schedulerName"]);
    let name = scheduler.node().and_then(Node::as_str).filter(|name| !name.is_empty());
    // The API server fills this name in.
    let name = name.unwrap_or("default-scheduler");
    if cx.leaves_out(&SCHEDULERS, name) {
        cx.report(
            scheduler,
            format_args!("scheduler `{}` is not among those that are allowed", clipped(name)),
        );
    }
}

fn is_filled(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => false,
        Kind::String => !node.scalar_text().is_empty(),
        _ => node.children().next().is_some(),
    }
}

/// The labels by which a Pod chooses nodes.
fn keys<'d>(pod: PodSpec<'d>, affinity: Place<'d>) -> Vec<(Node<'d>, &'d str)> {
    let mut out = Vec::new();
    out.extend(entries(pod.node_selector().value).filter_map(|entry| Some((entry, entry.key()?))));
    let Some(affinity) = affinity.node() else { return out };
    let hard = affinity.get(REQUIRED).and_then(|rule| rule.get("nodeSelectorTerms"));
    let soft = items(affinity.get(PREFERRED)).filter_map(|rule| rule.get("preference"));
    for term in items(hard).chain(soft) {
        for expression in items(term.get("matchExpressions")) {
            out.extend(expression.get("key").and_then(|key| Some((key, key.as_str()?))));
        }
    }
    out
}
