use crate::engine::Cx;
use crate::kube::Container;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, PssLevel, Severity, Surface};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A container keeps root's capabilities that it does not need.
    ///
    /// ## Why it matters
    ///
    /// A default container keeps about a dozen of root's powers that it never uses, among them raw
    /// sockets for spoofing. Dropping all of them turns many kernel bugs into dead ends.
    ///
    /// ## Bad
    ///
    /// Only one of them is dropped:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/drop
    ///           drop: [NET_RAW]
    /// ```
    ///
    /// None is:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/capabilities/drop
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// The word is `ALL`, in capitals:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/drop
    ///           drop: [all]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
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
    /// Windows has no capabilities:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A site may ask for less:
    ///
    /// ```yaml,good,{"required_drop": ["NET_RAW"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         capabilities:
    ///           drop: [NET_RAW]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an image that changes owners of files or binds low ports as root: add back what it
    /// needs, or accept the finding for that container.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Capabilities"
    /// - CIS Kubernetes Benchmark 1.12, 5.2.10
    "capability-not-dropped",
    "Capabilities are not dropped",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss { level: PssLevel::Restricted, control: "capabilities_restricted" }),
    params: &[Param::Strings(&REQUIRED_DROP)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static REQUIRED_DROP: Strings = Strings {
    name: "required_drop",
    doc: "Capabilities that every container must drop; `ALL` stands for each.",
    default: &[ALL],
};

/// The API compares this word exactly: `all` or `CAP_ALL` drop nothing.
const ALL: &str = "ALL";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if container.pod.is_windows() {
        return;
    }
    let dropped = container.capabilities_drop();
    let drops = |wanted: &str| {
        let names = dropped.value.into_iter().flat_map(Node::items).filter_map(Node::as_str);
        names.into_iter().any(|name| name == ALL || name == wanted)
    };
    let Some(missing) = cx.entries(&REQUIRED_DROP).find(|wanted| !drops(wanted)) else { return };
    let name = container.display_name();
    cx.report(dropped.place, format_args!("container `{name}` does not drop `{missing}`")).fix_at(
        Grade::Review,
        "Drop all capabilities",
        dropped.place,
        Value::seq([Value::from(ALL)]),
    );
}
