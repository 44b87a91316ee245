use crate::engine::Cx;
use crate::kube::{Container, PodSpec};
use crate::matcher::{clipped, is_below};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod can talk to the container runtime of its node.
    ///
    /// ## Why it matters
    ///
    /// Whoever talks to the socket of the runtime can start a privileged container on the node, and with
    /// it owns the node. Images are mostly the reason; builders that need no daemon exist for just that.
    ///
    /// ## Bad
    ///
    /// The socket, or a directory that holds one:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   containers:
    ///     - name: builder
    ///       image: registry.example/builder:1.0.0
    ///       volumeMounts:
    ///         - name: docker
    ///           mountPath: /var/run/docker.sock
    ///         - name: run
    ///           mountPath: /host/run
    ///           readOnly: true
    ///   volumes:
    ///     - name: docker
    ///       # finding: /spec/volumes/0/hostPath/path
    ///       hostPath:
    ///         path: /var/run/docker.sock
    ///     - name: run
    ///       # finding: /spec/volumes/1/hostPath/path
    ///       hostPath:
    ///         path: /run/
    ///     - name: k3s
    ///       # finding: /spec/volumes/2/hostPath/path
    ///       hostPath:
    ///         path: /run/k3s/containerd/containerd.sock
    /// ```
    ///
    /// Docker in Docker, and a program that is told where a runtime listens:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: builder
    /// spec:
    ///   initContainers:
    ///     - name: daemon
    ///       # finding: /spec/initContainers/0/image
    ///       image: docker:27.3.1-dind
    ///       restartPolicy: Always
    ///       securityContext:
    ///         privileged: true
    ///   containers:
    ///     - name: client
    ///       image: registry.example/client:1.0.0
    ///       env:
    ///         - name: DOCKER_HOST
    ///           # finding: /spec/containers/0/env/0/value
    ///           value: tcp://localhost:2375
    ///         - name: RUNTIME
    ///           # finding: /spec/containers/0/env/1/value
    ///           value: unix:///run/containerd/containerd.sock
    /// ```
    ///
    /// A builder without a daemon that nobody maintains, and arguments that switch off what protects:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: build
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: build
    ///           # finding: /spec/template/spec/containers/0/image
    ///           image: gcr.io/kaniko-project/executor:v1.23.2
    ///           args:
    ///             - --destination=registry.example/shop:1.0.0
    ///             # finding: /spec/template/spec/containers/0/args/1
    ///             - --skip-tls-verify
    ///         - name: jib
    ///           image: registry.example/maven:3.9.0
    ///           args:
    ///             # finding: /spec/template/spec/containers/1/args/0
    ///             - -Djib.allowInsecureRegistries=true
    /// ```
    ///
    /// A directory below that of a runtime:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.0.0
    ///   volumes:
    ///     - name: runtime
    ///       hostPath:
    ///         # finding: /spec/volumes/0/hostPath/path
    ///         path: /run/containerd/io.containerd.grpc.v1.cri
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: build
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: build
    ///           image: registry.example/buildkit:0.17.0-rootless
    ///           command: [buildctl-daemonless.sh]
    ///           volumeMounts:
    ///             - name: work
    ///               mountPath: /home/user/.local/share/buildkit
    ///       volumes:
    ///         - name: work
    ///           emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an agent of the node that watches containers, in a namespace of its own. There is no repair to
    /// offer: another way of building is needed.
    ///
    /// ## Source
    ///
    /// - [Volumes](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath), the warning on `hostPath`
    /// - [kaniko](https://github.com/GoogleContainerTools/kaniko), archived in June 2025
    /// - [BuildKit without root](https://github.com/moby/buildkit/blob/master/docs/rootless.md)
    "container-runtime-socket",
    "Container runtime socket mounted",
    patterns: &[Pattern::ImageBuilder, Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    check: Check::Pod(check),
}

/// Sockets of container runtimes, by the name of the file.
const SOCKETS: [&str; 8] = [
    "docker.sock",
    "containerd.sock",
    "crio.sock",
    "podman.sock",
    "cri-dockerd.sock",
    "dockershim.sock",
    "firecracker-containerd.sock",
    "frakti.sock",
];

/// Directories that hold such sockets, at any depth; `/var/run` is a link to `/run`.
const HOMES: [&str; 5] =
    ["/run/docker", "/run/containerd", "/run/crio", "/run/podman", "/run/k3s/containerd"];

/// Images that build images and know such arguments.
const BUILDERS: [&str; 5] = ["executor", "buildah", "buildkit", "kaniko", "podman"];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for volume in pod.volumes() {
        let at = volume.host_path();
        let Some(path) = at.value.filter(|path| opens_runtime(path)) else { continue };
        let name = volume.name().value.unwrap_or_default();
        let path = clipped(path);
        cx.report(
            at.place,
            format_args!(
                "volume `{name}` with `{path}` opens the \
container runtime of the node"
            ),
        );
    }
    pod.containers().for_each(|container| judge(cx, container));
}

/// Whether a path is a socket of a runtime, or a directory that holds one: above or below the
/// directories of runtimes.
fn opens_runtime(path: &str) -> bool {
    let path = match path.strip_prefix("/var") {
        Some(rest) if is_below(rest, "/run") => rest,
        _ => path,
    };
    is_socket(path) || HOMES.iter().any(|home| is_below(home, path) || is_below(path, home))
}

fn is_socket(path: &str) -> bool {
    SOCKETS.contains(&path.rsplit('/').next().unwrap_or_default())
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let name = container.display_name();
    let image = container.image();
    let reference = container.image_ref();
    let repository = reference.map_or("", |image| image.repository);
    let dind = reference.is_some_and(|image| {
        image.official() == "docker" && image.tag.is_some_and(|tag| tag.contains("dind"))
    });
    if dind && container.privileged().value == Some(true) {
        cx.report(
            image.place,
            format_args!("container `{name}` runs a Docker daemon as root on the node"),
        );
    }
    if repository.ends_with("kaniko-project/executor") {
        advise(cx, image.place.node, format_args!("kaniko is no longer maintained"));
    }
    let builds = reference.is_some_and(|image| BUILDERS.contains(&image.base_name()));
    for word in container.words() {
        let text = word.as_str().unwrap_or_default();
        let flag = text.split('=').next().unwrap_or_default();
        let off = builds && matches!(flag, "--insecure" | "--skip-tls-verify");
        if off || text.ends_with("allowInsecureRegistries=true") {
            advise(
                cx,
                word,
                format_args!(
                    "container `{name}` talks to registries \
that it does not verify"
                ),
            );
        }
    }
    for (variable, value) in container.env_values() {
        let text = value.as_str().unwrap_or_default();
        let local = text.strip_prefix("unix://").is_some_and(is_socket);
        let remote =
            variable == "DOCKER_HOST" && text.starts_with("tcp://") && text.ends_with(":2375");
        if local || remote {
            cx.report(
                value,
                format_args!(
                    "`{variable}` of container `{name}` \
leads to a container runtime"
                ),
            )
            .severity(Severity::Warning)
            .at_most(Admission::Warn);
        }
    }
}

fn advise<'d>(cx: &mut Cx<'_, 'd>, node: Node<'d>, message: core::fmt::Arguments<'_>) {
    cx.report(node, message).severity(Severity::Info).at_most(Admission::Off);
}
