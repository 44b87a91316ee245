use crate::engine::Cx;
use crate::kube::{Container, Port, Service, selects};
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
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// An added capability does not reach a process that is not root.
    ///
    /// ## Why it matters
    ///
    /// Kubernetes cannot raise ambient capabilities, so the effective set of a process that is not
    /// root stays empty, whatever is added. Binding to port 80 then fails on one cluster and works
    /// on another, because some runtimes let every user bind every port (containerd does since
    /// 2.0). With `allowPrivilegeEscalation: false`, programs that carry file capabilities do not
    /// get them either.
    ///
    /// Two remedies exist for low ports: listen above 1023 and let the Service map the port, or
    /// set the safe sysctl `net.ipv4.ip_unprivileged_port_start`.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    ///   labels:
    ///     app: web
    /// spec:
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       ports:
    ///         - containerPort: 80
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /ready
    ///           port: 80
    ///       securityContext:
    ///         runAsNonRoot: true
    ///         runAsUser: 10000
    ///         allowPrivilegeEscalation: false
    ///         readOnlyRootFilesystem: true
    ///         capabilities:
    ///           drop: [ALL]
    ///           # finding: /spec/containers/0/securityContext/capabilities/add
    ///           add: [NET_BIND_SERVICE]
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    /// spec:
    ///   selector:
    ///     app: web
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// Any other capability has no effect either, wherever the user is set:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: tracer
    /// spec:
    ///   securityContext:
    ///     runAsUser: 10000
    ///   containers:
    ///     - name: tracer
    ///       image: registry.example/tracer:1.0.0
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/add
    ///           add: [SYS_PTRACE]
    /// ```
    ///
    /// Where the runtime is known, the message says what happens:
    ///
    /// ```yaml,bad
    /// # settings: {"runtime_unprivileged_ports": "above-1023"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       ports:
    ///         - containerPort: 443
    ///       securityContext:
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/add
    ///           add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// No declared port needs it:
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
    ///         runAsNonRoot: true
    ///         capabilities:
    ///           # finding: /spec/containers/0/securityContext/capabilities/add
    ///           add: [NET_BIND_SERVICE]
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
    /// The sysctl does what the capability was meant to do, and root has what it adds:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///       - name: net.ipv4.ip_unprivileged_port_start
    ///         value: "0"
    ///   containers:
    ///     - name: httpd
    ///       image: registry.example/web:1.0.0
    ///       ports:
    ///         - containerPort: 80
    ///       securityContext:
    ///         runAsNonRoot: true
    ///         capabilities:
    ///           add: [NET_BIND_SERVICE]
    ///     - name: owner
    ///       image: registry.example/owner:1.0.0
    ///       securityContext:
    ///         runAsUser: 0
    ///         capabilities:
    ///           add: [CHOWN]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a program that carries file capabilities, in a container that allows privilege
    /// escalation.
    ///
    /// ## Source
    ///
    /// - [kubernetes/kubernetes#56374](https://github.com/kubernetes/kubernetes/issues/56374), ambient capabilities
    /// - [KEP-2763](https://github.com/kubernetes/enhancements/issues/2763)
    "capability-ineffective",
    "Added capability has no effect for a non-root process",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&RUNTIME)],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

static RUNTIME: Choice = Choice {
    name: "runtime_unprivileged_ports",
    doc: "Which ports the container runtime lets every user bind: `all` is the default of containerd since 2.0.",
    options: &["unknown", "all", "above-1023"],
    default: "unknown",
};

const NOTHING: &str = "Add no capability";

/// Related places that a finding names at most.
const MAX_RELATED: usize = 8;

const SYSCTL: &str = "net.ipv4.ip_unprivileged_port_start";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let at = container.capabilities_add();
    let user = container.effective_run_as_user().is_some_and(|user| user > 0);
    let non_root = user || container.effective_run_as_non_root() == Some(true);
    let Some(first) = container.capabilities_added().find_map(Node::as_str) else { return };
    if container.pod.is_windows() || !non_root {
        return;
    }
    let bind = |name: &str| matches!(name, "NET_BIND_SERVICE" | "CAP_NET_BIND_SERVICE");
    let binds = container.capabilities_added().all(|add| add.as_str().is_some_and(bind));
    let low: Vec<_> = low_ports(container).collect();
    if binds && serves(container, &low) {
        return;
    }
    let name = container.display_name();
    let why = match container.allow_privilege_escalation().value {
        Some(false) => ", not even for programs with file capabilities",
        _ => "",
    };
    let port = low.first().map_or(80, |(port, _)| *port);
    let then = match cx.choice(&RUNTIME) {
        _ if !binds => String::new(),
        "all" => format!("; port {port} can be bound without it"),
        "above-1023" => format!("; binding port {port} fails"),
        _ => format!("; whether port {port} can be bound depends on the runtime"),
    };
    let services: Vec<_> = cx.set().objects().filter_map(Service::of).collect();
    let mut report = cx.report(
        at.place,
        format_args!(
            "capability `{first}` has no effect in `{name}`, which is not root{why}{then}"
        ),
    );
    for (_, place) in low.iter().take(MAX_RELATED) {
        report = report.related(*place, "a port below 1024");
    }
    for service in
        services.into_iter().filter(|service| leads_to(*service, container)).take(MAX_RELATED)
    {
        report = report.related(service.object.node, "this Service has to follow a change of port");
    }
    if binds && container.pod.host_network().value != Some(true) {
        let root = container.object().node;
        let start = Value::map([("name", SYSCTL.into()), ("value", "0".into())]);
        let edits = vec![append(root, container.pod.sysctl_list(), start)];
        if container.pod.sysctl(SYSCTL).is_none() {
            report = report.fix(Grade::Safe, "Let every user of the Pod bind low ports", edits);
        }
        let title = if low.is_empty() { NOTHING } else { "Listen above port 1023" };
        report.fix(Grade::Review, title, move_up(container, &low));
    } else {
        report.fix_remove(Grade::Review, NOTHING);
    }
}

/// Declared ports that root alone may bind by default.
fn low_ports(container: Container<'_>) -> impl Iterator<Item = (i64, Place<'_>)> {
    let ports = container.ports().map(Port::container_port);
    let ports = ports.filter_map(|at| Some((at.value?, at.place)));
    ports.filter(|(port, _)| (1..1024).contains(port))
}

/// Whether the Pod's own sysctl lets everybody bind these ports.
fn serves(container: Container<'_>, low: &[(i64, Place<'_>)]) -> bool {
    let start = container.pod.sysctl(SYSCTL).and_then(|value| value.parse::<i64>().ok());
    start.is_some_and(|start| low.iter().all(|(port, _)| *port >= start))
}

fn leads_to(service: Service<'_>, container: Container<'_>) -> bool {
    let here = service.object.effective_namespace() == container.object().effective_namespace();
    let labels = container.pod.labels();
    here && service.selector().value.is_some_and(|selector| selects(selector, labels))
}

/// Adds 8000 to every low port, and to the probes that ask it.
fn move_up(container: Container<'_>, low: &[(i64, Place<'_>)]) -> Vec<Edit> {
    let root = container.object().node;
    let edit = |place: Place<'_>, op| Edit::new(place.pointer(root).to_string(), op);
    let probed = container.probes().filter_map(|probe| {
        let at = probe.handler()?.port()?;
        let port = at.value?.as_i64()?;
        low.iter().any(|(low, _)| *low == port).then_some((port, at.place))
    });
    let mut edits = vec![edit(container.capabilities_add().place, Op::Remove)];
    edits.extend(
        low.iter()
            .copied()
            .chain(probed)
            .map(|(port, place)| edit(place, Op::Replace((port + 8000).into()))),
    );
    edits
}
