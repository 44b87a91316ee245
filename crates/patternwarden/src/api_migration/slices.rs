//! EndpointSlices before v1: where an endpoint is was a map of labels.
//!
//! Source: the deprecation guide for 1.25; `discovery/v1` says that `deprecatedTopology` cannot be written.

use super::{Steps, held};
use crate::kube::Object;
use alloc::format;
use patternwarden_tree::{Node, Op};

/// Labels of a topology, as a pointer has them, and the field that each became.
const FIELDS: &[(&str, &str)] =
    &[("kubernetes.io~1hostname", "nodeName"), ("topology.kubernetes.io~1zone", "zone")];

pub(super) fn migrate(object: Object<'_>, steps: &mut Steps) {
    let root = object.node;
    let endpoints = held(root, "/endpoints").into_iter().flat_map(Node::items);
    for (at, endpoint) in endpoints.enumerate() {
        let Some(topology) = endpoint.get("topology") else { continue };
        let pointer = format!("/endpoints/{at}");
        let mut carried = 0;
        for (label, field) in FIELDS {
            if endpoint.get(field).is_none() {
                let label = format!("topology/{label}");
                carried += usize::from(held(root, &format!("{pointer}/{label}")).is_some());
                steps.rename(root, &pointer, &label, field);
            }
        }
        let emptied = format!("{pointer}/topology");
        if topology.children().count() > carried {
            steps.lose(emptied);
        } else {
            steps.push(emptied, Op::Remove);
        }
    }
}
