//! Recognises the building of images inside the cluster.

use super::by_kind::{self, Kinds};
use crate::kube::{Container, Object};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// Container images are built inside the cluster.
    ///
    /// ## Intent
    ///
    /// Where images run, they can be built too: beside the registry, with the cluster's own
    /// capacity and rights, and again by itself when the base image or the source changes.
    ///
    /// ## Forces
    ///
    /// A build runs commands of whoever wrote the source. With the container runtime's socket or a
    /// privileged container it owns the node; builders without root exist and can do a little less.
    /// Builds are greedy and short, which suits Jobs and disturbs neighbours.
    ///
    /// ## How it is seen
    ///
    /// Builds of OpenShift, Shipwright, kpack and the former Knative Build. A container whose image
    /// is a known builder (`builder-image`): its repository counts, not its tag. Tekton's pipelines
    /// build images or do other work.
    ///
    /// ## What breaks it
    ///
    /// - the socket of the container runtime, mounted from the node
    /// - privileged builders, where one without root would do
    /// - a registry that is written to without encryption
    /// - a base image by tag: the same source builds something else tomorrow
    ///
    /// ## Over time
    ///
    /// The socket of Docker left most nodes with dockershim in 1.24. Knative Build became Tekton. The
    /// project kaniko is archived since June 2025. User namespaces, which root in a build can live
    /// in, are stable since 1.36.
    ImageBuilder,
    recognise,
}

/// Kinds that only builds have. OpenShift served its kinds in the core group until 4.0.
const BUILDS: Kinds = &[
    ("build.openshift.io", "BuildConfig"),
    ("build.openshift.io", "Build"),
    ("image.openshift.io", "ImageStream"),
    ("", "BuildConfig"),
    ("", "ImageStream"),
    ("shipwright.io", "Build"),
    ("shipwright.io", "BuildRun"),
    ("shipwright.io", "BuildStrategy"),
    ("shipwright.io", "ClusterBuildStrategy"),
    ("kpack.io", "Image"),
    ("kpack.io", "Build"),
    ("kpack.io", "Builder"),
    ("kpack.io", "ClusterBuilder"),
    ("build.knative.dev", "Build"),
    ("build.knative.dev", "BuildTemplate"),
    ("build.knative.dev", "ClusterBuildTemplate"),
];

/// Kinds of pipelines, which may do anything.
const PIPELINES: Kinds = &[
    ("tekton.dev", "Task"),
    ("tekton.dev", "TaskRun"),
    ("tekton.dev", "Pipeline"),
    ("tekton.dev", "PipelineRun"),
];

/// Words in the repository of an image that builds images.
const BUILDERS: &[&str] = &["kaniko", "buildah", "buildkit", "img", "jib", "dind", "s2i"];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    by_kind::hit(px, object, BUILDS, Confidence::Certain, "builds an image");
    by_kind::hit(px, object, PIPELINES, Confidence::Likely, "may build an image");
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.containers().filter(|container| builds(*container)) {
        let label = format!("`{}` runs a builder of images", container.display_name());
        px.hit(Confidence::Certain, container.image().place, label).facet("builder-image");
    }
}

/// Whether a whole word of the repository is a builder's name.
fn builds(container: Container<'_>) -> bool {
    let repository = container.image_ref().map_or("", |image| image.repository);
    repository.split(['/', '-', '_', '.']).any(|word| BUILDERS.contains(&word))
}
