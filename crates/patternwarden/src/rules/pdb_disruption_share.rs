use crate::engine::Cx;
use crate::kube::{Budget, Object};
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, vec};
use patternwarden_tree::{Edit, Node, Op, Place};

crate::rule! {
    /// A disruption budget lets only a small share of the Pods go at a time.
    ///
    /// ## Why it matters
    ///
    /// With a budget of one per cent a pool of nodes is drained one Pod at a time, for days. A large
    /// fleet can do without a share of it and nobody notices. Whole numbers are not judged, since what
    /// they mean depends on how many Pods there are.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"min_percent": 25}
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/minAvailable
    ///   minAvailable: 95%
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"min_percent": 10}
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/maxUnavailable
    ///   maxUnavailable: 1%
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"min_percent": 25}
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 25%
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    /// ```
    ///
    /// Nothing is demanded unless settings do:
    ///
    /// ```yaml,good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 1%
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a store whose parts must be copied before the next one may go.
    ///
    /// ## Source
    ///
    /// - [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages)
    "pdb-disruption-share",
    "Budget lets too few Pods go at once",
    patterns: &[Pattern::SingletonService],
    severity: Severity::Hint,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&MIN_PERCENT)],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static MIN_PERCENT: Int = Int {
    name: "min_percent",
    doc: "The share of the Pods that must be allowed to go at a time; 0 demands nothing.",
    unit: "percent",
    min: 0,
    max: 100,
    default: 0,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(budget) = Budget::of(object) else { return };
    let wanted = cx.int(&MIN_PERCENT);
    let share = |node: Node<'_>| node.as_str()?.strip_suffix('%')?.parse::<i64>().ok();
    let (least, most) = (budget.min_available(), budget.max_unavailable());
    let kept = least.value.and_then(share).map(|kept| (least.place, 100_i64.saturating_sub(kept)));
    let found = most.value.and_then(share).map(|gone| (most.place, gone)).or(kept);
    let Some((place, allowed)) = found.filter(|(_, allowed)| *allowed < wanted) else { return };
    let most = format!("{wanted}%");
    let mut edits = vec![Edit::new("/spec/maxUnavailable", Op::Add(most.as_str().into()))];
    if let Some(node) = least.value {
        edits.insert(0, Edit::new(Place::from(node).pointer(object.node), Op::Remove));
    }
    cx.report(
        place,
        format_args!("the budget lets {allowed} % of the Pods go at a time, less than {wanted} %"),
    )
    .fix(Grade::Review, format!("Let {wanted} % go at a time"), edits);
}
