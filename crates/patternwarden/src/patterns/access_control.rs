//! Recognises who may do what against the API server.

use super::by_kind;
use crate::kube::{Binding, Object, PodSpec, Role};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// It is stated who may do what against the API server.
    ///
    /// ## Intent
    ///
    /// Most applications never talk to the API server and need no right to; a few need some. Each
    /// gets a name of its own, and what that name may do is written down, so that a process that is
    /// taken over can do no more than that.
    ///
    /// ## Forces
    ///
    /// Rights only add up, and some of them contain others: who may create Pods may use every Secret
    /// of the namespace. Narrow roles take work and show what a program does; wide ones take none
    /// and hide it. A ServiceAccount of one's own is cheap and makes both visible.
    ///
    /// ## How it is seen
    ///
    /// Roles and bindings (`rbac`). A ServiceAccount (`service-account`), a workload that runs as one
    /// that is not `default` (`custom-sa`), and a token that is not mounted (`no-token`) are weaker
    /// signs.
    ///
    /// ## What breaks it
    ///
    /// - `*` for verbs or resources
    /// - rights for the group of all ServiceAccounts, or for `default`
    /// - `escalate`, `bind` or `impersonate`, which reach every other right
    /// - a binding to a role that is not there, which whoever makes the role completes
    ///
    /// ## Over time
    ///
    /// RBAC is stable since 1.8. Tokens are bound to the Pod and expire since 1.22; ServiceAccounts
    /// no longer get a Secret with one that does not since 1.24.
    AccessControl,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let kind = by_kind::node(object);
    if let Some(binding) = Binding::of(object) {
        let place = binding.role_name().place.node().unwrap_or(kind);
        px.hit(Confidence::Certain, place, "who has these rights").facet("rbac");
    } else if Role::of(object).is_some() {
        px.hit(Confidence::Certain, kind, "what may be done").facet("rbac");
    } else if object.is("", "ServiceAccount") {
        px.hit(Confidence::Likely, kind, "a name to give rights to").facet("service-account");
        let mounted = object.node.get("automountServiceAccountToken");
        if let Some(node) = mounted.filter(|node| node.as_bool() == Some(false)) {
            px.hit(Confidence::Likely, node, "its Pods get no token").facet("no-token");
        }
    }
    if let Some(pod) = object.pod_spec() {
        identity(px, pod);
    }
}

fn identity<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let account = pod.service_account();
    let written =
        pod.service_account_name().place.node().or_else(|| pod.node.get("serviceAccount"));
    if let Some(place) = written.filter(|_| account != "default") {
        px.hit(Confidence::Likely, place, format!("runs as `{account}`")).facet("custom-sa");
    }
    let mounted = pod.automount_service_account_token();
    if mounted.value == Some(false) {
        px.hit(Confidence::Likely, mounted.place, "gets no token").facet("no-token");
    }
}
