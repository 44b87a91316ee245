//! Recognises what a Pod says about where it runs.

use crate::kube::{Object, PodSpec, entries, items};
use crate::recognise::{Confidence, Px};
use patternwarden_tree::Node;

crate::pattern! {
    /// The scheduler places Pods; the manifest states needs and preferences.
    ///
    /// ## Intent
    ///
    /// Nobody picks nodes by hand. A Pod says what a node must have, what it would like, whom it
    /// wants near or far, and which taints it bears; the scheduler finds a place, and another one
    /// when the node is gone.
    ///
    /// ## Forces
    ///
    /// Every hard demand takes nodes away, until none is left and the Pod waits for ever. Preferences
    /// keep the scheduler free and promise nothing. Spread protects from the loss of a node or zone
    /// and costs traffic between them. Decisions are made once: a Pod does not move when the
    /// cluster changes.
    ///
    /// ## How it is seen
    ///
    /// A `nodeSelector`, `affinity` of any kind, `tolerations`, `topologySpreadConstraints` or
    /// `schedulingGates` that are not empty. The two tolerations that every Pod gets at admission do
    /// not count. A scheduler of one's own is a weaker sign; a `runtimeClassName` may bring a node
    /// selector. A `nodeName` written by hand goes around the scheduler.
    ///
    /// ## What breaks it
    ///
    /// - `nodeName`, which no other node can take over from
    /// - labels and taints with `master` in their name, which clusters no longer have
    /// - all replicas on one node, because nothing spreads them
    /// - an affinity for Pods whose labels nothing carries
    ///
    /// ## Over time
    ///
    /// The label `node-role.kubernetes.io/master` left kubeadm with 1.24, the taint with 1.25. The
    /// scheduler's own policy file is gone since 1.23. `matchLabelKeys` tell replicas of one rollout
    /// apart: on for spread since 1.27, stable for Pod affinity since 1.33.
    AutomatedPlacement,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    let field = |name: &str| pod.node.get(name);
    if let Some(node) = field("nodeSelector").filter(|node| node.is_map() && !is_empty(*node)) {
        px.hit(Confidence::Certain, node, "labels that the node must have").facet("nodeSelector");
    }
    for node in entries(field("affinity").and_then(Node::as_map)).filter(|node| !is_empty(*node)) {
        px.hit(Confidence::Certain, node, "what should be near, or far").facet("affinity");
    }
    tolerations(px, pod);
    for (name, label) in [
        ("topologySpreadConstraints", "how replicas are spread"),
        ("schedulingGates", "what must happen before it is placed"),
    ] {
        if let Some(node) = field(name).filter(|node| node.is_seq() && !is_empty(*node)) {
            px.hit(Confidence::Certain, node, label).facet(name);
        }
    }
    weak(px, pod);
}

fn is_empty(node: Node<'_>) -> bool {
    node.children().next().is_none()
}

fn tolerations<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let written = items(pod.node.get("tolerations").and_then(Node::as_seq));
    for node in written.filter(|node| !is_given(*node)) {
        px.hit(Confidence::Certain, node, "a taint that it bears").facet("tolerations");
    }
}

/// Whether admission adds this toleration by itself.
///
/// Source: the admission plugin DefaultTolerationSeconds; the DaemonSet controller adds the same two
/// without a time.
fn is_given(toleration: Node<'_>) -> bool {
    let text = |key: &str| toleration.get(key).and_then(Node::as_str);
    matches!(text("key"), Some("node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable"))
        && text("effect") == Some("NoExecute")
}

fn weak<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let text = |name: &str| {
        let node = pod.node.get(name)?;
        node.as_str().filter(|text| !text.is_empty()).map(|text| (node, text))
    };
    if let Some((node, name)) = text("schedulerName")
        && name != "default-scheduler"
    {
        px.hit(Confidence::Likely, node, "a scheduler of its own").facet("schedulerName");
    }
    // Every Pod that runs has one.
    let placed = pod.object().node.get("status").is_some_and(|status| !is_empty(status));
    if let Some((node, _)) = text("nodeName")
        && !placed
    {
        px.hit(Confidence::Possible, node, "placed by hand, around the scheduler");
        px.facet("nodeName");
    }
    if let Some((node, _)) = text("runtimeClassName") {
        px.hit(Confidence::Possible, node, "a runtime that only some nodes may have");
        px.facet("runtimeClassName");
    }
}
