//! Where a Pod names ConfigMaps and Secrets.

use crate::kube::pod::items;
use crate::kube::{ConfigKind, Container, PodSpec};
use patternwarden_tree::Node;

/// A ConfigMap or Secret that a Pod needs, by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfigReference<'d> {
    /// Which of the two.
    pub kind: ConfigKind,
    /// The name, a string.
    pub name: Node<'d>,
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
pub fn config_references(pod: PodSpec<'_>) -> impl Iterator<Item = ConfigReference<'_>> {
    let projected = pod.volumes().flat_map(|volume| {
        items(volume.node.at(&["projected", "sources"]).node().and_then(Node::as_seq))
    });
    let env = pod.containers().map(Container::env).filter_map(|at| at.value);
    let env_from = pod.containers().map(Container::env_from).filter_map(|at| at.value);
    named(pod.volumes().map(|volume| volume.node), &VOLUMES)
        .chain(named(projected, &SOURCES))
        .chain(named(env.flat_map(Node::items), &ENV))
        .chain(named(env_from.flat_map(Node::items), &ENV_FROM))
        .chain(named(items(pod.node.get("imagePullSecrets").and_then(Node::as_seq)), &PULL))
}

fn named<'d>(
    entries: impl Iterator<Item = Node<'d>>,
    paths: &'static [(ConfigKind, Path)],
) -> impl Iterator<Item = ConfigReference<'d>> {
    entries.flat_map(move |entry| {
        paths.iter().filter_map(move |(kind, path)| {
            let name = entry.at(path).node().filter(|name| name.as_str().is_some())?;
            Some(ConfigReference { kind: *kind, name })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

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
            .map(|reference| (reference.kind == ConfigKind::Secret, reference.name.scalar_text()))
            .collect();
        let expected = ["c1", "s1", "s2", "c2", "c3", "s4", "s3", "s5"];
        assert_eq!(names, expected.map(|name| (name.starts_with('s'), name)));
    }
}
