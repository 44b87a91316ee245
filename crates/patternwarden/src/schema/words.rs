//! The fields that take one of a few words, and those words.
//!
//! `+35` behind a word: since 1.35.

use super::Type;
use crate::minor::Minor;

/// Type, fields apart by blanks, and words apart by blanks.
static WORDS: &[(&str, &str, &str)] = &[
    ("AppArmorProfile", "type", "Localhost RuntimeDefault Unconfined"),
    ("Container", "imagePullPolicy", PULL),
    ("Container", "terminationMessagePolicy", "FallbackToLogsOnError File"),
    ("ContainerPort", "protocol", PROTOCOLS),
    ("CronJobSpec", "concurrencyPolicy", "Allow Forbid Replace"),
    ("DaemonSetUpdateStrategy", "type", "OnDelete RollingUpdate"),
    ("DeploymentStrategy", "type", "Recreate RollingUpdate"),
    ("EphemeralContainer", "imagePullPolicy", PULL),
    ("EphemeralContainer", "terminationMessagePolicy", "FallbackToLogsOnError File"),
    ("HTTPIngressPath", "pathType", "Exact ImplementationSpecific Prefix"),
    ("JobSpec", "completionMode", "Indexed NonIndexed"),
    ("JobSpec", "podReplacementPolicy", "Failed TerminatingOrFailed"),
    ("LabelSelectorRequirement", "operator", "DoesNotExist Exists In NotIn"),
    ("NetworkPolicyPort", "protocol", PROTOCOLS),
    ("NetworkPolicySpec", "policyTypes", "Egress Ingress"),
    ("NodeSelectorRequirement", "operator", "DoesNotExist Exists Gt In Lt NotIn"),
    (
        "PersistentVolumeClaimSpec",
        "accessModes",
        "ReadOnlyMany ReadWriteMany ReadWriteOnce ReadWriteOncePod",
    ),
    ("PersistentVolumeClaimSpec", "volumeMode", "Block Filesystem"),
    ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy", "AlwaysAllow IfHealthyBudget"),
    ("PodOS", "name", "linux windows"),
    ("PodSpec", "dnsPolicy", "ClusterFirst ClusterFirstWithHostNet Default None"),
    ("PodSpec", "preemptionPolicy", "Never PreemptLowerPriority"),
    ("PodSpec", "restartPolicy", "Always Never OnFailure"),
    ("SeccompProfile", "type", "Localhost RuntimeDefault Unconfined"),
    ("ServicePort", "protocol", PROTOCOLS),
    ("ServiceSpec", "externalTrafficPolicy", "Cluster Local"),
    ("ServiceSpec", "internalTrafficPolicy", "Cluster Local"),
    ("ServiceSpec", "ipFamilies", "IPv4 IPv6"),
    ("ServiceSpec", "ipFamilyPolicy", "PreferDualStack RequireDualStack SingleStack"),
    ("ServiceSpec", "sessionAffinity", "ClientIP None"),
    ("ServiceSpec", "type", "ClusterIP ExternalName LoadBalancer NodePort"),
    ("StatefulSetSpec", "podManagementPolicy", "OrderedReady Parallel"),
    ("StatefulSetUpdateStrategy", "type", "OnDelete RollingUpdate"),
    ("StorageClass", "reclaimPolicy", "Delete Recycle Retain"),
    ("StorageClass", "volumeBindingMode", "Immediate WaitForFirstConsumer"),
    ("Toleration", "effect", "NoExecute NoSchedule PreferNoSchedule"),
    ("Toleration", "operator", "Equal Exists Gt+35 Lt+35"),
    ("VolumeMount", "mountPropagation", "Bidirectional HostToContainer None"),
    ("VolumeMount", "recursiveReadOnly", "Disabled Enabled IfPossible"),
];

const PROTOCOLS: &str = "SCTP TCP UDP";
const PULL: &str = "Always IfNotPresent Never";

/// The words that a field takes, each with the version that brought it; `None` for a free one.
pub(crate) fn words(
    ty: Type,
    field: &str,
) -> Option<impl Iterator<Item = (&'static str, Option<Minor>)> + Clone> {
    let (.., words) = WORDS.iter().find(|row| row.0 == ty.name && row.1 == field)?;
    Some(words.split(' ').map(|word| match word.split_once('+') {
        Some((word, since)) => (word, since.parse().ok().map(Minor)),
        None => (word, None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_in_the_table_of_types() {
        for (ty, field, words) in WORDS {
            let known = Type::named(ty).and_then(|ty| ty.field(field));
            assert!(known.is_some(), "{ty}.{field}");
            assert!(words.split(' ').is_sorted(), "{ty}.{field}");
        }
        assert!(WORDS.is_sorted_by_key(|row| (row.0, row.1)));
        let tolerations = words(Type::named("Toleration").unwrap(), "operator").unwrap();
        assert!(tolerations.clone().any(|word| word == ("Lt", Some(Minor(35)))));
    }
}
