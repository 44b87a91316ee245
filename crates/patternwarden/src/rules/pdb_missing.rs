use crate::companions::beside;
use crate::engine::Cx;
use crate::kube::{Budget, LabelSelector, Object, PodSpec, items};
use crate::neighbours::{AUTOSCALERS, BUDGETS, Reads};
use crate::param::{Int, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::set::Set;
use patternwarden_tree::Value;

crate::rule! {
    /// A workload with several replicas has no disruption budget.
    ///
    /// ## Why it matters
    ///
    /// Without a budget the upgrade of the nodes may evict all replicas at the same time. The budget
    /// costs a few lines and slows voluntary disruption only.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/replicas
    ///   replicas: 3
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
    /// ```
    ///
    /// An autoscaler keeps several, and another workload has a budget, so that this one was forgotten:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: ledger
    /// # finding: 0 /spec/replicas
    /// spec:
    ///   serviceName: ledger
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: ledger
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/ledger:3.0.1
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: StatefulSet
    ///     name: ledger
    ///   minReplicas: 2
    ///   maxReplicas: 5
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 3
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
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchExpressions:
    ///       - key: app
    ///         operator: In
    ///         values: [shop]
    /// ```
    ///
    /// Few replicas, or another kind, as settings say:
    ///
    /// ```yaml,good
    /// # settings: {"min_replicas": 4, "kinds": ["Deployment"]}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 3
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
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   replicas: 5
    ///   serviceName: ledger
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: ledger
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/ledger:3.0.1
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For workers that take up their work again wherever they are started.
    ///
    /// ## Source
    ///
    /// - [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    /// - *Kubernetes Patterns*, second edition, "Singleton Service"
    "pdb-missing",
    "Several replicas without a disruption budget",
    patterns: &[Pattern::SingletonService, Pattern::StatelessService],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    reads: READS,
    params: &[Param::Int(&MIN_REPLICAS), Param::Strings(&KINDS)],
    fix: Some(Grade::Safe),
    fix_beside: true,
    check: Check::Object(check),
}

static READS: &[Reads] =
    &[Reads { on: &["Deployment", "StatefulSet"], kinds: &[&AUTOSCALERS, &BUDGETS], lacks: "" }];

static MIN_REPLICAS: Int = Int {
    name: "min_replicas",
    doc: "From how many replicas on a budget is expected.",
    unit: "",
    min: 1,
    max: 1_000,
    default: 2,
};

static KINDS: Strings = Strings {
    name: "kinds",
    doc: "Kinds of workloads that need a budget, as globs.",
    default: &["Deployment", "StatefulSet"],
};

/// Kinds whose Pods no budget is for: they run per node, to their end, or alone.
const NEVER: [&str; 5] = ["DaemonSet", "Job", "CronJob", "Pod", "PodTemplate"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some((workload, pod)) = object.workload().zip(object.pod_spec()) else { return };
    if !needs(cx, object) || is_protected(cx.set(), pod) {
        return;
    }
    let others = cx.set().of_kind("PodDisruptionBudget").next().is_some();
    let severity = if others { Severity::Warning } else { Severity::Info };
    let name = object.display_name();
    let budget = budget(cx, object);
    let reported = cx
        .report(
            workload.written_replicas().place,
            format_args!("all replicas of `{name}` may be evicted at the same time"),
        )
        .severity(severity);
    if let Some(budget) = budget {
        let title = "Let one replica at a time be evicted";
        reported.fix_beside(Grade::Safe, title, [budget].into());
    }
}

/// Whether an object is a workload with replicas that a budget is for.
fn needs<'d>(cx: &Cx<'_, 'd>, object: Object<'d>) -> bool {
    object.workload().is_some_and(|workload| {
        !NEVER.contains(&workload.kind.like)
            && items(object.owner_references().value).next().is_none()
            && cx.lists(&KINDS, workload.kind.kind)
            && cx
                .set()
                .fewest_replicas(workload)
                .is_some_and(|count| count >= cx.int(&MIN_REPLICAS))
    })
}

/// Whether a budget is about these Pods.
fn is_protected<'d>(set: &Set<'d>, pod: PodSpec<'d>) -> bool {
    let home = pod.object().effective_namespace();
    set.of_kind("PodDisruptionBudget").filter_map(Budget::of).any(|budget| {
        budget.object.effective_namespace() == home
            && budget.selector().is_some_and(|selector| selector.selects(pod.labels()))
    })
}

/// A budget for the Pods of a workload; `None` where another would be about some of them as well,
/// for two budgets of one Pod forbid each eviction.
fn budget<'d>(cx: &Cx<'_, 'd>, workload: Object<'d>) -> Option<Value> {
    let name = workload.name().value.filter(|name| !name.is_empty())?;
    let selector = LabelSelector { node: workload.node.get("spec")?.get("selector")? };
    let known = !(selector.match_labels().is_absent() && selector.match_expressions().is_absent());
    // Where workloads share their labels, one budget is for all of them: that of the first.
    let rank = |object: Object<'d>| (object.name().value, object.api().kind, object.index);
    let has_one = |pod: &PodSpec<'d>| {
        let other = pod.object();
        is_protected(cx.set(), *pod)
            || (other != workload && rank(other) < rank(workload) && needs(cx, other))
    };
    if !known || cx.set().selected(selector, workload.effective_namespace()).iter().any(has_one) {
        return None;
    }
    let spec = [("maxUnavailable", 1.into()), ("selector", Value::of(selector.node))];
    let fields = Value::map([("spec", Value::map(spec))]);
    Some(beside(workload, ["policy/v1", "PodDisruptionBudget"], name, fields))
}
