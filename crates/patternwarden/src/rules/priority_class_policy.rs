use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};

crate::rule! {
    /// A Pod has a priority class that the platform does not allow, or has none.
    ///
    /// ## Why it matters
    ///
    /// Who may choose `system-node-critical` can evict everybody else. A list of classes keeps preemption
    /// meaningful.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["system-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: report
    /// spec:
    ///   # finding: /spec/priorityClassName
    ///   priorityClassName: system-cluster-critical
    ///   containers:
    ///     - name: report
    ///       image: registry.example/report:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"require": true, "allowed": ["batch-*"], "global_default": ["standard"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: report
    /// spec:
    ///   # finding: 0 /spec/priorityClassName
    ///   containers:
    ///     - name: report
    ///       image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: other
    /// spec:
    ///   # finding: 1 /spec/priorityClassName
    ///   priorityClassName: shop
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: filled-in
    /// spec:
    ///   # finding: 2 /spec/priorityClassName
    ///   priorityClassName: standard
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require": true, "allowed": ["batch-*"], "denied": ["system-*"], "kinds_exempt": ["DaemonSet"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: report
    /// spec:
    ///   priorityClassName: batch-low
    ///   containers:
    ///     - name: report
    ///       image: registry.example/report:1.4.2
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
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["batch-*"], "denied": ["system-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// By `kinds_exempt`, or by adding the class. Which class a workload deserves is not known here, so that
    /// there is no repair.
    ///
    /// ## Source
    ///
    /// - [Pod priority and preemption](https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/)
    "priority-class-policy",
    "Priority class missing or not allowed",
    patterns: &[Pattern::PredictableDemands],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Flag(&REQUIRE),
        Param::Strings(&ALLOWED),
        Param::Strings(&DENIED),
        Param::Strings(&GLOBAL_DEFAULT),
        Param::Strings(&KINDS_EXEMPT),
    ],
    check: Check::Pod(check),
}

static REQUIRE: Flag =
    Flag { name: "require", doc: "Whether a class must be written.", default: false };

static ALLOWED: Strings =
    Strings::empty("allowed", "Classes that are allowed, as globs; empty for every one.");

static DENIED: Strings = Strings::empty("denied", "Classes that are not allowed, as globs.");

static GLOBAL_DEFAULT: Strings =
    Strings::empty("global_default", "The class that the cluster fills in where none is written.");

static KINDS_EXEMPT: Strings = Strings::empty("kinds_exempt", "Kinds that are left out, as globs.");

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.priority_class_name();
    if cx.lists(&KINDS_EXEMPT, pod.workload.kind.kind) {
        return;
    }
    let written = at.value.filter(|class| !class.is_empty() && !cx.lists(&GLOBAL_DEFAULT, class));
    let Some(class) = written else {
        if cx.flag(&REQUIRE) {
            cx.report(at.place, format_args!("the Pod names no priority class"));
        }
        return;
    };
    let problem = if cx.lists(&DENIED, class) {
        "is denied"
    } else if cx.leaves_out(&ALLOWED, class) {
        "is not among those that are allowed"
    } else {
        return;
    };
    cx.report(at.place, format_args!("priority class `{}` {problem}", clipped(class)));
}
