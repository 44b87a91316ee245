//! API versions that Kubernetes no longer serves, or will stop to serve.
//!
//! Facts: the `prerelease-lifecycle` data of kubernetes/api, deleted files included, and for alpha
//! versions the [deprecation guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/).

use crate::minor::Minor;

/// Kinds of one API version, and what became of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ApiVersion {
    /// `group/version`, as in `apiVersion`.
    pub api_version: &'static str,
    /// The kinds; empty for every kind of that version.
    pub kinds: &'static [&'static str],
    /// First Kubernetes version that marks them as deprecated; `None` where none did.
    pub deprecated: Option<Minor>,
    /// First Kubernetes version that does not serve them; `None` where that is not planned.
    pub removed: Option<Minor>,
    /// What takes their place.
    pub replacement: Replacement,
}

/// What takes the place of an API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a repair needs to know each of these")]
pub enum Replacement {
    /// This version, with the same fields: only the version string changes.
    Same(&'static str),
    /// This version, with other fields or other meanings.
    Changed(&'static str),
    /// Nothing of the same kind; what to use instead, in words.
    Gone(&'static str),
}

impl ApiVersion {
    /// The entry of a version and kind.
    pub fn of(api_version: &str, kind: &str) -> Option<&'static ApiVersion> {
        API_VERSIONS.iter().find(|entry| {
            entry.api_version == api_version
                && (entry.kinds.is_empty() || entry.kinds.contains(&kind))
        })
    }

    /// Whether this Kubernetes version no longer serves it.
    pub fn is_removed_in(&self, target: Minor) -> bool {
        self.removed.is_some_and(|removed| removed <= target)
    }
}

/// Rows of the table: version, kinds, deprecated, removed, replacement; 0 for no version.
macro_rules! api_versions {
    ($($version:literal [$($kind:literal)*] $deprecated:literal $removed:literal $how:ident $to:literal;)+) => {
        /// Every API version that was removed, or is deprecated.
        pub static API_VERSIONS: &[ApiVersion] = &[
            $(ApiVersion {
                api_version: $version,
                kinds: &[$($kind),*],
                deprecated: some($deprecated),
                removed: some($removed),
                replacement: Replacement::$how($to),
            }),+
        ];
    };
}

const fn some(minor: u8) -> Option<Minor> {
    if minor == 0 { None } else { Some(Minor(minor)) }
}

api_versions! {
    "extensions/v1beta1" ["Deployment" "DaemonSet" "ReplicaSet"] 8 16 Changed "apps/v1";
    "extensions/v1beta1" ["NetworkPolicy"] 9 16 Same "networking.k8s.io/v1";
    "extensions/v1beta1" ["PodSecurityPolicy"] 10 16 Gone "Pod Security Admission";
    "extensions/v1beta1" ["Scale"] 2 16 Changed "autoscaling/v1";
    "extensions/v1beta1" ["DeploymentRollback"] 8 16 Gone "`kubectl rollout undo`";
    "extensions/v1beta1" ["Ingress"] 14 22 Changed "networking.k8s.io/v1";
    "apps/v1beta1" ["Deployment" "StatefulSet"] 8 16 Changed "apps/v1";
    "apps/v1beta1" ["ControllerRevision"] 8 16 Same "apps/v1";
    "apps/v1beta1" ["Scale"] 8 16 Changed "autoscaling/v1";
    "apps/v1beta1" ["DeploymentRollback"] 8 16 Gone "`kubectl rollout undo`";
    "apps/v1beta2" ["Deployment" "StatefulSet" "DaemonSet" "ReplicaSet" "ControllerRevision"] 9 16 Same "apps/v1";
    "apps/v1beta2" ["Scale"] 9 16 Changed "autoscaling/v1";
    "auditregistration.k8s.io/v1alpha1" ["AuditSink"] 0 19 Gone "the audit policy of the API server";
    "settings.k8s.io/v1alpha1" ["PodPreset"] 0 20 Gone "a mutating admission policy";
    "batch/v2alpha1" ["CronJob"] 0 21 Same "batch/v1";
    "batch/v1beta1" ["CronJob"] 21 25 Same "batch/v1";
    "flowcontrol.apiserver.k8s.io/v1alpha1" ["FlowSchema" "PriorityLevelConfiguration"] 20 21 Changed "flowcontrol.apiserver.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1beta1" ["FlowSchema" "PriorityLevelConfiguration"] 23 26 Changed "flowcontrol.apiserver.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1beta2" ["FlowSchema" "PriorityLevelConfiguration"] 26 29 Changed "flowcontrol.apiserver.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1beta3" ["FlowSchema" "PriorityLevelConfiguration"] 29 32 Changed "flowcontrol.apiserver.k8s.io/v1";
    "admissionregistration.k8s.io/v1beta1" ["MutatingWebhookConfiguration" "ValidatingWebhookConfiguration"] 16 22 Changed "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1beta1" ["ValidatingAdmissionPolicy" "ValidatingAdmissionPolicyBinding"] 31 34 Same "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1beta1" ["MutatingAdmissionPolicy" "MutatingAdmissionPolicyBinding"] 37 40 Same "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1alpha1" ["ValidatingAdmissionPolicy" "ValidatingAdmissionPolicyBinding"] 29 32 Same "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1alpha1" ["MutatingAdmissionPolicy" "MutatingAdmissionPolicyBinding"] 35 38 Same "admissionregistration.k8s.io/v1";
    "admission.k8s.io/v1beta1" ["AdmissionReview"] 19 22 Changed "admission.k8s.io/v1";
    "apiextensions.k8s.io/v1beta1" ["CustomResourceDefinition"] 16 22 Changed "apiextensions.k8s.io/v1";
    "apiregistration.k8s.io/v1beta1" ["APIService"] 19 22 Same "apiregistration.k8s.io/v1";
    "authentication.k8s.io/v1beta1" ["TokenReview"] 19 22 Same "authentication.k8s.io/v1";
    "authentication.k8s.io/v1alpha1" ["SelfSubjectReview"] 29 32 Same "authentication.k8s.io/v1";
    "authentication.k8s.io/v1beta1" ["SelfSubjectReview"] 30 33 Same "authentication.k8s.io/v1";
    "authorization.k8s.io/v1beta1" ["SubjectAccessReview" "LocalSubjectAccessReview" "SelfSubjectAccessReview" "SelfSubjectRulesReview"] 19 22 Changed "authorization.k8s.io/v1";
    "certificates.k8s.io/v1beta1" ["CertificateSigningRequest"] 19 22 Changed "certificates.k8s.io/v1";
    "certificates.k8s.io/v1alpha1" ["ClusterTrustBundle"] 34 37 Same "certificates.k8s.io/v1";
    "certificates.k8s.io/v1beta1" ["ClusterTrustBundle" "PodCertificateRequest"] 37 40 Same "certificates.k8s.io/v1";
    "coordination.k8s.io/v1beta1" ["Lease"] 19 22 Same "coordination.k8s.io/v1";
    "coordination.k8s.io/v1alpha1" ["LeaseCandidate"] 0 32 Changed "coordination.k8s.io/v1beta1";
    "coordination.k8s.io/v1alpha2" ["LeaseCandidate"] 35 38 Changed "coordination.k8s.io/v1beta1";
    "coordination.k8s.io/v1beta1" ["LeaseCandidate"] 36 39 Gone "a newer version of LeaseCandidate";
    "networking.k8s.io/v1beta1" ["Ingress"] 19 22 Changed "networking.k8s.io/v1";
    "networking.k8s.io/v1beta1" ["IngressClass"] 19 22 Same "networking.k8s.io/v1";
    "networking.k8s.io/v1alpha1" ["IPAddress" "ServiceCIDR"] 30 33 Same "networking.k8s.io/v1";
    "networking.k8s.io/v1beta1" ["IPAddress" "ServiceCIDR"] 34 37 Same "networking.k8s.io/v1";
    "rbac.authorization.k8s.io/v1beta1" ["Role" "ClusterRole" "RoleBinding" "ClusterRoleBinding"] 17 22 Same "rbac.authorization.k8s.io/v1";
    "rbac.authorization.k8s.io/v1alpha1" ["Role" "ClusterRole" "RoleBinding" "ClusterRoleBinding"] 17 23 Same "rbac.authorization.k8s.io/v1";
    "scheduling.k8s.io/v1beta1" ["PriorityClass"] 14 22 Same "scheduling.k8s.io/v1";
    "scheduling.k8s.io/v1alpha1" ["PriorityClass"] 14 23 Same "scheduling.k8s.io/v1";
    "scheduling.k8s.io/v1alpha1" ["Workload"] 0 36 Changed "scheduling.k8s.io/v1beta1";
    "scheduling.k8s.io/v1alpha2" ["Workload" "PodGroup"] 0 37 Changed "scheduling.k8s.io/v1beta1";
    "storage.k8s.io/v1beta1" ["CSIDriver" "CSINode" "StorageClass" "VolumeAttachment"] 19 22 Same "storage.k8s.io/v1";
    "storage.k8s.io/v1alpha1" ["CSIStorageCapacity" "VolumeAttachment"] 21 24 Same "storage.k8s.io/v1";
    "storage.k8s.io/v1beta1" ["CSIStorageCapacity"] 24 27 Same "storage.k8s.io/v1";
    "storage.k8s.io/v1alpha1" ["VolumeAttributesClass"] 32 35 Same "storage.k8s.io/v1";
    "storage.k8s.io/v1beta1" ["VolumeAttributesClass"] 34 37 Same "storage.k8s.io/v1";
    "v1" ["Policy"] 0 23 Gone "a KubeSchedulerConfiguration";
    "audit.k8s.io/v1alpha1" ["Policy" "Event"] 21 24 Same "audit.k8s.io/v1";
    "audit.k8s.io/v1beta1" ["Policy" "Event"] 21 24 Same "audit.k8s.io/v1";
    "discovery.k8s.io/v1beta1" ["EndpointSlice"] 21 25 Changed "discovery.k8s.io/v1";
    "events.k8s.io/v1beta1" ["Event"] 22 25 Changed "events.k8s.io/v1";
    "autoscaling/v2beta1" ["HorizontalPodAutoscaler"] 22 25 Changed "autoscaling/v2";
    "autoscaling/v2beta2" ["HorizontalPodAutoscaler"] 23 26 Same "autoscaling/v2";
    "policy/v1beta1" ["PodDisruptionBudget"] 21 25 Changed "policy/v1";
    "policy/v1beta1" ["PodSecurityPolicy"] 21 25 Gone "Pod Security Admission";
    "policy/v1beta1" ["Eviction"] 22 25 Changed "policy/v1";
    "node.k8s.io/v1beta1" ["RuntimeClass"] 22 25 Same "node.k8s.io/v1";
    "resource.k8s.io/v1alpha1" [] 0 27 Changed "resource.k8s.io/v1";
    "resource.k8s.io/v1alpha2" [] 0 31 Changed "resource.k8s.io/v1";
    "resource.k8s.io/v1alpha3" ["DeviceClass" "ResourceClaim" "ResourceClaimTemplate" "ResourceSlice"] 32 34 Changed "resource.k8s.io/v1";
    "resource.k8s.io/v1alpha3" ["DeviceTaintRule"] 36 39 Changed "resource.k8s.io/v1beta2";
    "resource.k8s.io/v1beta1" ["DeviceClass" "ResourceClaim" "ResourceClaimTemplate" "ResourceSlice"] 35 38 Changed "resource.k8s.io/v1";
    "resource.k8s.io/v1beta2" ["DeviceClass" "ResourceClaim" "ResourceClaimTemplate" "ResourceSlice"] 36 39 Changed "resource.k8s.io/v1";
    "storagemigration.k8s.io/v1alpha1" ["StorageVersionMigration"] 0 35 Changed "storagemigration.k8s.io/v1beta1";
    "storagemigration.k8s.io/v1beta1" ["StorageVersionMigration"] 37 40 Changed "storagemigration.k8s.io/v1";
    "apidiscovery.k8s.io/v2beta1" ["APIGroupDiscovery"] 32 35 Changed "apidiscovery.k8s.io/v2";
    "v1" ["Endpoints"] 33 0 Gone "EndpointSlice of `discovery.k8s.io/v1`";
    "v1" ["ComponentStatus"] 19 0 Gone "the health endpoints of each component";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_itself() {
        for (at, entry) in API_VERSIONS.iter().enumerate() {
            let name = entry.api_version;
            if let (Some(deprecated), Some(removed)) = (entry.deprecated, entry.removed) {
                assert!(deprecated < removed, "{name}");
            }
            assert!(entry.deprecated.is_some() || entry.removed.is_some(), "{name}");
            let others = API_VERSIONS.iter().skip(at + 1).filter(|o| o.api_version == name);
            for other in others {
                assert!(!entry.kinds.is_empty() && !other.kinds.is_empty(), "{name}");
                assert!(entry.kinds.iter().all(|kind| !other.kinds.contains(kind)), "{name}");
            }
            // A repair must not lead to another version that is gone by then.
            if let (Replacement::Same(to), Some(removed)) = (entry.replacement, entry.removed) {
                for kind in entry.kinds {
                    let next = ApiVersion::of(to, kind);
                    assert!(next.is_none_or(|next| !next.is_removed_in(removed)), "{name} {kind}");
                }
            }
        }
    }

    #[test]
    fn kinds_of_one_version_go_at_different_times() {
        let removed = |api, kind| ApiVersion::of(api, kind).and_then(|entry| entry.removed);
        assert_eq!(removed("extensions/v1beta1", "Deployment"), Some(Minor(16)));
        assert_eq!(removed("extensions/v1beta1", "Ingress"), Some(Minor(22)));
        assert_eq!(removed("resource.k8s.io/v1alpha2", "Anything"), Some(Minor(31)));
        assert_eq!(removed("apps/v1", "Deployment"), None);
        assert_eq!(removed("v1", "Endpoints"), None);
        let workload = ApiVersion::of("scheduling.k8s.io/v1alpha1", "Workload").unwrap();
        assert!(!workload.is_removed_in(Minor(35)) && workload.is_removed_in(Minor(36)));
    }
}
