use crate::engine::Cx;
use crate::kube::{Budget, Object};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};

crate::rule! {
    /// A disruption budget also holds Pods that are broken anyway.
    ///
    /// ## Why it matters
    ///
    /// A Pod that crashes in a loop never becomes healthy, and by default it may not be evicted
    /// while the budget is short, which it is because of that very Pod. With `AlwaysAllow` what is
    /// broken gives way, and the node can be drained.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// # finding: /spec/unhealthyPodEvictionPolicy
    /// spec:
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// The default in words:
    ///
    /// ```yaml,bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 1
    ///   # finding: /spec/unhealthyPodEvictionPolicy
    ///   unhealthyPodEvictionPolicy: IfHealthyBudget
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 1
    ///   unhealthyPodEvictionPolicy: AlwaysAllow
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a Pod that is not ready still does something that must not be cut, such as copying data
    /// to its peers.
    ///
    /// ## Source
    ///
    /// - [Unhealthy Pod Eviction Policy](https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy): absent means `IfHealthyBudget`; on by default since 1.27, stable since 1.31
    "pdb-unhealthy-policy",
    "Broken Pods block drains",
    patterns: &[Pattern::SingletonService],
    severity: Severity::Hint,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(Minor(27)),
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(budget) = Budget::of(object) else { return };
    let policy = budget.unhealthy_pod_eviction_policy();
    if policy.is_absent() || policy.value == Some("IfHealthyBudget") {
        cx.report(
            policy.place,
            format_args!("Pods that are broken are held while the budget is short"),
        )
        .fix_set(Grade::Review, "Always let unhealthy Pods go", "AlwaysAllow");
    }
}
