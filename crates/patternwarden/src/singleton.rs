//! What shows that a workload is meant to have one Pod only.

use crate::annotations::SINGLETON;
use crate::kube::{Container, Object, PodSpec};
use crate::set::Set;
use patternwarden_tree::Node;

/// Names of workloads that are meant to be single, as globs.
pub(crate) const NAMES: &[&str] = &["*singleton*", "*scheduler*", "*leader*", "*cron*"];

/// Why two Pods of a workload at a time would hurt; `is_named` knows the names of single ones.
pub(crate) fn evidence<'d>(
    set: &Set<'d>,
    pod: PodSpec<'d>,
    is_named: &dyn Fn(&str) -> bool,
) -> Option<&'static str> {
    let reason = reason(set, pod);
    if reason.is_some() {
        reason
    } else if pod.object().name().value.is_some_and(is_named) {
        Some("its name says that it is single")
    } else if writes_without_election(set, pod) {
        Some("it changes objects without leader election")
    } else {
        None
    }
}

/// Why two Pods of a workload cannot run at a time, or must not by its author's word.
pub(crate) fn reason<'d>(set: &Set<'d>, pod: PodSpec<'d>) -> Option<&'static str> {
    let object = pod.object();
    let host_port = pod
        .containers()
        .flat_map(Container::ports)
        .any(|port| port.host_port().value.is_some_and(|port| port != 0));
    if object.annotation(SINGLETON) == Some("true") {
        Some("its annotation says that it is single")
    } else if pod.volumes().any(|volume| {
        volume.claim_name().value.is_some_and(|claim| is_single_writer(set, object, claim))
    }) {
        Some("its volume is for one node")
    } else if host_port {
        Some("it binds a port of the node")
    } else {
        None
    }
}

/// Whether a claim can be mounted on one node only.
fn is_single_writer(set: &Set<'_>, object: Object<'_>, claim: &str) -> bool {
    let namespace = object.effective_namespace();
    set.of_kind("PersistentVolumeClaim").any(|other| {
        let modes = other.node.at(&["spec", "accessModes"]).node();
        other.is("", "PersistentVolumeClaim")
            && other.name().value == Some(claim)
            && other.effective_namespace() == namespace
            && modes.is_some_and(|list| {
                let mut modes = list.items().filter_map(Node::as_str).peekable();
                modes.peek().is_some() && modes.all(|m| m.starts_with("ReadWriteOnce"))
            })
    })
}

fn writes_without_election<'d>(set: &Set<'d>, pod: PodSpec<'d>) -> bool {
    const WRITES: [&str; 4] = ["create", "update", "patch", "delete"];
    let writes = set
        .roles_of(pod)
        .any(|role| role.rules().any(|rule| WRITES.iter().any(|verb| rule.has_verb(verb))));
    let elects = pod.app_containers().any(|container| {
        let words = container.words().filter_map(Node::as_str);
        let names = container.env_values().map(|(name, _)| name);
        words.chain(names).any(|text| {
            let text = text.to_ascii_lowercase();
            text.contains("leader-elect") || text.contains("leader_elect")
        })
    });
    writes && !elects
}
