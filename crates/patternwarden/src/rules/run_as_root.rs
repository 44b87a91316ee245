use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, PssLevel, Severity, Surface};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// A Pod or container asks to run as root.
    ///
    /// ## Why it matters
    ///
    /// `runAsUser: 0` demands root, whatever the image says. Beside `runAsNonRoot: true` the container
    /// never starts. The value of the Pod counts even where every container has its own, because a
    /// container that is added later falls back to it.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/runAsUser
    ///     runAsUser: 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         runAsUser: 10000
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/runAsUser
    ///         runAsUser: 0
    /// ```
    ///
    /// The group of root is a smaller matter, and no part of the Pod Security Standards:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsUser: 10000
    ///     # finding: /spec/securityContext/runAsGroup
    ///     runAsGroup: 0
    ///     # finding: /spec/securityContext/fsGroup
    ///     fsGroup: 0
    ///     supplementalGroups:
    ///       - 3000
    ///       # finding: /spec/securityContext/supplementalGroups/1
    ///       - 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A user that is no number, and an init container:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/shop-migrate:2.1.0
    ///       securityContext:
    ///         # finding: /spec/initContainers/0/securityContext/runAsUser
    ///         runAsUser: 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/runAsUser
    ///         runAsUser: root
    /// ```
    ///
    /// Where the level restricted is asked for, it is an error:
    ///
    /// ```yaml,bad
    /// # all settings: {"profiles": ["pss-restricted"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/runAsUser
    ///     runAsUser: 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
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
    ///   securityContext:
    ///     runAsUser: 10000
    ///     runAsGroup: 10000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// In its own user namespace, root is nobody on the node (from 1.35):
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostUsers: false
    ///   securityContext:
    ///     runAsUser: 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an image that must start as root and drops its rights by itself; better is a user namespace.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Running as Non-root user"; relaxed in user namespaces since 1.35
    "run-as-root",
    "runAsUser: 0",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss { since: Minor(23), ..Pss::restricted("runAsUser") }),
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

/// From this version on, a Pod in its own user namespace may run as root.
const USER_NAMESPACES_RELAXED: Minor = Minor(35);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    if cx.target() >= USER_NAMESPACES_RELAXED && pod.host_users().value == Some(false) {
        return;
    }
    let level = match cx.standard() {
        Some(PssLevel::Restricted) => Severity::Error,
        _ => Severity::Warning,
    };
    for secured in pod.security_contexts() {
        let user = secured.run_as_user();
        if user.is_mistyped() || user.value == Some(0) {
            let what = if user.value.is_some() {
                "asks to run as root"
            } else {
                "names no user that can be read"
            };
            cx.report(user.place, format_args!("{secured} {what}"))
                .severity(level)
                .fix_set(Grade::Review, "Run as user 10000", 10_000)
                .fix_remove(Grade::Review, "Let the image name its user");
        }
        let group = secured.run_as_group();
        if group.value == Some(0) {
            group_of_root(cx, group.place);
        }
    }
    let fs_group = pod.fs_group();
    if fs_group.value == Some(0) {
        group_of_root(cx, fs_group.place);
    }
    let groups = pod.supplemental_groups().value.map(Node::items);
    for group in groups.into_iter().flatten().filter(|group| group.as_i64() == Some(0)) {
        group_of_root(cx, group.into());
    }
}

fn group_of_root<'d>(cx: &mut Cx<'_, 'd>, place: Place<'d>) {
    cx.report(place, format_args!("group 0 is the group of root"))
        .severity(Severity::Hint)
        .standard(None)
        .at_most(Admission::Off)
        .fix_remove(Grade::Review, "Do not ask for the group of root");
}
