//! Recognises what runs on every node.

use super::by_kind;
use crate::kube::Object;
use crate::recognise::{Confidence, Px};

crate::pattern! {
    /// One infrastructure Pod runs on each selected node.
    ///
    /// ## Intent
    ///
    /// Logs, metrics, storage and networks need somebody on every node. A DaemonSet puts one Pod
    /// there, on new nodes as well, and takes it away with the node.
    ///
    /// ## Forces
    ///
    /// Such a Pod is close to the node and often needs more rights than an application: paths,
    /// ports, sometimes the node's network. It costs its resources on every node, and it must run
    /// where applications may not, so it bears taints that they do not.
    ///
    /// ## How it is seen
    ///
    /// A DaemonSet. Static Pods, which a kubelet reads from its own disk, cannot be seen from a
    /// manifest of the cluster.
    ///
    /// ## What breaks it
    ///
    /// - a toleration for a taint that clusters no longer set
    /// - no requests: the Pod that everybody depends on goes first
    /// - a host path that is wider than what the Pod reads
    /// - an update that takes the service away from all nodes at once
    ///
    /// ## Over time
    ///
    /// The default scheduler places these Pods since 1.12. An update may start the new Pod before the
    /// old one goes (`maxSurge`), stable since 1.25.
    DaemonService,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if object.workload().is_some_and(|workload| workload.is_like("DaemonSet")) {
        px.hit(Confidence::Certain, by_kind::node(object), "one Pod on every node that fits");
    }
}
