use crate::engine::Cx;
use crate::image_tags::FLOATING_TAGS;
use crate::kube::{ImageRef, PodSpec, UsedImage};
use crate::matcher::clipped;
use crate::param::Param;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Surface};
use alloc::{format, string::String};

crate::rule! {
    /// The image has no tag, or a tag that is made to move, such as `latest`.
    ///
    /// ## Why it matters
    ///
    /// Two nodes pull the same name at different times and run different code, and
    /// `kubectl rollout undo` brings back the same name, not the same program. Defaults make it
    /// subtle: no tag and `latest` are pulled at every start, any other tag only when the node has
    /// no image of that name yet, so that a moving tag stays what it was when the node first saw it.
    ///
    /// ## Bad
    ///
    /// No tag. The colon belongs to the registry's port:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry:80/k8spatterns/random-generator
    /// ```
    ///
    /// A tag that moves, kept for ever by nodes that have it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       # finding: /spec/initContainers/0/image
    ///       image: registry.example/migrate:2.0-SNAPSHOT
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/app:main
    ///       imagePullPolicy: IfNotPresent
    /// ```
    ///
    /// An image that is mounted as a volume:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: model-server
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/server:1.4.2
    ///   volumes:
    ///     - name: model
    ///       image:
    ///         # finding: /spec/volumes/0/image/reference
    ///         reference: registry.example/model:latest
    /// ```
    ///
    /// A version that is a number is none of an image:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: 2.1
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry:80/k8spatterns/random-generator:1.0
    /// ```
    ///
    /// A digest decides, whatever the tag says:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:latest@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On a developer's own cluster, where the newest build is the point. Which version is meant instead
    /// only its author knows, so there is no repair.
    ///
    /// ## Source
    ///
    /// - [Images](https://kubernetes.io/docs/concepts/containers/images/), "Image names" and "Default image pull policy"
    "image-tag-mutable",
    "Image without tag, with `latest`, or with a floating tag",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::ImmutableConfiguration, Pattern::ImageBuilder],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&FLOATING_TAGS)],
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for image in pod.images() {
        judge(cx, image);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, used: UsedImage<'d>) {
    let at = used.reference;
    if at.is_mistyped() {
        cx.report(at.place, format_args!("the image of {used} is not a text"));
    }
    let Some((text, image)) = at.value.and_then(|text| Some((text, ImageRef::parse(text)?))) else {
        return;
    };
    if image.digest.is_some() {
        return;
    }
    let cached = match used.effective_policy() {
        policy @ ("IfNotPresent" | "Never") => {
            format!(", and with pull policy `{policy}` a node keeps the version it already has")
        }
        _ => String::new(),
    };
    let shown = clipped(text);
    match image.tag {
        None => cx.report(
            at.place,
            format_args!("image `{shown}` of {used} has no tag, which means `latest`{cached}"),
        ),
        Some(tag) if cx.lists(&FLOATING_TAGS, tag) => cx.report(
            at.place,
            format_args!(
                "image `{shown}` of {used} has the tag `{}`, which moves{cached}",
                clipped(tag)
            ),
        ),
        Some(_) => return,
    };
}
