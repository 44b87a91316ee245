use crate::engine::Cx;
use crate::kube::Container;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, PssLevel, Severity, Surface};

crate::rule! {
    /// A process of this container may gain more rights than its parent had.
    ///
    /// ## Why it matters
    ///
    /// A set-uid binary in the image gives the process rights that nobody granted. With
    /// `allowPrivilegeEscalation: false` the kernel's `no_new_privs` closes that door for the whole
    /// process tree.
    ///
    /// ## Bad
    ///
    /// Nothing is said, and the default is to allow it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/allowPrivilegeEscalation
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    /// ```
    ///
    /// It is allowed in words, also for an init container:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   initContainers:
    ///     - name: prepare
    ///       image: registry.example/prepare:1.0.0
    ///       securityContext:
    ///         # finding: /spec/initContainers/0/securityContext/allowPrivilegeEscalation
    ///         allowPrivilegeEscalation: true
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       securityContext:
    ///         allowPrivilegeEscalation: false
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       securityContext:
    ///         allowPrivilegeEscalation: false
    /// ```
    ///
    /// The field does not exist on Windows:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:1.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an image that needs a set-uid helper such as `sudo` or `ping`. It cannot be forbidden
    /// together with `privileged: true` or an added `CAP_SYS_ADMIN`.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Privilege Escalation"
    /// - CIS Kubernetes Benchmark 1.12, 5.2.6
    "privilege-escalation-allowed",
    "allowPrivilegeEscalation is not false",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss { level: PssLevel::Restricted, control: "allowPrivilegeEscalation" }),
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let allowed = container.allow_privilege_escalation();
    if allowed.value == Some(false) || container.pod.is_windows() {
        return;
    }
    let name = container.display_name();
    cx.report(allowed.place, format_args!("processes of container `{name}` may gain more rights"))
        .fix_set(Grade::Review, "Forbid privilege escalation", false);
}
