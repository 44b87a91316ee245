//! Where people write secrets that belong into a Secret.

use crate::kube::{ConfigKind, ConfigObject, Object, entries, items};
use alloc::vec::Vec;
use patternwarden_tree::Node;

/// A value, and what it is called; without a name, only its look can give it away.
pub(crate) type Place<'d> = (Option<&'d str>, Node<'d>);

/// Where kubectl keeps the manifest that it applied last: it says nothing that the object does not.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The values of an object that can be secrets: annotations, variables, the words of commands, the
/// data of ConfigMaps, and fields of kinds that are known to take secrets.
pub(crate) fn secret_places(object: Object<'_>) -> Vec<Place<'_>> {
    let mut out = Vec::new();
    annotations(&mut out, object.annotations().value);
    for pod in object.pod_specs() {
        // Those of a Pod are its own, and were listed.
        if pod.template != object.node {
            annotations(&mut out, pod.annotations());
        }
        for container in pod.containers() {
            out.extend(container.env_values().map(|(name, value)| (Some(name), value)));
            out.extend(container.words().map(|word| (None, word)));
        }
    }
    let map = ConfigObject::of(object).filter(|config| config.kind == ConfigKind::ConfigMap);
    out.extend(entries(map.and_then(|map| map.data().value)).map(|entry| (entry.key(), entry)));
    others(&mut out, object);
    out
}

fn annotations<'d>(out: &mut Vec<Place<'d>>, map: Option<Node<'d>>) {
    let all = entries(map).filter(|node| node.key() != Some(LAST_APPLIED));
    out.extend(all.map(|node| (None, node)));
}

/// Kinds of others that hold secrets in fields of their own.
fn others<'d>(out: &mut Vec<Place<'d>>, object: Object<'d>) {
    let triggers = items(object.node.at(&["spec", "triggers"]).node());
    if object.is("build.openshift.io", "BuildConfig") {
        let hooks = triggers.flat_map(Node::children).filter_map(|hook| hook.get("secret"));
        out.extend(hooks.map(|secret| (secret.key(), secret)));
    } else if object.api().group == "keda.sh" {
        let metadata = triggers.flat_map(|trigger| entries(trigger.get("metadata")));
        out.extend(metadata.map(|entry| (entry.key(), entry)));
    } else if object.is("dapr.io", "Component") {
        for entry in items(object.node.at(&["spec", "metadata"]).node()) {
            let name = entry.get("name").and_then(Node::as_str);
            out.extend(entry.get("value").map(|value| (name, value)));
        }
    }
}
