//! Recognises configuration that cannot be changed in place.

use super::init_container::{ANNOTATIONS, annotation_names};
use super::links::mounts_of;
use crate::image_files::{
    CopiedImage, copied_images, has_fetcher, is_handed_over, process_roots, speaks_of_config,
};
use crate::kube::{ConfigObject, Object, PodSpec};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// Configuration cannot change after it was built; a change is a new reference.
    ///
    /// ## Intent
    ///
    /// What was tested is what runs. A set of configuration is built once, gets a version, travels
    /// like any artefact, and each environment names the set it wants. Going back means naming the
    /// one before.
    ///
    /// ## Forces
    ///
    /// Nothing changes under a running application, and nothing can be changed quickly either. An
    /// immutable object spares the API server its watches, but must be deleted to be corrected. An
    /// image holds as much as one likes and needs a build, a registry and a pull.
    ///
    /// ## How it is seen
    ///
    /// `immutable: true` on a ConfigMap or Secret (`immutable-resource`). A volume whose source is an
    /// image (`oci-image-volume`). An init container that fills an `emptyDir` of the application
    /// from its own image, when its names speak of configuration; it neither reads a ConfigMap or
    /// Secret nor fetches anything (`config-image`). A container that reads another one's files
    /// under `/proc` in a shared process namespace, or a model from a registry (`modelcar`).
    ///
    /// ## What breaks it
    ///
    /// - a name without a version: the next set has to take the place of this one
    /// - an image tag that moves: only a digest never changes
    /// - a shared process namespace, which opens every container's environment to the others
    ///
    /// ## Over time
    ///
    /// Immutable ConfigMaps and Secrets are stable since 1.21. Image volumes are alpha since 1.31, on
    /// since 1.35 and stable since 1.36; they replace both the copying init container and the way
    /// through a shared process namespace.
    ImmutableConfiguration,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if let Some(config) = ConfigObject::of(object)
        && config.immutable().value == Some(true)
    {
        px.hit(Confidence::Certain, config.immutable().place, "cannot be changed, only replaced");
        px.facet("immutable-resource");
    }
    model(px, object);
    let Some(pod) = object.pod_spec() else { return };
    for volume in pod.volumes().filter(|volume| volume.source() == "image") {
        let label = format!("volume `{}` is an image", volume.name().value.unwrap_or("?"));
        px.hit(Confidence::Certain, volume.node, label).facet("oci-image-volume");
    }
    copied(px, pod);
    annotated(px, pod);
    shared(px, pod);
}

/// A KServe model that is an image.
fn model<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    const URIS: [&[&str]; 2] =
        [&["spec", "predictor", "model", "storageUri"], &["spec", "predictor", "storageUri"]];
    if !object.is("serving.kserve.io", "InferenceService") {
        return;
    }
    for uri in URIS.into_iter().filter_map(|path| object.node.at(path).node()) {
        if uri.as_str().is_some_and(|uri| uri.starts_with("oci://")) {
            px.hit(Confidence::Likely, uri, "the model is an image").facet("modelcar");
        }
    }
}

/// Init containers that copy configuration out of their image.
fn copied<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for CopiedImage { init, volume, mount } in copied_images(pod) {
        let label = format!("`{}` fills volume `{volume}`", init.display_name());
        px.hit(Confidence::Likely, mount, label).facet("config-image");
        for read in mounts_of(pod.running_containers(), volume) {
            px.hit(Confidence::Likely, read, "the application reads it");
        }
    }
}

/// The same, as JSON in an annotation that no cluster reads any more.
fn annotated<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let annotations = pod.annotations();
    for annotation in ANNOTATIONS.iter().filter_map(|key| annotations?.get(key)) {
        let Some(text) = annotation.as_str() else { continue };
        let names = |word: &str| annotation_names(annotation, word);
        let input = pod.volumes().filter(|v| matches!(v.source(), "configMap" | "secret"));
        let reads = input.filter_map(|v| v.name().value).any(names)
            || ["configMapRef", "configMapKeyRef", "secretRef", "secretKeyRef"]
                .into_iter()
                .any(names);
        let mut filled = pod.volumes().filter_map(|volume| volume.name().value);
        let fills = filled.any(|volume| names(volume) && is_handed_over(pod, volume));
        if fills && !reads && !has_fetcher(text) && speaks_of_config(text) {
            px.hit(Confidence::Likely, annotation, "an init container fills a volume");
            px.facet("config-image");
        }
    }
}

/// Files of another container, read through the process namespace.
fn shared<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let share = pod.share_process_namespace();
    if share.value != Some(true) {
        return;
    }
    for container in pod.containers() {
        for place in process_roots(container) {
            px.hit(Confidence::Certain, place, "reads the files of another container");
            px.facet("modelcar");
        }
    }
    if px.is_hit() {
        px.hit(Confidence::Possible, share.place, "processes see one another");
    }
}
