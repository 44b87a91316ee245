use crate::engine::Cx;
use crate::kube::Container;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A container keeps capabilities that nobody gave it on purpose.
    ///
    /// ## Why it matters
    ///
    /// A container starts with about a dozen powers of root that it hardly ever uses, among them
    /// raw sockets, with which traffic can be forged. Dropping all of them turns many bugs of the
    /// kernel into dead ends, and the few that are needed can be added by name.
    ///
    /// ## Bad
    ///
    /// Some are dropped, but not all:
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
    ///           # finding: /spec/containers/0/securityContext/capabilities/drop
    ///           drop: [NET_RAW]
    ///     # finding: /spec/containers/1/securityContext/capabilities/drop
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///   ephemeralContainers:
    ///     # finding: /spec/ephemeralContainers/0/securityContext/capabilities/drop
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    /// ```
    ///
    /// The word is `ALL`, in capitals and without prefix:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/initContainers/0/securityContext/capabilities/drop
    ///           drop: [CAP_ALL]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/drop
    ///           drop: [all]
    /// ```
    ///
    /// With names that must be dropped, where `ALL` is more than is asked for:
    ///
    /// ```yaml,bad
    /// # settings: {"required_drop": ["NET_RAW", "MKNOD"]}
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
    ///           # finding: /spec/containers/0/securityContext/capabilities/drop
    ///           drop: [NET_RAW]
    ///     # finding: /spec/containers/1/securityContext/capabilities/drop
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    ///       securityContext:
    ///         capabilities:
    ///           drop: [ALL]
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
    /// ```
    ///
    /// With `case_sensitive: false`, as container runtimes read it:
    ///
    /// ```yaml,good
    /// # settings: {"case_sensitive": false}
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
    ///           drop: [all]
    /// ```
    ///
    /// Windows has no capabilities:
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
    /// For a program that starts as root to change owners of files or to bind a low port; better
    /// is to drop all and to add what it needs by name.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Capabilities"; Windows is exempt since 1.25
    /// - CIS Kubernetes Benchmark 1.12, 5.2.10
    "capability-not-dropped",
    "Capabilities are not dropped",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::restricted("capabilities_restricted")),
    params: &[Param::Flag(&CASE_SENSITIVE), Param::Strings(&REQUIRED_DROP)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static CASE_SENSITIVE: Flag = Flag {
    name: "case_sensitive",
    doc: "Whether only `ALL` counts; `false` takes `all` too and leaves the Pod Security Standards.",
    default: true,
};

static REQUIRED_DROP: Strings = Strings {
    name: "required_drop",
    doc: "Capabilities that must be dropped, `ALL` for each; other names leave the Pod Security Standards.",
    default: &["ALL"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if container.pod.is_windows() {
        return;
    }
    let at = container.capabilities_drop();
    let exact = cx.flag(&CASE_SENSITIVE);
    let same = |a: &str, b: &str| a == b || (!exact && a.eq_ignore_ascii_case(b));
    let dropped = || container.capabilities_dropped().filter_map(Node::as_str);
    let drops = |name: &str| dropped().any(|word| same(word, name) || same(word, "ALL"));
    let Some(kept) = cx.entries(&REQUIRED_DROP).find(|name| !drops(name)) else { return };
    let name = container.display_name();
    let meant = dropped().find(|word| {
        word.eq_ignore_ascii_case(kept)
            || word.strip_prefix("CAP_").is_some_and(|bare| bare.eq_ignore_ascii_case(kept))
    });
    let report = match (meant, kept) {
        (Some(word), _) => cx.report(
            at.place,
            format_args!(
                "container `{name}` drops `{word}`, \
which is not the word `{kept}`"
            ),
        ),
        (None, "ALL") => {
            cx.report(at.place, format_args!("container `{name}` does not drop all capabilities"))
        }
        _ => cx.report(at.place, format_args!("container `{name}` keeps the capability `{kept}`")),
    };
    report.fix_set(Grade::Review, "Drop all capabilities", Value::seq(["ALL".into()]));
}
