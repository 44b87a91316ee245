use crate::engine::Cx;
use crate::kube::{Class, Container, Probe, ProbeKind};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};

crate::rule! {
    /// A number of a probe is one that the API server refuses.
    ///
    /// ## Why it matters
    ///
    /// The whole workload is refused because of one number. A liveness or startup probe has nothing to
    /// count successes for, and a readiness probe stops nothing, so that it needs no time to stop.
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
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/livenessProbe/successThreshold
    ///         successThreshold: 2
    ///         # finding: /spec/containers/0/livenessProbe/terminationGracePeriodSeconds
    ///         terminationGracePeriodSeconds: 0
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         successThreshold: 2
    ///         # finding: /spec/containers/0/readinessProbe/initialDelaySeconds
    ///         initialDelaySeconds: -5
    ///         # finding: /spec/containers/0/readinessProbe/terminationGracePeriodSeconds
    ///         terminationGracePeriodSeconds: 10
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
    ///         tcpSocket:
    ///           port: 8080
    ///         successThreshold: 1
    ///         terminationGracePeriodSeconds: 10
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         periodSeconds: 0
    ///         successThreshold: 0
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         successThreshold: 2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: no API server accepts it.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes): what each number may be; zero means the default
    /// - [Probe-level `terminationGracePeriodSeconds`](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#probe-level-terminationgraceperiodseconds), stable since 1.28
    "probe-timing-invalid",
    "Probe numbers the API rejects",
    patterns: &[Pattern::HealthProbe],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

const NUMBERS: [&str; 5] = [
    "initialDelaySeconds",
    "periodSeconds",
    "timeoutSeconds",
    "successThreshold",
    "failureThreshold",
];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if matches!(container.class, Class::App | Class::Sidecar) {
        for probe in container.probes() {
            judge(cx, container, probe);
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, probe: Probe<'d>) {
    let readiness = probe.kind == ProbeKind::Readiness;
    for node in probe.node.children() {
        let (Some(field), Some(number)) = (node.key(), node.as_i64()) else { continue };
        let problem = if NUMBERS.contains(&field) && number < 0 {
            "is below zero"
        } else if field == "successThreshold" && !readiness && number > 1 {
            "can be 1 only"
        } else if field != "terminationGracePeriodSeconds" {
            continue;
        } else if readiness {
            "is not for a readiness probe, which stops nothing"
        } else if number < 1 {
            "must be more than zero"
        } else {
            continue;
        };
        let (name, kind) = (container.display_name(), probe.kind.word());
        cx.report(
            node,
            format_args!("`{field}: {number}` of the {kind} probe of `{name}` {problem}"),
        )
        .fix_remove(Grade::Safe, "Remove it, so that the default holds");
    }
}
