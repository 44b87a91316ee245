//! Where fields are often written, and where they belong.

/// Fields, the types in which they are often written, and their place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Misplaced {
    /// Names of the fields.
    pub(crate) fields: &'static [&'static str],
    /// Types in which they are often written, though those have no such fields.
    pub(crate) within: &'static [&'static str],
    /// Where they belong.
    pub(crate) to: To,
}

/// Where a field belongs. A path ends before the field's own name; its steps are apart by `/`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum To {
    /// Below the map it was found in.
    Below(&'static str),
    /// Below the nearest map around it of one of these types.
    Around(&'static [&'static str], &'static str),
    /// In every container of the Pod, init containers included.
    Containers(&'static str),
    /// In the one container of the Pod; which one, if there are several, nobody can say.
    Container,
    /// In the one item of this list of the map it was found in.
    Item(&'static str, &'static str),
    /// In the `metadata` next to the map it was found in.
    Metadata,
    /// Where it was found, under another name.
    Named(&'static str),
    /// Below the map it was found in, under another name: path and name.
    BelowNamed(&'static str, &'static str),
    /// In an object of another kind.
    Elsewhere(&'static str),
}

const CONTAINERS: &[&str] = &["Container", "EphemeralContainer"];
/// Types of `spec` with the template of a Pod at `template`.
const WORKLOADS: &[&str] = &[
    "DaemonSetSpec",
    "DeploymentSpec",
    "JobSpec",
    "ReplicaSetSpec",
    "ReplicationControllerSpec",
    "StatefulSetSpec",
];
const POD: &[&str] = &["PodSpec"];
/// Fields of a Pod spec that are written one level too deep or too high.
const OF_POD: &[&str] = &[
    "affinity",
    "containers",
    "dnsPolicy",
    "imagePullSecrets",
    "initContainers",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "serviceAccountName",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
];
const OF_CONTAINER_SECURITY: &[&str] = &[
    "allowPrivilegeEscalation",
    "capabilities",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
];
const OF_POD_SECURITY: &[&str] = &[
    "fsGroup",
    "fsGroupChangePolicy",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];

/// The table, in the order in which it is read: the first entry whose place exists counts.
pub(crate) static MISPLACED: &[Misplaced] = &[
    Misplaced {
        fields: OF_CONTAINER_SECURITY,
        within: &["PodSecurityContext", "PodSpec"],
        to: To::Containers("securityContext"),
    },
    Misplaced {
        fields: OF_CONTAINER_SECURITY,
        within: CONTAINERS,
        to: To::Below("securityContext"),
    },
    Misplaced {
        fields: OF_POD_SECURITY,
        within: &["SecurityContext", "Container", "EphemeralContainer"],
        to: To::Around(POD, "securityContext"),
    },
    Misplaced { fields: OF_POD_SECURITY, within: POD, to: To::Below("securityContext") },
    Misplaced {
        fields: &["runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile"],
        within: &["PodSpec", "Container", "EphemeralContainer"],
        to: To::Below("securityContext"),
    },
    Misplaced {
        fields: &["hostIPC", "hostNetwork", "hostPID", "hostUsers", "shareProcessNamespace"],
        within: &["Container", "EphemeralContainer", "PodSecurityContext", "SecurityContext"],
        to: To::Around(POD, ""),
    },
    Misplaced { fields: OF_POD, within: CONTAINERS, to: To::Around(POD, "") },
    Misplaced { fields: OF_POD, within: WORKLOADS, to: To::Below("template/spec") },
    Misplaced {
        fields: OF_POD,
        within: &["CronJobSpec"],
        to: To::Below("jobTemplate/spec/template/spec"),
    },
    Misplaced {
        fields: &[
            "args",
            "command",
            "env",
            "envFrom",
            "imagePullPolicy",
            "lifecycle",
            "livenessProbe",
            "ports",
            "readinessProbe",
            "resources",
            "startupProbe",
            "volumeMounts",
        ],
        within: POD,
        to: To::Container,
    },
    Misplaced {
        fields: &["resources"],
        within: &["ContainerPort", "EnvVar"],
        to: To::Around(&["Container"], ""),
    },
    Misplaced {
        fields: &[
            "failureThreshold",
            "initialDelaySeconds",
            "periodSeconds",
            "successThreshold",
            "timeoutSeconds",
        ],
        within: &["ExecAction", "GRPCAction", "HTTPGetAction", "TCPSocketAction"],
        to: To::Around(&["Probe"], ""),
    },
    Misplaced {
        fields: &["path", "scheme", "httpHeaders"],
        within: &["Probe"],
        to: To::Below("httpGet"),
    },
    Misplaced { fields: &["command"], within: &["Probe"], to: To::Below("exec") },
    Misplaced {
        fields: &["replicas", "selector", "strategy", "updateStrategy"],
        within: &["ObjectMeta", "PodSpec"],
        to: To::Around(WORKLOADS, ""),
    },
    // The metadata of the object itself lies beside its spec.
    Misplaced {
        fields: &["replicas", "selector", "strategy", "updateStrategy"],
        within: &["ObjectMeta"],
        to: To::Around(
            &["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"],
            "spec",
        ),
    },
    Misplaced {
        fields: &["strategy"],
        within: &["DaemonSetSpec", "StatefulSetSpec"],
        to: To::Named("updateStrategy"),
    },
    Misplaced {
        fields: &["strategy", "updateStrategy"],
        within: &["ReplicaSetSpec", "ReplicationControllerSpec"],
        to: To::Elsewhere("a Deployment rolls out; this kind only keeps Pods running"),
    },
    Misplaced {
        fields: &["updateStrategy"],
        within: &["DeploymentSpec"],
        to: To::Named("strategy"),
    },
    Misplaced { fields: &["restartPolicy"], within: WORKLOADS, to: To::Below("template/spec") },
    Misplaced {
        fields: &["restartPolicy"],
        within: &["CronJobSpec"],
        to: To::Below("jobTemplate/spec/template/spec"),
    },
    Misplaced {
        fields: &[
            "activeDeadlineSeconds",
            "backoffLimit",
            "completions",
            "parallelism",
            "ttlSecondsAfterFinished",
        ],
        within: &["CronJobSpec"],
        to: To::Below("jobTemplate/spec"),
    },
    Misplaced {
        fields: &["nodePort", "targetPort"],
        within: &["ServiceSpec"],
        to: To::Item("ports", ""),
    },
    Misplaced {
        fields: &["annotations", "labels"],
        within: &[
            "CronJobSpec",
            "DaemonSetSpec",
            "DeploymentSpec",
            "HorizontalPodAutoscalerSpec",
            "IngressSpec",
            "JobSpec",
            "NetworkPolicySpec",
            "PersistentVolumeClaimSpec",
            "PodDisruptionBudgetSpec",
            "PodSpec",
            "ReplicaSetSpec",
            "ReplicationControllerSpec",
            "ServiceSpec",
            "StatefulSetSpec",
        ],
        to: To::Metadata,
    },
    Misplaced {
        fields: &["serviceName"],
        within: &["DeploymentSpec", "ServiceSpec"],
        to: To::Elsewhere("a StatefulSet names its Service"),
    },
    Misplaced {
        fields: &["serviceName"],
        within: &["IngressBackend"],
        to: To::BelowNamed("service", "name"),
    },
    Misplaced {
        fields: &["maxReplicas", "minReplicas"],
        within: &["DeploymentSpec", "ReplicaSetSpec", "StatefulSetSpec"],
        to: To::Elsewhere("a HorizontalPodAutoscaler sets the bounds of a workload"),
    },
    Misplaced {
        fields: &["validation"],
        within: &["CustomResourceDefinitionSpec"],
        to: To::Item("versions", "schema"),
    },
    Misplaced {
        fields: &["additionalPrinterColumns", "subresources"],
        within: &["CustomResourceDefinitionSpec"],
        to: To::Item("versions", ""),
    },
    Misplaced {
        fields: &["version"],
        within: &["CustomResourceDefinitionSpec"],
        to: To::Elsewhere("each entry of `versions` has a name"),
    },
];
