//! Types of the named API groups.

/// Types by name, with their fields; the notation is explained in [`super`].
pub(super) static GROUPS: &[(&str, &str)] = &[
    ("AggregationRule", "clusterRoleSelectors:LabelSelector[]"),
    (
        "ClusterRole",
        "apiVersion:s kind:s metadata:ObjectMeta aggregationRule:AggregationRule \
         rules:PolicyRule[]",
    ),
    (
        "ClusterRoleBinding",
        "apiVersion:s kind:s metadata:ObjectMeta roleRef:RoleRef subjects:Subject[]",
    ),
    ("ContainerResourceMetricSource", "container:s name:s target:MetricTarget"),
    ("CronJob", "apiVersion:s kind:s metadata:ObjectMeta spec:CronJobSpec status:*"),
    (
        "CronJobSpec",
        "concurrencyPolicy:s failedJobsHistoryLimit:i jobTemplate:JobTemplateSpec schedule:s \
         startingDeadlineSeconds:l successfulJobsHistoryLimit:i suspend:b timeZone:s",
    ),
    ("CrossVersionObjectReference", "apiVersion:s kind:s name:s"),
    ("DaemonSet", "apiVersion:s kind:s metadata:ObjectMeta spec:DaemonSetSpec status:*"),
    (
        "DaemonSetSpec",
        "minReadySeconds:i revisionHistoryLimit:i selector:LabelSelector \
         template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy",
    ),
    ("DaemonSetUpdateStrategy", "rollingUpdate:RollingUpdateDaemonSet type:s"),
    ("Deployment", "apiVersion:s kind:s metadata:ObjectMeta spec:DeploymentSpec status:*"),
    (
        "DeploymentSpec",
        "minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i \
         revisionHistoryLimit:i selector:LabelSelector strategy:DeploymentStrategy \
         template:PodTemplateSpec",
    ),
    ("DeploymentStrategy", "rollingUpdate:RollingUpdateDeployment type:s"),
    ("ExternalMetricSource", "metric:MetricIdentifier target:MetricTarget"),
    ("HPAScalingPolicy", "periodSeconds:i type:s value:i"),
    (
        "HPAScalingRules",
        "policies:HPAScalingPolicy[] selectPolicy:s stabilizationWindowSeconds:i \
         tolerance:q+33",
    ),
    ("HTTPIngressPath", "backend:IngressBackend path:s pathType:s"),
    ("HTTPIngressRuleValue", "paths:HTTPIngressPath[]"),
    (
        "HorizontalPodAutoscaler",
        "apiVersion:s kind:s metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:*",
    ),
    ("HorizontalPodAutoscalerBehavior", "scaleDown:HPAScalingRules scaleUp:HPAScalingRules"),
    (
        "HorizontalPodAutoscalerSpec",
        "behavior:HorizontalPodAutoscalerBehavior maxReplicas:i metrics:MetricSpec[] \
         minReplicas:i scaleTargetRef:CrossVersionObjectReference",
    ),
    (
        "HorizontalPodAutoscalerV1",
        "apiVersion:s kind:s metadata:ObjectMeta spec:HorizontalPodAutoscalerV1Spec status:*",
    ),
    (
        "HorizontalPodAutoscalerV1Spec",
        "maxReplicas:i minReplicas:i scaleTargetRef:CrossVersionObjectReference \
         targetCPUUtilizationPercentage:i",
    ),
    ("IPBlock", "cidr:s except:s[]"),
    ("Ingress", "apiVersion:s kind:s metadata:ObjectMeta spec:IngressSpec status:*"),
    ("IngressBackend", "resource:TypedLocalObjectReference service:IngressServiceBackend"),
    ("IngressClass", "apiVersion:s kind:s metadata:ObjectMeta spec:IngressClassSpec"),
    ("IngressClassParametersReference", "kind:s apiGroup:s name:s namespace:s scope:s"),
    ("IngressClassSpec", "controller:s parameters:IngressClassParametersReference"),
    ("IngressRule", "host:s http:HTTPIngressRuleValue"),
    ("IngressServiceBackend", "name:s port:ServiceBackendPort"),
    (
        "IngressSpec",
        "defaultBackend:IngressBackend ingressClassName:s rules:IngressRule[] \
         tls:IngressTLS[]",
    ),
    ("IngressTLS", "hosts:s[] secretName:s"),
    ("Job", "apiVersion:s kind:s metadata:ObjectMeta spec:JobSpec status:*"),
    (
        "JobSchedulingConfiguration",
        "disruptionMode:WorkloadPodGroupDisruptionMode \
         resourceClaims:WorkloadPodGroupResourceClaim[] \
         schedulingConstraints:WorkloadPodGroupSchedulingConstraints \
         schedulingPolicy:WorkloadPodGroupSchedulingPolicy",
    ),
    (
        "JobSpec",
        "activeDeadlineSeconds:l backoffLimit:i backoffLimitPerIndex:i completionMode:s \
         completions:i managedBy:s+30 manualSelector:b maxFailedIndexes:i parallelism:i \
         podFailurePolicy:PodFailurePolicy podReplacementPolicy:s \
         scheduling:JobSchedulingConfiguration+37 selector:LabelSelector \
         successPolicy:SuccessPolicy+30 suspend:b template:PodTemplateSpec \
         ttlSecondsAfterFinished:i",
    ),
    ("JobTemplateSpec", "metadata:ObjectMeta spec:JobSpec"),
    ("Lease", "apiVersion:s kind:s metadata:ObjectMeta spec:LeaseSpec"),
    (
        "LeaseSpec",
        "acquireTime:t holderIdentity:s leaseDurationSeconds:i leaseTransitions:i \
         preferredHolder:s+31 renewTime:t strategy:s+31",
    ),
    ("MetricIdentifier", "name:s selector:LabelSelector"),
    (
        "MetricSpec",
        "containerResource:ContainerResourceMetricSource external:ExternalMetricSource \
         object:ObjectMetricSource pods:PodsMetricSource resource:ResourceMetricSource type:s",
    ),
    ("MetricTarget", "averageUtilization:i averageValue:q type:s value:q"),
    ("NetworkPolicy", "apiVersion:s kind:s metadata:ObjectMeta spec:NetworkPolicySpec"),
    ("NetworkPolicyEgressRule", "ports:NetworkPolicyPort[] to:NetworkPolicyPeer[]"),
    ("NetworkPolicyIngressRule", "from:NetworkPolicyPeer[] ports:NetworkPolicyPort[]"),
    (
        "NetworkPolicyPeer",
        "ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector",
    ),
    ("NetworkPolicyPort", "endPort:i port:p protocol:s"),
    (
        "NetworkPolicySpec",
        "egress:NetworkPolicyEgressRule[] ingress:NetworkPolicyIngressRule[] \
         podSelector:LabelSelector policyTypes:s[]",
    ),
    (
        "ObjectMetricSource",
        "describedObject:CrossVersionObjectReference metric:MetricIdentifier \
         target:MetricTarget",
    ),
    (
        "PodDisruptionBudget",
        "apiVersion:s kind:s metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:*",
    ),
    (
        "PodDisruptionBudgetSpec",
        "maxUnavailable:p minAvailable:p selector:LabelSelector unhealthyPodEvictionPolicy:s",
    ),
    ("PodFailurePolicy", "rules:PodFailurePolicyRule[]"),
    ("PodFailurePolicyOnExitCodesRequirement", "containerName:s operator:s values:i[]"),
    ("PodFailurePolicyOnPodConditionsPattern", "status:s type:s"),
    (
        "PodFailurePolicyRule",
        "action:s onExitCodes:PodFailurePolicyOnExitCodesRequirement \
         onPodConditions:PodFailurePolicyOnPodConditionsPattern[]",
    ),
    ("PodsMetricSource", "metric:MetricIdentifier target:MetricTarget"),
    ("PolicyRule", "apiGroups:s[] nonResourceURLs:s[] resourceNames:s[] resources:s[] verbs:s[]"),
    (
        "PriorityClass",
        "apiVersion:s kind:s metadata:ObjectMeta description:s globalDefault:b \
         preemptionPolicy:s value:i",
    ),
    ("ReplicaSet", "apiVersion:s kind:s metadata:ObjectMeta spec:ReplicaSetSpec status:*"),
    (
        "ReplicaSetSpec",
        "minReadySeconds:i replicas:i selector:LabelSelector template:PodTemplateSpec",
    ),
    ("ResourceMetricSource", "name:s target:MetricTarget"),
    ("Role", "apiVersion:s kind:s metadata:ObjectMeta rules:PolicyRule[]"),
    ("RoleBinding", "apiVersion:s kind:s metadata:ObjectMeta roleRef:RoleRef subjects:Subject[]"),
    ("RoleRef", "kind:s apiGroup:s name:s"),
    ("RollingUpdateDaemonSet", "maxSurge:p maxUnavailable:p"),
    ("RollingUpdateDeployment", "maxSurge:p maxUnavailable:p"),
    ("RollingUpdateStatefulSetStrategy", "maxUnavailable:p partition:i"),
    ("ServiceBackendPort", "name:s number:i"),
    ("StatefulSet", "apiVersion:s kind:s metadata:ObjectMeta spec:StatefulSetSpec status:*"),
    ("StatefulSetOrdinals", "start:i"),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted:s whenScaled:s"),
    (
        "StatefulSetSpec",
        "minReadySeconds:i ordinals:StatefulSetOrdinals \
         persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy \
         podManagementPolicy:s replicas:i revisionHistoryLimit:i selector:LabelSelector \
         serviceName:s template:PodTemplateSpec updateStrategy:StatefulSetUpdateStrategy \
         volumeClaimTemplates:PersistentVolumeClaim[]",
    ),
    ("StatefulSetUpdateStrategy", "rollingUpdate:RollingUpdateStatefulSetStrategy type:s"),
    (
        "StorageClass",
        "apiVersion:s kind:s metadata:ObjectMeta allowVolumeExpansion:b \
         allowedTopologies:TopologySelectorTerm[] mountOptions:s[] parameters:s{} \
         provisioner:s reclaimPolicy:s volumeBindingMode:s",
    ),
    ("Subject", "kind:s apiGroup:s name:s namespace:s"),
    ("SuccessPolicy", "rules:SuccessPolicyRule[]"),
    ("SuccessPolicyRule", "succeededCount:i succeededIndexes:s"),
    ("TopologyConstraint", "key:s"),
    ("WorkloadPodGroupDisruptionMode", "all:* single:*"),
    ("WorkloadPodGroupGangSchedulingPolicy", "minCount:i"),
    ("WorkloadPodGroupResourceClaim", "name:s resourceClaimName:s resourceClaimTemplateName:s"),
    ("WorkloadPodGroupSchedulingConstraints", "topology:TopologyConstraint[]"),
    ("WorkloadPodGroupSchedulingPolicy", "basic:* gang:WorkloadPodGroupGangSchedulingPolicy"),
];
