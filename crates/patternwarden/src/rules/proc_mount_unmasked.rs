use crate::engine::Cx;
use crate::kube::{Container, is_absent_or};
use crate::minor::Minor;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, PssLevel, Severity, Surface};

crate::rule! {
    /// A container sees the parts of `/proc` that runtimes hide.
    ///
    /// ## Why it matters
    ///
    /// These paths are hidden because who writes to them changes the node. Only containers inside of
    /// containers need them, and then together with a user namespace: there, since 1.35, the level
    /// baseline allows it, and the level restricted does not.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   containers:
    ///     - name: builder
    ///       image: registry.example/builder:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/procMount
    ///         procMount: Unmasked
    /// ```
    ///
    /// In a user namespace it is a warning:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   hostUsers: false
    ///   containers:
    ///     - name: builder
    ///       image: registry.example/builder:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/procMount
    ///         procMount: Unmasked
    /// ```
    ///
    /// With a user namespace, the level restricted alone forbids it:
    ///
    /// ```yaml,bad
    /// # all settings: {"profiles": ["pss-restricted"], "target": "1.35"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   hostUsers: false
    ///   containers:
    ///     - name: builder
    ///       image: registry.example/builder:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/procMount
    ///         procMount: Unmasked
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
    ///         procMount: Default
    /// ```
    ///
    /// With a list of what is allowed:
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["Unmasked"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   hostUsers: false
    ///   containers:
    ///     - name: builder
    ///       image: registry.example/builder:1.0.0
    ///       securityContext:
    ///         procMount: Unmasked
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For rootless builds of images, in a user namespace.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "/proc Mount Type"
    /// - [KEP-4265](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/4265-proc-mount), `procMount`
    "proc-mount-unmasked",
    "procMount is not Default",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss {
        restricted: Some("procMount_restricted"),
        apart: USER_NAMESPACES_RELAXED,
        ..Pss::baseline("procMount")
    }),
    params: &[Param::Strings(&ALLOWED)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static ALLOWED: Strings = Strings {
    name: "allowed",
    doc: "Values that are allowed beside `Default`; any entry leaves the Pod Security Standards.",
    default: &[],
};

/// From this version on, a Pod in its own user namespace may see all of `/proc` at baseline.
const USER_NAMESPACES_RELAXED: Minor = Minor(35);

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let at = container.proc_mount();
    let own = at.value.is_some_and(|value| cx.lists(&ALLOWED, value));
    if own || is_absent_or(at, &["Default"]) {
        return;
    }
    let apart = container.pod.host_users().value == Some(false);
    let relaxed = apart && cx.target() >= USER_NAMESPACES_RELAXED;
    let held = cx.standard() == Some(PssLevel::Restricted);
    let name = container.display_name();
    let report = cx.report(at.place, format_args!("container `{name}` sees all of `/proc`"));
    let report = match (relaxed, held) {
        (false, _) => report,
        (true, true) => report.standard(Some(PssLevel::Restricted)),
        (true, false) => report
            .severity(Severity::Warning)
            .standard(Some(PssLevel::Restricted))
            .at_most(Admission::Warn),
    };
    report.fix_set(Grade::Review, "Hide what the runtime hides", "Default");
}
