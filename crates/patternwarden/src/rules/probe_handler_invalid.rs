use crate::engine::Cx;
use crate::kube::{Class, Container, Probe};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity};
use patternwarden_tree::{Kind, Node, Place};

crate::rule! {
    /// A probe has no handler, more than one, or one that the API server refuses.
    ///
    /// ## Why it matters
    ///
    /// The whole object is refused, with a message about handler types that hides which of the probes is
    /// meant. To have both `httpGet` and `exec` is what is left after pasting one probe over another.
    ///
    /// ## Bad
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
    ///       # finding: /spec/containers/0/livenessProbe
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /livez
    ///           port: 8080
    ///         exec:
    ///           command: [stat, /tmp/alive]
    ///       # finding: /spec/containers/0/readinessProbe
    ///       readinessProbe:
    ///         periodSeconds: 5
    /// ```
    ///
    /// Handlers that lack what they need:
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
    ///       startupProbe:
    ///         # finding: /spec/containers/0/startupProbe/exec/command
    ///         exec:
    ///           command: []
    ///       livenessProbe:
    ///         grpc:
    ///           # finding: /spec/containers/0/livenessProbe/grpc/port
    ///           port: 0
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /ready
    ///           port: 8080
    ///           # finding: /spec/containers/0/readinessProbe/httpGet/scheme
    ///           scheme: https
    /// ```
    ///
    /// Fields of a version to come:
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
    ///       livenessProbe:
    ///         grpc:
    ///           port: 9000
    ///           # finding: /spec/containers/0/livenessProbe/grpc/mode
    ///           mode: TLS
    ///       readinessProbe:
    ///         httpGet:
    ///           port: 8080
    ///           # finding: /spec/containers/0/readinessProbe/httpGet/protocol
    ///           protocol: HTTP2
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
    ///       startupProbe:
    ///         exec:
    ///           command: [stat, /tmp/started]
    ///       livenessProbe:
    ///         grpc:
    ///           port: 9000
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /ready
    ///           port: 8080
    ///           scheme: HTTPS
    ///         tcpSocket: null
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never; and which handler was meant, only its author knows, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    /// - [KEP-2727](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/2727-grpc-probe): gRPC probes, stable since 1.27
    "probe-handler-invalid",
    "Not exactly one handler, or a handler the target cannot do",
    patterns: &[Pattern::HealthProbe],
    severity: Severity::Error,
    refused: true,
    check: Check::Container(check),
}

const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];

/// First version whose probes have `grpc.mode` and `httpGet.protocol`, behind gates.
const PROTOCOLS: Minor = Minor(37);

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if matches!(container.class, Class::App | Class::Sidecar) {
        for probe in container.probes() {
            judge(cx, container, probe);
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, probe: Probe<'d>) {
    let written = |key: &&str| probe.node.get(key).is_some_and(|handler| !handler.is_null());
    let count = HANDLERS.iter().filter(|key| written(key)).count();
    let known = cx.target() >= PROTOCOLS;
    let (place, problem) = if count == 0 {
        (Place::from(probe.node), "has no handler")
    } else if count > 1 {
        (Place::from(probe.node), "has more than one handler")
    } else if let Some(exec) = probe.node.get("exec") {
        let command = exec.at(&["command"]);
        if command.node().is_some_and(|command| command.items().next().is_some()) {
            return;
        }
        (command, "runs no command")
    } else if let Some(grpc) = probe.node.get("grpc") {
        let (port, mode) = (grpc.at(&["port"]), grpc.get("mode"));
        let number = port.node().and_then(Node::as_i64);
        if !number.is_some_and(|number| (1..=65_535).contains(&number)) {
            (port, "needs a port number from 1 to 65535")
        } else if let Some(mode) = mode.filter(|mode| !known && !mode.is_null()) {
            (mode.into(), "has a mode, which this version of Kubernetes does not know")
        } else {
            return;
        }
    } else if let Some(get) = probe.node.get("httpGet") {
        let (scheme, protocol) = (get.get("scheme"), get.get("protocol"));
        // Empty is filled in, and so is nothing.
        let good = |node: &Node<'_>| {
            node.is_null()
                || (node.kind() == Kind::String
                    && matches!(node.scalar_text(), "" | "HTTP" | "HTTPS"))
        };
        if let Some(scheme) = scheme.filter(|scheme| !good(scheme)) {
            (scheme.into(), "has a scheme that is neither `HTTP` nor `HTTPS`")
        } else if let Some(protocol) = protocol.filter(|node| !known && !node.is_null()) {
            (protocol.into(), "has a protocol, which this version of Kubernetes does not know")
        } else {
            return;
        }
    } else {
        return;
    };
    let (name, kind) = (container.display_name(), probe.kind.word());
    cx.report(place, format_args!("the {kind} probe of `{name}` {problem}"));
}
