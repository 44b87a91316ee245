use crate::engine::Cx;
use crate::kube::command::{base_name, programs};
use crate::kube::{Class, Container, Handler, Probe, ProbeKind};
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// The numbers of a probe restart healthy containers, or notice trouble too late.
    ///
    /// ## Why it matters
    ///
    /// One pause of the garbage collector that is longer than a second is enough to restart a healthy
    /// process. Time limits of `exec` probes hold since 1.20, so that old manifests became stricter without
    /// a change.
    ///
    /// ## Bad
    ///
    /// A probe that may take longer than the time to the next one, one failure that kills, and a readiness probe that looks too seldom:
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
    ///         tcpSocket:
    ///           port: 8080
    ///         periodSeconds: 5
    ///         # finding: /spec/containers/0/startupProbe/timeoutSeconds
    ///         timeoutSeconds: 8
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/livenessProbe/failureThreshold
    ///         failureThreshold: 1
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/readinessProbe/periodSeconds
    ///         periodSeconds: 60
    /// ```
    ///
    /// Killed within a few seconds:
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
    ///         # finding: /spec/containers/0/livenessProbe/failureThreshold
    ///         periodSeconds: 2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"min_detection_seconds": 60}
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
    ///         # finding: /spec/containers/0/livenessProbe/failureThreshold
    ///         failureThreshold: 5
    /// ```
    ///
    /// Commands that need more than the one second they get, and a process every second:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    ///       readinessProbe:
    ///         exec:
    ///           # finding: /spec/containers/0/readinessProbe/timeoutSeconds
    ///           command: [psql, -U, app, -c, select 1]
    ///       startupProbe:
    ///         exec:
    ///           command: [stat, /tmp/started]
    ///         # finding: /spec/containers/0/startupProbe/periodSeconds
    ///         periodSeconds: 1
    ///         failureThreshold: 60
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
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    ///       livenessProbe:
    ///         exec:
    ///           command: [stat, /tmp/alive]
    ///         periodSeconds: 10
    ///         failureThreshold: 3
    ///       readinessProbe:
    ///         exec:
    ///           command: [sh, -c, "psql -U app -c 'select 1'"]
    ///         timeoutSeconds: 5
    ///         periodSeconds: 30
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a process that must be replaced at once when it does not answer.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes): defaults, and the time limit of `exec` probes since 1.20
    "probe-timing-risky",
    "Probe numbers that flap or kill",
    patterns: &[Pattern::HealthProbe],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&MIN_DETECTION)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static MIN_DETECTION: Int = Int {
    name: "min_detection_seconds",
    doc: "The least time in which a liveness probe may kill a container.",
    unit: "seconds",
    min: 1,
    max: 3_600,
    default: 10,
};

/// Programs that need most of a second to say anything.
const HEAVY: [&str; 9] =
    ["java", "python", "node", "psql", "mysql", "mongo", "mongosh", "redis-cli", "curl"];
const LONGEST_READINESS: i64 = 30;
const USUAL_PERIOD: i64 = 10;
const USUAL_TIMEOUT: i64 = 5;
const USUAL_FAILURES: i64 = 3;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if matches!(container.class, Class::App | Class::Sidecar) {
        for probe in container.probes() {
            judge(cx, container, probe);
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, probe: Probe<'d>) {
    let (period, timeout) = (probe.period().max(1), probe.timeout());
    let (failures, least) = (probe.failure_threshold(), cx.int(&MIN_DETECTION));
    let liveness = probe.kind == ProbeKind::Liveness;
    let exec = probe.handler().filter(|handler| matches!(handler, Handler::Exec(_)));
    let mut tell = |field: Place<'d>, severity, problem: &str, title: &str, value: i64| {
        let (name, kind) = (container.display_name(), probe.kind.word());
        let finding = cx
            .report(field, format_args!("the {kind} probe of `{name}` {problem}"))
            .severity(severity);
        finding.fix_at(Grade::Review, title, field, value);
    };
    let field_of_period = probe.written_period().place;
    let field_of_timeout = probe.written_timeout().place;
    let field_of_failures = probe.written_failure_threshold().place;
    let (hint, warning) = (Severity::Hint, Severity::Warning);
    let (less_time, seldom) = ("Let it end before the next one", "Probe every ten seconds");
    let more_failures = "Let it fail more often before the restart";
    if timeout > period {
        let problem = "may take longer than the time to the next one";
        tell(field_of_timeout, warning, problem, less_time, period);
    }
    if liveness && failures == 1 {
        let problem = "restarts it after a single failure";
        tell(field_of_failures, warning, problem, more_failures, USUAL_FAILURES);
    } else if liveness && period.saturating_mul(failures) < least {
        let needed = least.saturating_add(period - 1).checked_div(period).unwrap_or(failures);
        tell(field_of_failures, warning, "restarts it after a few seconds", more_failures, needed);
    }
    if probe.kind == ProbeKind::Readiness && period > LONGEST_READINESS {
        let problem = "looks too seldom to keep traffic away";
        tell(field_of_period, warning, problem, seldom, USUAL_PERIOD);
    }
    if exec.is_some() && period == 1 {
        tell(field_of_period, hint, "starts a process every second", seldom, USUAL_PERIOD);
    } else if timeout == 1 && exec.is_some_and(is_heavy) {
        let problem = "starts a program that may need more than the one second it gets";
        tell(field_of_timeout, hint, problem, "Give it more time", USUAL_TIMEOUT.min(period));
    }
}

fn is_heavy(handler: Handler<'_>) -> bool {
    let programs = programs(handler.command().filter_map(Node::as_str));
    let mut names = programs.iter().filter_map(|words| words.first()).map(|name| base_name(name));
    // `python3.12` is a python.
    let version = |c: char| c.is_ascii_digit() || c == '.';
    names.any(|name| HEAVY.contains(&name.trim_end_matches(version)))
}
