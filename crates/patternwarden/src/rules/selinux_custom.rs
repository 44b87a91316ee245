use crate::engine::Cx;
use crate::kube::{PodSpec, Secured, is_absent_or};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A Pod or container leaves the SELinux label that contains it.
    ///
    /// ## Why it matters
    ///
    /// A type such as `spc_t` switches confinement off. Another user or role leaves the policy for
    /// containers altogether. The level is free: it keeps Pods apart from one another.
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
    ///     seLinuxOptions:
    ///       # finding: /spec/securityContext/seLinuxOptions/type
    ///       type: spc_t
    ///       level: s0:c123,c456
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         seLinuxOptions:
    ///           # finding: /spec/containers/0/securityContext/seLinuxOptions/user
    ///           user: system_u
    ///           # finding: /spec/containers/0/securityContext/seLinuxOptions/role
    ///           role: system_r
    /// ```
    ///
    /// With labels of one's own, and the demand that there are some:
    ///
    /// ```yaml,bad
    /// # settings: {"require": true, "must_run_as_level": ["s0:c1,*"], "must_run_as_type": ["container_t"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         seLinuxOptions:
    ///           type: container_t
    ///           # finding: /spec/containers/0/securityContext/seLinuxOptions/level
    ///           level: s0:c2,c3
    ///     # finding: /spec/containers/1/securityContext/seLinuxOptions
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// The same for user and role:
    ///
    /// ```yaml,bad
    /// # settings: {"must_run_as_user": ["system_u"], "must_run_as_role": ["system_r"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     seLinuxOptions:
    ///       # finding: /spec/securityContext/seLinuxOptions/user
    ///       user: user_u
    ///       # finding: /spec/securityContext/seLinuxOptions/role
    ///       role: user_r
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Before Kubernetes 1.31 the type of the container engine is not allowed:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.30"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   containers:
    ///     - name: builder
    ///       image: registry.example/builder:1.0.0
    ///       securityContext:
    ///         seLinuxOptions:
    ///           # finding: /spec/containers/0/securityContext/seLinuxOptions/type
    ///           type: container_engine_t
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
    ///     seLinuxOptions:
    ///       type: container_t
    ///       level: s0:c123,c456
    ///       user: ""
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// With `any`, every label is taken:
    ///
    /// ```yaml,good
    /// # settings: {"any": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     seLinuxOptions:
    ///       type: spc_t
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a program with a policy module of its own on every node, by name in `must_run_as_type`.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "SELinux"; `container_engine_t` is allowed since 1.31
    "selinux-custom",
    "SELinux user, role or unusual type",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("seLinuxOptions")),
    params: &[
        Param::Flag(&REQUIRE),
        Param::Flag(&ANY),
        Param::Strings(&USERS),
        Param::Strings(&ROLES),
        Param::Strings(&TYPES),
        Param::Strings(&LEVELS),
    ],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static REQUIRE: Flag = Flag {
    name: "require",
    doc: "Whether every container must have `seLinuxOptions`, its own or those of the Pod.",
    default: false,
};

static ANY: Flag = Flag {
    name: "any",
    doc: "Whether every label is allowed, which the Pod Security Standards forbid.",
    default: false,
};

static USERS: Strings = Strings {
    name: "must_run_as_user",
    doc: "The only users allowed, as globs; replaces what the Pod Security Standards say of users.",
    default: &[],
};

static ROLES: Strings = Strings {
    name: "must_run_as_role",
    doc: "The only roles allowed, as globs; replaces what the Pod Security Standards say of roles.",
    default: &[],
};

static TYPES: Strings = Strings {
    name: "must_run_as_type",
    doc: "The only types allowed, as globs; replaces what the Pod Security Standards say of types.",
    default: &[],
};

static LEVELS: Strings = Strings {
    name: "must_run_as_level",
    doc: "The only levels allowed, as globs; empty allows all of them.",
    default: &[],
};

/// Types that the standards allow; the last one since [`ENGINE`].
const CONTAINED: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

const ENGINE: Minor = Minor(31);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at_pod = pod.secured().se_linux_options();
    for secured in pod.security_contexts() {
        let options = secured.se_linux_options();
        let missing = options.is_absent() && at_pod.is_absent() && secured.container.is_some();
        if missing && cx.flag(&REQUIRE) {
            cx.report(options.place, format_args!("{secured} has no SELinux label")).standard(None);
        } else if !options.is_absent() && !cx.flag(&ANY) {
            judge(cx, secured);
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, secured: Secured<'d>) {
    let known = if cx.target() >= ENGINE { 5 } else { 4 };
    let types = CONTAINED.get(..known).unwrap_or_default();
    let parts: [(_, _, &[&str], _); 4] = [
        ("type", &TYPES, types, secured.se_linux_type()),
        ("user", &USERS, &[""], secured.se_linux_user()),
        ("role", &ROLES, &[""], secured.se_linux_role()),
        // The standards leave the level free.
        ("level", &LEVELS, &[], secured.se_linux_level()),
    ];
    for (part, own, standard, at) in parts {
        let forbidden = !standard.is_empty() && !is_absent_or(at, standard);
        let limited = cx.entries(own).next().is_some();
        let word = at.value.unwrap_or_default();
        let bad = if limited { !cx.lists(own, word) } else { forbidden };
        if bad {
            let shown = clipped(word);
            let demanded = cx.entries(own).next().filter(|entry| !entry.contains('*'));
            let report = cx
                .report(at.place, format_args!("{secured} runs with the SELinux {part} `{shown}`"));
            let report = if forbidden { report } else { report.standard(None) };
            match demanded {
                Some(word) => report.fix_set(Grade::Review, "Use the label that is demanded", word),
                None if limited => report,
                None => report.fix_remove(Grade::Review, "Keep the label of the runtime"),
            };
        }
    }
}
