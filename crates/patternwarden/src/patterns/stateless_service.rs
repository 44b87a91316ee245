//! Recognises replicas that stand for one another.

use super::by_kind;
use crate::kube::{Object, PodSpec, Workload};
use crate::recognise::{Confidence, Px};
use patternwarden_tree::Node;

crate::pattern! {
    /// Identical, replaceable replicas serve behind one address.
    ///
    /// ## Intent
    ///
    /// If no replica keeps anything that the others do not have, any of them can answer any request,
    /// go at any time and be joined by more. What must be kept is kept elsewhere.
    ///
    /// ## Forces
    ///
    /// Replicas that are alike are easy to scale, update and lose. The state that they do not have
    /// is somebody else's problem, and every request goes there. A shared volume looks like state of
    /// one's own and is bound to what the storage allows.
    ///
    /// ## How it is seen
    ///
    /// A Deployment or ReplicaSet whose Pods serve: a declared port, or a Service that selects them.
    /// With one replica, or with a claim that all replicas share (`with-pvc`), less surely. Without
    /// any sign of serving it may as well be a worker or a controller.
    ///
    /// ## What breaks it
    ///
    /// - a claim that only one node may mount, in several replicas
    /// - sessions in memory, and a Service that sends the next request elsewhere
    /// - one replica: every update and every node that goes is an outage
    /// - replicas that all land on one node
    ///
    /// ## Over time
    ///
    /// ReplicationControllers came first; Deployments are stable since 1.9 and make ReplicaSets, which
    /// nobody should write by hand any more.
    StatelessService,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload() else { return };
    let set = matches!(workload.kind.like, "ReplicaSet" | "ReplicationController");
    // What has no count, as a Knative Service, is scaled by others.
    let Some(replicas) = workload.replicas().filter(|_| set || workload.is_like("Deployment"))
    else {
        return;
    };
    let Some(pod) = workload.pod_spec() else { return };
    let serves = serves(px, pod);
    let claim = pod.volumes().find_map(|volume| volume.claim_name().place.node());
    let confidence = match serves {
        None => Confidence::Possible,
        Some(_) if claim.is_none() && (set || replicas > 1) => Confidence::Certain,
        Some(_) => Confidence::Likely,
    };
    px.hit(confidence, place(workload), "replicas that are all alike");
    if let Some(serves) = serves {
        px.hit(confidence, serves, "they serve");
    }
    if let Some(claim) = claim {
        px.hit(confidence, claim, "storage that they all share").facet("with-pvc");
    }
}

fn place(workload: Workload<'_>) -> Node<'_> {
    let written = workload.written_replicas().place.node();
    written.unwrap_or(by_kind::node(workload.object))
}

/// A port that a container declares, else the selector of a Service that reaches the Pod.
fn serves<'d>(px: &Px<'_, 'd>, pod: PodSpec<'d>) -> Option<Node<'d>> {
    let port = pod.running_containers().find_map(|container| container.ports().next());
    let service = || px.set().services_of(pod).first()?.selector().value;
    port.map(|port| port.node).or_else(service)
}
