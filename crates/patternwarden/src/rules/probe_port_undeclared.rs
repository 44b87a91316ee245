use crate::engine::Cx;
use crate::kube::{Class, Container, Handler, Port};
use crate::matcher::{clipped, nearest};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use patternwarden_tree::{Kind, Node};

crate::rule! {
    /// A probe or hook talks to a port that its container does not declare.
    ///
    /// ## Why it matters
    ///
    /// A wrong port name makes every probe fail, so the container is restarted for ever. An
    /// undeclared number may work, but usually shows that the snippet was copied from another
    /// service.
    ///
    /// ## Bad
    ///
    /// Nothing here listens on 5000:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: random-generator
    ///       image: k8spatterns/random-generator:1.0
    ///       ports:
    ///         - containerPort: 8080
    ///       readinessProbe:
    ///         grpc:
    ///           # finding: /spec/containers/0/readinessProbe/grpc/port
    ///           port: 5000
    /// ```
    ///
    /// Three probes of a container that declares nothing, which use three technologies; is it one
    /// process?
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: random-generator
    ///       image: k8spatterns/random-generator:1.0
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /actuator/health
    ///           # finding: /spec/containers/0/livenessProbe/httpGet/port
    ///           port: 8080
    ///       readinessProbe:
    ///         grpc:
    ///           # finding: /spec/containers/0/readinessProbe/grpc/port
    ///           port: 5000
    ///       startupProbe:
    ///         exec:
    ///           command: [stat, /opt/jboss/wildfly/tmp/startup-marker]
    ///         initialDelaySeconds: 30
    ///         periodSeconds: 60
    ///         failureThreshold: 15
    /// ```
    ///
    /// The port is declared, but for UDP; no probe speaks that:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: dns
    /// spec:
    ///   containers:
    ///     - name: dns
    ///       image: registry.example/dns:1.11.0
    ///       ports:
    ///         - name: dns
    ///           containerPort: 5353
    ///           protocol: UDP
    ///       livenessProbe:
    ///         tcpSocket:
    ///           # finding: /spec/containers/0/livenessProbe/tcpSocket/port
    ///           port: 5353
    ///       readinessProbe:
    ///         tcpSocket:
    ///           # finding: /spec/containers/0/readinessProbe/tcpSocket/port
    ///           port: dns
    /// ```
    ///
    /// A name that is almost right:
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
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /live
    ///           # finding: /spec/containers/0/livenessProbe/httpGet/port
    ///           port: htpp
    /// ```
    ///
    /// A name that no port has, in a hook:
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
    ///       lifecycle:
    ///         preStop:
    ///           httpGet:
    ///             path: /drain
    ///             # finding: /spec/containers/0/lifecycle/preStop/httpGet/port
    ///             port: admin
    /// ```
    ///
    /// No port is declared at all, which is only a hint:
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
    ///       startupProbe:
    ///         tcpSocket:
    ///           # finding: /spec/containers/0/startupProbe/tcpSocket/port
    ///           port: 8080
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: random-generator
    ///       image: k8spatterns/random-generator:1.0
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /actuator/health/liveness
    ///           port: http
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /actuator/health/readiness
    ///           port: 8080
    /// ```
    ///
    /// A port of another host is not the container's; such a request is the matter of `probe-host-set`.
    ///
    /// ## When to allow it
    ///
    /// For a port that only the kubelet uses and that nobody should find in the manifest. With several declared
    /// ports and none of a similar name, nobody knows which was meant, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    "probe-port-undeclared",
    "Probe points to a port the container does not declare",
    patterns: &[Pattern::HealthProbe],
    severity: Severity::Error,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

/// How many declared ports a message names.
const NAMED_PORTS: usize = 5;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    // A plain init container may have neither probes nor hooks.
    if container.class == Class::Init {
        return;
    }
    let kinds: Vec<_> =
        container.probes().filter_map(|probe| Some(probe.handler()?.field())).collect();
    let mixed = if matches!(kinds.as_slice(), [a, b, c] if a != b && b != c && a != c) {
        "; its three probes use three technologies, as if for three processes"
    } else {
        ""
    };
    for probe in container.probes() {
        if let Some(handler) = probe.handler() {
            let who = format!("the {} probe", probe.kind.word());
            judge(cx, &Asked { container, handler, who, mixed });
        }
    }
    for hook in container.hooks() {
        if let Some(handler) = hook.handler() {
            let who = format!("the {} hook", hook.name);
            judge(cx, &Asked { container, handler, who, mixed: "" });
        }
    }
}

/// Who asks which container.
struct Asked<'d> {
    container: Container<'d>,
    handler: Handler<'d>,
    who: String,
    mixed: &'static str,
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, asked: &Asked<'d>) {
    let Some(port) = asked.handler.port().and_then(|at| at.value) else { return };
    match port.kind() {
        // The API takes a name for HTTP and TCP only; a gRPC port of text is another fault.
        Kind::String if matches!(asked.handler, Handler::Grpc(_)) => {}
        // A name is looked up in this container, whatever the host.
        Kind::String => named(cx, asked, port),
        _ if is_elsewhere(asked.handler) => {}
        _ => numbered(cx, asked, port),
    }
}

/// Whether the request goes to another host than the Pod.
fn is_elsewhere(handler: Handler<'_>) -> bool {
    let host = handler.node().get("host").and_then(Node::as_str).unwrap_or_default();
    !matches!(host, "" | "localhost" | "127.0.0.1" | "::1")
}

fn named<'d>(cx: &mut Cx<'_, 'd>, asked: &Asked<'d>, port: Node<'d>) {
    let (wanted, container) = (port.scalar_text(), asked.container);
    let all = || container.ports().filter(|port| port.name().value == Some(wanted));
    if all().any(Port::is_tcp) {
        return;
    }
    let (who, name, shown) = (&asked.who, container.display_name(), clipped(wanted));
    let reported = match all().next().and_then(|port| port.protocol().value) {
        Some(protocol) => cx.report(
            port,
            format_args!("{who} wants port `{shown}`, which `{name}` declares for {protocol} only"),
        ),
        None => cx.report(
            port,
            format_args!("{who} wants port `{shown}`, which `{name}` does not declare"),
        ),
    };
    let names = || container.ports().filter(|port| port.is_tcp()).filter_map(|p| p.name().value);
    let only = container.ports().count() == 1;
    let (near, grade) = match nearest(wanted, names()) {
        Some(near) if only => (Some(near), Grade::Safe),
        Some(near) => (Some(near), Grade::Review),
        // With several ports and none alike, nobody knows which was meant.
        None => (names().next().filter(|_| only), Grade::Review),
    };
    if let Some(near) = near {
        reported.fix_set(grade, format!("Use the declared port `{near}`"), near);
    }
}

fn numbered<'d>(cx: &mut Cx<'_, 'd>, asked: &Asked<'d>, port: Node<'d>) {
    let Some(wanted) = port.as_i64() else { return };
    let container = asked.container;
    let numbered = |port: Port<'d>| Some((port, port.container_port().value?));
    let all: Vec<(Port<'d>, i64)> = container.ports().filter_map(numbered).collect();
    if all.iter().any(|(port, number)| *number == wanted && port.is_tcp()) {
        return;
    }
    let (who, name, mixed) = (&asked.who, container.display_name(), asked.mixed);
    let other = all.iter().find(|(_, number)| *number == wanted);
    if let Some(protocol) = other.and_then(|(port, _)| port.protocol().value) {
        let message = format_args!(
            "{who} uses port {wanted}, which `{name}` declares for {protocol} only{mixed}"
        );
        cx.report(port, message).severity(Severity::Info);
    } else if all.is_empty() {
        cx.report(
            port,
            format_args!("{who} uses port {wanted}, and `{name}` declares no port{mixed}"),
        )
        .severity(Severity::Hint);
    } else {
        let list = list(&all);
        let message = format_args!("{who} uses port {wanted}, and `{name}` declares {list}{mixed}");
        let reported = cx.report(port, message).severity(Severity::Info);
        if let [(only, number)] = all.as_slice()
            && only.is_tcp()
        {
            let title = format!("Use the declared port {number}");
            reported.fix_set(Grade::Review, title, *number);
        }
    }
}

fn list(ports: &[(Port<'_>, i64)]) -> String {
    let shown: Vec<String> =
        ports.iter().take(NAMED_PORTS).map(|(_, number)| number.to_string()).collect();
    let more = if ports.len() > NAMED_PORTS { " and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}
