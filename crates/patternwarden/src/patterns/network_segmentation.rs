//! Recognises limits to who may talk to whom.

use super::by_kind::{self, Kinds};
use crate::kube::Object;
use crate::recognise::{Confidence, Px};

crate::pattern! {
    /// Only the connections that are needed are allowed.
    ///
    /// ## Intent
    ///
    /// In a cluster without policies every Pod reaches every other, so one that is taken over reaches
    /// them all. A policy beside each application says who may come in and where it may go; what
    /// nobody wrote down does not happen.
    ///
    /// ## Forces
    ///
    /// Policies only add: the first one that selects a Pod closes everything it does not open. They
    /// know labels and addresses, not methods and identities; a mesh knows those and costs a proxy.
    /// And they are only words where the network plugin does not enforce them.
    ///
    /// ## How it is seen
    ///
    /// A NetworkPolicy, or its relatives of the administrators, of Cilium and of Calico; policies of
    /// Istio's `security.istio.io`. The variant is the kind.
    ///
    /// ## What breaks it
    ///
    /// - a deny-all that speaks of incoming traffic only
    /// - outgoing traffic closed, and the name service with it
    /// - a selector in one list item where two were meant: and instead of or
    /// - Pods in the node's own network, which policies do not hold
    ///
    /// ## Over time
    ///
    /// NetworkPolicy is stable since 1.7, ranges of ports since 1.25. Policies for whole clusters
    /// are made outside Kubernetes' core, as `policy.networking.k8s.io`, and are not stable yet.
    NetworkSegmentation,
    recognise,
}

const KINDS: Kinds = &[
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("security.istio.io", "AuthorizationPolicy"),
    ("security.istio.io", "PeerAuthentication"),
    ("security.istio.io", "RequestAuthentication"),
];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    by_kind::hit(px, object, KINDS, Confidence::Certain, "who may talk to whom");
}
