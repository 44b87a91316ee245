//! One container of a Pod.

use crate::kube::pod::{PodSpec, Volume};
use crate::kube::probe::{Probe, ProbeKind};
use crate::kube::walk::{EnvValues, Hooks, Items, Mounts, Probes, Words, items};
use crate::kube::{ImageRef, Object};
use patternwarden_tree::{Node, Value};

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a Pod has these classes of containers")]
pub enum Class {
    /// Runs to completion before the app starts.
    Init,
    /// A native sidecar: an init container with `restartPolicy: Always`.
    Sidecar,
    /// Runs for the life of the Pod.
    App,
    /// Added to a running Pod for debugging.
    Ephemeral,
}

/// One container of a Pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Container<'d> {
    /// The entry of `containers`, `initContainers` or `ephemeralContainers`.
    pub node: Node<'d>,
    /// The Pod it runs in.
    pub pod: PodSpec<'d>,
    /// What it is for.
    pub class: Class,
}

fields!(Container {
    /// `name`.
    name: &'d str = text ["name"];
    /// `image`.
    image: &'d str = text ["image"];
    /// `imagePullPolicy`.
    image_pull_policy: &'d str = text ["imagePullPolicy"];
    /// `restartPolicy`.
    restart_policy: &'d str = text ["restartPolicy"];
    /// `command`.
    command: Node<'d> = list ["command"];
    /// `args`.
    args: Node<'d> = list ["args"];
    /// `env`.
    env: Node<'d> = list ["env"];
    /// `envFrom`.
    env_from: Node<'d> = list ["envFrom"];
    /// `ports`.
    port_list: Node<'d> = list ["ports"];
    /// `volumeMounts`.
    volume_mounts: Node<'d> = list ["volumeMounts"];
    /// `resources`.
    resources: Node<'d> = map ["resources"];
    /// `resources.requests`.
    requests: Node<'d> = map ["resources", "requests"];
    /// `resources.limits`.
    limits: Node<'d> = map ["resources", "limits"];
    /// `resources.limits.memory`.
    memory_limit: Node<'d> = scalar ["resources", "limits", "memory"];
    /// `livenessProbe`.
    liveness_probe: Node<'d> = map ["livenessProbe"];
    /// `readinessProbe`.
    readiness_probe: Node<'d> = map ["readinessProbe"];
    /// `startupProbe`.
    startup_probe: Node<'d> = map ["startupProbe"];
    /// `lifecycle`.
    lifecycle: Node<'d> = map ["lifecycle"];
    /// `lifecycle.preStop`.
    pre_stop: Node<'d> = map ["lifecycle", "preStop"];
    /// `lifecycle.postStart`.
    post_start: Node<'d> = map ["lifecycle", "postStart"];
    /// `lifecycle.stopSignal` (alpha since 1.33).
    stop_signal: &'d str = text ["lifecycle", "stopSignal"];
    /// `securityContext`.
    security_context: Node<'d> = map ["securityContext"];
    /// `securityContext.privileged`.
    privileged: bool = flag ["securityContext", "privileged"];
    /// `securityContext.allowPrivilegeEscalation`.
    allow_privilege_escalation: bool = flag ["securityContext", "allowPrivilegeEscalation"];
    /// `securityContext.readOnlyRootFilesystem`.
    read_only_root_filesystem: bool = flag ["securityContext", "readOnlyRootFilesystem"];
    /// `securityContext.runAsNonRoot` of the container alone.
    run_as_non_root: bool = flag ["securityContext", "runAsNonRoot"];
    /// `securityContext.runAsUser` of the container alone.
    run_as_user: i64 = int ["securityContext", "runAsUser"];
    /// `securityContext.procMount`; the API server fills in `Default`.
    proc_mount: &'d str = text ["securityContext", "procMount"];
    /// `volumeDevices`.
    volume_devices: Node<'d> = list ["volumeDevices"];
    /// `securityContext.capabilities.add`.
    capabilities_add: Node<'d> = list ["securityContext", "capabilities", "add"];
    /// `securityContext.capabilities.drop`.
    capabilities_drop: Node<'d> = list ["securityContext", "capabilities", "drop"];
});

impl<'d> Container<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, pod: PodSpec::of_node(node), class: Class::App }
    }

    /// The name; `?` when there is none.
    pub fn display_name(self) -> &'d str {
        self.name().value.unwrap_or("?")
    }

    /// The object the container belongs to.
    pub fn object(self) -> Object<'d> {
        self.pod.object()
    }

    /// The image reference, taken apart.
    pub fn image_ref(self) -> Option<ImageRef<'d>> {
        self.image().value.and_then(ImageRef::parse)
    }

    /// The pull policy in force: what is written, else what the API server fills in.
    pub fn effective_pull_policy(self) -> &'d str {
        let floats = self.image_ref().is_some_and(ImageRef::is_latest);
        self.image_pull_policy().value.unwrap_or(if floats { "Always" } else { "IfNotPresent" })
    }

    /// The declared ports.
    pub fn ports(self) -> impl Iterator<Item = Port<'d>> {
        items(self.port_list().value).map(|node| Port { node })
    }

    /// The first declared TCP port: its name, else its number.
    pub fn tcp_port(self) -> Option<Value> {
        self.ports().filter(|port| port.is_tcp()).find_map(|port| {
            port.name().value.map(Value::from).or(port.container_port().value.map(Value::from))
        })
    }

    /// The probe of one kind.
    pub fn probe(self, kind: ProbeKind) -> Option<Probe<'d>> {
        let node = match kind {
            ProbeKind::Liveness => self.liveness_probe(),
            ProbeKind::Readiness => self.readiness_probe(),
            ProbeKind::Startup => self.startup_probe(),
        };
        node.value.map(|node| Probe { node, kind })
    }

    /// Every probe the container has.
    pub fn probes(self) -> Probes<'d> {
        Probes { container: self, kinds: ProbeKind::ALL.iter() }
    }

    /// The lifecycle hooks with their names.
    pub fn hooks(self) -> Hooks<'d> {
        Hooks { container: self, names: Hooks::NAMES.iter() }
    }

    /// Strings of `command` and `args`, in order.
    pub fn words(self) -> Words<'d> {
        Words { command: items(self.command().value), args: items(self.args().value) }
    }

    /// Names and literal values of `env`.
    pub fn env_values(self) -> EnvValues<'d> {
        EnvValues(items(self.env().value))
    }

    /// Whether `env` has a variable of this name.
    pub fn defines(self, name: &str) -> bool {
        let mut entries = items(self.env().value);
        entries.any(|entry| entry.get("name").and_then(Node::as_str) == Some(name))
    }

    /// The mounts: name of the volume, path, and the entry itself.
    pub fn mounts(self) -> Mounts<'d> {
        Mounts(items(self.volume_mounts().value))
    }

    /// The mounts that it can write to: path, and the entry itself.
    pub fn writable_mounts(self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        self.mounts().filter_map(move |(name, path, mount)| {
            let read_only = mount.get("readOnly").and_then(Node::as_bool) == Some(true);
            let volume = self.pod.volume(name);
            (!read_only && volume.is_none_or(Volume::is_writable)).then_some((path, mount))
        })
    }

    /// Entries of `securityContext.capabilities.add`.
    pub fn capabilities_added(self) -> Items<'d> {
        items(self.capabilities_add().value)
    }

    /// Entries of `securityContext.capabilities.drop`.
    pub fn capabilities_dropped(self) -> Items<'d> {
        items(self.capabilities_drop().value)
    }

    /// Whether this user's rights forbid root: the container's value, else the Pod's.
    pub fn effective_run_as_non_root(self) -> Option<bool> {
        let own = self.run_as_non_root();
        if own.is_absent() { self.pod.run_as_non_root().value } else { own.value }
    }

    /// The user id in force: the container's value, else the Pod's, else the image's (`None`).
    pub fn effective_run_as_user(self) -> Option<i64> {
        let own = self.run_as_user();
        if own.is_absent() { self.pod.run_as_user().value } else { own.value }
    }
}

/// A declared port of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port<'d> {
    /// The entry of `ports`.
    pub node: Node<'d>,
}

fields!(Port {
    /// `name`.
    name: &'d str = text ["name"];
    /// `containerPort`.
    container_port: i64 = int ["containerPort"];
    /// `hostPort`.
    host_port: i64 = int ["hostPort"];
    /// `protocol`; the API server fills in `TCP`.
    protocol: &'d str = text ["protocol"];
});

#[cfg(test)]
impl<'d> Port<'d> {
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node }
    }
}

impl Port<'_> {
    /// Whether it speaks TCP, as it does when no protocol is written, or an empty one.
    pub fn is_tcp(self) -> bool {
        let protocol = self.protocol();
        protocol.is_absent() || matches!(protocol.value, Some("" | "TCP"))
    }
}
