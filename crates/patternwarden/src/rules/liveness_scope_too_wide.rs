use crate::engine::Cx;
use crate::kube::{Container, Handler, Probe, ProbeKind};
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::format;
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A liveness probe tests more than the process itself.
    ///
    /// ## Why it matters
    ///
    /// When a shared dependency fails, every replica fails its liveness probe at once and the
    /// platform restarts the whole fleet. Restarting does not repair a database, and the cold caches
    /// make the outage longer.
    ///
    /// ## Bad
    ///
    /// Spring Boot's aggregate health counts the database too:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: k8spatterns/random-generator:1.0
    ///       ports:
    ///         - containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/0/livenessProbe/httpGet/path
    ///           path: /actuator/health
    ///           port: 8080
    /// ```
    ///
    /// Liveness asks what readiness asks, and is not more patient:
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
    ///       # finding: /spec/containers/0/livenessProbe
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    /// ```
    ///
    /// One failure is enough for liveness; `/health` itself is only a hint:
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
    ///       # finding: /spec/containers/0/livenessProbe
    ///       livenessProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/0/livenessProbe/httpGet/path
    ///           path: /health
    ///           port: 8080
    ///         periodSeconds: 1
    ///         failureThreshold: 1
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /health
    ///           port: 8080
    ///           scheme: HTTP
    /// ```
    ///
    /// Patience does not count for who compares handlers alone:
    ///
    /// ```yaml,bad
    /// # settings: {"compare": "handler"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       # finding: /spec/containers/0/livenessProbe
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         failureThreshold: 9
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    /// ```
    ///
    /// Which paths count dependencies can be set:
    ///
    /// ```yaml,bad
    /// # settings: {"aggregate_paths": ["/deps"], "unclear_paths": ["/status*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       livenessProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/0/livenessProbe/httpGet/path
    ///           path: /deps
    ///           port: 8080
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       livenessProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/1/livenessProbe/httpGet/path
    ///           path: /status/all
    ///           port: 9090
    /// ```
    ///
    /// Both probes are the same in every number, where that is asked about:
    ///
    /// ```yaml,bad
    /// # settings: {"compare": "equal"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       # finding: /spec/containers/0/livenessProbe
    ///       livenessProbe:
    ///         exec:
    ///           command: [cat, /tmp/ready]
    ///       readinessProbe:
    ///         exec:
    ///           command: [cat, /tmp/ready]
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
    ///     - name: app
    ///       image: k8spatterns/random-generator:1.0
    ///       ports:
    ///         - containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /actuator/health/liveness
    ///           port: 8080
    ///         failureThreshold: 6
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /actuator/health/readiness
    ///           port: 8080
    /// ```
    ///
    /// The same question is fine for a liveness probe that waits longer:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         failureThreshold: 9
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    /// ```
    ///
    /// Different headers may be answered differently, and a gRPC service has a name:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /probe
    ///           port: 8080
    ///           httpHeaders:
    ///             - name: Probe
    ///               value: liveness
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /probe
    ///           port: 8080
    ///     - name: backend
    ///       image: registry.example/backend:2.1.0
    ///       livenessProbe:
    ///         grpc:
    ///           port: 5000
    ///           service: liveness
    ///       readinessProbe:
    ///         grpc:
    ///           port: 5000
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the path is known to look at the process alone. Which path does, only the application knows: a
    /// repair is offered for Spring Boot's alone.
    ///
    /// ## Source
    ///
    /// - [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    /// - [Spring Boot: Kubernetes probes](https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.kubernetes-probes)
    "liveness-scope-too-wide",
    "Liveness tests more than the process itself",
    patterns: &[Pattern::HealthProbe],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Strings(&AGGREGATE_PATHS),
        Param::Strings(&UNCLEAR_PATHS),
        Param::Choice(&COMPARE),
    ],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static AGGREGATE_PATHS: Strings = Strings {
    name: "aggregate_paths",
    doc: "Paths that count dependencies too, as globs.",
    default: &[
        "/actuator/health",
        "/actuator/health/",
        "/ready",
        "/readyz",
        "*/health/readiness",
        "/status/deps",
    ],
};

static UNCLEAR_PATHS: Strings = Strings {
    name: "unclear_paths",
    doc: "Paths that may count dependencies, as globs: a hint.",
    default: &["/health", "/health/"],
};

static COMPARE: Choice = Choice {
    name: "compare",
    doc: "When liveness and readiness that ask the same are reported: `lenient` when liveness is not \
          more patient, `handler` always, `equal` when all their numbers are equal too.",
    options: &["lenient", "handler", "equal"],
    default: "lenient",
};

const SPRING: &str = "/actuator/health";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let Some(liveness) = container.probe(ProbeKind::Liveness) else { return };
    let name = container.display_name();
    if let Some(Handler::HttpGet(get)) = liveness.handler()
        && let Some(path) = get.get("path")
        && let Some(text) = path.as_str()
    {
        let severity = if cx.lists(&AGGREGATE_PATHS, text) {
            Some(Severity::Warning)
        } else if cx.lists(&UNCLEAR_PATHS, text) {
            Some(Severity::Hint)
        } else {
            None
        };
        if let Some(severity) = severity {
            let counts = if severity == Severity::Hint { "may count" } else { "counts" };
            let message =
                format_args!("liveness of `{name}` asks `{text}`, which {counts} dependencies too");
            let reported = cx.report(path, message).severity(severity);
            if text.trim_end_matches('/') == SPRING {
                let liveness = "/actuator/health/liveness";
                reported.fix_set(Grade::Review, "Ask the liveness group alone", liveness);
            }
            if severity == Severity::Warning {
                return;
            }
        }
    }
    let Some(readiness) = container.probe(ProbeKind::Readiness) else { return };
    if !same_handler(liveness, readiness) {
        return;
    }
    let (own, other) = (patience(liveness), patience(readiness));
    let compare = cx.choice(&COMPARE);
    let as_hasty = match compare {
        "handler" => true,
        "equal" => numbers(liveness) == numbers(readiness),
        _ => own <= other,
    };
    if !as_hasty {
        return;
    }
    let reported = cx
        .report(
            liveness.node,
            format_args!(
                "liveness of `{name}` asks what readiness asks, and gives up after {own} s where readiness does after {other} s"
            ),
        )
        .related(readiness.node, "the readiness probe");
    // More failures help where patience counts at all; they must outlast those of readiness.
    let outlast = other.checked_div(liveness.period()).unwrap_or(0).saturating_add(1);
    let threshold = liveness.failure_threshold().saturating_mul(3).max(outlast);
    if compare != "handler" && i32::try_from(threshold).is_ok() {
        reported.fix_at(
            Grade::Review,
            format!("Let liveness fail {threshold} times in a row"),
            liveness.written_failure_threshold().place,
            threshold,
        );
    }
}

/// All numbers of a probe, as the API server fills them in.
fn numbers(probe: Probe<'_>) -> [i64; 5] {
    let success = probe.written_success_threshold().value.filter(|n| *n != 0).unwrap_or(1);
    let (delay, period) = (probe.initial_delay(), probe.period());
    [delay, period, probe.timeout(), probe.failure_threshold(), success]
}

/// Seconds of failure that a probe puts up with.
fn patience(probe: Probe<'_>) -> i64 {
    probe.period().saturating_mul(probe.failure_threshold())
}

/// Whether two probes do the same. Named ports are compared as text, and what the API server
/// fills in counts as written.
fn same_handler(a: Probe<'_>, b: Probe<'_>) -> bool {
    let (Some(a), Some(b)) = (a.handler(), b.handler()) else { return false };
    let field = |handler: Handler<'_>, key: &str, default: &str| {
        let node = handler.node().get(key);
        let node = node.filter(|node: &Node<'_>| !node.is_null() && node.as_str() != Some(""));
        node.map_or_else(|| Value::from(default), Value::of)
    };
    let equal = |key: &str, default: &str| field(a, key, default) == field(b, key, default);
    a.field() == b.field()
        && match a {
            Handler::HttpGet(_) => {
                equal("path", "/")
                    && equal("port", "")
                    && equal("scheme", "HTTP")
                    && equal("host", "")
                    && equal("httpHeaders", "")
            }
            Handler::TcpSocket(_) => equal("port", "") && equal("host", ""),
            Handler::Grpc(_) => equal("port", "") && equal("service", ""),
            Handler::Exec(_) | Handler::Sleep(_) => equal("command", ""),
        }
}
