//! Recognises containers that show the main one to the outside.

use super::links::{self, ADAPTERS, AMBASSADORS, calls, is_like, shared_volumes};
use crate::kube::{Container, Object, PodSpec, Port};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// A sidecar gives the outside one uniform view of the container.
    ///
    /// ## Intent
    ///
    /// Every application counts and logs in its own way, and whoever watches them all wants one. A
    /// container beside each of them reads what the application leaves behind and answers in the
    /// common language, while the application stays as it is.
    ///
    /// ## Forces
    ///
    /// The direction tells it from its relatives: the outside asks the adapter, and the adapter
    /// looks at the application. What it translates has to be where both can reach it, in a file or
    /// behind a port of the loopback. It is one more container in every replica, and its port one
    /// more door.
    ///
    /// ## How it is seen
    ///
    /// A helper that declares a port of its own and shares a volume with the main container
    /// (`shared-volume`); more surely when its name or image says so (`exporter`, `adapter`, `statsd`
    /// and the like) and it declares a port. A Service that leads to that port, or a mark that it is
    /// scraped (`prometheus.io/scrape`), shows who asks. A log shipper that only sends is a Sidecar and nothing
    /// more; a proxy that the application calls is an Ambassador.
    ///
    /// ## What breaks it
    ///
    /// - a port that no Service and no scraper knows of
    /// - a shared file that grows until the node has no room
    /// - an adapter without requests and without a probe
    ///
    /// ## Over time
    ///
    /// As a native sidecar (stable since 1.33) an adapter starts before the application and stays
    /// until it has gone, so the last lines are not lost. Many applications now speak OpenMetrics or
    /// OpenTelemetry themselves.
    Adapter,
    recognise,
}

/// Names of those that carry logs away: without a port nobody asks them anything.
const SHIPPERS: &[&str] = &["fluent", "vector"];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec().filter(|pod| pod.running_containers().nth(1).is_some())
    else {
        return;
    };
    let Some(main) = links::main(px.set(), pod) else { return };
    let outward = calls(pod).into_iter().filter(|call| call.from == main && !call.is_front);
    let called: alloc::vec::Vec<_> = outward.filter_map(|call| call.to).collect();
    for helper in pod.running_containers().filter(|c| *c != main && !called.contains(c)) {
        helps(px, pod, main, helper);
    }
}

fn helps<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>, main: Container<'d>, helper: Container<'d>) {
    let port = helper.ports().next();
    let named = is_like(helper, ADAPTERS) && (port.is_some() || !is_like(helper, SHIPPERS));
    let shared = shared_with(pod, main, helper).filter(|_| !is_like(helper, AMBASSADORS));
    let name = helper.display_name();
    let confidence = match (named, port) {
        (true, Some(_)) => Confidence::Certain,
        (true, None) => Confidence::Likely,
        (false, Some(_)) if shared.is_some() => Confidence::Likely,
        _ => return,
    };
    if let Some(port) = port {
        px.hit(confidence, port.node, format!("`{name}` is asked here"));
        asked(px, pod, confidence, port);
    }
    if named {
        px.hit(confidence, helper.node, format!("`{name}` is named like an adapter"));
    }
    if let Some(mount) = shared {
        px.hit(confidence, mount, format!("`{name}` reads what the application writes"));
        px.facet("shared-volume");
    }
    if port.is_some_and(|port| port.name().value.is_some_and(|name| name.contains("metrics"))) {
        px.facet("metrics");
    }
}

/// Who asks: a Service that leads to the port, and whoever scrapes the Pod there.
fn asked<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>, confidence: Confidence, port: Port<'d>) {
    if let Some(target) = links::leads_to(px.set(), pod, port) {
        px.hit(confidence, target, "a Service leads there");
    }
    let annotation = |key: &str| pod.annotations()?.get(key);
    let number = port.container_port().place.node().map_or("", Node::scalar_text);
    let other = annotation("prometheus.io/port").is_some_and(|at| at.scalar_text() != number);
    let scrape = annotation("prometheus.io/scrape").filter(|mark| mark.scalar_text() == "true");
    if let Some(mark) = scrape.filter(|_| !other) {
        px.hit(confidence, mark, "the Pod is scraped").facet("metrics");
    }
}

/// Where the helper mounts a volume that the main container mounts too.
fn shared_with<'d>(
    pod: PodSpec<'d>,
    main: Container<'d>,
    helper: Container<'d>,
) -> Option<Node<'d>> {
    shared_volumes(pod).into_iter().find_map(|(_, mounts)| {
        let of = |container: Container<'d>| {
            mounts.iter().copied().find(|mount| container.node.contains(*mount))
        };
        of(main).and(of(helper))
    })
}
