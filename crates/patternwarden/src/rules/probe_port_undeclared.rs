use crate::engine::Cx;
use crate::kube::{Container, Handler};
use crate::matcher::nearest;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, string::String, string::ToString};
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
    /// ## When to allow it
    ///
    /// For a port that only the kubelet uses and that nobody should find in the manifest.
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

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    for probe in container.probes() {
        if let Some(handler) = probe.handler() {
            judge(cx, container, handler, &format!("the {} probe", probe.kind.word()));
        }
    }
    for hook in container.hooks() {
        if let Some(handler) = hook.handler() {
            judge(cx, container, handler, &format!("the {} hook", hook.name));
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, handler: Handler<'d>, who: &str) {
    let Some(port) = handler.port().and_then(|at| at.value) else { return };
    match port.kind() {
        // The API takes a name for HTTP and TCP only; a gRPC port of text is another fault.
        Kind::String if matches!(handler, Handler::Grpc(_)) => {}
        Kind::String => named(cx, container, port, who),
        _ => numbered(cx, container, port, who),
    }
}

fn named<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, port: Node<'d>, who: &str) {
    let wanted = port.scalar_text();
    let names = || container.ports().filter_map(|port| port.name().value);
    if names().any(|name| name == wanted) {
        return;
    }
    let container_name = container.display_name();
    let reported = cx.report(
        port,
        format_args!("{who} wants port `{wanted}`, which `{container_name}` does not declare"),
    );
    let only = names().count() == 1 && container.ports().count() == 1;
    match (nearest(wanted, names()), names().next()) {
        (Some(name), _) if only => {
            reported.fix_set(Grade::Safe, format!("Use the declared port `{name}`"), name);
        }
        (Some(name), _) | (None, Some(name)) => {
            reported.fix_set(Grade::Review, format!("Use the declared port `{name}`"), name);
        }
        (None, None) => {}
    }
}

fn numbered<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, port: Node<'d>, who: &str) {
    let Some(wanted) = port.as_i64() else { return };
    let declared = || container.ports().filter_map(|port| port.container_port().value);
    if declared().any(|port| port == wanted) {
        return;
    }
    let name = container.display_name();
    match declared().next() {
        None => {
            cx.report(port, format_args!("{who} uses port {wanted}, and `{name}` declares no port"))
                .severity(Severity::Hint);
        }
        Some(first) => {
            let list = list(declared());
            let message = format_args!("{who} uses port {wanted}, and `{name}` declares {list}");
            let reported = cx.report(port, message).severity(Severity::Info);
            if declared().count() == 1 {
                let title = format!("Use the declared port {first}");
                reported.fix_set(Grade::Review, title, first);
            }
        }
    }
}

fn list(ports: impl Iterator<Item = i64>) -> String {
    let mut out = String::new();
    for port in ports {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&port.to_string());
    }
    out
}
