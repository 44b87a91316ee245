use crate::engine::Cx;
use crate::kube::command::{programs, sleep_seconds};
use crate::kube::{Class, Container, Handler};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// A preStop hook starts a program only to wait.
    ///
    /// ## Why it matters
    ///
    /// `sleep` must be in the image, and often a shell too. In an image without them the hook fails, is
    /// skipped, and leaves an event that nobody reads. The action `sleep` needs nothing.
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
    ///       lifecycle:
    ///         preStop:
    ///           exec:
    ///             # finding: /spec/containers/0/lifecycle/preStop/exec/command
    ///             command: [sh, -c, sleep 5]
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       lifecycle:
    ///         preStop:
    ///           exec:
    ///             # finding: /spec/containers/1/lifecycle/preStop/exec/command
    ///             command: [/bin/sleep, "10"]
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
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             seconds: 5
    /// ```
    ///
    /// A hook that does more than to wait:
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
    ///           exec:
    ///             command: [sh, -c, "app drain && sleep 5"]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For clusters before 1.30, where the action is not switched on.
    ///
    /// ## Source
    ///
    /// - [KEP-3960](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/3960-pod-lifecycle-sleep-action): beta and on since 1.30, stable since 1.34
    /// - [Container lifecycle hooks](https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/)
    "prestop-exec-sleep",
    "Shell sleep instead of the sleep action",
    patterns: &[Pattern::ManagedLifecycle],
    severity: Severity::Hint,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(Minor(30)),
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if matches!(container.class, Class::App | Class::Sidecar)
        && let Some(hook) = container.hooks().find(|hook| hook.name == "preStop")
        && let Some(handler @ Handler::Exec(exec)) = hook.handler()
        && let [program] = programs(handler.command().filter_map(Node::as_str)).as_slice()
        && let [_, time] = program.as_slice()
        // The action takes whole seconds.
        && !time.contains('.')
        && let Some(seconds) = sleep_seconds(program).filter(|seconds| *seconds > 0)
    {
        let name = container.display_name();
        let finding = cx.report(
            exec.at(&["command"]),
            format_args!("the preStop hook of `{name}` starts a program only to wait {seconds} s"),
        );
        // The API server refuses an action that is longer than the Pod has to stop.
        if seconds <= container.pod.grace_period() {
            let sleep = Value::map([("seconds", Value::from(seconds))]);
            let hook = Place::from(hook.node).pointer(container.object().node);
            let edits = vec![
                Edit::new(format!("{hook}/sleep"), Op::Add(sleep)),
                Edit::new(format!("{hook}/exec"), Op::Remove),
            ];
            finding.fix(Grade::Safe, "Wait with the action `sleep`", edits);
        }
    }
}
