//! Recognises probes and readiness gates.

use crate::kube::{Container, Object, PodSpec, Probe, ProbeKind};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

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
    /// healthy replicas when a shared dependency fails. Probing often finds trouble early and costs
    /// work in every replica; probing seldom leaves callers waiting for a dead one.
    ///
    /// ## How it is seen
    ///
    /// Any `livenessProbe`, `readinessProbe` or `startupProbe` of a container that runs for the life
    /// of the Pod, or `readinessGates` of the Pod. A probe on a plain init container is refused by
    /// the API server and does not count. A Knative Service fills in probes of its own, so a probe
    /// there is a weaker sign.
    ///
    /// ## What breaks it
    ///
    /// - liveness that asks for the health of a database or of another service
    /// - a port that nothing in the container listens on
    /// - a start that may take longer than the rollout is willing to wait
    /// - a readiness gate whose condition no controller ever sets
    ///
    /// ## Over time
    ///
    /// Startup probes are stable since 1.20, gRPC probes since 1.27. A grace period of its own for
    /// a failed probe is stable since 1.28. The Pod Security Standards of 1.34 forbid to name a
    /// host in a probe.
    HealthProbe,
    recognise,
}

/// Where Knative kept the only container before `v1beta1`.
const KNATIVE_ALPHA: &[&str] =
    &["spec", "runLatest", "configuration", "revisionTemplate", "spec", "container"];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let knative = object.is("serving.knative.dev", "Service");
    let confidence = if knative { Confidence::Likely } else { Confidence::Certain };
    if let Some(pod) = object.pod_spec() {
        for container in pod.running_containers() {
            for probe in container.probes() {
                hit(px, confidence, probe, Container::display_name(container));
            }
        }
        gates(px, confidence, pod);
    } else if knative && let Some(container) = object.node.at(KNATIVE_ALPHA).node() {
        let name = container.get("name").and_then(Node::as_str).unwrap_or("?");
        for kind in ProbeKind::ALL {
            if let Some(node) = container.get(kind.field()).and_then(Node::as_map) {
                hit(px, confidence, Probe { node, kind }, name);
            }
        }
    }
    if knative {
        px.facet("knative");
    }
}

fn hit<'d>(px: &mut Px<'_, 'd>, confidence: Confidence, probe: Probe<'d>, container: &str) {
    let word = probe.kind.word();
    px.hit(confidence, probe.node, format!("{word} probe of container `{container}`"));
    match probe.handler() {
        Some(handler) => px.facet(format!("{word}/{}", handler.field())),
        None => px.facet(word),
    };
}

fn gates<'d>(px: &mut Px<'_, 'd>, confidence: Confidence, pod: PodSpec<'d>) {
    let gates = pod.readiness_gates();
    if gates.value.is_some_and(|list| list.items().next().is_some()) {
        px.hit(confidence, gates.place, "conditions that must hold before traffic");
        px.facet("readiness-gates");
    }
}
