use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::{ImageRef, PodSpec};
use crate::matcher::{clipped, glob};
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// An image comes from a registry or repository that the platform does not allow.
    ///
    /// ## Why it matters
    ///
    /// Who may name any registry may run any program in the cluster. To compare beginnings without looking
    /// at the slash is the classic way around such a list: `ghcr.io/acme` must not cover `ghcr.io/acme-evil`.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["registry.example", "ghcr.io/acme"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: ghcr.io/acme-evil/app:1.4.2
    ///     - name: web
    ///       # finding: /spec/containers/1/image
    ///       image: nginx:1.27.0
    ///   volumes:
    ///     - name: config
    ///       image:
    ///         # finding: /spec/volumes/0/image/reference
    ///         reference: quay.io/acme/config:7
    /// ```
    ///
    /// What is denied stays so, whatever is allowed:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["registry.example"], "denied": ["registry.example/**/*:*-rc*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/shop/app:1.5.0-rc1
    /// ```
    ///
    /// A namespace with a list of its own:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["registry.example"], "allowed_in": ["test-*=ghcr.io/acme"], "denied_in": ["test-*=ghcr.io/acme/old"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: test-1
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: ghcr.io/acme/helper:1.0.0
    ///     - name: old
    ///       # finding: /spec/containers/2/image
    ///       image: ghcr.io/acme/old:1.0.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["registry.example", "ghcr.io/acme"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: ghcr.io/acme/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/team/helper:1.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// By adding the source to `allowed`. From where else the image could come is not known here, so that
    /// there is no repair.
    ///
    /// ## Source
    ///
    /// - [Images: image names](https://kubernetes.io/docs/concepts/containers/images/#image-names): `nginx` is `docker.io/library/nginx`
    "image-registry-policy",
    "Image from a source that is not allowed",
    patterns: &[Pattern::ImageBuilder],
    severity: Severity::Error,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Strings(&ALLOWED),
        Param::Strings(&DENIED),
        Param::Entries(&ALLOWED_IN, Form::Source),
        Param::Entries(&DENIED_IN, Form::Source),
    ],
    check: Check::Pod(check),
}

static ALLOWED: Strings = Strings {
    name: "allowed",
    doc: "Sources that are allowed; empty for every one. `*` is one part of a path, `**` any number, and without them all below is meant. A name without a registry is one of the Docker Hub.",
    default: &[],
};

static DENIED: Strings = Strings {
    name: "denied",
    doc: "Sources that are not allowed, whatever `allowed` says.",
    default: &[],
};

static ALLOWED_IN: Strings = Strings {
    name: "allowed_in",
    doc: "Instead of `allowed` for some namespaces: `namespace=source`, the namespace as a glob.",
    default: &[],
};

static DENIED_IN: Strings = Strings {
    name: "denied_in",
    doc: "Instead of `denied` for some namespaces, likewise.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let namespace = pod.object().effective_namespace();
    for used in pod.images() {
        let Some(image) = used.parsed() else { continue };
        let problem = match listed(cx, (&DENIED, &DENIED_IN), namespace, image) {
            Some(true) => "is denied here",
            _ if listed(cx, (&ALLOWED, &ALLOWED_IN), namespace, image) == Some(false) => {
                "does not come from an allowed source"
            }
            _ => continue,
        };
        let shown = clipped(used.reference.value.unwrap_or_default());
        cx.report(used.reference.place, format_args!("image `{shown}` of {used} {problem}"));
    }
}

/// Whether a list has the image, that of the namespace before the general one; `None` for an
/// empty list.
fn listed(
    cx: &Cx<'_, '_>,
    (general, special): (&'static Strings, &'static Strings),
    namespace: &str,
    image: ImageRef<'_>,
) -> Option<bool> {
    let mut found = None;
    for (of, source) in cx.entries(special).filter_map(|entry| entry.split_once('=')) {
        if glob(of, namespace) {
            found = Some(found == Some(true) || matches(source, image));
        }
    }
    if found.is_some() {
        return found;
    }
    for source in cx.entries(general) {
        found = Some(found == Some(true) || matches(source, image));
    }
    found
}
