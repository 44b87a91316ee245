use crate::engine::Cx;
use crate::kube::{Container, Probe, ProbeKind};
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::start_up::{Budget, Deadline, deadline};
use alloc::{format, string::ToString, vec, vec::Vec};
use core::fmt::Write;
use patternwarden_tree::{Edit, Op, Value};

crate::rule! {
    /// How long a container may take to start, and whether something gives up on it earlier.
    ///
    /// ## Why it matters
    ///
    /// A budget longer than the progress deadline makes every slow but healthy rollout look failed
    /// and can trigger an automatic roll-back. A very long budget also hides a container that will
    /// never start, and a coarse period delays noticing that it has started.
    ///
    /// ## Bad
    ///
    /// 30 + 15 × 60 = 930 s, more than the default progress deadline of 600 s:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: wildfly
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: wildfly
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: wildfly
    ///     spec:
    ///       containers:
    ///         - name: server
    ///           image: quay.io/wildfly/wildfly:27.0.0.Final-jdk17
    ///           # finding: /spec/template/spec/containers/0/startupProbe
    ///           startupProbe:
    ///             exec:
    ///               command: [stat, /opt/jboss/wildfly/tmp/startup-marker]
    ///             initialDelaySeconds: 30
    ///             periodSeconds: 60
    ///             failureThreshold: 15
    /// ```
    ///
    /// A Job that is ended while its container may still be starting:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       activeDeadlineSeconds: 120
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.2.0
    ///               # finding: /spec/jobTemplate/spec/template/spec/containers/0/startupProbe
    ///               startupProbe:
    ///                 tcpSocket:
    ///                   port: 8080
    ///                 failureThreshold: 30
    /// ```
    ///
    /// The time that a Pod must be ready counts against the progress deadline (290 + 20 > 300). A
    /// liveness probe is the budget where there is no startup probe:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   progressDeadlineSeconds: 300
    ///   minReadySeconds: 20
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
    ///           image: registry.example/shop:2.1.0
    ///           # finding: /spec/template/spec/containers/0/livenessProbe
    ///           livenessProbe:
    ///             httpGet:
    ///               path: /live
    ///               port: 8080
    ///             initialDelaySeconds: 260
    /// ```
    ///
    /// A Pod has no progress deadline, but nobody should wait that long:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: slow
    /// spec:
    ///   containers:
    ///     - name: server
    ///       image: registry.example/slow:1.0.0
    ///       # finding: /spec/containers/0/startupProbe
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         periodSeconds: 10
    ///         failureThreshold: 90
    /// ```
    ///
    /// A coarse period, with a delay that is shorter than it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: coarse
    /// spec:
    ///   containers:
    ///     - name: server
    ///       image: registry.example/coarse:1.0.0
    ///       # finding: /spec/containers/0/startupProbe
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         initialDelaySeconds: 30
    ///         periodSeconds: 60
    ///         failureThreshold: 5
    /// ```
    ///
    /// Every startup probe has a budget, which is worth knowing (5 + 30 × 10 = 305 s):
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: wildfly
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: wildfly
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: wildfly
    ///     spec:
    ///       containers:
    ///         - name: server
    ///           image: quay.io/wildfly/wildfly:27.0.0.Final-jdk17
    ///           # finding: /spec/template/spec/containers/0/startupProbe
    ///           startupProbe:
    ///             exec:
    ///               command: [stat, /opt/jboss/wildfly/tmp/startup-marker]
    ///             initialDelaySeconds: 5
    ///             periodSeconds: 10
    ///             failureThreshold: 30
    /// ```
    ///
    /// ## Good
    ///
    /// Without a startup probe, a liveness probe that leaves enough time is not spoken of:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: quick
    /// spec:
    ///   containers:
    ///     - name: server
    ///       image: registry.example/quick:1.0.0
    ///       livenessProbe:
    ///         httpGet:
    ///           path: /live
    ///           port: 8080
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the application really takes that long, and the progress deadline was raised with it.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    /// - [Progress deadline](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds)
    "startup-probe-budget",
    "Start-up time budget: computed, and compared with what waits for it",
    patterns: &[Pattern::HealthProbe, Pattern::DeclarativeDeployment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&MAX_BUDGET)],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

static MAX_BUDGET: Int = Int {
    name: "max_budget_seconds",
    doc: "The longest time that a container may take to start.",
    unit: "seconds",
    min: 1,
    max: 86_400,
    default: 600,
};

/// What the repair leaves between the budget and the deadline.
const SPARE_SECONDS: i64 = 120;
/// Period of the probes that repairs write.
const STEP: i64 = 10;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let startup = container.probe(ProbeKind::Startup);
    let Some(probe) = startup.or_else(|| container.probe(ProbeKind::Liveness)) else { return };
    let budget = Budget::of(probe);
    let late = deadline(container.pod).filter(|limit| budget.upper >= limit.left());
    let max = cx.int(&MAX_BUDGET);
    let over = budget.upper > max;
    let coarse = startup.is_some() && budget.is_coarse();
    let serious = late.is_some() || over || coarse;
    if !serious && startup.is_none() {
        return;
    }
    let (name, upper, earliest) = (container.display_name(), budget.upper, budget.earliest_kill);
    let mut message = format!(
        "container `{name}` may take up to {upper} s to start and is killed after {earliest} s at the earliest"
    );
    if let Some(Deadline { what, seconds, ready, .. }) = late {
        // Writing to a text cannot fail.
        let _ = write!(message, "; the {what} of {seconds} s is over by then");
        if ready > 0 {
            let _ = write!(message, ", with {ready} s of `minReadySeconds`");
        }
    }
    if over {
        let _ = write!(message, "; more than {max} s hide a start that never ends");
    } else if coarse && late.is_none() {
        message.push_str("; a shorter period with a higher threshold notices the start sooner");
    }
    let severity = if serious { Severity::Warning } else { Severity::Info };
    let mut reported = cx.report(probe.node, format_args!("{message}")).severity(severity);
    // A later deadline mends nothing else: what would still be found is no repair.
    let only_late = late.filter(|_| !over && !coarse);
    if let Some((limit, field)) = only_late.and_then(|limit| Some((limit, limit.field?))) {
        let raised = upper.saturating_add(limit.ready).saturating_add(SPARE_SECONDS);
        // The field has 32 bits.
        if i32::try_from(raised).is_ok() {
            let title = "Raise the progress deadline above the budget";
            reported = reported.fix_at(Grade::Safe, title, field, raised);
        }
    }
    let in_time = late.map_or(i64::MAX, |limit| limit.left().saturating_sub(1));
    let allowed = in_time.min(if over { max } else { i64::MAX });
    if allowed < upper {
        if let Some(failures) = allowed.saturating_sub(budget.delay).checked_div(STEP)
            && failures > 0
        {
            let title = format!("Probe every {STEP} s and give up within {allowed} s");
            reported.fix(Grade::Review, title, rescale(container, probe, failures));
        }
    } else if coarse {
        let spent = upper.saturating_sub(budget.delay);
        let failures = spent.saturating_add(STEP - 1) / STEP;
        let title = format!("Probe every {STEP} s with the same budget");
        reported.fix(Grade::Review, title, rescale(container, probe, failures));
    }
}

/// Probes every [`STEP`] seconds, and so many times.
fn rescale(container: Container<'_>, probe: Probe<'_>, failures: i64) -> Vec<Edit> {
    let object = container.object().node;
    let set = |key: &'static [&'static str], value: i64| {
        let pointer = probe.node.at(key).pointer(object).to_string();
        Edit::new(pointer, Op::Add(Value::from(value)))
    };
    vec![set(&["periodSeconds"], STEP), set(&["failureThreshold"], failures)]
}
