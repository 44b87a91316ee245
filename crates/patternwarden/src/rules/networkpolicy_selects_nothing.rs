use crate::engine::Cx;
use crate::kube::{LabelSelector, NetworkPolicy, Object, items};
use crate::neighbours::{DAEMON_SETS, DEPLOYMENTS, PODS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::repair::nearest;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A network policy selects no workload, or one that it has no power over.
    ///
    /// ## Why it matters
    ///
    /// The policy protects nothing, and nothing says so. To copy a policy and forget the label is the
    /// normal way to get there. Pods in the network of their node are not subject to policies at all.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    ///   labels:
    ///     app: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: db
    /// spec:
    ///   # finding: 1 /spec/podSelector
    ///   podSelector:
    ///     matchLabels:
    ///       app: database
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - from:
    ///         # finding: 1 /spec/ingress/0/from/0/podSelector
    ///         - podSelector:
    ///             matchLabels:
    ///               app: api
    /// ```
    ///
    /// A Pod in the network of its node:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    ///   labels:
    ///     app: agent
    /// spec:
    ///   hostNetwork: true
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.0.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: agent
    /// spec:
    ///   # finding: 1 /spec/podSelector
    ///   podSelector:
    ///     matchLabels:
    ///       app: agent
    ///   policyTypes: [Ingress]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    ///   labels:
    ///     app: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: db
    /// spec:
    ///   podSelector:
    ///     matchExpressions:
    ///       - key: app
    ///         operator: In
    ///         values: [db, replica]
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - from:
    ///         - podSelector: {}
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               team: shop
    ///           podSelector:
    ///             matchLabels:
    ///               app: api
    /// ```
    ///
    /// Nothing can be said where there are no Pods:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: shop
    ///   policyTypes: [Ingress]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the workload is applied from elsewhere.
    ///
    /// ## Source
    ///
    /// - [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), also "Network policies and hostNetwork pods"
    "networkpolicy-selects-nothing",
    "Policy whose podSelector matches no workload",
    patterns: &[Pattern::NetworkSegmentation],
    surfaces: &[Surface::Bundle],
    reads: READS,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["NetworkPolicy"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS],
    lacks: "",
}];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(policy) = NetworkPolicy::of(object) else { return };
    let namespace = object.effective_namespace();
    let pods: Vec<_> = cx.set().pod_specs_in(namespace).collect();
    if cx.set().pod_specs().next().is_none() {
        return;
    }
    if let Some(selector) = policy.selector() {
        let found: Vec<_> = pods.iter().filter(|pod| selector.selects(pod.labels())).collect();
        let host = found.iter().find(|pod| pod.host_network().value == Some(true));
        if let Some(pod) = host {
            let name = pod.object().display_name();
            cx.report(
                selector.node,
                format_args!(
                    "the policy has no power over `{name}`, which is in the network of its node"
                ),
            )
            .severity(Severity::Info)
            .related(pod.host_network().place, "is in the network of its node");
        } else if found.is_empty() && !selector.is_empty() {
            let report = cx.report(
                selector.node,
                format_args!(
                    "no workload in namespace `{namespace}` carries the labels of this policy"
                ),
            );
            let difference =
                selector.match_labels().value.and_then(|labels| nearest(labels, &pods));
            // An expression would still have to hold.
            let plain = items(selector.match_expressions().value).next().is_none();
            if let Some(difference) = difference.filter(|_| plain) {
                let (title, edits) = difference.repair(object.node);
                report.related(difference.carried, "the label of the nearest workload").fix(
                    Grade::Review,
                    title,
                    edits,
                );
            }
        }
    }
    for (rule, key) in policy.rules() {
        for peer in items(rule.get(key)).filter(|peer| !says(*peer, "namespaceSelector")) {
            let Some(node) = peer.get("podSelector").filter(|node| !node.is_null()) else {
                continue;
            };
            let selector = LabelSelector { node };
            if !selector.is_empty() && !pods.iter().any(|pod| selector.selects(pod.labels())) {
                cx.report(
                    node,
                    format_args!("no workload in namespace `{namespace}` is this peer"),
                )
                .severity(Severity::Info);
            }
        }
    }
}

/// Whether a peer has this field, and not only its name.
fn says(peer: Node<'_>, field: &str) -> bool {
    peer.get(field).is_some_and(|node| !node.is_null())
}
