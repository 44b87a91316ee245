//! Recognises containers that help the main one.

use super::links::{calls, injection, shared_volumes};
use crate::kube::{Class, Object, PodSpec};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// A helper container extends the main one without changing it.
    ///
    /// ## Intent
    ///
    /// Two containers of one Pod live on the same node, share the network and may share volumes. So
    /// a duty that is not the application's own (syncing files, shipping logs, talking TLS) gets an
    /// image of its own, made and updated by somebody else.
    ///
    /// ## Forces
    ///
    /// Helpers start, stop and fail with the Pod: a helper that dies takes the Pod's readiness with
    /// it, and one that never ends keeps a Job from ending. Each of them needs resources, probes and
    /// rights of its own, in every replica.
    ///
    /// ## How it is seen
    ///
    /// An init container with `restartPolicy: Always` is a sidecar by definition (`native`). Two
    /// containers that share a writable volume (`shared-volume`), or of which one names a port of
    /// the loopback that it does not declare itself (`localhost`), work together. A web server that
    /// forwards to the application is an `ingress-proxy`. An annotation by which a mesh adds its
    /// proxy counts as well (`injected`). Several containers without any link only may be one
    /// (`multi-container`).
    ///
    /// ## What breaks it
    ///
    /// - a helper among `containers` of a Job, which then never completes
    /// - a helper that the main container needs at start, with nothing that makes it wait
    /// - a helper without resources, probes or security context: rules hold for every container
    /// - an init container that calls a helper which is not running yet
    ///
    /// ## Over time
    ///
    /// Native sidecars are alpha since 1.28, on by default since 1.29 and stable since 1.33. They
    /// start in order before the application, may have probes, stop after it in reverse order, and
    /// do not keep a Job from completing.
    Sidecar,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.containers().filter(|container| container.class == Class::Sidecar) {
        let label = format!("`{}` runs beside the application", container.display_name());
        px.hit(Confidence::Certain, container.node, label).facet("native");
    }
    volumes(px, pod);
    network(px, pod);
    if let Some(mark) = injection(pod) {
        px.hit(Confidence::Likely, mark, "a mesh adds its proxy to this Pod").facet("injected");
    }
    if !px.is_hit() && pod.app_containers().nth(1).is_some() {
        for container in pod.app_containers() {
            let label = format!("`{}` is one of several containers", container.display_name());
            px.hit(Confidence::Possible, container.node, label);
        }
        px.facet("multi-container");
    }
}

fn volumes<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for (name, mounts) in shared_volumes(pod) {
        for mount in mounts {
            px.hit(Confidence::Likely, mount, format!("several containers share volume `{name}`"));
        }
        px.facet("shared-volume");
    }
}

fn network<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for call in calls(pod) {
        let (from, port) = (call.from.display_name(), call.port);
        let label = match call.to {
            Some(to) => format!("`{from}` calls `{}` at localhost:{port}", to.display_name()),
            None => format!("`{from}` calls localhost:{port}"),
        };
        px.hit(Confidence::Likely, call.place, label).facet("localhost");
        if call.is_front {
            px.facet("ingress-proxy");
        }
    }
}
