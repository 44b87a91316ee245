//! Which kinds somebody reads.

use crate::kube::{
    Autoscaler, Binding, Budget, ConfigObject, Crd, Lease, Namespace, NetworkPolicy, Object,
};
use crate::kube::{PersistentVolume, Role, Scaler, Service};
use crate::schema;

/// Kinds of Kubernetes itself that stand in no namespace.
///
/// Source: `kubectl api-resources --namespaced=false` of 1.36.
static CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "DeviceTaintRule",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "StorageVersion",
    "StorageVersionMigration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// Kinds without a view that rules read, with their groups.
static READ: &[(&str, &str)] = &[
    ("", "Endpoints"),
    ("build.openshift.io", "BuildConfig"),
    ("dapr.io", "Component"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("extensions", "Ingress"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("networking.k8s.io", "Ingress"),
    ("route.openshift.io", "Route"),
];

impl Object<'_> {
    /// Whether objects of this kind, which is one of Kubernetes itself, stand in no namespace.
    pub fn is_cluster_scoped(self) -> bool {
        let api = self.api();
        !api.is_custom() && CLUSTER_SCOPED.contains(&api.kind)
    }

    /// Whether some rule reads this kind, through a view, by the table of fields, or as it is.
    pub fn is_known(self) -> bool {
        self.workload().is_some()
            || Service::of(self).is_some()
            || ConfigObject::of(self).is_some()
            || Role::of(self).is_some()
            || Binding::of(self).is_some()
            || Crd::of(self).is_some()
            || NetworkPolicy::of(self).is_some()
            || Budget::of(self).is_some()
            || Scaler::of(self).is_some()
            || Lease::of(self).is_some()
            || Namespace::of(self).is_some()
            || PersistentVolume::of(self).is_some()
            || Autoscaler::of(self).is_some()
            || READ.iter().any(|(group, kind)| self.is(group, kind))
            || schema::type_of(self).is_some()
    }

    /// Whether something about the object is looked at: its kind is known, or it holds a Pod template.
    pub fn is_looked_at(self) -> bool {
        self.is_known() || self.pod_specs().next().is_some()
    }
}
