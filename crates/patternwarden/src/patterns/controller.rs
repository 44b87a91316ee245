//! Recognises workloads that watch the API server.

use crate::kube::{Binding, Object, PodSpec, entries};
use crate::recognise::{Confidence, Px};
use crate::set::Set;
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::Node;

crate::pattern! {
    /// A loop drives the actual state towards the declared one.
    ///
    /// ## Intent
    ///
    /// The cluster is told what shall be, not what to do. A controller observes both sides, finds the
    /// difference, acts to make it smaller, and starts over. It never ends and needs no order of
    /// events: whatever it missed, it sees on the next round.
    ///
    /// ## Forces
    ///
    /// Watching is cheap and quick, and a watch can break, so everything must be listed again from
    /// time to time. Two controllers that want the same field fight without end. What it may do it
    /// may also do wrong, in the whole namespace or cluster.
    ///
    /// ## How it is seen
    ///
    /// A workload whose ServiceAccount is bound, among these objects, to a role that grants `watch`,
    /// by name, by `*`, or by one of the built-in roles `view`, `edit`, `admin`, `cluster-admin`.
    /// With `controller` or `operator` in its name or labels it is certain. The name alone proves
    /// little. A Job ends, so it is none.
    ///
    /// ## What breaks it
    ///
    /// - a role that lacks one of `get`, `list`, `watch`, or the verbs to act
    /// - no right to write `status`, or to emit events
    /// - acting on single events only: what happens while it is down is lost
    /// - several replicas without leader election
    ///
    /// ## Over time
    ///
    /// RBAC is stable since 1.8. Leader election went from ConfigMaps and Endpoints to Leases,
    /// the only lock in client-go since 1.28.
    Controller,
    recognise,
}

/// Roles that come with every cluster and grant `watch`.
const BUILT_IN: [&str; 4] = ["view", "edit", "admin", "cluster-admin"];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec().filter(|pod| !pod.workload.is_job()) else { return };
    let watches = watches(px.set(), pod);
    let named = is_named(object.display_name());
    if watches.is_empty() {
        if let Some(name) = object.name().place.node().filter(|_| named) {
            px.hit(Confidence::Possible, name, "named like a controller").facet("name-only");
        }
        return;
    }
    let certain = named || is_labelled(object.labels().value) || is_labelled(pod.labels());
    let confidence = if certain { Confidence::Certain } else { Confidence::Likely };
    for place in watches {
        let label = format!("ServiceAccount `{}` may watch", pod.service_account());
        px.hit(confidence, place, label);
    }
    px.facet("rbac");
}

/// What lets the ServiceAccount of a Pod watch: rules of roles in the set, or references to
/// built-in ones.
pub(super) fn watches<'d>(set: &Set<'d>, pod: PodSpec<'d>) -> Vec<Node<'d>> {
    let rules = set.roles_of(pod).flat_map(|role| role.rules().collect::<Vec<_>>());
    let mut out: Vec<_> =
        rules.filter(|rule| rule.has_verb("watch")).map(|rule| rule.node).collect();
    out.extend(built_in(set, pod).filter_map(|(_, binding)| binding.role_name().place.node()));
    out
}

/// Bindings of a Pod's ServiceAccount to roles that come with the cluster.
pub(super) fn built_in<'s, 'd>(
    set: &'s Set<'d>,
    pod: PodSpec<'d>,
) -> impl Iterator<Item = (&'static str, Binding<'d>)> + use<'s, 'd> {
    set.bindings_of(pod)
        .filter(|binding| binding.role_kind().value == Some("ClusterRole"))
        .filter(move |binding| set.bound_role(*binding).is_none())
        .filter_map(|binding| {
            let name = binding.role_name().value?;
            Some((*BUILT_IN.iter().find(|known| **known == name)?, binding))
        })
}

fn is_labelled(labels: Option<Node<'_>>) -> bool {
    entries(labels).any(|label| is_named(label.scalar_text()))
}

fn is_named(name: &str) -> bool {
    let name: String = name.to_ascii_lowercase();
    name.contains("controller") || name.contains("operator")
}
