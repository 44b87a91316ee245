use crate::engine::Cx;
use crate::kube::{Budget, LabelSelector, Object, PodSpec, entries, items};
use crate::neighbours::{BUDGETS, DAEMON_SETS, DEPLOYMENTS, PODS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::repair::nearest;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Value;

crate::rule! {
    /// A disruption budget protects no Pods, other Pods, or Pods that have another budget.
    ///
    /// ## Why it matters
    ///
    /// The team believes that its application is protected and learns otherwise during the next
    /// drain. A label that was copied and not changed is the usual cause. A Pod with two budgets is
    /// the opposite: the eviction API refuses to evict it at all.
    ///
    /// ## Bad
    ///
    /// A mistyped label:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop-front
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
    ///   name: front
    /// spec:
    ///   maxUnavailable: 1
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     matchLabels:
    ///       app: shpo
    /// ```
    ///
    /// Another label altogether; the workload of the same name is probably meant:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   replicas: 3
    ///   serviceName: ledger
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: ledger
    ///         tier: data
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/ledger:3.0.1
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   maxUnavailable: 1
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     matchLabels:
    ///       component: accounting
    /// ```
    ///
    /// No selector selects nothing, an empty one selects every Pod of the namespace:
    ///
    /// ```yaml,bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: nobody
    /// # finding: 0 /spec/selector
    /// spec:
    ///   maxUnavailable: 1
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: everybody
    /// spec:
    ///   maxUnavailable: 1
    ///   # finding: 1 /spec/selector
    ///   selector: {}
    /// ```
    ///
    /// Two budgets for the same Pods:
    ///
    /// ```yaml,bad
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
    ///         tier: front
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
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: front
    /// spec:
    ///   maxUnavailable: 1
    ///   # finding: 2 /spec/selector
    ///   selector:
    ///     matchExpressions:
    ///       - key: tier
    ///         operator: In
    ///         values: [front, edge]
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
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the workload is applied from elsewhere, or when an operator makes the Pods.
    ///
    /// ## Source
    ///
    /// - [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/): what an empty and an absent selector mean, and that budgets must not overlap
    /// - `kubernetes/pkg/registry/core/pod/storage/eviction.go`: a Pod with more than one budget is not evicted
    "pdb-selects-nothing",
    "Budget without matching Pods",
    patterns: &[Pattern::SingletonService],
    surfaces: &[Surface::Bundle],
    reads: READS,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["PodDisruptionBudget"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS, &BUDGETS],
    lacks: "",
}];

/// Letters that a mistyped label may differ in.
const TYPO: usize = 2;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(budget) = Budget::of(object) else { return };
    let (at, namespace) = (budget.selector_map(), object.effective_namespace());
    if at.is_mistyped() {
        return;
    }
    let Some(selector) = budget.selector() else {
        cx.report(at.place, format_args!("the budget has no selector, so it protects no Pod"))
            .severity(Severity::Info);
        return;
    };
    if selector.is_empty() {
        cx.report(at.place, format_args!("the budget is about every Pod of the namespace"))
            .severity(Severity::Info);
        return;
    }
    let pods = cx.set().selected(selector, namespace);
    if let Some(other) = rival(cx, budget, &pods) {
        let name = other.object.display_name();
        cx.report(
            at.place,
            format_args!("budget `{name}` is about the same Pods, which then cannot be evicted"),
        )
        .severity(Severity::Error)
        .related(other.selector_map().place, "the other budget");
    } else if pods.is_empty() {
        let all: Vec<_> = cx.set().pod_specs_in(namespace).collect();
        let meant = meant(budget, selector, &all);
        let report = cx.report(
            at.place,
            format_args!(
                "no workload in namespace `{namespace}` carries the labels of this budget"
            ),
        );
        if let Some((pod, wanted)) = meant {
            let name = pod.object().display_name();
            report.related(pod.template, "is probably meant").fix_set(
                Grade::Safe,
                alloc::format!("Select the Pods of `{name}`"),
                wanted,
            );
        }
    }
}

/// Another budget that selects one of these Pods.
fn rival<'d>(cx: &Cx<'_, 'd>, budget: Budget<'d>, pods: &[PodSpec<'d>]) -> Option<Budget<'d>> {
    let (object, namespace) = (budget.object, budget.object.effective_namespace());
    cx.set().of_kind("PodDisruptionBudget").filter_map(Budget::of).find(|other| {
        other.object.index != object.index
            && other.object.effective_namespace() == namespace
            && other.selector().is_some_and(|s| pods.iter().any(|pod| s.selects(pod.labels())))
    })
}

/// The only workload that shares the budget's name, or that differs from its selector by a typing
/// error, and the selector that would select it.
fn meant<'d>(
    budget: Budget<'d>,
    selector: LabelSelector<'d>,
    pods: &[PodSpec<'d>],
) -> Option<(PodSpec<'d>, Value)> {
    let labels = selector.match_labels().value;
    let near = |pod: &PodSpec<'d>| {
        let difference = labels.and_then(|labels| nearest(labels, core::slice::from_ref(pod)));
        let typo = difference.is_some_and(|difference| difference.distance(TYPO) <= TYPO);
        let plain = items(selector.match_expressions().value).next().is_none();
        pod.object().name().value == budget.object.name().value || (typo && plain)
    };
    let mut found = pods.iter().filter(|pod| !pod.object().is_controlled() && near(pod));
    let pod = found.next().filter(|_| found.next().is_none())?;
    let own = pod.workload.selector().value.and_then(|selector| selector.get("matchLabels"));
    let wanted = own.or(pod.labels()).filter(|labels| entries(Some(*labels)).next().is_some())?;
    Some((*pod, Value::map([("matchLabels", Value::of(wanted))])))
}
