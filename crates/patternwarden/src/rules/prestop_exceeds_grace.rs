use crate::engine::Cx;
use crate::kube::command::{base_name, programs};
use crate::kube::{Container, Handler};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::{At, Node, Place};

crate::rule! {
    /// A preStop hook takes as long as the grace period, or longer.
    ///
    /// ## Why it matters
    ///
    /// The countdown starts before the hook, so the process is killed without ever seeing the stop
    /// signal. Data is lost on every node drain, but never in a test where somebody deletes a Pod by
    /// hand and waits.
    ///
    /// ## Bad
    ///
    /// A script sleeps longer than the Pod may take to stop:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   terminationGracePeriodSeconds: 30
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         preStop:
    ///           exec:
    ///             # finding: /spec/containers/0/lifecycle/preStop/exec/command
    ///             command: [sh, -c, "sleep 45"]
    /// ```
    ///
    /// The sleep action is refused when it is longer than the default of 30 seconds:
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
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             # finding: /spec/containers/0/lifecycle/preStop/sleep/seconds
    ///             seconds: 45
    /// ```
    ///
    /// There is no time at all:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: /spec/terminationGracePeriodSeconds
    ///   terminationGracePeriodSeconds: 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         preStop:
    ///           httpGet:
    ///             path: /drain
    ///             port: 8080
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
    ///   terminationGracePeriodSeconds: 60
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             seconds: 45
    /// ```
    ///
    /// A sleep of zero seconds does nothing, which is allowed since 1.33:
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
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             seconds: 0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the process needs no stop signal and the hook's own work is all that must happen.
    ///
    /// ## Source
    ///
    /// - [Container lifecycle hooks](https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/)
    /// - [Pod termination](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination)
    "prestop-exceeds-grace",
    "Hook is longer than the grace period",
    patterns: &[Pattern::ManagedLifecycle],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

/// `sleep.seconds: 0` is valid from here on (KEP-4818).
const ZERO_SLEEP: Minor = Minor(33);

/// What a process gets, on top of the hook, to react to the stop signal.
const SPARE_SECONDS: i64 = 15;

const TITLE: &str = "Give the Pod time for the hook and for stopping";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let Some(hook) = container.hooks().find(|hook| hook.name == "preStop") else { return };
    let written = container.pod.termination_grace_period_seconds();
    let grace = container.pod.grace_period();
    let name = container.display_name();
    match hook.handler() {
        Some(Handler::Sleep(sleep)) => {
            let at = At::read(sleep, &["seconds"], Node::as_i64);
            let Some(seconds) = at.value else { return };
            if seconds > grace {
                report(cx, at.place, name, seconds, grace, written.place, Severity::Error);
            } else if seconds == 0 && cx.target() < ZERO_SLEEP {
                let target = cx.target();
                cx.report(at.place, format_args!("Kubernetes {target} refuses a sleep of 0 seconds"))
                    .severity(Severity::Error);
            }
        }
        Some(handler @ Handler::Exec(exec)) => {
            let slept = longest_sleep(handler).filter(|seconds| *seconds >= grace);
            match (slept, exec.get("command")) {
                (Some(seconds), Some(command)) => {
                    let place = command.into();
                    report(cx, place, name, seconds, grace, written.place, Severity::Warning);
                }
                _ => no_time(cx, grace, written.place, name),
            }
        }
        _ => no_time(cx, grace, written.place, name),
    }
}

fn report<'d>(
    cx: &mut Cx<'_, 'd>,
    place: Place<'d>,
    name: &str,
    seconds: i64,
    grace: i64,
    field: Place<'d>,
    severity: Severity,
) {
    let message = format_args!(
        "the preStop hook of `{name}` takes {seconds} s, and the Pod has {grace} s to stop"
    );
    cx.report(place, message)
        .severity(severity)
        .related(field, "the grace period")
        .fix_at(Grade::Safe, TITLE, field, seconds.saturating_add(SPARE_SECONDS));
}

fn no_time<'d>(cx: &mut Cx<'_, 'd>, grace: i64, field: Place<'d>, name: &str) {
    if grace == 0 {
        cx.report(field, format_args!("the preStop hook of `{name}` has no time to run"))
            .fix_at(Grade::Safe, TITLE, field, 30);
    }
}

/// Seconds of the longest `sleep N` that a command runs.
fn longest_sleep(handler: Handler<'_>) -> Option<i64> {
    programs(handler.command().filter_map(Node::as_str))
        .iter()
        .filter_map(|program| match program.as_slice() {
            [program, seconds, ..] if base_name(program) == "sleep" => {
                seconds.strip_suffix('s').unwrap_or(seconds).parse().ok()
            }
            _ => None,
        })
        .max()
}
