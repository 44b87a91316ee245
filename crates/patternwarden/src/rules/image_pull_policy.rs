use crate::engine::Cx;
use crate::image_match::matches;
use crate::image_tags::floats;
use crate::kube::PodSpec;
use crate::matcher::clipped;
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};

crate::rule! {
    /// The pull policy does not fit the image reference beside it.
    ///
    /// ## Why it matters
    ///
    /// With a tag that moves and an image in the cache, every node runs the version of the day on which it
    /// first pulled. On shared nodes `Always` also makes the registry check whether this Pod may use the
    /// image at all.
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
    ///       image: registry.example/app:latest
    ///       # finding: /spec/containers/0/imagePullPolicy
    ///       imagePullPolicy: IfNotPresent
    ///   volumes:
    ///     - name: config
    ///       # finding: /spec/volumes/0/image/pullPolicy
    ///       image:
    ///         reference: registry.example/app-config:stable
    /// ```
    ///
    /// An image that is never pulled must be there already:
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
    ///       # finding: /spec/containers/0/imagePullPolicy
    ///       imagePullPolicy: Never
    /// ```
    ///
    /// Stricter modes:
    ///
    /// ```yaml,bad
    /// # settings: {"mode": "always"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/imagePullPolicy
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: pinned
    ///       image: registry.example/app@sha256:0f4c8a9d1b6e2f7a3c5d8e9b0a1f2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"mode": "always-strict"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/imagePullPolicy
    ///     - name: app
    ///       image: registry.example/app@sha256:0f4c8a9d1b6e2f7a3c5d8e9b0a1f2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b
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
    ///       imagePullPolicy: IfNotPresent
    ///     - name: newest
    ///       image: registry.example/app:latest
    /// ```
    ///
    /// Images that are known to be on every node:
    ///
    /// ```yaml,good
    /// # settings: {"images_preloaded": ["registry.example/base"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/base/app:1.4.2
    ///       imagePullPolicy: Never
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On a developer's cluster, whose images never come from a registry.
    ///
    /// ## Source
    ///
    /// - [Images: image pull policy](https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy): the default is `Always` for `latest` and `IfNotPresent` for every other tag
    "image-pull-policy",
    "Pull policy does not fit the reference",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::ImageBuilder],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&MODE), Param::Strings(&PRELOADED)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MODE: Choice = Choice {
    name: "mode",
    doc: "Which images must always be pulled: `floating` tags, `always` those without digest, `always-strict` all, or `off`.",
    options: &["off", "floating", "always", "always-strict"],
    default: "floating",
};

static PRELOADED: Strings = Strings {
    name: "images_preloaded",
    doc: "Images that are on every node, as patterns such as `registry.example/base/**`.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let mode = cx.choice(&MODE);
    for used in pod.images().filter(|_| mode != "off") {
        let Some(image) = used.parsed() else { continue };
        let policy = used.effective_policy();
        let must = match mode {
            "floating" => floats(image),
            "always" => image.digest.is_none(),
            _ => true,
        };
        let preloaded = || cx.entries(&PRELOADED).any(|pattern| matches(pattern, image));
        let (severity, problem) = if must && policy != "Always" {
            (Severity::Warning, "so that a node may keep an old version")
        } else if policy == "Never" && !preloaded() {
            (Severity::Info, "so that the image must be on every node already")
        } else {
            continue;
        };
        let shown = clipped(used.reference.value.unwrap_or_default());
        cx.report(
            used.policy.place,
            format_args!("{used} has pull policy `{}` for `{shown}`, {problem}", clipped(policy)),
        )
        .severity(severity)
        .fix_set(Grade::Review, "Always ask the registry", "Always");
    }
}
