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
    ("ContainerResizePolicy", "restartPolicy", "NotRequired RestartContainer"),
    ("CronJobSpec", "concurrencyPolicy", "Allow Forbid Replace"),
    ("DaemonSetUpdateStrategy", "type", "OnDelete RollingUpdate"),
    ("DeploymentStrategy", "type", "Recreate RollingUpdate"),
    ("EphemeralContainer", "imagePullPolicy", PULL),
    ("EphemeralContainer", "terminationMessagePolicy", "FallbackToLogsOnError File"),
    ("HPAScalingPolicy", "type", "Percent Pods"),
    ("HPAScalingRules", "selectPolicy", "Disabled Max Min"),
    ("HTTPIngressPath", "pathType", "Exact ImplementationSpecific Prefix"),
    (
        "HostPathVolumeSource",
        "type",
        "BlockDevice CharDevice Directory DirectoryOrCreate File FileOrCreate Socket",
    ),
    ("ImageVolumeSource", "pullPolicy", PULL),
    ("JobSpec", "completionMode", "Indexed NonIndexed"),
    ("JobSpec", "podReplacementPolicy", "Failed TerminatingOrFailed"),
    ("LabelSelectorRequirement", "operator", "DoesNotExist Exists In NotIn"),
    ("MetricSpec", "type", "ContainerResource External Object Pods Resource"),
    ("MetricTarget", "type", "AverageValue Utilization Value"),
    ("MutatingWebhook", "failurePolicy", "Fail Ignore"),
    ("MutatingWebhook", "matchPolicy", "Equivalent Exact"),
    ("MutatingWebhook", "reinvocationPolicy", "IfNeeded Never"),
    ("MutatingWebhook", "sideEffects", "None NoneOnDryRun"),
    ("NetworkPolicyPort", "protocol", PROTOCOLS),
    ("NetworkPolicySpec", "policyTypes", "Egress Ingress"),
    ("NodeSelectorRequirement", "operator", "DoesNotExist Exists Gt In Lt NotIn"),
    ("PersistentVolumeClaimSpec", "accessModes", ACCESS),
    ("PersistentVolumeClaimSpec", "volumeMode", "Block Filesystem"),
    ("PersistentVolumeSpec", "accessModes", ACCESS),
    ("PersistentVolumeSpec", "persistentVolumeReclaimPolicy", "Delete Recycle Retain"),
    ("PersistentVolumeSpec", "volumeMode", "Block Filesystem"),
    ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy", "AlwaysAllow IfHealthyBudget"),
    ("PodFailurePolicyOnExitCodesRequirement", "operator", "In NotIn"),
    ("PodFailurePolicyOnPodConditionsPattern", "status", "False True Unknown"),
    ("PodFailurePolicyRule", "action", "Count FailIndex FailJob Ignore"),
    ("PodOS", "name", "linux windows"),
    ("PodSpec", "dnsPolicy", "ClusterFirst ClusterFirstWithHostNet Default None"),
    ("PodSpec", "preemptionPolicy", "Never PreemptLowerPriority"),
    ("PodSpec", "restartPolicy", "Always Never OnFailure"),
    ("PriorityClass", "preemptionPolicy", "Never PreemptLowerPriority"),
    ("RuleWithOperations", "operations", "* CONNECT CREATE DELETE UPDATE"),
    ("RuleWithOperations", "scope", "* Cluster Namespaced"),
    ("ScopedResourceSelectorRequirement", "operator", "DoesNotExist Exists In NotIn"),
    ("SeccompProfile", "type", "Localhost RuntimeDefault Unconfined"),
    ("ServicePort", "protocol", PROTOCOLS),
    ("ServiceSpec", "externalTrafficPolicy", "Cluster Local"),
    ("ServiceSpec", "internalTrafficPolicy", "Cluster Local"),
    ("ServiceSpec", "ipFamilies", "IPv4 IPv6"),
    ("ServiceSpec", "ipFamilyPolicy", "PreferDualStack RequireDualStack SingleStack"),
    ("ServiceSpec", "sessionAffinity", "ClientIP None"),
    ("ServiceSpec", "trafficDistribution", "PreferClose PreferSameNode+34 PreferSameZone+34"),
    ("ServiceSpec", "type", "ClusterIP ExternalName LoadBalancer NodePort"),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted", "Delete Retain"),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled", "Delete Retain"),
    ("StatefulSetSpec", "podManagementPolicy", "OrderedReady Parallel"),
    ("StatefulSetUpdateStrategy", "type", "OnDelete RollingUpdate"),
    ("StorageClass", "reclaimPolicy", "Delete Recycle Retain"),
    ("StorageClass", "volumeBindingMode", "Immediate WaitForFirstConsumer"),
    ("Toleration", "effect", "NoExecute NoSchedule PreferNoSchedule"),
    ("Toleration", "operator", "Equal Exists Gt+35 Lt+35"),
    ("ValidatingWebhook", "failurePolicy", "Fail Ignore"),
    ("ValidatingWebhook", "matchPolicy", "Equivalent Exact"),
    ("ValidatingWebhook", "sideEffects", "None NoneOnDryRun"),
    ("VolumeMount", "mountPropagation", "Bidirectional HostToContainer None"),
    ("VolumeMount", "recursiveReadOnly", "Disabled Enabled IfPossible"),
];

const ACCESS: &str = "ReadOnlyMany ReadWriteMany ReadWriteOnce ReadWriteOncePod";
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
