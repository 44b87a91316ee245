use crate::engine::Cx;
use crate::image_tags::floats;
use crate::kube::PodSpec;
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// An image is named by a tag alone, and a tag can be moved.
    ///
    /// ## Why it matters
    ///
    /// A tag is a label that whoever owns the registry may put on another image; only a digest names
    /// exactly one. An audit that asks what ran last month, and a roll-back that must bring back the same
    /// program, need that name.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/app:1.4.2
    ///   volumes:
    ///     - name: config
    ///       image:
    ///         # finding: /spec/volumes/0/image/reference
    ///         reference: registry.example/app-config:7
    /// ```
    ///
    /// For some registries it may matter more:
    ///
    /// ```yaml,bad
    /// # settings: {"require_for_registries": ["registry.example"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2@sha256:0f4c8a9d1b6e2f7a3c5d8e9b0a1f2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b
    /// ```
    ///
    /// A tag that is made to move is the matter of `image-tag-mutable`, and is not reported twice:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:latest
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the registry forbids that a tag is moved. There is no repair without asking the registry which
    /// digest the tag has now.
    ///
    /// ## Source
    ///
    /// - [Images: image names](https://kubernetes.io/docs/concepts/containers/images/#image-names): tags and digests
    "image-digest-missing",
    "Image is not pinned by digest",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::ImmutableConfiguration],
    severity: Severity::Hint,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&REQUIRE_FOR)],
    check: Check::Pod(check),
}

static REQUIRE_FOR: Strings = Strings {
    name: "require_for_registries",
    doc: "Registries, as globs, whose images are reported as a warning; `docker.io` where none is written.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for used in pod.images() {
        let Some(image) = used.parsed() else { continue };
        if image.digest.is_some() || floats(image) {
            continue;
        }
        let strict = cx.lists(&REQUIRE_FOR, image.registry.unwrap_or("docker.io"));
        let severity = if strict { Severity::Warning } else { Severity::Hint };
        let text = clipped(used.reference.value.unwrap_or_default());
        cx.report(used.reference.place, format_args!("image `{text}` of {used} has no digest"))
            .severity(severity);
    }
}
