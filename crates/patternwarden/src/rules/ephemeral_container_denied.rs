use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::{Class, Container};
use crate::matcher::clipped;
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};

crate::rule! {
    /// A debug container joins a Pod that nobody should enter, or with an image that nobody chose.
    ///
    /// ## Why it matters
    ///
    /// A debug container has the network, the volumes and the account of the Pod that it joins, and stays
    /// until that Pod ends. The rule is off until you say what you want. Other rules judge such containers
    /// as they judge all.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"mode": "deny"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   uid: 6d1c8e4f-0a94-4b6c-8a4b-51b6f7d9c0aa
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   ephemeralContainers:
    ///     # finding: /spec/ephemeralContainers/0
    ///     - name: debug
    ///       image: registry.example/tools:2.0.0
    /// ```
    ///
    /// With images that may:
    ///
    /// ```yaml,bad
    /// # settings: {"mode": "images", "allowed_images": ["registry.example/tools:*"], "namespaces": ["shop-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   namespace: shop-live
    ///   uid: 6d1c8e4f-0a94-4b6c-8a4b-51b6f7d9c0aa
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   ephemeralContainers:
    ///     - name: debug
    ///       image: registry.example/tools:2.0.0
    ///     # finding: /spec/ephemeralContainers/1/image
    ///     - name: other
    ///       image: busybox:1.37.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"mode": "deny", "namespaces": ["shop-live"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   namespace: shop-test
    ///   uid: 6d1c8e4f-0a94-4b6c-8a4b-51b6f7d9c0aa
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   ephemeralContainers:
    ///     - name: debug
    ///       image: registry.example/tools:2.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where people look into Pods that they run themselves. There is no repair to offer: a container that
    /// has joined cannot be taken away.
    ///
    /// ## Source
    ///
    /// - [Ephemeral Containers](https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/)
    "ephemeral-container-denied",
    "Debug container where none is wanted",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    enabled: false,
    surfaces: &[Surface::Cluster],
    params: &[Param::Choice(&MODE), Param::Strings(&ALLOWED_IMAGES), Param::Strings(&NAMESPACES)],
    check: Check::Container(check),
}

static MODE: Choice = Choice {
    name: "mode",
    doc: "Whether debug containers are allowed, only with some `images`, or not at all.",
    options: &["allow", "images", "deny"],
    default: "allow",
};

static ALLOWED_IMAGES: Strings = Strings {
    name: "allowed_images",
    doc: "Images of debug containers in the mode `images`, patterns as in `image-registry-policy`.",
    default: &[],
};

static NAMESPACES: Strings = Strings {
    name: "namespaces",
    doc: "Namespaces in which the rule speaks, as globs; empty for all of them.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let elsewhere = cx.leaves_out(&NAMESPACES, container.object().effective_namespace());
    if container.class != Class::Ephemeral || elsewhere {
        return;
    }
    let name = container.display_name();
    let image = container.image();
    let allowed = || {
        let known = container.image_ref();
        known.is_some_and(|i| cx.entries(&ALLOWED_IMAGES).any(|pattern| matches(pattern, i)))
    };
    match cx.choice(&MODE) {
        "deny" => {
            cx.report(container.node, format_args!("the debug container `{name}` joins the Pod"));
        }
        "images" if !allowed() => {
            let shown = clipped(image.value.unwrap_or_default());
            cx.report(
                image.place,
                format_args!("the image `{shown}` of the debug container `{name}` is not allowed"),
            );
        }
        _ => {}
    }
}
