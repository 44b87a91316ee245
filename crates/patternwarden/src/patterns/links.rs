//! How the containers of a Pod are connected, and which of them is the main one.

use crate::kube::{Container, PodSpec, Port, Service, Volume, items, localhost_ports, target_port};
use crate::set::Set;
use alloc::vec::Vec;
use patternwarden_tree::Node;

/// Words in the name or image of a container that stands for the outside world.
pub(crate) const AMBASSADORS: &[&str] = &[
    "ambassador",
    "proxy",
    "envoy",
    "haproxy",
    "twemproxy",
    "pgbouncer",
    "cloud-sql-proxy",
    "daprd",
    "linkerd",
    "istio",
];

/// Words in the name or image of a container that shows the main one to the outside.
pub(crate) const ADAPTERS: &[&str] =
    &["exporter", "adapter", "fluent", "statsd", "telegraf", "vector"];

/// Web servers that often stand in front of an application.
const FRONTS: &[&str] = &["nginx", "httpd", "caddy", "traefik", "proxy", "envoy"];

/// Names that people give to the main container.
const MAIN_NAMES: &[&str] = &["app", "main", "web", "server"];

/// One container that refers to a port of the Pod's loopback which it does not declare itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'d> {
    pub(crate) from: Container<'d>,
    /// The container that declares the port, when one does.
    pub(crate) to: Option<Container<'d>>,
    pub(crate) port: u16,
    /// The value or argument that names it.
    pub(crate) place: Node<'d>,
    /// A web server calls the application that it stands in front of.
    pub(crate) is_front: bool,
}

/// Whether the name of a container or the last part of its image has one of these words. A tag
/// says nothing about what an image does.
pub(crate) fn is_like(container: Container<'_>, words: &[&str]) -> bool {
    let image = container.image_ref().map_or("", |image| image.base_name());
    words.iter().any(|word| container.display_name().contains(word) || image.contains(word))
}

/// References over the loopback, between containers that run side by side.
pub(crate) fn calls(pod: PodSpec<'_>) -> Vec<Call<'_>> {
    let running: Vec<_> = pod.running_containers().collect();
    if running.len() < 2 {
        return Vec::new();
    }
    let declares = |container: Container<'_>, port: u16| {
        container.ports().any(|declared| declared.container_port().value == Some(port.into()))
    };
    let mut out = Vec::new();
    for from in running.iter().copied() {
        for (port, place) in localhost_ports(from).filter(|(port, _)| !declares(from, *port)) {
            let to = running.iter().copied().find(|to| *to != from && declares(*to, port));
            let ambassador = |c: Container<'_>| c != from && is_like(c, AMBASSADORS);
            let outward = match to {
                Some(to) => ambassador(to),
                None => running.iter().copied().any(ambassador),
            };
            out.push(Call { from, to, port, place, is_front: is_like(from, FRONTS) && !outward });
        }
    }
    out
}

/// Mounts of one volume that several running containers share, at least one of which writes.
pub(crate) fn shared_volumes(pod: PodSpec<'_>) -> Vec<(&str, Vec<Node<'_>>)> {
    let claims = items(pod.workload.volume_claim_templates().value);
    let claims = claims.filter_map(|claim| claim.get("metadata")?.get("name")?.as_str());
    let volumes = pod.volumes().filter(|volume| is_shareable(*volume));
    let names = volumes.filter_map(|volume| volume.name().value).chain(claims);
    names
        .map(|name| (name, mounts_of(pod.running_containers(), name)))
        .filter(|(_, mounts)| {
            let writes =
                |mount: &Node<'_>| mount.get("readOnly").and_then(Node::as_bool) != Some(true);
            mounts.len() > 1 && mounts.iter().any(writes)
        })
        .collect()
}

/// The first mount of a volume in each of these containers.
pub(crate) fn mounts_of<'d>(
    containers: impl Iterator<Item = Container<'d>>,
    volume: &str,
) -> Vec<Node<'d>> {
    let mount = |container: Container<'d>| {
        container.mounts().find(|(name, ..)| *name == volume).map(|(.., mount)| mount)
    };
    containers.filter_map(mount).collect()
}

fn is_shareable(volume: Volume<'_>) -> bool {
    matches!(volume.source(), "emptyDir" | "ephemeral" | "persistentVolumeClaim")
}

/// The container that the others help.
///
/// The first that holds of: a Service selects one of its ports; it is named like the workload or
/// as people name the main one; it declares ports and probes; it comes first. Containers that are
/// named like helpers stand back.
pub(crate) fn main<'d>(set: &Set<'d>, pod: PodSpec<'d>) -> Option<Container<'d>> {
    let all: Vec<_> = pod.app_containers().collect();
    let helper = |c: &Container<'_>| is_like(*c, AMBASSADORS) || is_like(*c, ADAPTERS);
    let others: Vec<_> = all.iter().copied().filter(|c| !helper(c)).collect();
    let candidates = if others.is_empty() { all } else { others };
    if candidates.len() > 1 {
        let served = served_ports(set, pod);
        let is_served = |c: &Container<'_>| c.ports().any(|port| is_one_of(port, &served));
        let own = pod.object().display_name();
        let named = |c: &Container<'_>| {
            let name = c.display_name();
            name == own || MAIN_NAMES.contains(&name)
        };
        let complete =
            |c: &Container<'_>| c.ports().next().is_some() && c.probes().next().is_some();
        let find = |test: &dyn Fn(&Container<'_>) -> bool| candidates.iter().find(|c| test(c));
        let found = find(&is_served).or_else(|| find(&named)).or_else(|| find(&complete));
        if let Some(found) = found {
            return Some(*found);
        }
    }
    candidates.first().copied()
}

/// Target ports of the Services that select the Pod: numbers or names.
fn served_ports<'d>(set: &Set<'d>, pod: PodSpec<'d>) -> Vec<Node<'d>> {
    let services = set.services_of(pod).into_iter();
    services.flat_map(Service::ports).filter_map(target_port).collect()
}

/// What of a Service leads to this port.
pub(super) fn leads_to<'d>(set: &Set<'d>, pod: PodSpec<'d>, port: Port<'d>) -> Option<Node<'d>> {
    served_ports(set, pod).into_iter().find(|target| is_one_of(port, &[*target]))
}

fn is_one_of(port: Port<'_>, targets: &[Node<'_>]) -> bool {
    targets.iter().any(|target| match target.as_str() {
        Some(name) => port.name().value == Some(name),
        None => target.as_i64().is_some() && port.container_port().value == target.as_i64(),
    })
}

/// The annotation or label that makes a mesh add its proxy when the Pod is created.
pub(crate) fn injection(pod: PodSpec<'_>) -> Option<Node<'_>> {
    const MARKS: &[(&str, &str)] = &[
        ("dapr.io/enabled", "true"),
        ("sidecar.istio.io/inject", "true"),
        ("linkerd.io/inject", "enabled"),
    ];
    let metadata = [pod.annotations(), pod.labels()];
    metadata.into_iter().flatten().find_map(|map| {
        let mark =
            |(key, value): &(&str, &str)| map.get(key).filter(|node| node.scalar_text() == *value);
        MARKS.iter().find_map(mark)
    })
}
