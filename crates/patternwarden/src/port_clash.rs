//! Ports that two want at once.

use crate::kube::{Object, PodSpec, Service, protocol};
use crate::rule::Severity;
use crate::set::Set;
use alloc::vec::Vec;
use patternwarden_tree::{Node, Place};

/// A port that something before it has as well.
#[derive(Debug)]
pub(crate) struct Clash<'d> {
    /// The second one.
    pub(crate) at: Place<'d>,
    /// The first one.
    pub(crate) first: Node<'d>,
    /// The rest of a sentence about the port.
    pub(crate) what: &'static str,
    /// How much it matters.
    pub(crate) severity: Severity,
}

/// A port with its protocol, and where it stands.
type Seen<'d> = (i64, &'d str, Node<'d>);

/// The ports of an object that clash: of its containers, or of a Service.
pub(crate) fn clashes<'d>(set: &Set<'d>, object: Object<'d>) -> Vec<Clash<'d>> {
    let mut out = Vec::new();
    if let Some(pod) = object.pod_spec() {
        of_containers(pod, &mut out);
    } else if let Some(service) = Service::of(object) {
        of_service(set, service, &mut out);
    }
    out
}

/// Containers that run at the same time, and so share one network at the same time.
fn of_containers<'d>(pod: PodSpec<'d>, out: &mut Vec<Clash<'d>>) {
    let mut seen: Vec<Seen<'d>> = Vec::new();
    for container in pod.app_containers() {
        let before = seen.len();
        for own in container.ports() {
            let (at, kind) = (own.container_port(), protocol(own.node));
            let Some(number) = at.value else { continue };
            let others = seen.get(..before).unwrap_or_default();
            if let Some(first) = find(others, number, kind) {
                let what = "is that of another container as well, and they share one network";
                out.push(Clash { at: at.place, first, what, severity: Severity::Warning });
            }
            seen.push((number, kind, own.node));
        }
    }
}

fn of_service<'d>(set: &Set<'d>, service: Service<'d>, out: &mut Vec<Clash<'d>>) {
    let (mut ports, mut node_ports): (Vec<Seen<'d>>, Vec<Seen<'d>>) = (Vec::new(), Vec::new());
    let opens = matches!(service.effective_type(), "NodePort" | "LoadBalancer");
    for own in service.ports() {
        let kind = protocol(own);
        let read = |key| own.get(key).and_then(|node: Node<'d>| Some((node, node.as_i64()?)));
        let severity = Severity::Error;
        if let Some((node, number)) = read("port") {
            if let Some(first) = find(&ports, number, kind) {
                let what = "is that of another entry of this Service as well, for this protocol";
                out.push(Clash { at: node.into(), first, what, severity });
            }
            ports.push((number, kind, node));
        }
        let Some((node, number)) = read("nodePort").filter(|(_, n)| *n != 0 && opens) else {
            continue;
        };
        let elsewhere = || set.node_port_before(service.object, number, kind);
        if let Some(first) = find(&node_ports, number, kind).or_else(elsewhere) {
            let what = "of the nodes is taken already";
            out.push(Clash { at: node.into(), first, what, severity });
        }
        node_ports.push((number, kind, node));
    }
}

fn find<'d>(seen: &[Seen<'d>], number: i64, kind: &str) -> Option<Node<'d>> {
    let twin = seen.iter().find(|(n, k, _)| *n == number && *k == kind);
    twin.map(|(.., node)| *node)
}
