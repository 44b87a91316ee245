//! Recognises reactions to the platform's events.

use super::links::mounts_of;
use crate::kube::{Class, Container, Object, PodSpec};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// The application reacts to the events of the platform: start, stop, hooks.
    ///
    /// ## Intent
    ///
    /// The platform starts, moves and stops containers whenever it must. An application that hears
    /// of it can warm up before it serves and finish what it began before it goes. Where the
    /// application itself cannot, a hook beside it can.
    ///
    /// ## Forces
    ///
    /// The signal to stop and the removal from every load balancer happen at the same time, so what
    /// stops at once loses requests. Waiting costs time at every rollout, and more than the grace
    /// period is cut off. A start hook runs beside the entry point in no given order, and the
    /// container is not running for the platform until it ends.
    ///
    /// ## How it is seen
    ///
    /// A `preStop`, a `postStart` or a `stopSignal` of a container that runs for the life of the
    /// Pod; a grace period other than the default of 30 seconds. A command that stands in a volume
    /// which an init container filled may be an entry point that was put around the application's
    /// own (`entrypoint`).
    ///
    /// ## What breaks it
    ///
    /// - a hook that takes longer than the grace period
    /// - a hook that needs a shell in an image without one
    /// - work in `postStart` that belongs into an init container
    /// - a shell as first process that does not pass the signal on
    ///
    /// ## Over time
    ///
    /// The `sleep` action of hooks is on by default since 1.30 and stable since 1.34. A `stopSignal`
    /// of the container's own is alpha since 1.33. Since native sidecars (stable in 1.33) helpers
    /// stop after the application, in reverse order.
    ManagedLifecycle,
    recognise,
}

/// Seconds that the API server fills in.
const DEFAULT_GRACE: i64 = 30;

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.running_containers() {
        let name = container.display_name();
        for event in ["postStart", "preStop", "stopSignal"] {
            let written = container.lifecycle().value.and_then(|lifecycle| lifecycle.get(event));
            if let Some(node) = written.filter(|node| !node.is_null()) {
                px.hit(Confidence::Certain, node, format!("{event} of `{name}`")).facet(event);
            }
        }
    }
    let grace = pod.termination_grace_period_seconds();
    if grace.value.is_some_and(|seconds| seconds != DEFAULT_GRACE) {
        px.hit(Confidence::Likely, grace.place, "its own time to stop").facet("grace-period");
    }
    for container in pod.app_containers() {
        entry_point(px, pod, container);
    }
}

/// A command below a volume that an init container mounts too.
fn entry_point<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>, container: Container<'d>) {
    let Some(command) = container.command().value.and_then(|list| list.items().next()) else {
        return;
    };
    let program = command.as_str().unwrap_or_default();
    let inits = || pod.containers().filter(|other| other.class == Class::Init);
    for (volume, path, _) in container.mounts() {
        let below =
            |path: &str| program.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let empty = pod.volume(volume).is_some_and(|volume| volume.source() == "emptyDir");
        if empty && below(path.trim_end_matches('/')) && !mounts_of(inits(), volume).is_empty() {
            let label = "a program that an init container brought";
            px.hit(Confidence::Possible, command, label).facet("entrypoint");
        }
    }
}
