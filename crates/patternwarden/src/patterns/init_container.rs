//! Recognises containers that run before the others.

use crate::kube::{Class, Object};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// Initialisation is separated from the main duty and runs first, in order.
    ///
    /// ## Intent
    ///
    /// What an application needs before it starts (files, a schema, a certificate, somebody who
    /// answers) is prepared by containers of their own, with their own image and rights. The
    /// application's image keeps to one duty.
    ///
    /// ## Forces
    ///
    /// One step after the other is easy to follow and slows the start. A step may run again at any
    /// restart of the Pod, so it must bear that. What it asks for in resources counts for the
    /// scheduler, although it runs only for a moment.
    ///
    /// ## How it is seen
    ///
    /// Any entry of `initContainers` without `restartPolicy: Always`, which would make it a native
    /// sidecar. Also the annotation that stood for the field in its beta, `legacy-annotation`: no
    /// cluster of today reads it.
    ///
    /// ## What breaks it
    ///
    /// - an endless command: nothing behind it ever starts
    /// - a step that waits for a container that only starts later
    /// - probes or hooks, which the API server refuses here
    /// - content fetched at every start from a place that may change or be down
    /// - the annotation instead of the field: the step is silently missing
    ///
    /// ## Over time
    ///
    /// The annotations are ignored since 1.8. Since 1.29 (beta) and 1.33 (stable) an entry with
    /// `restartPolicy: Always` is a sidecar and no longer an init container. Other restart policies
    /// for a single container are beta since 1.35.
    InitContainer,
    recognise,
}

/// Annotations in which init containers stood as JSON before 1.6.
pub(super) const ANNOTATIONS: [&str; 2] =
    ["pod.beta.kubernetes.io/init-containers", "pod.alpha.kubernetes.io/init-containers"];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.containers().filter(|container| container.class == Class::Init) {
        let label = format!("`{}` runs before the other containers", container.display_name());
        px.hit(Confidence::Certain, container.node, label);
    }
    let annotations = pod.annotations();
    for annotation in ANNOTATIONS.iter().filter_map(|key| annotations?.get(key)) {
        if annotation.as_str().is_some_and(|text| !text.trim().is_empty()) {
            px.hit(Confidence::Certain, annotation, "init containers in an annotation");
            px.facet("legacy-annotation");
        }
    }
}

/// Whether the value of a legacy annotation, JSON text, has `word` as a whole string.
pub(super) fn annotation_names(annotation: Node<'_>, word: &str) -> bool {
    let quoted = format!("\"{word}\"");
    annotation.as_str().is_some_and(|text| text.contains(&quoted))
}
