use crate::engine::Cx;
use crate::kube::{Class, Container};
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A container is root on the node, with all of its devices.
    ///
    /// ## Why it matters
    ///
    /// `privileged: true` gives a process every capability and every device of the node, and takes away
    /// seccomp, AppArmor and SELinux. All else that the manifest says about security is decoration then,
    /// and one broken library is a broken node.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   initContainers:
    ///     - name: tune
    ///       image: registry.example/tune:1.0.0
    ///       securityContext:
    ///         # finding: /spec/initContainers/0/securityContext/privileged
    ///         privileged: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/privileged
    ///         privileged: true
    ///   ephemeralContainers:
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    ///       securityContext:
    ///         # finding: /spec/ephemeralContainers/0/securityContext/privileged
    ///         privileged: true
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         privileged: false
    /// ```
    ///
    /// With images that may be privileged:
    ///
    /// ```yaml,good
    /// # settings: {"allow_images": ["registry.example/storage/*"]}
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: storage-driver
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: storage-driver
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: storage-driver
    ///     spec:
    ///       containers:
    ///         - name: driver
    ///           image: registry.example/storage/driver:2.1.0
    ///           securityContext:
    ///             privileged: true
    /// ```
    ///
    /// With `skip`, init or ephemeral containers are left out, which the Pod Security Standards do not do:
    ///
    /// ```yaml,good
    /// # settings: {"skip": ["init", "ephemeral"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   initContainers:
    ///     - name: tune
    ///       image: registry.example/tune:1.0.0
    ///       securityContext:
    ///         privileged: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For node agents that must be part of the node: storage drivers, network plug-ins, device plug-ins.
    /// Give them a namespace of their own.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "Privileged Containers"
    /// - CIS Kubernetes Benchmark 1.12, 5.2.2
    /// - NSA and CISA, Kubernetes Hardening Guide 1.2, "Pod security enforcement"
    "privileged-container",
    "privileged: true",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("privileged")),
    params: &[Param::Strings(&ALLOW_IMAGES), Param::Entries(&SKIP, Form::OneOf(&["init", "ephemeral"]))],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static ALLOW_IMAGES: Strings = Strings {
    name: "allow_images",
    doc: "Images that may be privileged, as globs; any entry leaves the Pod Security Standards.",
    default: &[],
};

static SKIP: Strings = Strings {
    name: "skip",
    doc: "Containers that are not judged: `init`, `ephemeral`; any entry leaves the Pod Security Standards.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let at = container.privileged();
    if at.is_absent() || at.value == Some(false) {
        return;
    }
    let class = match container.class {
        Class::Init | Class::Sidecar => "init",
        Class::App => "app",
        Class::Ephemeral => "ephemeral",
    };
    let allowed = container.image().value.is_some_and(|image| cx.lists(&ALLOW_IMAGES, image));
    if allowed || cx.lists(&SKIP, class) {
        return;
    }
    let name = container.display_name();
    cx.report(
        at.place,
        format_args!("container `{name}` is root on the node, with all its devices"),
    )
    .fix_remove(Grade::Review, "Do not run it privileged");
}
