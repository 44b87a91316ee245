use crate::engine::Cx;
use crate::image_files::copied_images;
use crate::image_tags::FLOATING_TAGS;
use crate::kube::{ImageRef, PodSpec};
use crate::matcher::clipped;
use crate::param::Param;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use alloc::format;
use patternwarden_tree::At;

crate::rule! {
    /// An image that carries configuration is named by a tag that moves, or without its digest.
    ///
    /// ## Why it matters
    ///
    /// Configuration is put into an image so that its reference names the content. A tag that moves
    /// turns it back into configuration that changes, and one that nobody can look at through the
    /// API. Which digest is meant only the registry knows, so there is no repair.
    ///
    /// ## Bad
    ///
    /// An image volume, and an init container that copies:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: config
    ///       # finding: /spec/initContainers/0/image
    ///       image: registry.example/app-config
    ///       command: ["cp", "-r", "/config-src/.", "/config"]
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /config
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /etc/app
    ///           readOnly: true
    ///   volumes:
    ///     - name: config
    ///       emptyDir: {}
    ///     - name: models
    ///       image:
    ///         # finding: /spec/volumes/1/image/reference
    ///         reference: registry.example/models:latest
    /// ```
    ///
    /// A tag of a release is better, and still only a name; an image that is never pulled must be
    /// on the node already:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   volumes:
    ///     - name: config
    ///       image:
    ///         # finding: /spec/volumes/0/image/reference
    ///         reference: registry.example/app-config:7
    ///         # finding: /spec/volumes/0/image/pullPolicy
    ///         pullPolicy: Never
    /// ```
    ///
    /// Which tags move is a setting:
    ///
    /// ```yaml,bad
    /// # settings: {"floating_tags": ["blue"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   volumes:
    ///     - name: config
    ///       image:
    ///         # finding: /spec/volumes/0/image/reference
    ///         reference: registry.example/app-config:blue
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
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /etc/app
    ///   volumes:
    ///     - name: config
    ///       image:
    ///         reference: registry.example/app-config:7@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb
    ///         pullPolicy: IfNotPresent
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On a developer's own cluster, and where the registry forbids that a tag is moved.
    ///
    /// ## Source
    ///
    /// - [Image volumes](https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/)
    /// - [Images](https://kubernetes.io/docs/concepts/containers/images/): tags can be moved, digests cannot
    "config-image-mutable",
    "Configuration image without a fixed tag or digest",
    patterns: &[Pattern::ImmutableConfiguration],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&FLOATING_TAGS)],
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for copied in copied_images(pod) {
        let owner = format!("container `{}`", copied.init.display_name());
        judge(cx, copied.init.image(), copied.init.image_pull_policy(), &owner);
    }
    for volume in pod.volumes() {
        let owner = format!("volume `{}`", volume.name().value.unwrap_or("?"));
        judge(cx, volume.image_reference(), volume.image_pull_policy(), &owner);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, at: At<'d, &'d str>, policy: At<'d, &'d str>, owner: &str) {
    let Some((text, image)) = at.value.and_then(|text| Some((text, ImageRef::parse(text)?))) else {
        return;
    };
    let place = at.place;
    let shown = clipped(text);
    match image.tag {
        _ if image.digest.is_some() => {}
        Some(tag) if !cx.lists(&FLOATING_TAGS, tag) => {
            cx.report(
                place,
                format_args!("configuration image `{shown}` of {owner} has no digest"),
            )
            .severity(Severity::Hint);
        }
        _ => {
            cx.report(
                place,
                format_args!("configuration image `{shown}` of {owner} can change under its name"),
            );
        }
    }
    if policy.value == Some("Never") {
        cx.report(
            policy.place,
            format_args!("the image of {owner} is never pulled, so it must be on the node"),
        )
        .severity(Severity::Info);
    }
}
