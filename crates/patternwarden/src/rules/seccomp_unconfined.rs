use crate::engine::Cx;
use crate::kube::{PodSpec, Secured, is_absent_or};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A Pod or container switches the filter of system calls off, or names it wrongly.
    ///
    /// ## Why it matters
    ///
    /// The profile of the runtime blocks dozens of system calls that hardly anything but an exploit
    /// needs. `Unconfined` gives them back. A profile on the node that has no name cannot be loaded at all.
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
    ///     seccompProfile:
    ///       # finding: /spec/securityContext/seccompProfile/type
    ///       type: Unconfined
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         seccompProfile:
    ///           # finding: /spec/containers/1/securityContext/seccompProfile/type
    ///           type: runtime/default
    /// ```
    ///
    /// `Localhost` needs the name of a profile, and no other type may have one:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/seccompProfile/localhostProfile
    ///     seccompProfile:
    ///       type: Localhost
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         seccompProfile:
    ///           type: RuntimeDefault
    ///           # finding: /spec/containers/0/securityContext/seccompProfile/localhostProfile
    ///           localhostProfile: profiles/app.json
    /// ```
    ///
    /// A profile without a type:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/seccompProfile/type
    ///         seccompProfile: {}
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
    ///     seccompProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         seccompProfile:
    ///           type: Localhost
    ///           localhostProfile: profiles/app.json
    /// ```
    ///
    /// No profile at all is the matter of `seccomp-missing`:
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
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a debugger or a build that needs system calls which the runtime's profile blocks; a profile of
    /// its own that lets just these pass is better.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "Seccomp"; before 1.19 two annotations said it, which no version covered here reads
    /// - [Restrict a Container's Syscalls with seccomp](https://kubernetes.io/docs/tutorials/security/seccomp/)
    /// - CIS Kubernetes Benchmark 1.12, 5.7.2
    "seccomp-unconfined",
    "Seccomp switched off",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    // At the level restricted the check of `seccomp-missing` replaces this one.
    pss: Some(Pss { restricted: None, ..Pss::baseline("seccompProfile_baseline") }),
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    pod.security_contexts().for_each(|secured| judge(cx, secured));
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, secured: Secured<'d>) {
    let (profile, kind) = (secured.seccomp_profile(), secured.seccomp_type());
    if profile.is_absent() {
        return;
    }
    let file = secured.seccomp_localhost();
    let unnamed = file.value.unwrap_or_default().is_empty();
    if kind.is_absent() || !is_absent_or(kind, &["RuntimeDefault", "Localhost"]) {
        let word = clipped(kind.value.unwrap_or_default());
        let report = match kind.value {
            None | Some("") => {
                cx.report(kind.place, format_args!("the seccomp profile of {secured} has no type"))
            }
            Some(_) => cx.report(
                kind.place,
                format_args!("{secured} is not confined by the seccomp profile `{word}`"),
            ),
        };
        report.fix_set(Grade::Review, "Use the profile of the runtime", "RuntimeDefault");
    } else if kind.value == Some("Localhost") && unnamed {
        cx.report(
            file.place,
            format_args!("{secured} does not say which profile of the node it uses"),
        )
        .standard(None);
    } else if kind.value == Some("RuntimeDefault") && !file.is_absent() {
        cx.report(
            file.place,
            format_args!(
                "{secured} names a profile that the type \
`RuntimeDefault` does not use"
            ),
        )
        .standard(None)
        .fix_remove(Grade::Review, "Remove the name");
    }
}
