//! The kinds that rules look up in a cluster, and the fields of each that they look at.
//!
//! Never asked for: Secrets, since a host that may list them holds their values; and the roles and
//! bindings of other namespaces than the object's, which say who may do what in the whole cluster.
//!
//! Source: Kubewarden's documentation, "Kubernetes capabilities"; masks as in `policy-evaluator`:
//! `metadata` always comes along, and no mask at all means every field.

use super::Read;

/// The fields of a Pod spec that rules compare with other objects.
macro_rules! pod_fields {
    ($spec:literal $(, $more:literal)*) => {
        &[
            concat!($spec, ".containers"),
            concat!($spec, ".hostNetwork"),
            concat!($spec, ".initContainers"),
            $($more),*
        ]
    };
}

/// Pods, but for those of Deployments and DaemonSets, whose templates are read instead: in most
/// clusters that leaves few.
///
/// Sources: the controllers' `pod-template-hash` (`apps/v1.DefaultDeploymentUniqueLabelKey`) and
/// `pod-template-generation` (`extensions/v1beta1.DaemonSetTemplateGenerationKey`).
pub static PODS: Read = Read {
    api_version: "v1",
    kind: "Pod",
    namespaced: true,
    labels: "!pod-template-hash,!pod-template-generation",
    fields: pod_fields!("spec"),
};

/// A kind in a namespace.
const fn kind(
    api_version: &'static str,
    kind: &'static str,
    fields: &'static [&'static str],
) -> Read {
    Read { api_version, kind, namespaced: true, labels: "", fields }
}

const fn workload(name: &'static str) -> Read {
    let fields = pod_fields!(
        "spec.template.spec",
        "spec.template.metadata",
        "spec.replicas",
        "spec.selector"
    );
    kind("apps/v1", name, fields)
}

/// Deployments.
pub static DEPLOYMENTS: Read = workload("Deployment");
/// StatefulSets.
pub static STATEFUL_SETS: Read = workload("StatefulSet");
/// DaemonSets.
pub static DAEMON_SETS: Read = workload("DaemonSet");
/// Services.
pub static SERVICES: Read = kind(
    "v1",
    "Service",
    &[
        "spec.selector",
        "spec.ports",
        "spec.type",
        "spec.clusterIP",
        "spec.publishNotReadyAddresses",
    ],
);
/// PodDisruptionBudgets.
pub static BUDGETS: Read = kind("policy/v1", "PodDisruptionBudget", &["spec"]);
/// HorizontalPodAutoscalers.
pub static AUTOSCALERS: Read = kind("autoscaling/v2", "HorizontalPodAutoscaler", &["spec"]);
/// NetworkPolicies.
pub static NETWORK_POLICIES: Read = kind("networking.k8s.io/v1", "NetworkPolicy", &["spec"]);
/// EndpointSlices that somebody wrote for a Service without selector: those of the control plane say
/// nothing that the Pods do not say.
pub static ENDPOINT_SLICES: Read = Read {
    labels: "endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io",
    ..kind("discovery.k8s.io/v1", "EndpointSlice", &["addressType"])
};

/// A mask for those of whom only names, labels and the like are looked at. An empty one would bring
/// everything.
const NAMES: &[&str] = &["metadata"];

/// Ingresses, of all namespaces: they share hosts and paths.
pub static INGRESSES: Read = Read {
    namespaced: false,
    ..kind(
        "networking.k8s.io/v1",
        "Ingress",
        &["spec.ingressClassName", "spec.rules.host", "spec.rules.http.paths"],
    )
};
/// ConfigMaps, without what is in them.
pub static CONFIG_MAPS: Read = kind("v1", "ConfigMap", &["immutable"]);
/// PersistentVolumeClaims.
pub static CLAIMS: Read = kind("v1", "PersistentVolumeClaim", &["spec.accessModes"]);
/// ServiceAccounts.
pub static ACCOUNTS: Read =
    kind("v1", "ServiceAccount", &["automountServiceAccountToken", "imagePullSecrets"]);
/// Roles, without what they grant.
pub static ROLES: Read = kind("rbac.authorization.k8s.io/v1", "Role", NAMES);
/// ClusterRoles, without what they grant.
pub static CLUSTER_ROLES: Read =
    Read { namespaced: false, ..kind("rbac.authorization.k8s.io/v1", "ClusterRole", NAMES) };

/// Kinds with a Pod spec, that Kubernetes itself has.
pub const WORKLOADS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];
/// Those of them that can have several replicas.
pub const REPLICATED: &[&str] =
    &["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// Every kind that some rule reads: what a policy must be granted to let all of them speak.
///
/// No Secrets: see above.
pub static READS: &[&Read] = &[
    &PODS,
    &DEPLOYMENTS,
    &STATEFUL_SETS,
    &DAEMON_SETS,
    &SERVICES,
    &BUDGETS,
    &AUTOSCALERS,
    &NETWORK_POLICIES,
    &ENDPOINT_SLICES,
    &INGRESSES,
    &CONFIG_MAPS,
    &CLAIMS,
    &ACCOUNTS,
    &ROLES,
    &CLUSTER_ROLES,
];
