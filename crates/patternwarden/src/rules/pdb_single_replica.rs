use crate::engine::Cx;
use crate::kube::{Budget, Object, Rounding, int_or_percent};
use crate::neighbours::{AUTOSCALERS, DAEMON_SETS, DEPLOYMENTS, PODS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};

crate::rule! {
    /// A disruption budget protects a single replica, and so it blocks every drain.
    ///
    /// ## Why it matters
    ///
    /// One Pod minus no allowed disruption leaves nothing that a drain could do: it waits until a
    /// person deletes the Pod or the budget. No tool can decide what is wanted, so there is no
    /// repair: either run two replicas, or accept the short outage and drop the budget.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
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
    ///   # finding: 1 /spec/minAvailable
    ///   minAvailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// Any share of one Pod is the whole Pod. An autoscaler may go down to one as well:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: cache
    ///   labels:
    ///     app: cache
    /// spec:
    ///   containers:
    ///     - name: cache
    ///       image: registry.example/cache:1.0.3
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: cache
    /// spec:
    ///   # finding: 1 /spec/minAvailable
    ///   minAvailable: 1%
    ///   selector:
    ///     matchLabels:
    ///       app: cache
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
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
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   minReplicas: 1
    ///   maxReplicas: 5
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 4 /spec/maxUnavailable
    ///   maxUnavailable: 0
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
    ///   replicas: 2
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
    ///   minAvailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// A budget that lets the one Pod go blocks nothing:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: cache
    ///   labels:
    ///     app: cache
    /// spec:
    ///   containers:
    ///     - name: cache
    ///       image: registry.example/cache:1.0.3
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: cache
    /// spec:
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: cache
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a person moves the one Pod by hand before each maintenance of a node.
    ///
    /// ## Source
    ///
    /// - [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/): shares are rounded up
    /// - [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    "pdb-single-replica",
    "Budget for a single replica",
    patterns: &[Pattern::SingletonService],
    surfaces: &[Surface::Bundle],
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["PodDisruptionBudget"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS, &AUTOSCALERS],
    lacks: "",
}];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(budget) = Budget::of(object) else { return };
    let (least, most) = (budget.min_available(), budget.max_unavailable());
    let of_one = |node| int_or_percent(node, 1, Rounding::Up);
    let place = match (least.value.map(of_one), most.value.map(of_one)) {
        (Some(Some(1..)), None) => least.place,
        (None, Some(Some(0))) => most.place,
        _ => return,
    };
    if cx.set().budgeted(budget) == Some(1) {
        cx.report(place, format_args!("the one Pod that is selected may never be evicted"));
    }
}
