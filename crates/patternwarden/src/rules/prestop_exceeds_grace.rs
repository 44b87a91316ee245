use crate::engine::Cx;
use crate::kube::command::{programs, sleep_seconds};
use crate::kube::{Container, Handler, PodSpec};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::repair;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::{Node, Place};

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
    /// Every hook counts, also that of a native sidecar, and also one that leaves nothing:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       lifecycle:
    ///         preStop:
    ///           exec:
    ///             # finding: /spec/initContainers/0/lifecycle/preStop/exec/command
    ///             command: [sleep, 1m]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             # finding: /spec/containers/0/lifecycle/preStop/sleep/seconds
    ///             seconds: 30
    /// ```
    ///
    /// There is no time at all, with a hook or without:
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
    /// ```
    ///
    /// Before Kubernetes 1.33 a hook cannot sleep for no time at all:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.32"}
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
    ///           sleep:
    ///             # finding: /spec/containers/0/lifecycle/preStop/sleep/seconds
    ///             seconds: 0
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
    check: Check::Pod(check),
}

/// `sleep.seconds: 0` is valid from here on (KEP-4818).
const ZERO_SLEEP: Minor = Minor(33);

/// What the API server fills in for the grace period.
const DEFAULT_GRACE: i64 = 30;

/// What a process gets, on top of the hook, to react to the stop signal.
const SPARE_SECONDS: i64 = 15;

const TITLE: &str = "Give the Pod time for the hooks and for stopping";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let field = pod.termination_grace_period_seconds().place;
    let grace = pod.grace_period();
    let waits: Vec<Wait<'d>> = pod.running_containers().filter_map(Wait::of).collect();
    // One repair serves all hooks: what is right for the shorter one must not undo the longer one.
    let longest = waits.iter().map(|wait| wait.seconds).max().unwrap_or(0);
    let needed = longest.saturating_add(SPARE_SECONDS).max(DEFAULT_GRACE);
    if grace == 0 {
        cx.report(field, format_args!("the Pod has 0 s to stop: its processes are killed at once"))
            .fix_at(Grade::Safe, TITLE, field, needed);
    }
    for Wait { container, seconds, place, action } in waits {
        let name = container.display_name();
        let refused = action && seconds > grace;
        if refused || (seconds >= grace && grace > 0) {
            cx.report(
                place,
                format_args!(
                    "the preStop hook of `{name}` takes {seconds} s, and the Pod has {grace} s to stop"
                ),
            )
            .severity(if refused { Severity::Error } else { Severity::Warning })
            .related(field, "the grace period")
            .fix_at(Grade::Safe, TITLE, field, needed);
        } else if action && seconds == 0 && cx.target() < ZERO_SLEEP {
            let target = cx.target();
            cx.report(
                place,
                format_args!(
                    "the preStop hook of `{name}` sleeps 0 s, which Kubernetes {target} refuses"
                ),
            )
            .severity(Severity::Error)
            .fix(
                Grade::Safe,
                "Remove the hook, which waits for nothing",
                [repair::remove(container.object().node, container.pre_stop().place)].into(),
            );
        }
    }
}

/// A preStop hook that waits for a time that is written down.
struct Wait<'d> {
    container: Container<'d>,
    seconds: i64,
    place: Place<'d>,
    /// Whether it is the sleep action, which the API server checks.
    action: bool,
}

impl<'d> Wait<'d> {
    fn of(container: Container<'d>) -> Option<Self> {
        let hook = container.hooks().find(|hook| hook.name == "preStop")?;
        let handler = hook.handler()?;
        let (seconds, node) = match handler {
            Handler::Sleep(sleep) => {
                let seconds = sleep.get("seconds")?;
                (seconds.as_i64()?, seconds)
            }
            Handler::Exec(exec) => (longest_sleep(handler)?, exec.get("command")?),
            _ => return None,
        };
        let action = matches!(handler, Handler::Sleep(_));
        Some(Self { container, seconds, place: node.into(), action })
    }
}

/// The longest time that a `sleep` of the command waits.
fn longest_sleep(handler: Handler<'_>) -> Option<i64> {
    programs(handler.command().filter_map(Node::as_str))
        .iter()
        .filter_map(|program| sleep_seconds(program))
        .max()
}
