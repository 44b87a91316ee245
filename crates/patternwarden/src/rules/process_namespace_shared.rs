use crate::engine::Cx;
use crate::image_files::{process_root, process_roots};
use crate::kube::{Class, Container, PodSpec};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// The containers of this Pod see one another's processes.
    ///
    /// ## Why it matters
    ///
    /// Every container sees the environment of the others and, as the same user, all their files,
    /// so that a small helper becomes a window into the secrets of the main container. PID 1 is
    /// the pause process, which breaks programs that expect to be init.
    ///
    /// Some Pods share the namespace to read the files of another image through
    /// `/proc/<process>/root`, as KServe's *modelcars* do. Image volumes, stable since 1.36, make
    /// that unnecessary.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    /// spec:
    ///   # finding: /spec/shareProcessNamespace
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// A model is read from the image of another container:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: llm
    /// spec:
    ///   # finding: /spec/shareProcessNamespace
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: modelcar
    ///       image: registry.example/models/llama:3
    ///       command: [sh, -c, "ln -sf /proc/$$$$/root/models /mnt/models && sleep infinity"]
    ///       volumeMounts:
    ///         - name: mnt
    ///           mountPath: /mnt
    ///     - name: server
    ///       image: registry.example/server:0.9.0
    ///       volumeMounts:
    ///         - name: mnt
    ///           mountPath: /mnt
    ///   volumes:
    ///     - name: mnt
    ///       emptyDir: {}
    /// ```
    ///
    /// Kubernetes makes one dollar of two, so the shell never sees its own process id. Different
    /// users, besides, may not look into one another's files:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: llm
    /// spec:
    ///   # finding: /spec/shareProcessNamespace
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: modelcar
    ///       image: registry.example/models/llama:3
    ///       command: [sh, -c]
    ///       # finding: /spec/containers/0/args/0
    ///       args: ["ln -sf /proc/$$/root/models /mnt/models && sleep infinity"]
    ///       securityContext:
    ///         runAsUser: 1000
    ///     - name: server
    ///       image: registry.example/server:0.9.0
    ///       securityContext:
    ///         runAsUser: 2000
    /// ```
    ///
    /// With one container, nothing is shared:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    /// spec:
    ///   # finding: /spec/shareProcessNamespace
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: llm
    /// spec:
    ///   containers:
    ///     - name: server
    ///       image: registry.example/server:0.9.0
    ///       volumeMounts:
    ///         - name: models
    ///           mountPath: /mnt/models
    ///           subPath: models
    ///           readOnly: true
    ///   volumes:
    ///     - name: models
    ///       image:
    ///         reference: registry.example/models/llama:3
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a helper that must signal the main process, such as one that reloads its configuration,
    /// and whose image you trust as much as the main one.
    ///
    /// ## Source
    ///
    /// - [Share Process Namespace between Containers in a Pod](https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/)
    /// - [Image volumes](https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/)
    /// - [kserve/kserve#3646](https://github.com/kserve/kserve/issues/3646), why modelcars became native sidecars
    "process-namespace-shared",
    "Containers share one process namespace",
    patterns: &[Pattern::ProcessContainment, Pattern::ImmutableConfiguration, Pattern::Sidecar],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

/// Related places that a finding names at most.
const MAX_RELATED: usize = 8;

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let share = pod.share_process_namespace();
    if share.value != Some(true) {
        return;
    }
    let together = pod.containers().filter(|c| c.class != Class::Init).count();
    let roots: Vec<Node<'d>> =
        pod.containers().flat_map(|c| process_roots(c).collect::<Vec<_>>()).collect();
    let report = if together < 2 {
        cx.report(
            share.place,
            format_args!("`shareProcessNamespace` only takes PID 1 away from a single container"),
        )
        .severity(Severity::Hint)
    } else if roots.is_empty() {
        cx.report(
            share.place,
            format_args!(
                "every container sees the processes, environments and files of the others"
            ),
        )
    } else if users_differ(pod) {
        cx.report(
            share.place,
            format_args!(
                "files are read through `/proc`, which is denied between different users, \
                 and every container sees the environments of the others"
            ),
        )
    } else {
        cx.report(
            share.place,
            format_args!(
                "files are read through `/proc`, and with them every container sees the \
                 processes and environments of the others"
            ),
        )
    };
    let report = roots
        .iter()
        .take(MAX_RELATED)
        .fold(report, |report, node| report.related(*node, "reads the files of another process"));
    report.fix_remove(Grade::Review, "Share no process namespace");
    pod.containers().for_each(|container| dollars(cx, container));
}

/// Whether two containers run as different users, and none may look into foreign processes.
fn users_differ(pod: PodSpec<'_>) -> bool {
    let running = || pod.running_containers();
    let mut users = running().filter_map(Container::effective_run_as_user);
    let first = users.next();
    let traces =
        |name: Node<'_>| matches!(name.as_str(), Some("SYS_PTRACE" | "CAP_SYS_PTRACE" | "ALL"));
    users.any(|user| Some(user) != first) && !running().any(|c| c.capabilities_added().any(traces))
}

/// `$$` in `command` and `args`: Kubernetes makes `$` of it before a shell could see its own
/// process id.
fn dollars<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    for word in container.words() {
        let Some(text) = word.as_str() else { continue };
        if process_root(text).is_some_and(|(process, _)| process == "$$") {
            let repaired = text.replace("/proc/$$/root", "/proc/$$$$/root");
            cx.report(word, format_args!("`$$` reaches the shell as `$`, which is no process id"))
                .severity(Severity::Hint)
                .fix_set(Grade::Review, "Write `$$$$`, which reaches the shell as `$$`", repaired);
        }
    }
}
