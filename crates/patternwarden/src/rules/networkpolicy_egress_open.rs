use crate::engine::Cx;
use crate::kube::{LabelSelector, NetworkPolicy, Object, cidr_holds, items};
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::string::String;
use patternwarden_tree::{Node, Place, Value};

crate::rule! {
    /// A network policy leaves open what its author probably meant to close.
    ///
    /// ## Why it matters
    ///
    /// An intruder needs no inbound connection: downloads and what is carried away are outbound. A
    /// policy without `policyTypes` closes the way in alone, which surprises almost everybody, and an
    /// empty list of peers does not mean nobody but everybody.
    ///
    /// ## Bad
    ///
    /// A policy that is named for denying all and isolates one direction:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: deny-all
    /// # finding: /spec/policyTypes
    /// spec:
    ///   podSelector: {}
    /// ```
    ///
    /// Rules that allow everybody, one of them in disguise, and the way to the metadata service of
    /// the cloud:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: shop
    ///   policyTypes: [Ingress, Egress]
    ///   ingress:
    ///     # finding: /spec/ingress/0/from
    ///     - ports:
    ///         - port: 8080
    ///     # finding: /spec/ingress/1/from
    ///     - from: []
    ///       ports:
    ///         - port: 9090
    ///   egress:
    ///     - to:
    ///         - ipBlock:
    ///             # finding: /spec/egress/0/to/0/ipBlock/cidr
    ///             cidr: 0.0.0.0/0
    /// ```
    ///
    /// A selector of every Pod is no place to allow something, if settings say so:
    ///
    /// ```yaml,bad
    /// # settings: {"empty_selector": "deny-only"}
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: monitoring
    /// spec:
    ///   # finding: /spec/podSelector
    ///   podSelector: {}
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - from:
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               team: monitoring
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"empty_selector": "forbid", "empty_selector_names": ["baseline-*"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: closed
    /// spec:
    ///   # finding: 0 /spec/podSelector
    ///   podSelector: {}
    ///   policyTypes: [Ingress, Egress]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: baseline-all
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress, Egress]
    /// ```
    ///
    /// The name says which direction is meant, so the other one is an info; an empty list is none:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: default-deny-ingress
    /// spec:
    ///   podSelector: {}
    ///   # finding: /spec/policyTypes
    ///   policyTypes: [Ingress]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: shop
    ///   policyTypes: [Egress]
    ///   egress:
    ///     # finding: 1 /spec/egress/0/to
    ///     - to: []
    ///       ports:
    ///         - port: 443
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: default-deny
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress, Egress]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: shop
    ///   policyTypes: [Ingress, Egress]
    ///   ingress:
    ///     - from:
    ///         - podSelector: {}
    ///   egress:
    ///     - to:
    ///         - ipBlock:
    ///             cidr: 0.0.0.0/0
    ///             except: [169.254.0.0/16]
    /// ```
    ///
    /// Two policies close one direction each:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: default-deny-ingress
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress]
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: default-deny-egress
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Egress]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For what the whole world shall reach, and where another layer guards the way out.
    ///
    /// ## Source
    ///
    /// - [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/): what the types default to, and "Default deny all ingress and all egress traffic"
    /// - CIS Kubernetes Benchmark 1.12, 5.3.2
    "networkpolicy-egress-open",
    "\"Deny all\" that forgets egress",
    patterns: &[Pattern::NetworkSegmentation],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&EMPTY), Param::Strings(&EMPTY_NAMES)],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static EMPTY: Choice = Choice {
    name: "empty_selector",
    doc: "Whether a policy may select every Pod: always, only to deny, or never.",
    options: &["allow", "deny-only", "forbid"],
    default: "allow",
};

static EMPTY_NAMES: Strings = Strings {
    name: "empty_selector_names",
    doc: "Names of policies that may select every Pod where it is forbidden, as globs.",
    default: &["default-deny"],
};

/// The address at which clouds give out metadata, and credentials with it.
const METADATA: [u8; 4] = [169, 254, 169, 254];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(policy) = NetworkPolicy::of(object) else { return };
    if policy.selector().is_some_and(LabelSelector::is_empty) {
        every_pod(cx, policy);
    }
    for (rule, key) in policy.rules() {
        let peers = rule.get(key).filter(|peers| !peers.is_null());
        let empty = peers.is_some_and(|list| list.is_seq() && list.items().next().is_none());
        let place = match peers {
            Some(list) => Place::from(list),
            None => rule.at(if key == "from" { &["from"] } else { &["to"] }),
        };
        if empty {
            cx.report(
                place,
                format_args!("an empty `{key}` allows every peer, as if it were not there"),
            )
            .severity(Severity::Warning);
        } else if peers.is_none() && key == "from" {
            cx.report(place, format_args!("this rule lets everybody in"));
        }
        for block in items(peers).filter_map(|peer| peer.get("ipBlock")).filter(|_| key == "to") {
            let Some(cidr) = block.get("cidr") else { continue };
            let mut except = items(block.get("except")).map(Node::scalar_text);
            if cidr.as_str() == Some("0.0.0.0/0")
                && !except.any(|range| cidr_holds(range, METADATA.into()))
            {
                cx.report(
                    cidr,
                    format_args!("this rule opens the way to the metadata service of the cloud"),
                );
            }
        }
    }
}

fn every_pod<'d>(cx: &mut Cx<'_, 'd>, policy: NetworkPolicy<'d>) {
    let object = policy.object;
    let name: String = object.display_name().to_ascii_lowercase();
    let place = policy.pod_selector().place;
    match cx.choice(&EMPTY) {
        "deny-only" if policy.rules().next().is_some() => {
            cx.report(place, format_args!("the policy selects every Pod and allows something"))
                .severity(Severity::Warning);
        }
        "forbid" if !cx.lists(&EMPTY_NAMES, object.display_name()) => {
            cx.report(place, format_args!("the policy selects every Pod"))
                .severity(Severity::Warning);
        }
        _ => {}
    }
    let means_all = ["deny", "isolate", "default"].iter().any(|word| name.contains(word));
    let open = match (policy.isolates("Ingress"), policy.isolates("Egress")) {
        (true, false) => "Egress",
        (false, true) => "Ingress",
        _ => return,
    };
    // Another policy may close the other direction.
    let closes = |other: NetworkPolicy<'d>| {
        other.object.effective_namespace() == object.effective_namespace()
            && other.selector().is_some_and(LabelSelector::is_empty)
            && other.isolates(open)
    };
    let mut others = cx.set().of_kind("NetworkPolicy").filter_map(NetworkPolicy::of);
    if !means_all || others.any(closes) {
        return;
    }
    // Who names one direction did not forget the other, though it is still open.
    let aware = name.contains("ingress") || name.contains("egress");
    let severity = if aware { Severity::Info } else { Severity::Warning };
    let both = Value::seq(["Ingress".into(), "Egress".into()]);
    cx.report(
        policy.policy_types().place,
        format_args!("`{}` leaves {open} open", crate::matcher::clipped(object.display_name())),
    )
    .severity(severity)
    .fix_set(Grade::Review, "Isolate both directions", both);
}
