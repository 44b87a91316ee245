//! Recognises what takes privileges away from processes.

use crate::kube::{Container, Namespace, Object, PodSpec, entries};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::{At, Node, Place};

crate::pattern! {
    /// A process gets the least privileges it needs.
    ///
    /// ## Intent
    ///
    /// Somebody will break into an application one day. What they find then shall be a process
    /// without root, without capabilities, without a way to gain more, in a file system it cannot
    /// change: a container, not a door to the node.
    ///
    /// ## Forces
    ///
    /// Every privilege taken away may be one that the image silently counts on, and the author often
    /// did not build the image. Defaults are generous so that old images run. Strictness in one Pod
    /// does not help when the neighbour is privileged.
    ///
    /// ## How it is seen
    ///
    /// Any field that restricts, in the Pod or in one of its containers: `runAsNonRoot: true`, a
    /// `runAsUser` other than 0, `allowPrivilegeEscalation: false`, dropped capabilities,
    /// `readOnlyRootFilesystem: true`, a seccomp or AppArmor profile, `hostUsers: false`. The labels
    /// of Pod Security admission on a Namespace. `privileged: true`, and a Namespace that enforces
    /// the level `privileged`, speak the same language against its intent.
    ///
    /// ## What breaks it
    ///
    /// - a container that overrides what the Pod says
    /// - a user without a number, which the kubelet cannot tell from root
    /// - host namespaces, host paths, added capabilities
    /// - a read-only root without a writable place for what the program must write
    ///
    /// ## Over time
    ///
    /// Seccomp profiles are fields since 1.19, AppArmor profiles since 1.30. Pod Security admission is
    /// stable since 1.25. User namespaces are on since 1.33 and stable since 1.36; from 1.35 on the
    /// Pod Security Standards ask less of a Pod that has one.
    ProcessContainment,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if let Some(namespace) = Namespace::of(object) {
        levels(px, namespace);
    }
    let Some(pod) = object.pod_spec() else { return };
    of_pod(px, pod);
    pod.containers().for_each(|container| of_container(px, container));
}

/// Labels of Pod Security admission.
fn levels<'d>(px: &mut Px<'_, 'd>, namespace: Namespace<'d>) {
    let labels = entries(namespace.object.labels().value);
    for label in labels {
        let mode = label.key().and_then(|key| key.strip_prefix("pod-security.kubernetes.io/"));
        let Some(mode @ ("enforce" | "audit" | "warn")) = mode else { continue };
        match label.as_str() {
            Some(level @ ("baseline" | "restricted")) => {
                px.hit(Confidence::Certain, label, format!("Pods are held to `{level}` ({mode})"));
                px.facet("psa-labels");
            }
            Some("privileged") if mode == "enforce" => {
                px.hit(Confidence::Likely, label, "every Pod is let in");
                px.facet("psa-labels").violated();
            }
            _ => {}
        }
    }
}

fn of_pod<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    user(px, pod.run_as_non_root(), pod.run_as_user());
    flag(px, pod.host_users(), false, "hostUsers");
    if let Some(context) = pod.security_context().value {
        profiles(px, context);
    }
}

fn of_container<'d>(px: &mut Px<'_, 'd>, container: Container<'d>) {
    user(px, container.run_as_non_root(), container.run_as_user());
    let escalation = container.allow_privilege_escalation();
    flag(px, escalation, false, "allowPrivilegeEscalation");
    flag(px, container.read_only_root_filesystem(), true, "readOnlyRootFilesystem");
    let drop = container.capabilities_drop();
    if drop.value.is_some_and(|list| list.items().next().is_some()) {
        restricts(px, drop.place, "capabilities.drop");
    }
    if let Some(context) = container.security_context().value {
        profiles(px, context);
    }
    if container.privileged().value == Some(true) {
        let label = format!("container `{}` has every right on the node", container.display_name());
        px.hit(Confidence::Likely, container.privileged().place, label);
        px.facet("privileged").violated();
    }
}

fn user<'d>(px: &mut Px<'_, 'd>, non_root: At<'d, bool>, id: At<'d, i64>) {
    flag(px, non_root, true, "runAsNonRoot");
    if id.value.is_some_and(|id| id != 0) {
        restricts(px, id.place, "runAsUser");
    }
}

fn flag<'d>(px: &mut Px<'_, 'd>, at: At<'d, bool>, strict: bool, field: &'static str) {
    if at.value == Some(strict) {
        restricts(px, at.place, field);
    }
}

/// Seccomp and AppArmor profiles of a security context, of the Pod or of a container.
fn profiles<'d>(px: &mut Px<'_, 'd>, context: Node<'d>) {
    for field in ["seccompProfile", "appArmorProfile"] {
        let kind = context.get(field).and_then(|profile| profile.get("type"));
        let Some(kind) = kind.filter(|kind| kind.as_str().is_some_and(|k| k != "Unconfined"))
        else {
            continue;
        };
        px.hit(Confidence::Certain, kind, format!("`{field}` limits what the kernel does for it"));
        px.facet(field);
    }
}

fn restricts<'d>(px: &mut Px<'_, 'd>, place: Place<'d>, field: &'static str) {
    px.hit(Confidence::Certain, place, format!("`{field}` takes privileges away")).facet(field);
}
