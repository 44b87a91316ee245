//! Recognises probes and readiness gates.

use crate::kube::{Object, PodSpec};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// The application exposes its health, so that the platform can act on it.
    ///
    /// ## Intent
    ///
    /// A process that runs is not yet a process that works. A liveness probe lets the platform
    /// restart what is stuck, a readiness probe keeps traffic away from what is not ready, and a
    /// startup probe holds both back while something slow starts.
    ///
    /// ## Forces
    ///
    /// A probe that tests too little misses a dead application; one that tests too much restarts
    /// healthy replicas when a shared dependency fails.
    ///
    /// ## How it is seen
    ///
    /// Any `livenessProbe`, `readinessProbe` or `startupProbe` of a running container, or
    /// `readinessGates` of the Pod. A probe on a plain init container is invalid and does not count.
    HealthProbe,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.running_containers() {
        for probe in container.probes() {
            let label = format!(
                "{} probe of container `{}`",
                probe.kind.word(),
                container.display_name()
            );
            px.hit(Confidence::Certain, probe.node, label);
            match probe.handler() {
                Some(handler) => px.facet(format!("{}/{}", probe.kind.word(), handler.field())),
                None => px.facet(probe.kind.word()),
            };
        }
    }
    gates(px, pod);
}

fn gates<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let gates = pod.readiness_gates();
    if gates.value.is_some_and(|list| list.items().next().is_some()) {
        px.hit(Confidence::Certain, gates.place, "conditions that must hold before traffic");
        px.facet("readiness-gates");
    }
}
