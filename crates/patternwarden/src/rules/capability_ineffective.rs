use crate::engine::Cx;
use crate::kube::Container;
use crate::param::{Choice, Param};
use crate::pattern::Pattern;
use crate::repair::append;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use patternwarden_tree::{Edit, Node, Op, Value};

crate::rule! {
    /// A capability is added to a process that cannot use it, because it does not run as root.
    ///
    /// ## Why it matters
    ///
    /// Kubernetes cannot raise ambient capabilities, so the effective set of a process that does not
    /// run as root stays empty. Binding to port 80 then fails on one cluster and works on another,
    /// depending on a default of the container runtime.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       ports:
    ///         - containerPort: 80
    ///       securityContext:
    ///         runAsNonRoot: true
    ///         runAsUser: 10000
    ///         allowPrivilegeEscalation: false
    ///         capabilities:
    ///           drop: [ALL]
    ///           # finding: /spec/containers/0/securityContext/capabilities/add
    ///           add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// The user id alone decides it too, also when the Pod sets it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: tool
    /// spec:
    ///   securityContext:
    ///     runAsUser: 10000
    ///   containers:
    ///     - name: tool
    ///       image: registry.example/tool:1.0.0
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/add
    ///           add: [CHOWN]
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
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     runAsUser: 10000
    ///     seccompProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       ports:
    ///         - containerPort: 8080
    ///       securityContext:
    ///         allowPrivilegeEscalation: false
    ///         capabilities:
    ///           drop: [ALL]
    /// ```
    ///
    /// As root inside the container the capability works:
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
    ///         capabilities:
    ///           add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the binary carries file capabilities and `allowPrivilegeEscalation` is not false: the
    /// added capability is then the bound of what the file may raise.
    ///
    /// ## Source
    ///
    /// - [kubernetes/kubernetes#56374](https://github.com/kubernetes/kubernetes/issues/56374), on ambient capabilities
    /// - [KEP-2763](https://www.kubernetes.dev/resources/keps/2763/)
    "capability-ineffective",
    "Added capability has no effect for a non-root process",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&UNPRIVILEGED_PORTS)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static UNPRIVILEGED_PORTS: Choice = Choice {
    name: "runtime_unprivileged_ports",
    doc: "Whether the container runtime lets every user bind low ports, as containerd 2.0 does.",
    options: &["unknown", "true", "false"],
    default: "unknown",
};

const BIND: &str = "NET_BIND_SERVICE";
const SYSCTL: &str = "net.ipv4.ip_unprivileged_port_start";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let added = container.capabilities_add();
    let Some(list) = added.value.filter(|list| list.items().next().is_some()) else { return };
    let non_root = container.effective_run_as_non_root() == Some(true)
        || container.effective_run_as_user().is_some_and(|user| user > 0);
    if !non_root || container.pod.is_windows() {
        return;
    }
    let name = container.display_name();
    let names = joined(list.items().filter_map(Node::as_str));
    let also = match container.allow_privilege_escalation().value {
        Some(false) => ", and file capabilities are switched off as well",
        _ => "",
    };
    let ports = if list.items().any(|item| item.as_str() == Some(BIND)) {
        low_ports(container, cx.choice(&UNPRIVILEGED_PORTS))
    } else {
        String::new()
    };
    let object = container.object().node;
    let remove = Edit::new(added.place.pointer(object).to_string(), Op::Remove);
    let sysctl = (!ports.is_empty()).then(|| low_port_sysctl(container, remove.clone()));
    let reported = cx
        .report(
            added.place,
            format_args!("`{names}` has no effect: container `{name}` does not run as root{also}{ports}"),
        )
        .fix(Grade::Review, format!("Do not add `{names}`"), vec![remove]);
    if let Some(edits) = sysctl {
        reported.fix(Grade::Review, "Let every user of the Pod bind low ports", edits);
    }
}

fn joined(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut out = String::new();
    for name in names {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(name.as_ref());
    }
    out
}

/// What binding the declared low ports depends on instead; empty when there are none.
fn low_ports(container: Container<'_>, unprivileged: &str) -> String {
    let ports = container.ports().filter_map(|port| port.container_port().value);
    let low = joined(ports.filter(|port| (1..1024).contains(port)).map(|port| port.to_string()));
    match (low.is_empty(), unprivileged) {
        (true, _) => String::new(),
        (_, "true") => format!("; port {low} is bound because the runtime allows it to everybody"),
        (_, "false") => format!("; binding port {low} fails"),
        _ => format!("; binding port {low} depends on the runtime"),
    }
}

/// The sysctl that makes low ports free for all. It is in the safe set of the Pod Security Standards.
fn low_port_sysctl(container: Container<'_>, remove: Edit) -> Vec<Edit> {
    let entry = Value::map([("name", Value::from(SYSCTL)), ("value", Value::from("0"))]);
    vec![remove, append(container.object().node, container.pod.sysctls(), entry)]
}
