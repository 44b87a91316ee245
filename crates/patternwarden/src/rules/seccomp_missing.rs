use crate::engine::Cx;
use crate::kube::{PodSpec, Secured};
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// Nothing says that system calls are filtered.
    ///
    /// ## Why it matters
    ///
    /// Without the field it depends on a flag of each node whether the runtime's profile is used, and by
    /// default it is not. A container's own profile counts more than that of the Pod, also when it
    /// is `Unconfined`.
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
    ///     # finding: /spec/initContainers/0/securityContext/seccompProfile
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         seccompProfile:
    ///           type: RuntimeDefault
    ///   ephemeralContainers:
    ///     # finding: /spec/ephemeralContainers/0/securityContext/seccompProfile
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    /// ```
    ///
    /// A container overrides a good profile of the Pod:
    ///
    /// ```yaml,bad
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
    ///           # finding: /spec/containers/0/securityContext/seccompProfile/type
    ///           type: Unconfined
    /// ```
    ///
    /// A bad profile of the Pod counts even where every container has its own:
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
    ///       securityContext:
    ///         seccompProfile:
    ///           type: RuntimeDefault
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// Where the nodes use the runtime's profile by themselves, naming it changes nothing that runs, and
    /// the repair is safe:
    ///
    /// ```yaml,bad
    /// # settings: {"seccomp_default_on": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/seccompProfile
    ///     - name: app
    ///       image: registry.example/app:1.4.2
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
    /// ```
    ///
    /// Windows has no system calls to filter:
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
    /// Where every node runs its kubelet with `seccompDefault: true`, if you need not show it to anybody.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Seccomp"; Windows is exempt since 1.25
    /// - [Seccomp and Kubernetes](https://kubernetes.io/docs/reference/node/seccomp/)
    /// - CIS Kubernetes Benchmark 1.12, 5.7.2
    "seccomp-missing",
    "No seccomp profile named",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::restricted("seccompProfile_restricted")),
    params: &[Param::Flag(&SECCOMP_DEFAULT_ON)],
    fix: Some(Grade::Safe),
    check: Check::Pod(check),
}

static SECCOMP_DEFAULT_ON: Flag = Flag {
    name: "seccomp_default_on",
    doc: "Whether the nodes use the runtime's profile where none is named; the repair is safe then.",
    default: false,
};

const TITLE: &str = "Use the profile of the runtime";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    if pod.is_windows() {
        return;
    }
    let profile = pod.secured().seccomp_profile();
    let grade = if cx.flag(&SECCOMP_DEFAULT_ON) { Grade::Safe } else { Grade::Review };
    for secured in pod.security_contexts() {
        let (own, kind) = (secured.seccomp_profile(), secured.seccomp_type());
        if !own.is_absent() {
            if !confines(secured) {
                cx.report(
                    kind.place,
                    format_args!("the seccomp profile of {secured} confines nothing"),
                )
                .fix_set(Grade::Review, TITLE, "RuntimeDefault");
            }
        } else if profile.is_absent() && secured.container.is_some() {
            // The profile belongs to the Pod: there it holds for every container that names none.
            let value = Value::map([("type", "RuntimeDefault".into())]);
            cx.report(own.place, format_args!("{secured} has no seccomp profile")).fix_at(
                grade,
                TITLE,
                profile.place,
                value,
            );
        }
    }
}

fn confines(secured: Secured<'_>) -> bool {
    matches!(secured.seccomp_type().value, Some("RuntimeDefault" | "Localhost"))
}
