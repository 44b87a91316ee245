//! Recognises configuration that is filled in at start.

use super::links::mounts_of;
use crate::image_files::is_handed_over;
use crate::kube::{Class, Container, Object, PodSpec, Volume};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// A processor fills a template with values of the environment at start.
    ///
    /// ## Intent
    ///
    /// A configuration file of a thousand lines differs between test and production in five. The
    /// thousand lines are one template, the five values a small ConfigMap, and a container that runs
    /// first makes the file from both.
    ///
    /// ## Forces
    ///
    /// There is one big file to maintain instead of one for each place, and one more program that
    /// can fail at start. What the application really reads is written nowhere: to see it, one has
    /// to look into the running container. A change of the values needs a restart.
    ///
    /// ## How it is seen
    ///
    /// An init container that mounts a ConfigMap or Secret to read and an empty volume to write,
    /// which a container of the application mounts as well. That a known processor of templates is
    /// in its image or command makes it sure (`processor`).
    ///
    /// ## What breaks it
    ///
    /// - a value that is missing, and a template that leaves the gap as it is
    /// - the output in a volume that nobody mounts
    /// - values that change while all Pods keep the file of their start
    /// - a template that only its author can read
    ///
    /// ## Over time
    ///
    /// Much of this moved out of the cluster, to Helm, Kustomize or a pipeline that writes the whole
    /// ConfigMap. Since 1.36 a template can come as an image volume (stable), without a copy.
    ConfigurationTemplate,
    recognise,
}

/// Programs that fill templates, and what people call them.
const PROCESSORS: &[&str] =
    &["gomplate", "confd", "envsubst", "tiller", "ytt", "jsonnet", "consul-template", "template"];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for init in pod.containers().filter(|container| container.class == Class::Init) {
        fills(px, pod, init);
    }
}

fn fills<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>, init: Container<'d>) {
    let input = init.mounts().find(|(volume, ..)| {
        let source = pod.volume(volume).map(Volume::source);
        matches!(source, Some("configMap" | "secret"))
    });
    let output = init.mounts().find(|(volume, _, mount)| {
        let writes = mount.get("readOnly").and_then(Node::as_bool) != Some(true);
        writes && is_handed_over(pod, volume)
    });
    let (Some((_, _, input)), Some((volume, _, output))) = (input, output) else { return };
    let known = processes(init);
    let confidence = if known { Confidence::Certain } else { Confidence::Likely };
    let name = init.display_name();
    px.hit(confidence, input, format!("`{name}` reads the values"));
    px.hit(confidence, output, format!("`{name}` writes the file"));
    for read in mounts_of(pod.running_containers(), volume) {
        px.hit(confidence, read, "the application reads it");
    }
    if known {
        px.facet("processor");
    }
}

/// Whether the image or the command line names a processor of templates.
fn processes(container: Container<'_>) -> bool {
    let image = container.image_ref().map_or("", |image| image.repository);
    let named = |text: &str| PROCESSORS.iter().any(|processor| text.contains(processor));
    named(image) || container.words().any(|word| named(word.scalar_text()))
}
