//! Claims to storage, wherever one is written.

use crate::kube::{Object, items};
use alloc::vec::Vec;
use patternwarden_tree::{At, Node};

/// A `PersistentVolumeClaim`, or a template of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim<'d> {
    /// The claim: a map with `metadata` and `spec`.
    pub node: Node<'d>,
    /// Whether each Pod gets a claim of its own from it.
    pub is_template: bool,
}

fields!(Claim {
    /// `spec.accessModes`.
    access_modes: Node<'d> = list ["spec", "accessModes"];
    /// `spec.storageClassName`; empty for no dynamic provisioning.
    storage_class_name: &'d str = text ["spec", "storageClassName"];
    /// The annotation that named the class before the field did.
    annotated_class: &'d str
        = text ["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"];
});

impl<'d> Claim<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, is_template: false }
    }

    /// The storage class that counts.
    ///
    /// Source: `component-helpers/storage/volume.GetPersistentVolumeClaimClass`: the annotation goes
    /// before the field.
    pub fn class(self) -> At<'d, &'d str> {
        let old = self.annotated_class();
        if old.value.is_some() { old } else { self.storage_class_name() }
    }
}

/// The claims of an object: itself, the templates of a StatefulSet, and those of ephemeral volumes.
pub fn claims(object: Object<'_>) -> Vec<Claim<'_>> {
    let mut out = Vec::new();
    if object.is("", "PersistentVolumeClaim") {
        out.push(Claim { node: object.node, is_template: false });
    }
    let template = |node| Claim { node, is_template: true };
    if let Some(workload) = object.workload() {
        out.extend(items(workload.volume_claim_templates().value).map(template));
    }
    for pod in object.pod_specs() {
        let path = &["ephemeral", "volumeClaimTemplate"];
        out.extend(pod.volumes().filter_map(|volume| volume.node.at(path).node()).map(template));
    }
    out
}
