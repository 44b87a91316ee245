//! A Pod spec, wherever it stands, and its volumes.

use crate::kube::container::{Class, Container};
use crate::kube::object::Object;
use crate::kube::template::Templates;
use crate::kube::walk::{Items, items};
use crate::kube::workload::Workload;
use patternwarden_tree::{Node, Place};

/// The `spec` of a Pod or of a workload's template.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PodSpec<'d> {
    /// The `spec` map.
    pub node: Node<'d>,
    /// The node that holds `metadata` and `spec`: the Pod itself or a `template`.
    pub template: Node<'d>,
    /// What makes the Pod.
    pub workload: Workload<'d>,
}

fields!(PodSpec {
    /// `securityContext`.
    security_context: Node<'d> = map ["securityContext"];
    /// `securityContext.runAsNonRoot`.
    run_as_non_root: bool = flag ["securityContext", "runAsNonRoot"];
    /// `securityContext.runAsUser`.
    run_as_user: i64 = int ["securityContext", "runAsUser"];
    /// `securityContext.runAsGroup`.
    run_as_group: i64 = int ["securityContext", "runAsGroup"];
    /// `securityContext.fsGroup`.
    fs_group: i64 = int ["securityContext", "fsGroup"];
    /// `securityContext.sysctls`.
    sysctls: Node<'d> = list ["securityContext", "sysctls"];
    /// `securityContext.seccompProfile.type`.
    seccomp_type: &'d str = text ["securityContext", "seccompProfile", "type"];
    /// `securityContext.sysctls`.
    sysctl_list: Node<'d> = list ["securityContext", "sysctls"];
    /// `hostUsers`; `false` gives the Pod its own user namespace.
    host_users: bool = flag ["hostUsers"];
    /// `hostNetwork`.
    host_network: bool = flag ["hostNetwork"];
    /// `hostPID`.
    host_pid: bool = flag ["hostPID"];
    /// `hostIPC`.
    host_ipc: bool = flag ["hostIPC"];
    /// `shareProcessNamespace`.
    share_process_namespace: bool = flag ["shareProcessNamespace"];
    /// `terminationGracePeriodSeconds`; the API server fills in 30.
    termination_grace_period_seconds: i64 = int ["terminationGracePeriodSeconds"];
    /// `activeDeadlineSeconds`.
    active_deadline_seconds: i64 = int ["activeDeadlineSeconds"];
    /// `restartPolicy`; the API server fills in `Always`.
    restart_policy: &'d str = text ["restartPolicy"];
    /// `serviceAccountName`.
    service_account_name: &'d str = text ["serviceAccountName"];
    /// `automountServiceAccountToken`.
    automount_service_account_token: bool = flag ["automountServiceAccountToken"];
    /// `dnsPolicy`; the API server fills in `ClusterFirst`.
    dns_policy: &'d str = text ["dnsPolicy"];
    /// `runtimeClassName`.
    runtime_class_name: &'d str = text ["runtimeClassName"];
    /// `hostAliases`.
    host_aliases: Node<'d> = list ["hostAliases"];
    /// `securityContext.supplementalGroups`.
    supplemental_groups: Node<'d> = list ["securityContext", "supplementalGroups"];
    /// `securityContext.fsGroupChangePolicy`.
    fs_group_change_policy: &'d str = text ["securityContext", "fsGroupChangePolicy"];
    /// `ephemeralContainers`.
    ephemeral_container_list: Node<'d> = list ["ephemeralContainers"];
    /// `os.name`.
    os_name: &'d str = text ["os", "name"];
    /// `initContainers`.
    init_container_list: Node<'d> = list ["initContainers"];
    /// `volumes`.
    volume_list: Node<'d> = list ["volumes"];
    /// `readinessGates`.
    readiness_gates: Node<'d> = list ["readinessGates"];
    /// `resources` of the whole Pod (beta since 1.34).
    resources: Node<'d> = map ["resources"];
    /// `priorityClassName`.
    priority_class_name: &'d str = text ["priorityClassName"];
    /// `topologySpreadConstraints`.
    topology_spread_constraints: Node<'d> = list ["topologySpreadConstraints"];
    /// `tolerations`.
    tolerations: Node<'d> = list ["tolerations"];
    /// `nodeSelector`.
    node_selector: Node<'d> = map ["nodeSelector"];
    /// `enableServiceLinks`; the API server fills in `true`.
    enable_service_links: bool = flag ["enableServiceLinks"];
    /// `nodeName`.
    node_name: &'d str = text ["nodeName"];
});

impl<'d> PodSpec<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, template: node, workload: Workload::of_node(node) }
    }

    /// The object that is or makes the Pod.
    pub fn object(self) -> Object<'d> {
        self.workload.object
    }

    /// `metadata.labels` of the Pod.
    pub fn labels(self) -> Option<Node<'d>> {
        self.template.at(&["metadata", "labels"]).node().and_then(Node::as_map)
    }

    /// `metadata.annotations` of the Pod.
    pub fn annotations(self) -> Option<Node<'d>> {
        self.template.at(&["metadata", "annotations"]).node().and_then(Node::as_map)
    }

    /// Whether the Pod says that it runs on Windows.
    pub fn is_windows(self) -> bool {
        self.os_name().value == Some("windows")
    }

    /// The ServiceAccount the Pod runs as; `default` when it names none.
    pub fn service_account(self) -> &'d str {
        let legacy = self.node.get("serviceAccount").and_then(Node::as_str);
        let name = self.service_account_name().value.or(legacy);
        name.filter(|name| !name.is_empty()).unwrap_or("default")
    }

    /// Where the ServiceAccount is named: the old field where it alone is written.
    pub fn account_place(self) -> Place<'d> {
        let at = self.service_account_name();
        let legacy = self.node.get("serviceAccount").filter(|node| !node.scalar_text().is_empty());
        match legacy.filter(|_| at.value.is_none_or(str::is_empty)) {
            Some(node) => node.into(),
            None => at.place,
        }
    }

    /// Value of a kernel parameter that the Pod sets.
    pub fn sysctl(self, name: &str) -> Option<&'d str> {
        let entry = |entry: &Node<'_>| entry.get("name").and_then(Node::as_str) == Some(name);
        items(self.sysctl_list().value).find(entry)?.get("value")?.as_str()
    }

    /// Seconds between the stop signal and the kill: 30 when absent.
    pub fn grace_period(self) -> i64 {
        self.termination_grace_period_seconds().value.unwrap_or(30)
    }

    /// Every container, in the order in which the kubelet starts them; ephemeral ones last.
    pub fn containers(self) -> Containers<'d> {
        self.containers_of(&[Class::Init, Class::Sidecar, Class::App, Class::Ephemeral])
    }

    fn containers_of(self, classes: &'static [Class]) -> Containers<'d> {
        Containers { pod: self, classes, list: 0, items: items(None) }
    }

    /// Containers that run for the life of the Pod: `containers` and native sidecars.
    pub fn running_containers(self) -> Containers<'d> {
        self.containers_of(&[Class::App, Class::Sidecar])
    }

    /// The entries of `containers`.
    pub fn app_containers(self) -> Containers<'d> {
        self.containers_of(&[Class::App])
    }

    /// The volumes.
    pub fn volumes(self) -> impl Iterator<Item = Volume<'d>> {
        items(self.volume_list().value).map(|node| Volume { node })
    }

    /// The volume of this name.
    pub fn volume(self, name: &str) -> Option<Volume<'d>> {
        self.volumes().find(|volume| volume.name().value == Some(name))
    }
}

/// The Pods that an object is or makes.
#[derive(Clone, Debug)]
pub struct PodSpecs<'d> {
    known: Option<PodSpec<'d>>,
    found: Option<Templates<'d>>,
}

impl<'d> PodSpecs<'d> {
    pub(super) fn of(object: Object<'d>) -> Self {
        let workload = object.workload();
        let known = workload.and_then(Workload::pod_spec);
        Self { known, found: workload.is_none().then(|| Templates::of(object)) }
    }
}

impl<'d> Iterator for PodSpecs<'d> {
    type Item = PodSpec<'d>;

    #[inline(never)]
    fn next(&mut self) -> Option<PodSpec<'d>> {
        self.known.take().or_else(|| self.found.as_mut()?.next())
    }
}

/// The containers of a Pod.
///
/// A type of its own, not a chain of adapters: rules walk it in many ways, and each would be
/// compiled with the whole chain inside.
#[derive(Clone, Debug)]
pub struct Containers<'d> {
    pod: PodSpec<'d>,
    classes: &'static [Class],
    list: usize,
    items: Items<'d>,
}

/// The lists of containers, and the class of what stands in them.
const LISTS: [(&str, Class); 3] = [
    ("initContainers", Class::Init),
    ("containers", Class::App),
    ("ephemeralContainers", Class::Ephemeral),
];

impl<'d> Iterator for Containers<'d> {
    type Item = Container<'d>;

    #[inline(never)]
    fn next(&mut self) -> Option<Container<'d>> {
        loop {
            // `list` is one past the list that is being walked.
            let class = self.list.checked_sub(1).and_then(|at| LISTS.get(at)).map(|list| list.1);
            let node = self.items.find(|node| node.is_map());
            if let (Some(node), Some(class)) = (node, class) {
                let container = Container { node, pod: self.pod, class };
                let restarts = container.restart_policy().value == Some("Always");
                let class = if class == Class::Init && restarts { Class::Sidecar } else { class };
                if self.classes.contains(&class) {
                    return Some(Container { class, ..container });
                }
                continue;
            }
            let (key, _) = LISTS.get(self.list)?;
            self.items = items(self.pod.node.get(key).and_then(Node::as_seq));
            self.list += 1;
        }
    }
}

/// A volume of a Pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Volume<'d> {
    /// The entry of `volumes`.
    pub node: Node<'d>,
}

fields!(Volume {
    /// `name`.
    name: &'d str = text ["name"];
    /// `image.reference` of an image volume (stable since 1.36).
    image_reference: &'d str = text ["image", "reference"];
    /// `image.pullPolicy` of an image volume.
    image_pull_policy: &'d str = text ["image", "pullPolicy"];
    /// `persistentVolumeClaim.claimName`.
    claim_name: &'d str = text ["persistentVolumeClaim", "claimName"];
    /// `configMap.name`.
    config_map_name: &'d str = text ["configMap", "name"];
    /// `secret.secretName`.
    secret_name: &'d str = text ["secret", "secretName"];
    /// `hostPath.path`.
    host_path: &'d str = text ["hostPath", "path"];
});

impl<'d> Volume<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node }
    }

    /// The key that names the kind of source, such as `emptyDir`; a volume without source is an
    /// `emptyDir`, as the API server fills in.
    pub fn source(self) -> &'d str {
        self.sources().next().and_then(Node::key).unwrap_or("emptyDir")
    }

    /// Everything that stands where the one source should.
    pub fn sources(self) -> impl Iterator<Item = Node<'d>> {
        self.node.children().filter(|c| c.key() != Some("name") && !c.is_null())
    }

    /// Whether a token of the Pod's account is projected into it.
    pub fn projects_token(self) -> bool {
        let sources = self.node.at(&["projected", "sources"]).node();
        items(sources).any(|source| source.get("serviceAccountToken").is_some())
    }

    /// Whether containers can write to it and see what others wrote.
    ///
    /// Source: `core/v1.VolumeSource`: sources that the kubelet fills from objects or images are
    /// mounted read-only, and most others have a `readOnly` of their own.
    pub fn is_writable(self) -> bool {
        let source = self.source();
        let read_only = self.node.get(source).and_then(|source| source.get("readOnly"));
        let filled = matches!(
            source,
            "configMap" | "secret" | "downwardAPI" | "projected" | "image" | "gitRepo"
        );
        !filled && read_only.and_then(Node::as_bool) != Some(true)
    }
}
