//! Recognises configuration that cannot be changed in place.

use super::init_container::{ANNOTATIONS, annotation_names};
use super::links::{init_containers, mounts_of};
use crate::kube::{Class, ConfigObject, Container, Object, PodSpec, Probe, items};
use crate::recognise::{Confidence, Px};
use alloc::{format, vec::Vec};
use patternwarden_tree::Node;

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

/// Commands that get content from elsewhere: then it is not in the image.
const FETCHERS: &[&str] = &["git", "curl", "wget", "aws", "gsutil", "rsync"];

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
    for container in init_containers(pod).filter(|c| !reads_config(*c) && !fetches(*c)) {
        let shared = container.mounts().find(|(volume, _, mount)| {
            let writes = mount.get("readOnly").and_then(Node::as_bool) != Some(true);
            let speaks = speaks_of_config(volume) || names_config(container);
            writes && speaks && is_handed_over(pod, volume)
        });
        let Some((volume, _, mount)) = shared else { continue };
        let label = format!("`{}` fills volume `{volume}`", container.display_name());
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
            || ["configMapRef", "configMapKeyRef", "secretRef", "secretKeyRef"].into_iter().any(names);
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
        let handlers = container.probes().filter_map(Probe::handler);
        let asked = handlers.flat_map(|handler| handler.command().collect::<Vec<_>>());
        let values = container.env_values().map(|(_, value)| value);
        let through = |node: &Node<'_>| node.as_str().is_some_and(reaches_into_another_root);
        for place in container.words().chain(values).chain(asked).filter(through) {
            px.hit(Confidence::Certain, place, "reads the files of another container");
            px.facet("modelcar");
        }
    }
    if px.is_hit() {
        px.hit(Confidence::Possible, share.place, "processes see one another");
    }
}

/// Whether the volume is an `emptyDir` that some running container mounts.
fn is_handed_over(pod: PodSpec<'_>, name: &str) -> bool {
    pod.volume(name).is_some_and(|volume| volume.source() == "emptyDir")
        && !mounts_of(pod.running_containers(), name).is_empty()
}

/// Whether the container takes in values of a ConfigMap or Secret.
fn reads_config(container: Container<'_>) -> bool {
    let sources = ["configMap", "secret", "projected"];
    let mounts = container.mounts().any(|(name, path, _)| {
        let token = path == "/var/run/secrets/kubernetes.io/serviceaccount";
        let volume = container.pod.volume(name);
        !token && volume.is_some_and(|volume| sources.contains(&volume.source()))
    });
    let from = container.env_from().value.is_some_and(|list| list.items().next().is_some());
    let keys = items(container.env().value).any(|entry| {
        let from = entry.get("valueFrom");
        from.is_some_and(|f| f.get("configMapKeyRef").or(f.get("secretKeyRef")).is_some())
    });
    mounts || from || keys
}

fn fetches(container: Container<'_>) -> bool {
    debug_assert!(container.class == Class::Init, "only init containers prepare");
    container.words().any(|word| has_fetcher(word.scalar_text()))
        || container.image_ref().is_some_and(|image| has_fetcher(image.base_name()))
}

/// Whether some word of a command line or name is a command that fetches.
fn has_fetcher(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| FETCHERS.contains(&word))
}

/// Whether the name, the image or the command of a container speaks of configuration.
fn names_config(container: Container<'_>) -> bool {
    let image = container.image_ref().map_or("", |image| image.repository);
    speaks_of_config(container.display_name())
        || speaks_of_config(image)
        || container.words().any(|word| speaks_of_config(word.scalar_text()))
}

fn speaks_of_config(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["conf", "settings", "propert"].iter().any(|word| text.contains(word))
}

/// Whether a text has `/proc/<something>/root`.
fn reaches_into_another_root(text: &str) -> bool {
    text.match_indices("/proc/").any(|(at, found)| {
        let rest = text.get(at + found.len()..).unwrap_or_default();
        let end = rest.split_once('/').filter(|(process, _)| !process.is_empty());
        end.is_some_and(|(_, behind)| behind == "root" || is_root(behind))
    })
}

fn is_root(path: &str) -> bool {
    path.strip_prefix("root").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}
