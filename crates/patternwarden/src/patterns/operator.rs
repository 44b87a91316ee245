//! Recognises controllers that come with their own resource types.

use super::controller::{built_in, watches};
use super::purpose::{Purpose, purpose};
use crate::kube::{Crd, Object, PodSpec, PolicyRule, items};
use crate::recognise::{Confidence, Px};
use alloc::{format, vec::Vec};
use patternwarden_tree::Node;

crate::pattern! {
    /// A controller with its own resource type automates the knowledge of an operator.
    ///
    /// ## Intent
    ///
    /// What an experienced administrator knows about one application (how to install, upgrade, back
    /// up, repair it) becomes a program. Its user declares a resource in the words of the application, and
    /// a controller that knows both Kubernetes and the application makes it true.
    ///
    /// ## Forces
    ///
    /// A resource type of one's own is validated, stored and guarded like the built-in ones, and it
    /// is an API: it needs versions and a schema, and others will depend on it. It belongs to the
    /// whole cluster, even when the application does not.
    ///
    /// ## How it is seen
    ///
    /// A workload that is a controller, together with a CustomResourceDefinition whose group its
    /// ServiceAccount was granted. A definition alone (`crd`), a resource of such a type beside it
    /// (`cr-instance`), or a controller that is merely named `operator` (`name+rbac`) are weaker. A
    /// ClusterServiceVersion of the Operator Lifecycle Manager is one by definition (`olm`).
    ///
    /// Where its schema tells, a definition is also sorted by what its resources are for. Those with
    /// replicas, images, storage and the like install and run an application (`crd/installation`), as
    /// `Prometheus` does. Those that select, refer or hold rules, and describe no workload, speak of
    /// an application's own things (`crd/application`), as `ServiceMonitor` does.
    ///
    /// ## What breaks it
    ///
    /// - a definition without a structural schema, or in the API version that was removed
    /// - no `status` subresource: the user's edit and the controller's report overwrite each other
    /// - rights on the resource but not on its `status`
    /// - rights on everything where a few kinds would do
    ///
    /// ## Over time
    ///
    /// `apiextensions.k8s.io/v1beta1` is gone since 1.22; `v1` demands a schema for each version.
    /// Validation by CEL expressions is stable since 1.29, selectable fields since 1.32.
    Operator,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if let Some(crd) = Crd::of(object) {
        definition(px, crd);
    }
    if object.is("operators.coreos.com", "ClusterServiceVersion") {
        let kind = object.kind().place;
        px.hit(Confidence::Certain, kind, "an operator as its life-cycle manager sees it");
        px.facet("olm");
    }
    instance(px, object);
    if let Some(pod) = object.pod_spec().filter(|pod| !pod.workload.is_job()) {
        workload(px, pod);
    }
}

/// A definition, and what its resources are for.
fn definition<'d>(px: &mut Px<'_, 'd>, crd: Crd<'d>) {
    let place = crd.names_kind().place;
    px.hit(Confidence::Likely, place, "a resource type of its own").facet("crd");
    let Some((purpose, shown)) = purpose(crd) else { return };
    let (label, facet) = match purpose {
        Purpose::Installation => ("it installs and runs something", "crd/installation"),
        Purpose::Application => ("it speaks of an application's own things", "crd/application"),
    };
    px.hit(Confidence::Likely, shown, label).facet(facet);
}

/// A resource of a type that is defined in the same set.
fn instance<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let api = object.api();
    let mut types = px.set().of_kind("CustomResourceDefinition").filter_map(Crd::of);
    let Some(crd) = types.find(|crd| {
        !api.group.is_empty()
            && crd.group().value == Some(api.group)
            && crd.names_kind().value == Some(api.kind)
    }) else {
        return;
    };
    px.hit(Confidence::Likely, object.kind().place, "a resource of the type that is defined here");
    px.hit(Confidence::Likely, crd.names_kind().place, "its definition").facet("cr-instance");
}

fn workload<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let set = px.set();
    let watches = watches(set, pod);
    if watches.is_empty() {
        return;
    }
    let rules: Vec<_> =
        set.roles_of(pod).flat_map(|role| role.rules().collect::<Vec<_>>()).collect();
    // The only built-in role that covers the resources of any definition.
    let admin = built_in(set, pod).find(|(name, _)| *name == "cluster-admin");
    let admin = admin.and_then(|(_, binding)| binding.role_name().place.node());
    for crd in set.of_kind("CustomResourceDefinition").filter_map(Crd::of) {
        let Some(group) = crd.group().value else { continue };
        let rule = rules.iter().find(|rule| grants(**rule, group)).map(|rule| rule.node);
        let Some(grant) = rule.or(admin) else { continue };
        let name = crd.names_kind().value.unwrap_or("?");
        px.hit(Confidence::Certain, crd.names_kind().place, format!("it defines `{name}`"));
        px.hit(Confidence::Certain, grant, format!("it may work on resources of `{group}`"));
        px.facet("crd+rbac");
    }
    let object = pod.object();
    if !px.is_hit() && object.display_name().to_ascii_lowercase().contains("operator") {
        px.hit(Confidence::Likely, object.name().place, "a controller named operator");
        for place in watches {
            px.hit(Confidence::Likely, place, "it may watch");
        }
        px.facet("name+rbac");
    }
}

fn grants(rule: PolicyRule<'_>, group: &str) -> bool {
    let groups = items(rule.api_groups().value);
    let granted = groups.filter_map(Node::as_str).any(|listed| listed == "*" || listed == group);
    granted && rule.verbs().value.is_some_and(|verbs| verbs.items().next().is_some())
}
