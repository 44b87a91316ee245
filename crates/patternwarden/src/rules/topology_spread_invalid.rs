use crate::engine::Cx;
use crate::kube::{LabelSelector, PodSpec, items};
use crate::matcher::{clipped, distance};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use alloc::vec::Vec;
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A spread constraint that the API server refuses.
    ///
    /// ## Why it matters
    ///
    /// The whole workload is refused because of one item of a list. Constraints are copied from chart to
    /// chart, and lose a field on the way.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   topologySpreadConstraints:
    ///     # finding: /spec/topologySpreadConstraints/0/maxSkew
    ///     - topologyKey: kubernetes.io/hostname
    ///       # finding: /spec/topologySpreadConstraints/0/whenUnsatisfiable
    ///       whenUnsatisfiable: scheduleAnyway
    ///       labelSelector: {}
    ///       # finding: /spec/topologySpreadConstraints/0/nodeTaintsPolicy
    ///       nodeTaintsPolicy: Respect
    ///     # finding: /spec/topologySpreadConstraints/1/topologyKey
    ///     # finding: /spec/topologySpreadConstraints/1/maxSkew
    ///     - maxSkew: 0
    ///       # finding: /spec/topologySpreadConstraints/1/whenUnsatisfiable
    ///       whenUnsatisfiable: Prefer
    ///       labelSelector: {}
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Fields that contradict each other, and the same constraint twice:
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
    ///       topologySpreadConstraints:
    ///         - maxSkew: 1
    ///           topologyKey: topology.kubernetes.io/zone
    ///           whenUnsatisfiable: ScheduleAnyway
    ///           # finding: /spec/template/spec/topologySpreadConstraints/0/minDomains
    ///           minDomains: 2
    ///           # finding: /spec/template/spec/topologySpreadConstraints/0/matchLabelKeys/0
    ///           matchLabelKeys: [app]
    ///           labelSelector:
    ///             matchLabels:
    ///               app: shop
    ///         # finding: /spec/template/spec/topologySpreadConstraints/1/topologyKey
    ///         - maxSkew: 2
    ///           topologyKey: topology.kubernetes.io/zone
    ///           whenUnsatisfiable: ScheduleAnyway
    ///           labelSelector: {}
    ///         - maxSkew: 1
    ///           topologyKey: kubernetes.io/hostname
    ///           whenUnsatisfiable: DoNotSchedule
    ///           # finding: /spec/template/spec/topologySpreadConstraints/2/minDomains
    ///           minDomains: 0
    ///           # finding: /spec/template/spec/topologySpreadConstraints/2/matchLabelKeys
    ///           matchLabelKeys: [pod-template-hash]
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
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
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       topologySpreadConstraints:
    ///         - maxSkew: 1
    ///           topologyKey: topology.kubernetes.io/zone
    ///           whenUnsatisfiable: DoNotSchedule
    ///           minDomains: 2
    ///           nodeAffinityPolicy: Honor
    ///           nodeTaintsPolicy: Ignore
    ///           matchLabelKeys: [pod-template-hash]
    ///           labelSelector:
    ///             matchLabels:
    ///               app: shop
    ///         - maxSkew: 1
    ///           topologyKey: topology.kubernetes.io/zone
    ///           whenUnsatisfiable: ScheduleAnyway
    ///           labelSelector:
    ///             matchLabels:
    ///               app: shop
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never. A constraint without selector, which matches no Pods, is the matter of `replicas-not-spread`.
    ///
    /// ## Source
    ///
    /// - [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition): which fields may be together; a Pod that the API server made has merged keys since 1.34
    "topology-spread-invalid",
    "Spread constraint the API rejects or that does nothing",
    patterns: &[Pattern::AutomatedPlacement],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Pod(check),
}

/// From this version on, the API server itself puts these keys into the selector of a Pod.
const MERGES_KEYS: Minor = Minor(34);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let merged = pod.workload.is_like("Pod") && cx.target() >= MERGES_KEYS;
    for constraint in items(pod.topology_spread_constraints().value).filter(|node| node.is_map()) {
        judge(cx, constraint, merged);
        let text = |field| constraint.get(field).and_then(Node::as_str).unwrap_or_default();
        let pair = (text("topologyKey"), text("whenUnsatisfiable"));
        if seen.contains(&pair) && !pair.0.is_empty() {
            let place = constraint.at(&["topologyKey"]);
            cx.report(
                place,
                format_args!(
                    "there is a constraint with this key and the same `whenUnsatisfiable` already"
                ),
            );
        }
        seen.push(pair);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, of: Node<'d>, merged: bool) {
    let written = |field| of.get(field).filter(|node: &Node<'_>| !node.is_null());
    let number = |field| written(field).and_then(Node::as_i64);
    let skew = of.at(&["maxSkew"]);
    if written("maxSkew").is_none() {
        cx.report(skew, format_args!("the constraint needs `maxSkew`")).fix_set(
            Grade::Safe,
            "Allow a difference of one",
            1,
        );
    } else if number("maxSkew").is_none_or(|skew| skew < 1) {
        cx.report(skew, format_args!("`maxSkew` must be at least 1"));
    }
    if written("topologyKey").and_then(Node::as_str).is_none_or(str::is_empty) {
        cx.report(of.at(&["topologyKey"]), format_args!("the constraint needs `topologyKey`"));
    }
    let hard = written("whenUnsatisfiable").and_then(Node::as_str) == Some("DoNotSchedule");
    words(cx, of.at(&["whenUnsatisfiable"]), &["DoNotSchedule", "ScheduleAnyway"], true);
    words(cx, of.at(&["nodeAffinityPolicy"]), &["Honor", "Ignore"], false);
    words(cx, of.at(&["nodeTaintsPolicy"]), &["Honor", "Ignore"], false);
    if let Some(domains) = written("minDomains") {
        if domains.as_i64().is_none_or(|domains| domains < 1) {
            cx.report(domains, format_args!("`minDomains` must be at least 1"));
        } else if !hard {
            cx.report(
                domains,
                format_args!("`minDomains` needs `whenUnsatisfiable: DoNotSchedule`"),
            );
        }
    }
    let Some(keys) = written("matchLabelKeys").filter(|keys| keys.items().next().is_some()) else {
        return;
    };
    let Some(selector) = written("labelSelector").and_then(Node::as_map) else {
        cx.report(keys, format_args!("`matchLabelKeys` needs `labelSelector`"));
        return;
    };
    for key in keys.items().filter(|_| !merged) {
        let Some(name) = key.as_str() else { continue };
        if (LabelSelector { node: selector }).keys().any(|other| other == name) {
            cx.report(key, format_args!("`{}` is a key of `labelSelector` already", clipped(name)));
        }
    }
}

fn words<'d>(
    cx: &mut Cx<'_, 'd>,
    at: patternwarden_tree::Place<'d>,
    known: &[&'static str],
    needed: bool,
) {
    let node = at.node().filter(|node| !node.is_null());
    let text = node.and_then(Node::as_str).unwrap_or_default();
    if (node.is_none() && !needed) || known.contains(&text) {
        return;
    }
    let field = at.rest.first().copied().or_else(|| at.node.key()).unwrap_or_default();
    let choices = known.join("` or `");
    let finding = cx.report(at, format_args!("`{field}` must be `{choices}`"));
    let near = known.iter().find(|word| distance(word, text, 2) <= 2);
    if let Some(word) = near {
        finding.fix_set(Grade::Safe, "Spell it as the API does", Value::from(*word));
    }
}
