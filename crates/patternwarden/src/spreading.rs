//! What keeps the replicas of a workload apart: spread constraints and anti-affinity.

use crate::kube::{LabelSelector, PodSpec, Workload, items};
use crate::repair;
use crate::set::Set;
use alloc::vec::{IntoIter, Vec};
use patternwarden_tree::{Edit, Node, Place, Value};

/// A spread constraint, or a term of anti-affinity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule<'d> {
    /// The constraint or term.
    pub(crate) node: Node<'d>,
    /// Whether it is a spread constraint.
    pub(crate) is_constraint: bool,
    /// Whether a Pod that would break it stays pending.
    pub(crate) is_hard: bool,
    /// The label of nodes that it spreads by.
    pub(crate) key: Option<&'d str>,
}

/// What a [`Rule`] does for the Pods it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Spreads,
    /// It has no selector.
    SelectsNothing,
    /// Its selector does not match its own Pods.
    OtherPods,
    /// It looks at other namespaces.
    OtherNamespace,
}

impl Effect {
    /// Why it does nothing; `None` where it spreads.
    pub(crate) fn problem(self) -> Option<&'static str> {
        match self {
            Self::Spreads => None,
            Self::SelectsNothing => Some("matches no Pods, as it has no selector"),
            Self::OtherPods => {
                Some("does not match the Pods it stands in, so that it does not spread them")
            }
            Self::OtherNamespace => Some("looks at other namespaces than that of its Pods"),
        }
    }
}

/// What a hard [`Rule`] that spreads costs beside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cost<'d> {
    /// Each replica needs a node of its own.
    NodeEach,
    /// While a Deployment is updated the Pods of its last release are counted too, since this list
    /// lacks the label that tells them apart.
    LastRelease(Place<'d>),
}

/// The label that every node has for itself.
pub(crate) const HOSTNAME: &str = "kubernetes.io/hostname";

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// The rules of a Pod, constraints first.
pub(crate) fn rules_of(pod: PodSpec<'_>) -> IntoIter<Rule<'_>> {
    let mut out = Vec::new();
    for node in items(pod.topology_spread_constraints().value) {
        let what = node.get("whenUnsatisfiable").and_then(Node::as_str);
        out.push(rule(node, true, what == Some("DoNotSchedule")));
    }
    if let Some(anti) = pod.node.at(&["affinity", "podAntiAffinity"]).node() {
        out.extend(items(anti.get(REQUIRED)).map(|node| rule(node, false, true)));
        let terms = items(anti.get(PREFERRED)).filter_map(|entry| entry.get("podAffinityTerm"));
        out.extend(terms.map(|node| rule(node, false, false)));
    }
    out.into_iter()
}

fn rule(node: Node<'_>, is_constraint: bool, is_hard: bool) -> Rule<'_> {
    let key = node.get("topologyKey").and_then(Node::as_str);
    Rule { node, is_constraint, is_hard, key }
}

/// How many replicas of a workload there may be: its own count, or more where an autoscaler may go
/// further. `None` where nothing counts them.
pub(crate) fn most_replicas<'d>(set: &Set<'d>, workload: Workload<'d>) -> Option<i64> {
    let kinds = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];
    if !kinds.iter().any(|kind| workload.is_like(kind)) {
        return None;
    }
    let count = workload.replicas()?;
    let scaled = set.scaler_of(workload.object).and_then(|scaler| scaler.max_replicas().value);
    Some(count.max(scaled.unwrap_or(0)))
}

/// A constraint that prefers nodes which differ by `key`; `None` where the workload selects nothing.
pub(crate) fn preferred(pod: PodSpec<'_>, key: &str) -> Option<Edit> {
    let selector = pod.workload.selector().value;
    let selector = selector.filter(|selector| selector.children().next().is_some())?;
    let plain = pod.workload.kind.kind == "ReplicationController";
    let selector = Value::of(selector);
    let selector = if plain { Value::map([("matchLabels", selector)]) } else { selector };
    let constraint = Value::map([
        ("maxSkew", Value::from(1)),
        ("topologyKey", Value::from(key)),
        ("whenUnsatisfiable", Value::from("ScheduleAnyway")),
        ("labelSelector", selector),
    ]);
    Some(repair::append(pod.object().node, pod.topology_spread_constraints(), constraint))
}

impl<'d> Rule<'d> {
    /// What it does for the Pods of `pod`.
    pub(crate) fn effect(self, pod: PodSpec<'d>) -> Effect {
        let Some(selector) = self.node.get("labelSelector").and_then(Node::as_map) else {
            return Effect::SelectsNothing;
        };
        if !(LabelSelector { node: selector }).selects(pod.labels()) {
            return Effect::OtherPods;
        }
        // Without a namespace of its own the object lands where its user says.
        let own = pod.object().namespace().value.filter(|own| !own.is_empty());
        let listed = items(self.node.get("namespaces"));
        let elsewhere = own.is_some_and(|own| {
            self.node.get("namespaceSelector").is_none_or(Node::is_null)
                && listed.clone().next().is_some()
                && !listed.clone().any(|name| name.as_str() == Some(own))
        });
        if elsewhere { Effect::OtherNamespace } else { Effect::Spreads }
    }

    /// What it costs the Pods of `pod`.
    pub(crate) fn cost(self, pod: PodSpec<'d>) -> Option<Cost<'d>> {
        if !self.is_hard {
            return None;
        }
        if !self.is_constraint {
            return (self.key == Some(HOSTNAME)).then_some(Cost::NodeEach);
        }
        let keys = self.node.at(&["matchLabelKeys"]);
        let told = items(keys.node()).any(|key| key.as_str() == Some("pod-template-hash"));
        (pod.workload.is_like("Deployment") && !told).then_some(Cost::LastRelease(keys))
    }

    /// The part that makes it do nothing.
    pub(crate) fn blamed(self, pod: PodSpec<'d>) -> Place<'d> {
        let namespaces = self.effect(pod) == Effect::OtherNamespace;
        self.node.at(if namespaces { &["namespaces"] } else { &["labelSelector"] })
    }
}
