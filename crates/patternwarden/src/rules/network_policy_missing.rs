use crate::companions::network_policy;
use crate::engine::Cx;
use crate::kube::{NetworkPolicy, PodSpec};
use crate::neighbours::{NETWORK_POLICIES, Reads, WORKLOADS};
use crate::param::{Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;

crate::rule! {
    /// No NetworkPolicy isolates a Pod.
    ///
    /// ## Why it matters
    ///
    /// Without a policy every Pod of the cluster may connect to every other. One forgotten label leaves a
    /// single workload outside a fence that all others have.
    ///
    /// ## Bad
    ///
    /// One Pod is left out. The other is in the network of its node, where no policy has power:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: api
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: api
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - ports:
    ///         - port: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    ///   # finding: 1 /metadata/labels
    ///   labels:
    ///     app: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ---
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
    /// ```
    ///
    /// The input is not said to be complete:
    ///
    /// ```yaml,bad
    /// # all settings: {"input_complete": false, "rules": {"network-policy-missing": {"always": true}}}
    /// apiVersion: v1
    /// kind: Pod
    /// # finding: 0 /metadata/labels
    /// metadata:
    ///   name: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ```
    ///
    /// Both directions are demanded:
    ///
    /// ```yaml,bad
    /// # settings: {"directions": ["ingress", "egress"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: api
    /// spec:
    ///   podSelector:
    ///     matchExpressions:
    ///       - key: app
    ///         operator: In
    ///         values: [api]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: api
    ///   # finding: 1 /metadata/labels
    ///   labels:
    ///     app: api
    /// spec:
    ///   containers:
    ///     - name: api
    ///       image: registry.example/api:1.0.0
    /// ```
    ///
    /// There is no policy at all, and another namespace has one:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    ///   # finding: 0 /metadata/labels
    ///   labels:
    ///     app: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: deny
    ///   namespace: other
    /// spec:
    ///   podSelector: {}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// # finding: 1 /metadata/labels
    /// metadata:
    ///   name: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ```
    ///
    /// Somebody else's policy may do it, so this is a hint:
    ///
    /// ```yaml,bad
    /// apiVersion: cilium.io/v2
    /// kind: CiliumNetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   endpointSelector: {}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    ///   # finding: 1 /metadata/labels
    ///   labels:
    ///     app: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: deny-ingress
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress]
    /// ---
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
    /// ```
    ///
    /// One policy of either direction is enough:
    ///
    /// ```yaml,good
    /// # settings: {"directions": ["any"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: db
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: db
    ///   policyTypes: [Egress]
    /// ---
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
    /// ```
    ///
    /// Policies that come from elsewhere, where the input is not said to be complete:
    ///
    /// ```yaml,good
    /// # all settings: {"input_complete": false}
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
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When a policy for the whole cluster, of the platform or of its network plugin, does it; where such a
    /// policy is among the objects, a finding is only a hint. The repair writes a policy that lets in what the
    /// Services of the Pods let in, or lets out questions to DNS: look at who talks to whom before.
    ///
    /// ## Source
    ///
    /// - [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "The two sorts of pod isolation"
    /// - CIS Kubernetes Benchmark 1.12, 5.3.2
    "network-policy-missing",
    "Pod that no NetworkPolicy isolates",
    patterns: &[Pattern::NetworkSegmentation],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    params: &[Param::Entries(&DIRECTIONS, Form::OneOf(&["ingress", "egress", "any"])), Param::Flag(&ALWAYS)],
    reads: READS,
    on_open: Some(&ALWAYS),
    fix: Some(Grade::Review),
    fix_beside: true,
    check: Check::Pod(check),
}

static READS: &[Reads] = &[Reads {
    on: WORKLOADS,
    kinds: &[&NETWORK_POLICIES],
    lacks: "policies of other namespaces are not looked up",
}];

static DIRECTIONS: Strings = Strings {
    name: "directions",
    doc: "Directions that a Pod needs a policy for: `ingress`, `egress`, or `any` for one of the two.",
    default: &["ingress"],
};

static ALWAYS: Flag = Flag {
    name: "always",
    doc: "Whether Pods are also reported where the input is not said to be complete, or a cluster has no policy beside them.",
    default: false,
};

/// Kinds of policies beside those of Kubernetes, with their groups: what they select is not read.
const OTHERS: [(&str, &str); 8] = [
    ("AdminNetworkPolicy", "policy.networking.k8s.io"),
    ("BaselineAdminNetworkPolicy", "policy.networking.k8s.io"),
    ("ClusterNetworkPolicy", "policy.networking.k8s.io"),
    ("CiliumClusterwideNetworkPolicy", "cilium.io"),
    ("CiliumNetworkPolicy", "cilium.io"),
    ("GlobalNetworkPolicy", "crd.projectcalico.org"),
    ("GlobalNetworkPolicy", "projectcalico.org"),
    ("NetworkPolicy", "projectcalico.org"),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    // Policies have no power over the network of the node.
    if pod.host_network().value == Some(true) {
        return;
    }
    let set = cx.set();
    let mut policies: Vec<_> = set.of_kind("NetworkPolicy").filter_map(NetworkPolicy::of).collect();
    let other =
        OTHERS.iter().any(|(kind, group)| set.of_kind(kind).any(|o| o.api().group == *group));
    // A cluster may isolate its Pods by other means, which it is not asked about.
    if policies.is_empty() && !other && set.is_told() && !cx.flag(&ALWAYS) {
        return;
    }
    let home = pod.object().effective_namespace();
    policies.retain(|policy| policy.object.effective_namespace() == home);
    let severity = match (other, policies.is_empty()) {
        (true, _) => Severity::Hint,
        (false, true) => Severity::Info,
        (false, false) => Severity::Warning,
    };
    // An absent selector selects all, as an empty one does.
    policies
        .retain(|policy| policy.selector().is_none_or(|selector| selector.selects(pod.labels())));
    let name = pod.object().display_name();
    for (word, types, what) in [
        ("ingress", &["Ingress"] as &[&str], "into"),
        ("egress", &["Egress"], "out of"),
        ("any", &["Ingress", "Egress"], "into or out of"),
    ] {
        let isolated = policies.iter().any(|policy| types.iter().any(|of| policy.isolates(of)));
        if !isolated && cx.lists(&DIRECTIONS, word) {
            let place = pod.template.at(&["metadata", "labels"]);
            let policy = types.first().and_then(|way| network_policy(cx.set(), pod, way));
            let report = cx
                .report(place, format_args!("no policy limits what goes {what} `{name}`"))
                .severity(severity);
            if let Some(policy) = policy {
                let title = match word {
                    "egress" => "Let out questions to DNS alone",
                    _ => "Let in what asks its Services alone",
                };
                report.fix_beside(Grade::Review, title, [policy].into());
            }
        }
    }
}
