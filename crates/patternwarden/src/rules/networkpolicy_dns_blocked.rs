use crate::engine::Cx;
use crate::kube::{LabelSelector, NetworkPolicy, Object, items};
use crate::neighbours::{DAEMON_SETS, DEPLOYMENTS, NETWORK_POLICIES, PODS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::repair::append;
use crate::rule::{Check, Grade, Surface};
use alloc::{vec, vec::Vec};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A workload may connect to others but not ask for their names.
    ///
    /// ## Why it matters
    ///
    /// Every look-up of a name runs into a time-out, so the application seems slow and not blocked.
    /// All policies of a Pod count together. A cache of names on the node, at an address of the host,
    /// needs an `ipBlock` besides.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: api
    ///   labels:
    ///     app: api
    /// spec:
    ///   containers:
    ///     - name: api
    ///       image: registry.example/api:3.1.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: api
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: api
    ///   policyTypes: [Egress]
    ///   # finding: 1 /spec/egress
    ///   egress:
    ///     - to:
    ///         - podSelector:
    ///             matchLabels:
    ///               app: db
    ///       ports:
    ///         - port: 5432
    ///     - ports:
    ///         - port: 53
    ///           protocol: TCP
    /// ```
    ///
    /// ## Good
    ///
    /// Another policy allows it:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: api
    ///   labels:
    ///     app: api
    /// spec:
    ///   containers:
    ///     - name: api
    ///       image: registry.example/api:3.1.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: api
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: api
    ///   policyTypes: [Egress]
    ///   egress:
    ///     - to:
    ///         - podSelector:
    ///             matchLabels:
    ///               app: db
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: names
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Egress]
    ///   egress:
    ///     - to:
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               kubernetes.io/metadata.name: kube-system
    ///       ports:
    ///         - port: 53
    ///           protocol: UDP
    ///         - port: 53
    ///           protocol: TCP
    /// ```
    ///
    /// Every Pod of the cluster may be reached, or a Pod may reach nothing at all:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: api
    ///   labels:
    ///     app: api
    /// spec:
    ///   containers:
    ///     - name: api
    ///       image: registry.example/api:3.1.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: api
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: api
    ///   policyTypes: [Egress]
    ///   egress:
    ///     - to:
    ///         - namespaceSelector: {}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: vault
    ///   labels:
    ///     app: vault
    /// spec:
    ///   containers:
    ///     - name: vault
    ///       image: registry.example/vault:1.0.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: vault
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: vault
    ///   policyTypes: [Ingress, Egress]
    /// ```
    ///
    /// Every port to the namespace of the DNS server:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Egress]
    ///   egress:
    ///     - to:
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               kubernetes.io/metadata.name: kube-system
    ///     - to:
    ///         - podSelector:
    ///             matchLabels:
    ///               app: db
    ///       ports:
    ///         - port: 5432
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a workload that knows its peers by address.
    ///
    /// ## Source
    ///
    /// - [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/): what policies allow adds up
    /// - [DNS for Services and Pods](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/)
    "networkpolicy-dns-blocked",
    "Egress isolation without DNS",
    patterns: &[Pattern::NetworkSegmentation, Pattern::ServiceDiscovery],
    surfaces: &[Surface::Bundle],
    reads: READS,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["NetworkPolicy"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS, &NETWORK_POLICIES],
    lacks: "",
}];

const DNS: i64 = 53;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(policy) = NetworkPolicy::of(object).filter(|policy| policy.isolates("Egress")) else {
        return;
    };
    // What allows nothing to anybody is meant so.
    let (Some(selector), Some(_)) = (policy.selector(), items(policy.egress().value).next()) else {
        return;
    };
    let namespace = object.effective_namespace();
    let others: Vec<_> = {
        let policies = cx.set().of_kind("NetworkPolicy").filter_map(NetworkPolicy::of);
        policies.filter(|other| other.object.effective_namespace() == namespace).collect()
    };
    let blocked = cx.set().selected(selector, namespace).into_iter().find(|pod| {
        let selects = |other: &&NetworkPolicy<'d>| {
            other.isolates("Egress") && other.selector().is_some_and(|s| s.selects(pod.labels()))
        };
        let mut rules = others.iter().filter(selects).flat_map(|other| items(other.egress().value));
        pod.host_network().value != Some(true) && !rules.any(allows)
    });
    let Some(pod) = blocked else { return };
    let name = pod.object().display_name();
    let port = |protocol: &str| Value::map([("port", DNS.into()), ("protocol", protocol.into())]);
    let labels = Value::map([("kubernetes.io/metadata.name", "kube-system".into())]);
    let peer = Value::map([("namespaceSelector", Value::map([("matchLabels", labels)]))]);
    let rule =
        Value::map([("to", Value::seq([peer])), ("ports", Value::seq([port("UDP"), port("TCP")]))]);
    let edits = vec![append(object.node, policy.egress(), rule)];
    cx.report(
        policy.egress().place,
        format_args!("`{name}` may connect to others but not look up their names"),
    )
    .related(pod.template, "is selected")
    .fix(Grade::Review, "Allow DNS in kube-system", edits);
}

/// Whether a rule lets questions for names through: port 53 to anybody, or every port to where the
/// names are served.
fn allows(rule: Node<'_>) -> bool {
    let mut ports = items(rule.get("ports")).peekable();
    if ports.peek().is_some() {
        return ports.any(is_dns);
    }
    let mut peers = items(rule.get("to")).peekable();
    peers.peek().is_none() || peers.any(serves_names)
}

/// Whether a port, or a range of them, is that of DNS over UDP.
fn is_dns(port: Node<'_>) -> bool {
    let number = |key| port.get(key).and_then(Node::as_i64);
    let udp = port.get("protocol").and_then(Node::as_str) == Some("UDP");
    let Some(first) = number("port") else {
        // Names of ports are those of the Pods that serve; no port means all.
        return udp
            && port.get("port").is_none_or(|port| port.is_null() || port.as_str() == Some("dns"));
    };
    udp && (first..=number("endPort").unwrap_or(first)).contains(&DNS)
}

/// Whether a peer covers the Pods of kube-system, or every address.
fn serves_names(peer: Node<'_>) -> bool {
    let cidr = peer.get("ipBlock").and_then(|block| block.get("cidr")).and_then(Node::as_str);
    let Some(node) = peer.get("namespaceSelector").filter(|node| !node.is_null()) else {
        return cidr == Some("0.0.0.0/0");
    };
    let selector = LabelSelector { node };
    let named =
        selector.match_labels().value.and_then(|map| map.get("kubernetes.io/metadata.name"));
    let listed = items(selector.match_expressions().value).any(|expression| {
        let is = |key, text| expression.get(key).and_then(Node::as_str) == Some(text);
        let mut values = items(expression.get("values")).map(Node::scalar_text);
        is("key", "kubernetes.io/metadata.name")
            && is("operator", "In")
            && values.any(|v| v == "kube-system")
    });
    selector.is_empty() || listed || named.is_some_and(|name| name.as_str() == Some("kube-system"))
}
