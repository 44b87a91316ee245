use crate::annotations::NO_DISRUPTION;
use crate::engine::Cx;
use crate::kube::{Budget, Object, Rounding, entries, int_or_percent};
use crate::neighbours::{AUTOSCALERS, DAEMON_SETS, DEPLOYMENTS, PODS, Reads, STATEFUL_SETS};
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec;
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// A disruption budget never allows that a Pod is evicted.
    ///
    /// ## Why it matters
    ///
    /// A node drain asks for each Pod whether it may be evicted, and waits while the answer is no.
    /// With such a budget it waits for ever: upgrades of the cluster stop, and in the end somebody
    /// deletes Pods by force. A budget shall slow disruption down, not forbid it.
    ///
    /// ## Bad
    ///
    /// As many Pods must be available as there are. A share is rounded up:
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
    ///   minAvailable: 3
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   replicas: 2
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
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: ledger
    /// spec:
    ///   # finding: 1 /spec/minAvailable
    ///   minAvailable: 70%
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    /// ```
    ///
    /// An autoscaler goes down to as many, here one of KEDA:
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
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata:
    ///   name: shop
    /// spec:
    ///   minReplicaCount: 2
    ///   scaleTargetRef:
    ///     name: shop
    ///   triggers:
    ///     - type: cron
    ///       metadata:
    ///         timezone: Europe/London
    ///         start: 0 6 * * *
    ///         end: 0 20 * * *
    ///         desiredReplicas: "10"
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 2 /spec/minAvailable
    ///   minAvailable: 3
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ```
    ///
    /// The numbers alone say it, whatever is selected:
    ///
    /// ```yaml,bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: none-may-go
    /// spec:
    ///   # finding: 0 /spec/maxUnavailable
    ///   maxUnavailable: 0%
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: all-must-stay
    /// spec:
    ///   # finding: 1 /spec/minAvailable
    ///   minAvailable: 100%
    ///   selector:
    ///     matchLabels:
    ///       app: store
    /// ```
    ///
    /// Both bounds at once are rejected, and with none the controller counts no Pods and allows
    /// nothing:
    ///
    /// ```yaml,bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: both
    /// spec:
    ///   minAvailable: 1
    ///   # finding: 0 /spec/maxUnavailable
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: neither
    /// # finding: 1 /spec/maxUnavailable
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: store
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
    /// A label says that the budget forbids disruption on purpose; which one is a setting:
    ///
    /// ```yaml,good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: ledger
    ///   labels:
    ///     patternwarden.dev/no-disruption: "true"
    /// spec:
    ///   maxUnavailable: 0
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"allow_zero_disruption_label": ["team.example/*"]}
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: ledger
    ///   labels:
    ///     team.example/drained-by-hand: "yes"
    /// spec:
    ///   minAvailable: 100%
    ///   selector:
    ///     matchLabels:
    ///       app: ledger
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where people drain the nodes by hand and stop the application before: put the label on the
    /// budget. A single replica is the matter of `pdb-single-replica`.
    ///
    /// ## Source
    ///
    /// - [Specifying a Disruption Budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/): shares are rounded up; at most one of the two fields
    /// - `kubernetes/pkg/controller/disruption`: without either field the expected count stays 0, and then no disruption is allowed
    "pdb-unsatisfiable",
    "Budget that never allows an eviction",
    patterns: &[Pattern::SingletonService],
    severity: Severity::Error,
    surfaces: &[Surface::Object, Surface::Bundle],
    params: &[Param::Strings(&ALLOWED)],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["PodDisruptionBudget"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS, &AUTOSCALERS],
    lacks: "",
}];

static ALLOWED: Strings = Strings {
    name: "allow_zero_disruption_label",
    doc: "Labels of budgets that forbid disruption on purpose, as globs.",
    default: &[NO_DISRUPTION],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(budget) = Budget::of(object) else { return };
    let (least, most) = (budget.min_available(), budget.max_unavailable());
    if least.is_mistyped() || most.is_mistyped() {
        return;
    }
    let mut labels = entries(object.labels().value);
    let on_purpose = labels.any(|label| cx.lists(&ALLOWED, label.key().unwrap_or_default()));
    let count = cx.set().budgeted(budget);
    // What few Pods mean is the matter of another rule, and none is nothing to disrupt.
    let several = count.is_none_or(|count| count > 1);
    let (place, severity) = match (least.value, most.value) {
        (Some(_), Some(_)) => {
            cx.report(
                most.place,
                format_args!(
                    "the API server rejects a budget with both `minAvailable` and `maxUnavailable`"
                ),
            );
            return;
        }
        _ if on_purpose => return,
        (None, None) => (most.place, Severity::Warning),
        (Some(node), None) if several && keeps_all(node, count) => (least.place, Severity::Error),
        (None, Some(node)) if several && int_or_percent(node, 100, Rounding::Up) == Some(0) => {
            (most.place, Severity::Error)
        }
        _ => return,
    };
    let report = match count {
        _ if severity == Severity::Warning => cx.report(
            place,
            format_args!(
                "the budget bounds nothing, and then the disruption controller allows no eviction"
            ),
        ),
        Some(count) => cx.report(
            place,
            format_args!("of the {count} Pods that are selected, none may ever be evicted"),
        ),
        None => cx.report(place, format_args!("no Pod that is selected may ever be evicted")),
    };
    let grade = if count.is_some_and(|count| count > 1) { Grade::Safe } else { Grade::Review };
    let mut edits = vec![Edit::new("/spec/maxUnavailable", Op::Add(Value::from(1)))];
    if let Some(node) = least.value {
        edits.insert(0, Edit::new(Place::from(node).pointer(object.node), Op::Remove));
    }
    report.severity(severity).fix(grade, "Let one Pod go at a time", edits);
}

/// Whether as many Pods must stay as there are; where their number is unknown, whether all must.
fn keeps_all(least: Node<'_>, count: Option<i64>) -> bool {
    let total = count.unwrap_or(100);
    let share = least.as_str().is_some_and(|text| text.ends_with('%'));
    (share || count.is_some())
        && int_or_percent(least, total, Rounding::Up).is_some_and(|kept| kept >= total)
}
