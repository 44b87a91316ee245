use crate::engine::Cx;
use crate::kube::Container;
use crate::param::{Choice, Param};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A process may gain more privileges than its parent has.
    ///
    /// ## Why it matters
    ///
    /// A set-uid binary in the image gives its process more rights than the parent had. With
    /// `allowPrivilegeEscalation: false` the kernel sets `no_new_privs`, which closes that door
    /// for the whole process tree. The field exists in the container alone: there is none for
    /// the Pod, and absent means allowed.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/allowPrivilegeEscalation
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/allowPrivilegeEscalation
    ///         allowPrivilegeEscalation: true
    /// ```
    ///
    /// Init and ephemeral containers count as well:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/securityContext/allowPrivilegeEscalation
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         allowPrivilegeEscalation: false
    ///   ephemeralContainers:
    ///     # finding: /spec/ephemeralContainers/0/securityContext/allowPrivilegeEscalation
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    /// ```
    ///
    /// With `unset: ignore`, only what certainly allows it is reported:
    ///
    /// ```yaml,bad
    /// # settings: {"unset": "ignore"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/allowPrivilegeEscalation
    ///         privileged: true
    ///     - name: admin
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/2/securityContext/allowPrivilegeEscalation
    ///         capabilities:
    ///           add: [SYS_ADMIN]
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
    ///         allowPrivilegeEscalation: false
    /// ```
    ///
    /// Windows has no such right to gain:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a container that needs `sudo`, `ping` or another set-uid program, and for one that is
    /// privileged or has `CAP_SYS_ADMIN`: there escalation is always allowed, and the API server
    /// rejects the denial.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Privilege Escalation"; Windows is exempt since 1.25
    /// - [Configure a Security Context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - CIS Kubernetes Benchmark 1.12, 5.2.6
    "privilege-escalation-allowed",
    "allowPrivilegeEscalation is not false",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::restricted("allowPrivilegeEscalation")),
    params: &[Param::Choice(&UNSET)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static UNSET: Choice = Choice {
    name: "unset",
    doc: "Whether an absent field is reported; `ignore` leaves the Pod Security Standards.",
    options: &["report", "ignore"],
    default: "report",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let own = container.allow_privilege_escalation();
    if container.pod.is_windows() || own.value == Some(false) {
        return;
    }
    let powers = powers(container);
    if own.is_absent() && powers.is_none() && cx.choice(&UNSET) == "ignore" {
        return;
    }
    let name = container.display_name();
    let report = match (powers, own.is_absent()) {
        (Some(why), _) => cx.report(
            own.place,
            format_args!("container `{name}` may always escalate its privileges, because it {why}"),
        ),
        (None, true) => cx.report(
            own.place,
            format_args!("container `{name}` does not forbid that a process gains privileges"),
        ),
        (None, false) => cx.report(
            own.place,
            format_args!("container `{name}` allows that a process gains privileges"),
        ),
    };
    if powers.is_none() {
        report.fix_set(Grade::Review, "Forbid privilege escalation", false);
    }
}

/// Why escalation cannot be forbidden: the API server rejects the denial beside these, or it has
/// no effect.
fn powers(container: Container<'_>) -> Option<&'static str> {
    let mut added = container.capabilities_added().filter_map(patternwarden_tree::Node::as_str);
    if container.privileged().value == Some(true) {
        Some("is privileged")
    } else if added.any(|name| matches!(name, "SYS_ADMIN" | "CAP_SYS_ADMIN")) {
        Some("adds the capability SYS_ADMIN")
    } else {
        None
    }
}
