use crate::engine::Cx;
use crate::kube::Container;
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, PssLevel, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A container adds a power of root that opens the node, or one whose name means nothing.
    ///
    /// ## Why it matters
    ///
    /// `SYS_ADMIN`, `NET_ADMIN`, `SYS_PTRACE` and their like are each a known way to the node. What a
    /// container has without asking is already more than most programs need. Names are compared as they
    /// stand: in capitals and without `CAP_`.
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
    ///     - name: route
    ///       image: registry.example/route:1.0.0
    ///       securityContext:
    ///         capabilities:
    ///           add:
    ///             # finding: /spec/initContainers/0/securityContext/capabilities/add/0
    ///             - NET_ADMIN
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           add:
    ///             # finding: /spec/containers/0/securityContext/capabilities/add/0
    ///             - ALL
    ///             - NET_BIND_SERVICE
    /// ```
    ///
    /// A name with a prefix is not the name:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           drop: [ALL]
    ///           add:
    ///             # finding: /spec/containers/0/securityContext/capabilities/add/0
    ///             - CAP_NET_BIND_SERVICE
    ///             # finding: /spec/containers/0/securityContext/capabilities/add/1
    ///             - net_raw
    /// ```
    ///
    /// What the level baseline allows, the level restricted need not, except `NET_BIND_SERVICE`. This is
    /// a warning:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           drop: [ALL]
    ///           add:
    ///             # finding: /spec/containers/0/securityContext/capabilities/add/0
    ///             - CHOWN
    /// ```
    ///
    /// With a list of one's own, which replaces both:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["SYS_PTRACE", "CHOWN"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           add:
    ///             - SYS_PTRACE
    ///             - CHOWN
    ///             # finding: /spec/containers/0/securityContext/capabilities/add/2
    ///             - NET_BIND_SERVICE
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
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/add/0
    ///           add: [CHOWN]
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
    ///         capabilities:
    ///           drop: [ALL]
    ///           add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents that set up the network of a node, and for debuggers, by name in `allowed`.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline and restricted, "Capabilities"
    /// - CIS Kubernetes Benchmark 1.12, 5.2.8 and 5.2.9
    "capability-added",
    "Capability outside the allowed set",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss {
        restricted: Some("capabilities_restricted"),
        ..Pss::baseline("capabilities_baseline")
    }),
    params: &[Param::Strings(&ALLOWED)],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

static ALLOWED: Strings = Strings {
    name: "allowed",
    doc: "Capabilities that may be added, as globs; replaces what the Pod Security Standards allow.",
    default: &[],
};

/// What the level baseline lets a container add: the set of the Docker Engine without `NET_RAW`.
const BASELINE: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// What the level restricted lets a container add.
const RESTRICTED: &str = "NET_BIND_SERVICE";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    container.capabilities_added().for_each(|added| judge(cx, container, added));
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, added: Node<'d>) {
    let word = added.scalar_text();
    let own = cx.entries(&ALLOWED).next().is_some();
    let allowed =
        |word: &str| if own { cx.lists(&ALLOWED, word) } else { BASELINE.contains(&word) };
    // The level restricted replaces the check of baseline, and does not speak of Windows.
    let windows = container.pod.is_windows();
    let restricted = cx.standard() == Some(PssLevel::Restricted);
    if (restricted && windows && !own) || (word == RESTRICTED && !own) {
        return;
    }
    let name = container.display_name();
    let level = if restricted { Severity::Error } else { Severity::Warning };
    if allowed(word) && added.as_str().is_some() {
        if !own && !windows {
            cx.report(
                added,
                format_args!(
                    "container `{name}` adds `{word}`, which the \
level restricted does not allow"
                ),
            )
            .severity(level)
            .standard(Some(PssLevel::Restricted))
            .at_most(if restricted { Admission::Deny } else { Admission::Warn })
            .fix_remove(Grade::Review, "Do not add it");
        }
        return;
    }
    let bare = word.strip_prefix("CAP_").filter(|bare| allowed(bare));
    let shown = clipped(word);
    let report = if word.bytes().any(|byte| byte.is_ascii_lowercase()) || word.starts_with("CAP_") {
        cx.report(
            added,
            format_args!(
                "`{shown}` in container `{name}` is not \
written as capabilities are"
            ),
        )
    } else {
        cx.report(added, format_args!("container `{name}` adds the capability `{shown}`"))
    };
    let report = match bare {
        Some(bare) => report.fix_set(Grade::Safe, "Write it without `CAP_`", bare),
        None => report,
    };
    report.fix_remove(Grade::Review, "Do not add it");
}
