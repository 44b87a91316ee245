use crate::engine::Cx;
use crate::kube::{Container, ProbeKind};
use crate::minor::Minor;
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{string::ToString, vec};
use patternwarden_tree::{Edit, Op, Place, Value};

crate::rule! {
    /// A liveness probe waits a fixed time, because the application starts slowly.
    ///
    /// ## Why it matters
    ///
    /// A fixed delay is too short on a slow day, and on every other day the time in which a dead process
    /// goes unnoticed after each restart. A startup probe waits as long as it takes, and not longer.
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
    ///       ports:
    ///         - containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /livez
    ///           port: 8080
    ///         # finding: /spec/containers/0/livenessProbe/initialDelaySeconds
    ///         initialDelaySeconds: 45
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"threshold_seconds": 10}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       livenessProbe:
    ///         exec:
    ///           command: [stat, /tmp/alive]
    ///         # finding: /spec/containers/0/livenessProbe/initialDelaySeconds
    ///         initialDelaySeconds: 10
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
    ///       startupProbe:
    ///         httpGet:
    ///           path: /livez
    ///           port: 8080
    ///         periodSeconds: 10
    ///         failureThreshold: 8
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /livez
    ///           port: 8080
    ///         initialDelaySeconds: 5
    /// ```
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
    ///       ports:
    ///         - containerPort: 8080
    ///       startupProbe:
    ///         httpGet:
    ///           path: /started
    ///           port: 8080
    ///       livenessProbe:
    ///         initialDelaySeconds: 120
    ///         httpGet:
    ///           path: /live
    ///           port: 8080
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an application whose start always takes the same time.
    ///
    /// ## Source
    ///
    /// - [Define startup probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes), stable since 1.20
    "startup-probe-missing",
    "Slow start handled by a long liveness delay",
    patterns: &[Pattern::HealthProbe],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(Minor(20)),
    params: &[Param::Int(&THRESHOLD)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static THRESHOLD: Int = Int {
    name: "threshold_seconds",
    doc: "From this delay of the liveness probe on, a startup probe is missed.",
    unit: "seconds",
    min: 1,
    max: 86_400,
    default: 30,
};

const PERIOD: i64 = 10;
/// Failures beyond those that the old delay allowed: a slow day.
const SPARE: i64 = 3;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let Some(liveness) = container.probe(ProbeKind::Liveness) else { return };
    let delay = liveness.written_initial_delay();
    let Some(seconds) = delay.value.filter(|seconds| *seconds >= cx.int(&THRESHOLD)) else {
        return;
    };
    let startup = container.startup_probe();
    if startup.value.is_some() {
        return;
    }
    let name = container.display_name();
    let finding = cx.report(
        delay.place,
        format_args!("the liveness probe of `{name}` waits {seconds} s, and no startup probe tells when it has started"),
    );
    let Some(handler) = liveness.handler() else { return };
    let failures = seconds.saturating_add(PERIOD - 1).div_euclid(PERIOD).saturating_add(SPARE);
    let probe = Value::map([
        (handler.field(), Value::of(handler.node())),
        ("periodSeconds", Value::from(PERIOD)),
        ("failureThreshold", Value::from(failures)),
    ]);
    let pointer = |place: Place<'d>| place.pointer(container.object().node).to_string();
    let edits = vec![
        Edit::new(pointer(startup.place), Op::Add(probe)),
        Edit::new(pointer(delay.place), Op::Remove),
    ];
    finding.fix(Grade::Review, "Wait for the start with a startup probe", edits);
}
