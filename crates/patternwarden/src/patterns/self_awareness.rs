//! Recognises what a Pod learns about itself.

use crate::kube::{Container, Object, PodSpec, items};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// A Pod learns about itself through the Downward API.
    ///
    /// ## Intent
    ///
    /// An application may need its own name, address, labels or limits: to write them into logs, to
    /// find its peers, to size its heap. The platform hands them over as variables or files, so that
    /// it need not ask the API server and needs no right to.
    ///
    /// ## Forces
    ///
    /// Variables are simple and fixed at start; files follow changes of labels and annotations after
    /// a while. What is not of the Pod itself is not on offer. A limit that is not set is answered
    /// with what the node has, which is rarely what was meant.
    ///
    /// ## How it is seen
    ///
    /// A variable from `fieldRef` or `resourceFieldRef` (`env`), a volume of `downwardAPI`, also as
    /// part of a projected one (`volume`). The volume that brings every Pod its token does not count.
    ///
    /// ## What breaks it
    ///
    /// - a field path that only files can have, such as all labels, in a variable
    /// - the limit of a container that has none
    /// - asking the API server for what is handed over anyway
    ///
    /// ## Over time
    ///
    /// Sizes of huge pages can be handed over since 1.27 (stable), and both addresses of a dual-stack
    /// node since 1.30.
    SelfAwareness,
    recognise,
}

/// What the admission plugin ServiceAccount calls the volume that it adds to Pods.
const TOKEN_VOLUME: &str = "kube-api-access-";

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.containers() {
        variables(px, container);
    }
    volumes(px, pod);
}

fn variables<'d>(px: &mut Px<'_, 'd>, container: Container<'d>) {
    for entry in items(container.env().value) {
        let Some(from) = entry.get("valueFrom") else { continue };
        let source = from.get("fieldRef").or_else(|| from.get("resourceFieldRef"));
        if let Some(source) = source.filter(|source| source.is_map()) {
            let name = entry.get("name").and_then(Node::as_str).unwrap_or("?");
            px.hit(Confidence::Certain, source, format!("`{name}` is about the Pod")).facet("env");
        }
    }
}

fn volumes<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let given = |name: Option<&str>| name.is_some_and(|name| name.starts_with(TOKEN_VOLUME));
    for volume in pod.volumes().filter(|volume| !given(volume.name().value)) {
        let sources = items(volume.node.at(&["projected", "sources"]).node());
        let projected = sources.filter_map(|source| source.get("downwardAPI"));
        for node in volume.node.get("downwardAPI").into_iter().chain(projected) {
            px.hit(Confidence::Certain, node, "files about the Pod").facet("volume");
        }
    }
}
