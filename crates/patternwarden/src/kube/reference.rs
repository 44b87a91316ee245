//! Where a Pod names ConfigMaps and Secrets.

use crate::kube::items;
use crate::kube::{ConfigKind, PodSpec};
use alloc::vec::Vec;
use patternwarden_tree::Node;

/// A ConfigMap or Secret that a Pod needs, by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfigReference<'d> {
    /// Which of the two.
    pub kind: ConfigKind,
    /// The name, a string.
    pub name: Node<'d>,
}

/// How a Pod uses a ConfigMap or Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are the ways there are")]
pub enum Via {
    /// As files: a volume, or a source of a projected one.
    Volume,
    /// One key as a variable.
    Env,
    /// Every key as a variable.
    EnvFrom,
    /// To pull images.
    Pull,
}

impl<'d> ConfigReference<'d> {
    /// The map that holds the name, and beside it `optional`, `key` or `items`.
    pub fn holder(self) -> Node<'d> {
        self.name.parent().unwrap_or(self.name)
    }

    /// How the Pod uses it.
    pub fn via(self) -> Via {
        match self.holder().key() {
            Some("configMap" | "secret") => Via::Volume,
            Some("configMapKeyRef" | "secretKeyRef") => Via::Env,
            Some("configMapRef" | "secretRef") => Via::EnvFrom,
            _ => Via::Pull,
        }
    }

    /// Whether the Pod starts without it.
    pub fn is_optional(self) -> bool {
        self.holder().get("optional").and_then(Node::as_bool) == Some(true)
    }
}

type Path = &'static [&'static str];

/// Names below an entry of `volumes`.
const VOLUMES: [(ConfigKind, Path); 2] = [
    (ConfigKind::ConfigMap, &["configMap", "name"]),
    (ConfigKind::Secret, &["secret", "secretName"]),
];

/// Names below an entry of a projected volume's `sources`.
const SOURCES: [(ConfigKind, Path); 2] =
    [(ConfigKind::ConfigMap, &["configMap", "name"]), (ConfigKind::Secret, &["secret", "name"])];

/// Names below an entry of `env`.
const ENV: [(ConfigKind, Path); 2] = [
    (ConfigKind::ConfigMap, &["valueFrom", "configMapKeyRef", "name"]),
    (ConfigKind::Secret, &["valueFrom", "secretKeyRef", "name"]),
];

/// Names below an entry of `envFrom`.
const ENV_FROM: [(ConfigKind, Path); 2] = [
    (ConfigKind::ConfigMap, &["configMapRef", "name"]),
    (ConfigKind::Secret, &["secretRef", "name"]),
];

/// Names below an entry of `imagePullSecrets`.
const PULL: [(ConfigKind, Path); 1] = [(ConfigKind::Secret, &["name"])];

/// Every name of a ConfigMap or Secret in a Pod: volumes, environment, pull secrets.
pub fn config_references(pod: PodSpec<'_>) -> Vec<ConfigReference<'_>> {
    let mut out = Vec::new();
    add(&mut out, pod.volume_list().value, &VOLUMES);
    for volume in pod.volumes() {
        add(&mut out, volume.node.at(&["projected", "sources"]).node(), &SOURCES);
    }
    for container in pod.containers() {
        add(&mut out, container.env().value, &ENV);
    }
    for container in pod.containers() {
        add(&mut out, container.env_from().value, &ENV_FROM);
    }
    add(&mut out, pod.node.get("imagePullSecrets"), &PULL);
    out
}

/// Adds the names that stand at these paths below the items of a list.
fn add<'d>(
    out: &mut Vec<ConfigReference<'d>>,
    list: Option<Node<'d>>,
    paths: &'static [(ConfigKind, Path)],
) {
    for entry in items(list) {
        for (kind, path) in paths {
            if let Some(name) = entry.at(path).node().filter(|name| name.as_str().is_some()) {
                out.push(ConfigReference { kind: *kind, name });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_name_is_read() {
        let stream = patternwarden_yaml::read(
            "volumes:\n\
             - {name: a, configMap: {name: c1}}\n\
             - {name: b, secret: {secretName: s1}}\n\
             - {name: c, projected: {sources: [{secret: {name: s2}}, {configMap: {name: c2}}]}}\n\
             initContainers:\n\
             - {name: i, env: [{name: A, valueFrom: {configMapKeyRef: {name: c3, key: k}}}]}\n\
             containers:\n\
             - {name: d, envFrom: [{secretRef: {name: s3}}, {configMapRef: {name: 7}}]}\n\
             - {name: e, env: [{name: B, valueFrom: {secretKeyRef: {name: s4, key: k}}}]}\n\
             imagePullSecrets: [{name: s5}]\n",
        );
        let pod = PodSpec::of_node(stream.documents[0].root().unwrap());
        let names: Vec<_> = config_references(pod)
            .into_iter()
            .map(|reference| (reference.kind == ConfigKind::Secret, reference.name.scalar_text()))
            .collect();
        let expected = ["c1", "s1", "s2", "c2", "c3", "s4", "s3", "s5"];
        assert_eq!(names, expected.map(|name| (name.starts_with('s'), name)));
    }
}
