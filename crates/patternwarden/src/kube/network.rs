//! Services and network policies.

use crate::kube::{LabelSelector, Object, items};
use core::net::IpAddr;
use patternwarden_tree::Node;

/// A core `Service`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
}

fields!(Service {
    /// `spec.selector`: a plain map of labels.
    selector: Node<'d> = map ["spec", "selector"];
    /// `spec.type`; the API server fills in `ClusterIP`.
    service_type: &'d str = text ["spec", "type"];
    /// `spec.clusterIP`; `None` (the word) makes the Service headless.
    cluster_ip: &'d str = text ["spec", "clusterIP"];
    /// `spec.externalIPs`.
    external_ips: Node<'d> = list ["spec", "externalIPs"];
    /// `spec.loadBalancerSourceRanges`.
    source_ranges: Node<'d> = list ["spec", "loadBalancerSourceRanges"];
    /// `spec.externalName`.
    external_name: &'d str = text ["spec", "externalName"];
    /// `spec.ports`.
    port_list: Node<'d> = list ["spec", "ports"];
    /// `spec.publishNotReadyAddresses`.
    publish_not_ready_addresses: bool = flag ["spec", "publishNotReadyAddresses"];
});

impl<'d> Service<'d> {
    /// The object as a Service.
    pub fn of(object: Object<'d>) -> Option<Self> {
        object.is("", "Service").then_some(Self { node: object.node, object })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node) }
    }

    /// `spec.type`, `ClusterIP` where nothing is written.
    pub fn effective_type(self) -> &'d str {
        self.service_type().value.filter(|text| !text.is_empty()).unwrap_or("ClusterIP")
    }

    /// Whether it resolves to the Pods themselves.
    pub fn is_headless(self) -> bool {
        self.cluster_ip().value == Some("None")
    }

    /// The entries of `spec.ports`.
    pub fn ports(self) -> super::Items<'d> {
        items(self.port_list().value)
    }
}

/// A `networking.k8s.io` `NetworkPolicy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkPolicy<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
}

fields!(NetworkPolicy {
    /// `spec.podSelector`; empty means every Pod of the namespace.
    pod_selector: Node<'d> = map ["spec", "podSelector"];
    /// `spec.policyTypes`.
    policy_types: Node<'d> = list ["spec", "policyTypes"];
    /// `spec.ingress`.
    ingress: Node<'d> = list ["spec", "ingress"];
    /// `spec.egress`.
    egress: Node<'d> = list ["spec", "egress"];
});

impl<'d> NetworkPolicy<'d> {
    /// The object as a NetworkPolicy.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let known = object.is("networking.k8s.io", "NetworkPolicy");
        known.then_some(Self { node: object.node, object })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node) }
    }

    /// The Pods it isolates.
    pub fn selector(self) -> Option<LabelSelector<'d>> {
        self.pod_selector().value.map(|node| LabelSelector { node })
    }

    /// Whether it isolates Pods in this direction, `Ingress` or `Egress`.
    ///
    /// Source: `kubernetes/pkg/apis/networking/v1.SetDefaults_NetworkPolicy`: without types it is
    /// `Ingress`, and `Egress` too where there are egress rules.
    pub fn isolates(self, direction: &str) -> bool {
        let mut types = items(self.policy_types().value).peekable();
        if types.peek().is_some() {
            return types.any(|listed| listed.as_str() == Some(direction));
        }
        direction == "Ingress" || items(self.egress().value).next().is_some()
    }

    /// The rules of both directions, each with its key for peers: `from` or `to`.
    pub fn rules(self) -> impl Iterator<Item = (Node<'d>, &'static str)> {
        let ingress = items(self.ingress().value).map(|rule| (rule, "from"));
        ingress.chain(items(self.egress().value).map(|rule| (rule, "to")))
    }
}

/// Whether a range such as `169.254.0.0/16` or `2001:db8::/32` holds an address of its family.
pub fn cidr_holds(cidr: &str, address: IpAddr) -> bool {
    let Some((base, length)) = cidr.split_once('/') else { return false };
    let (Ok(base), Ok(length)) = (base.parse::<IpAddr>(), length.parse::<u32>()) else {
        return false;
    };
    // The bits in which they differ, from the left, and how many there are.
    let (differ, width) = match (base, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits() ^ b.to_bits()) << 96, 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits(), 128),
        _ => return false,
    };
    length <= width && differ.leading_zeros() >= length
}

/// The port of its Pods that a port of a Service leads to: `targetPort`, or `port` where that is
/// absent, empty or 0, as the API server fills in.
pub fn target_port(port: Node<'_>) -> Option<Node<'_>> {
    let written = port.get("targetPort").filter(|node| !node.is_null());
    let named = written.filter(|node| node.as_i64() != Some(0) && node.as_str() != Some(""));
    named.or_else(|| port.get("port"))
}

/// The protocol of a port, of a container or a Service; TCP when it is absent or empty.
pub fn protocol(port: Node<'_>) -> &str {
    port.get("protocol").and_then(Node::as_str).filter(|name| !name.is_empty()).unwrap_or("TCP")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_shares_their_beginning() {
        let metadata = IpAddr::from([169, 254, 169, 254]);
        for range in ["0.0.0.0/0", "169.254.0.0/16", "169.254.169.254/32"] {
            assert!(cidr_holds(range, metadata), "{range}");
        }
        for range in [
            "169.255.0.0/16",
            "10.0.0.0/8",
            "169.254.169.254",
            "169.254/16",
            "::/0",
            "0.0.0.0/33",
            "a",
        ] {
            assert!(!cidr_holds(range, metadata), "{range}");
        }
        let six: IpAddr = "2001:db8::7".parse().unwrap();
        assert!(cidr_holds("2001:db8::/32", six) && cidr_holds("2001:db8::7/128", six));
        assert!(!cidr_holds("2001:db9::/32", six) && !cidr_holds("::/129", six));
        assert!(cidr_holds("::/0", six) && !cidr_holds("0.0.0.0/0", six));
    }
}
