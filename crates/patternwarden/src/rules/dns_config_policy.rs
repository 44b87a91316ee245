use crate::engine::Cx;
use crate::kube::{PodSpec, items};
use crate::matcher::clipped;
use crate::param::{Int, Param, Strings};
use crate::pattern::Pattern;
use crate::repair;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{string::ToString, vec};
use patternwarden_tree::{At, Edit, Node, Op, Place, Value};

crate::rule! {
    /// The DNS options of a Pod are not those that the platform wants.
    ///
    /// ## Why it matters
    ///
    /// With five dots, every external name costs several look-ups that fail before the right one. With too
    /// few, short names inside the cluster that have dots stop to resolve: this is a choice and no defect.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"ndots": 2}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: 0 /spec/dnsConfig/options
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: other
    /// spec:
    ///   dnsConfig:
    ///     options:
    ///       - name: ndots
    ///         # finding: 1 /spec/dnsConfig/options/0/value
    ///         value: "4"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: silent
    /// spec:
    ///   dnsConfig:
    ///     options:
    ///       # finding: 2 /spec/dnsConfig/options/0/value
    ///       - name: ndots
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"dns_policies": ["ClusterFirst*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: /spec/dnsPolicy
    ///   dnsPolicy: None
    ///   dnsConfig:
    ///     nameservers: [192.0.2.1]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Without the cluster's DNS, the resolver's own value holds:
    ///
    /// ```yaml,bad
    /// # settings: {"ndots": 2}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// # finding: /spec/dnsConfig/options
    /// spec:
    ///   dnsPolicy: Default
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"ndots": 2, "dns_policies": ["ClusterFirst"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   dnsConfig:
    ///     options:
    ///       - name: ndots
    ///         value: "2"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// What shares the network of its node and uses the resolver of the node is not judged.
    ///
    /// ## When to allow it
    ///
    /// For Pods that need names of their own search list.
    ///
    /// ## Source
    ///
    /// - [DNS for Services and Pods: DNS config](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config): `ndots` is 5 where the cluster's DNS is used
    "dns-config-policy",
    "DNS options not as demanded",
    patterns: &[Pattern::PredictableDemands, Pattern::ServiceDiscovery],
    severity: Severity::Hint,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&NDOTS), Param::Strings(&POLICIES)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static NDOTS: Int = Int {
    name: "ndots",
    doc: "The value that the option `ndots` must have; 0 for any.",
    unit: "",
    min: 0,
    max: 15,
    default: 0,
};

static POLICIES: Strings = Strings {
    name: "dns_policies",
    doc: "Values of `dnsPolicy` that are allowed, as globs; empty for every one.",
    default: &[],
};

/// What the kubelet writes for the DNS of the cluster.
const CLUSTER_NDOTS: i64 = 5;
/// What a resolver takes where nothing is written.
const RESOLVER_NDOTS: i64 = 1;

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.node.at(&["dnsPolicy"]);
    let written = at.node().and_then(Node::as_str).filter(|text| !text.is_empty());
    let policy = written.unwrap_or("ClusterFirst");
    let host = pod.host_network().value == Some(true);
    if host && policy == "Default" {
        return;
    }
    if cx.leaves_out(&POLICIES, policy) {
        cx.report(
            at,
            format_args!("DNS policy `{}` is not among those that are allowed", clipped(policy)),
        );
    }
    let wanted = cx.int(&NDOTS);
    // In the network of its node, a Pod with `ClusterFirst` gets the resolver of the node as well.
    if wanted == 0 || (host && policy == "ClusterFirst") {
        return;
    }
    let options = At::read(pod.node, &["dnsConfig", "options"], Node::as_seq);
    let option = items(options.value)
        .find(|option| option.get("name").and_then(Node::as_str) == Some("ndots"));
    let value = option.map(|option| option.at(&["value"]));
    let number = |place: Place<'_>| place.node()?.as_str()?.parse::<i64>().ok();
    let default = if policy.starts_with("ClusterFirst") { CLUSTER_NDOTS } else { RESOLVER_NDOTS };
    let effective = value.map_or(Some(default), number);
    if effective == Some(wanted) {
        return;
    }
    let text = wanted.to_string();
    let place = value.unwrap_or(options.place);
    let finding = match effective {
        Some(held) => cx.report(place, format_args!("`ndots` is {held}, and {wanted} is demanded")),
        None => cx.report(place, format_args!("`ndots` has no number, and {wanted} is demanded")),
    };
    let edit = match value {
        Some(value) => {
            Edit::new(value.pointer(pod.object().node), Op::Add(Value::from(text.as_str())))
        }
        None => {
            let option = [("name", Value::from("ndots")), ("value", Value::from(text.as_str()))];
            repair::append(pod.object().node, options, Value::map(option))
        }
    };
    finding.fix(Grade::Review, "Set `ndots`", vec![edit]);
}
