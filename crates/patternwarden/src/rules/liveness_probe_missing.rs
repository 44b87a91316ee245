use crate::engine::Cx;
use crate::kube::Container;
use crate::pattern::Pattern;
use crate::probe_scope;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// A container that serves a port has no liveness probe.
    ///
    /// ## Why it matters
    ///
    /// A process that hangs without ending keeps its Pod `Running` for ever. But a probe that tests too
    /// much turns a slow database into a storm of restarts, and a wrong one is worse than none: this is
    /// advice, never more.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         # finding: /spec/template/spec/containers/0/livenessProbe
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           ports:
    ///             - containerPort: 8080
    /// ```
    ///
    /// Every container, whether it declares a port or not, and native sidecars too:
    ///
    /// ```yaml,bad
    /// # settings: {"scope": "all", "sidecars": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/livenessProbe
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///   containers:
    ///     # finding: /spec/containers/0/livenessProbe
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
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /livez
    ///           port: 8080
    /// ```
    ///
    /// Work that ends, and a container without a port:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   restartPolicy: Never
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:7.0.3
    ///           ports:
    ///             - containerPort: 9090
    /// ```
    ///
    /// Where the settings say that one probe of the three is enough, or leave a kind out:
    ///
    /// ```yaml,good
    /// # settings: {"any_probe_suffices": true, "kinds_exempt": ["Daemon*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /ready
    ///           port: 8080
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:3.2.1
    ///           ports:
    ///             - containerPort: 9100
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a process that ends when it cannot go on: the kubelet restarts it without any probe.
    ///
    /// ## Source
    ///
    /// - [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    "liveness-probe-missing",
    "No way to detect a stuck process",
    patterns: &[Pattern::HealthProbe],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: probe_scope::PARAMS,
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let at = container.liveness_probe();
    let pod = container.pod;
    let ends = matches!(pod.restart_policy().value, Some("Never" | "OnFailure"));
    if at.value.is_some() || ends || !probe_scope::is_judged(cx, container) {
        return;
    }
    let name = container.display_name();
    let finding = cx.report(
        at.place,
        format_args!(
            "container `{name}` has no liveness probe, so that a process that hangs stays as it is"
        ),
    );
    // A connection is all that is known to work, and tests nothing but the process.
    if let Some(port) = container.tcp_port() {
        let socket = Value::map([("port", port)]);
        finding.fix_set(
            Grade::Review,
            "Probe whether the first declared port takes connections",
            Value::map([("tcpSocket", socket)]),
        );
    }
}
