//! Types of the core group, volumes left out.

/// Types by name, with their fields; the notation is explained in [`super`].
pub(super) static CORE: &[(&str, &str)] = &[
    (
        "Affinity",
        "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity",
    ),
    ("AppArmorProfile", "localhostProfile:s type:s"),
    ("Capabilities", "add:s[] drop:s[]"),
    ("ClaimSource", "resourceClaimName:s resourceClaimTemplateName:s"),
    ("ClientIPConfig", "timeoutSeconds:i"),
    ("ConfigMap", "apiVersion:s kind:s metadata:ObjectMeta binaryData:y{} data:s{} immutable:b"),
    ("ConfigMapEnvSource", "name:s optional:b"),
    ("ConfigMapKeySelector", "key:s name:s optional:b"),
    (
        "Container",
        "args:s[] command:s[] env:EnvVar[] envFrom:EnvFromSource[] image:s imagePullPolicy:s \
         lifecycle:Lifecycle livenessProbe:Probe name:s ports:ContainerPort[] \
         readinessProbe:Probe resizePolicy:ContainerResizePolicy[] \
         resources:ResourceRequirements restartPolicy:s \
         restartPolicyRules:ContainerRestartRule[]+34 securityContext:SecurityContext \
         startupProbe:Probe stdin:b stdinOnce:b terminationMessagePath:s \
         terminationMessagePolicy:s tty:b volumeDevices:VolumeDevice[] \
         volumeMounts:VolumeMount[] workingDir:s",
    ),
    ("ContainerPort", "containerPort:i hostIP:s hostPort:i name:s protocol:s"),
    ("ContainerResizePolicy", "resourceName:s restartPolicy:s"),
    ("ContainerRestartRule", "action:s exitCodes:ContainerRestartRuleOnExitCodes"),
    ("ContainerRestartRuleOnExitCodes", "operator:s values:i[]"),
    ("EnvFromSource", "configMapRef:ConfigMapEnvSource prefix:s secretRef:SecretEnvSource"),
    ("EnvVar", "name:s value:s valueFrom:EnvVarSource"),
    (
        "EnvVarSource",
        "configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector \
         fileKeyRef:FileKeySelector+34 resourceFieldRef:ResourceFieldSelector \
         secretKeyRef:SecretKeySelector",
    ),
    (
        "EphemeralContainer",
        "args:s[] command:s[] env:EnvVar[] envFrom:EnvFromSource[] image:s imagePullPolicy:s \
         lifecycle:Lifecycle livenessProbe:Probe name:s ports:ContainerPort[] \
         readinessProbe:Probe resizePolicy:ContainerResizePolicy[] \
         resources:ResourceRequirements restartPolicy:s \
         restartPolicyRules:ContainerRestartRule[]+34 securityContext:SecurityContext \
         startupProbe:Probe stdin:b stdinOnce:b targetContainerName:s \
         terminationMessagePath:s terminationMessagePolicy:s tty:b \
         volumeDevices:VolumeDevice[] volumeMounts:VolumeMount[] workingDir:s",
    ),
    ("EvictionResponder", "name:s priority:i"),
    ("ExecAction", "command:s[]"),
    ("FileKeySelector", "key:s optional:b path:s volumeName:s"),
    ("GRPCAction", "mode:s+37 port:i service:s"),
    ("HTTPGetAction", "host:s httpHeaders:HTTPHeader[] path:s port:p protocol:s+37 scheme:s"),
    ("HTTPHeader", "name:s value:s"),
    ("HostAlias", "hostnames:s[] ip:s"),
    ("Lifecycle", "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:s+33"),
    (
        "LifecycleHandler",
        "exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction",
    ),
    ("LimitRange", "apiVersion:s kind:s metadata:ObjectMeta spec:LimitRangeSpec"),
    (
        "LimitRangeItem",
        "default:q{} defaultRequest:q{} max:q{} maxLimitRequestRatio:q{} min:q{} type:s",
    ),
    ("LimitRangeSpec", "limits:LimitRangeItem[]"),
    ("LocalObjectReference", "name:s"),
    ("Namespace", "apiVersion:s kind:s metadata:ObjectMeta spec:NamespaceSpec status:*"),
    ("NamespaceSpec", "finalizers:s[]"),
    (
        "NodeAffinity",
        "preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm[] \
         requiredDuringSchedulingIgnoredDuringExecution:NodeSelector",
    ),
    ("NodeSelector", "nodeSelectorTerms:NodeSelectorTerm[]"),
    ("NodeSelectorRequirement", "key:s operator:s values:s[]"),
    (
        "NodeSelectorTerm",
        "matchExpressions:NodeSelectorRequirement[] matchFields:NodeSelectorRequirement[]",
    ),
    ("ObjectFieldSelector", "apiVersion:s fieldPath:s"),
    (
        "ObjectReference",
        "apiVersion:s kind:s fieldPath:s name:s namespace:s resourceVersion:s uid:s",
    ),
    ("Pod", "apiVersion:s kind:s metadata:ObjectMeta spec:PodSpec status:*"),
    (
        "PodAffinity",
        "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[] \
         requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]",
    ),
    (
        "PodAffinityTerm",
        "labelSelector:LabelSelector matchLabelKeys:s[] mismatchLabelKeys:s[] \
         namespaceSelector:LabelSelector namespaces:s[] topologyKey:s",
    ),
    (
        "PodAntiAffinity",
        "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[] \
         requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]",
    ),
    ("PodDNSConfig", "nameservers:s[] options:PodDNSConfigOption[] searches:s[]"),
    ("PodDNSConfigOption", "name:s value:s"),
    ("PodOS", "name:s"),
    ("PodReadinessGate", "conditionType:s"),
    (
        "PodResourceClaim",
        "name:s resourceClaimName:s+31 resourceClaimTemplateName:s+31 source:ClaimSource-30",
    ),
    ("PodSchedulingGate", "name:s"),
    ("PodSchedulingGroup", "podGroupName:s"),
    (
        "PodSecurityContext",
        "appArmorProfile:AppArmorProfile+30 fsGroup:l fsGroupChangePolicy:s runAsGroup:l \
         runAsNonRoot:b runAsUser:l seLinuxChangePolicy:s+32 seLinuxOptions:SELinuxOptions \
         seccompProfile:SeccompProfile supplementalGroups:l[] supplementalGroupsPolicy:s+31 \
         sysctls:Sysctl[] windowsOptions:WindowsSecurityContextOptions",
    ),
    (
        "PodSpec",
        "activeDeadlineSeconds:l affinity:Affinity automountServiceAccountToken:b \
         containers:Container[] dnsConfig:PodDNSConfig dnsPolicy:s enableServiceLinks:b \
         ephemeralContainers:EphemeralContainer[] evictionResponders:EvictionResponder[]+37 \
         hostAliases:HostAlias[] hostIPC:b hostNetwork:b hostPID:b hostUsers:b hostname:s \
         hostnameOverride:s+34 imagePullSecrets:LocalObjectReference[] \
         initContainers:Container[] nodeName:s nodeSelector:s{} os:PodOS overhead:q{} \
         preemptionPolicy:s priority:i priorityClassName:s readinessGates:PodReadinessGate[] \
         resourceClaims:PodResourceClaim[] resources:ResourceRequirements+32 restartPolicy:s \
         runtimeClassName:s schedulerName:s schedulingGates:PodSchedulingGate[] \
         schedulingGroup:PodSchedulingGroup+36 securityContext:PodSecurityContext \
         serviceAccount:s serviceAccountName:s setHostnameAsFQDN:b shareProcessNamespace:b \
         subdomain:s terminationGracePeriodSeconds:l tolerations:Toleration[] \
         topologySpreadConstraints:TopologySpreadConstraint[] volumes:Volume[] \
         workloadRef:WorkloadReference+35-35",
    ),
    ("PodTemplate", "apiVersion:s kind:s metadata:ObjectMeta template:PodTemplateSpec"),
    ("PodTemplateSpec", "metadata:ObjectMeta spec:PodSpec"),
    ("PreferredSchedulingTerm", "preference:NodeSelectorTerm weight:i"),
    (
        "Probe",
        "exec:ExecAction failureThreshold:i grpc:GRPCAction httpGet:HTTPGetAction \
         initialDelaySeconds:i periodSeconds:i successThreshold:i tcpSocket:TCPSocketAction \
         terminationGracePeriodSeconds:l timeoutSeconds:i",
    ),
    (
        "ReplicationController",
        "apiVersion:s kind:s metadata:ObjectMeta spec:ReplicationControllerSpec status:*",
    ),
    (
        "ReplicationControllerSpec",
        "minReadySeconds:i replicas:i selector:s{} template:PodTemplateSpec",
    ),
    ("ResourceClaim", "name:s request:s+31"),
    ("ResourceFieldSelector", "containerName:s divisor:q resource:s"),
    ("ResourceQuota", "apiVersion:s kind:s metadata:ObjectMeta spec:ResourceQuotaSpec status:*"),
    ("ResourceQuotaSpec", "hard:q{} scopeSelector:ScopeSelector scopes:s[]"),
    ("ResourceRequirements", "claims:ResourceClaim[] limits:q{} requests:q{}"),
    ("SELinuxOptions", "level:s role:s type:s user:s"),
    ("ScopeSelector", "matchExpressions:ScopedResourceSelectorRequirement[]"),
    ("ScopedResourceSelectorRequirement", "operator:s scopeName:s values:s[]"),
    ("SeccompProfile", "localhostProfile:s type:s"),
    (
        "Secret",
        "apiVersion:s kind:s metadata:ObjectMeta data:y{} immutable:b stringData:s{} type:s",
    ),
    ("SecretEnvSource", "name:s optional:b"),
    ("SecretKeySelector", "key:s name:s optional:b"),
    (
        "SecurityContext",
        "allowPrivilegeEscalation:b appArmorProfile:AppArmorProfile+30 \
         capabilities:Capabilities privileged:b procMount:s readOnlyRootFilesystem:b \
         runAsGroup:l runAsNonRoot:b runAsUser:l seLinuxOptions:SELinuxOptions \
         seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions",
    ),
    ("Service", "apiVersion:s kind:s metadata:ObjectMeta spec:ServiceSpec status:*"),
    (
        "ServiceAccount",
        "apiVersion:s kind:s metadata:ObjectMeta automountServiceAccountToken:b \
         imagePullSecrets:LocalObjectReference[] secrets:ObjectReference[]",
    ),
    ("ServicePort", "appProtocol:s name:s nodePort:i port:i protocol:s targetPort:p"),
    (
        "ServiceSpec",
        "allocateLoadBalancerNodePorts:b clusterIP:s clusterIPs:s[] externalIPs:s[] \
         externalName:s externalTrafficPolicy:s healthCheckNodePort:i internalTrafficPolicy:s \
         ipFamilies:s[] ipFamilyPolicy:s loadBalancerClass:s loadBalancerIP:s \
         loadBalancerSourceRanges:s[] ports:ServicePort[] publishNotReadyAddresses:b \
         selector:s{} sessionAffinity:s sessionAffinityConfig:SessionAffinityConfig \
         trafficDistribution:s+30 type:s",
    ),
    ("SessionAffinityConfig", "clientIP:ClientIPConfig"),
    ("SleepAction", "seconds:l"),
    ("Sysctl", "name:s value:s"),
    ("TCPSocketAction", "host:s port:p"),
    ("Toleration", "effect:s key:s operator:s tolerationSeconds:l value:s"),
    ("TopologySelectorLabelRequirement", "key:s values:s[]"),
    ("TopologySelectorTerm", "matchLabelExpressions:TopologySelectorLabelRequirement[]"),
    (
        "TopologySpreadConstraint",
        "labelSelector:LabelSelector matchLabelKeys:s[] maxSkew:i minDomains:i \
         nodeAffinityPolicy:s nodeTaintsPolicy:s topologyKey:s whenUnsatisfiable:s",
    ),
    ("VolumeDevice", "devicePath:s name:s"),
    (
        "VolumeMount",
        "bindMountOptions:s[]+37 mountPath:s mountPropagation:s name:s readOnly:b \
         recursiveReadOnly:s+30 subPath:s subPathExpr:s",
    ),
    ("WeightedPodAffinityTerm", "podAffinityTerm:PodAffinityTerm weight:i"),
    (
        "WindowsSecurityContextOptions",
        "gmsaCredentialSpec:s gmsaCredentialSpecName:s hostProcess:b runAsUserName:s",
    ),
    ("WorkloadReference", "name:s podGroup:s podGroupReplicaKey:s"),
];
