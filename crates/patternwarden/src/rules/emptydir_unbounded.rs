use crate::engine::Cx;
use crate::kube::resources::{amount, quantity};
use crate::kube::{Container, PodSpec, Volume};
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A scratch volume may grow until the node is full.
    ///
    /// ## Why it matters
    ///
    /// A temporary file that never stops growing takes the disk of the node, and the kubelet evicts Pods
    /// that have nothing to do with it. A volume in memory counts as memory of its container, and ends as an
    /// out-of-memory kill that looks like a leak.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: cache
    ///           mountPath: /cache
    ///         - name: scratch
    ///           mountPath: /tmp
    ///         - name: unnamed
    ///           mountPath: /var/tmp
    ///   volumes:
    ///     - name: cache
    ///       emptyDir:
    ///         # finding: /spec/volumes/0/emptyDir/sizeLimit
    ///         medium: Memory
    ///     - name: scratch
    ///       # finding: /spec/volumes/1/emptyDir/sizeLimit
    ///       emptyDir: {}
    ///     # finding: /spec/volumes/2/emptyDir/sizeLimit
    ///     - name: unnamed
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           memory: 512Mi
    ///           ephemeral-storage: 1Gi
    ///       volumeMounts:
    ///         - name: cache
    ///           mountPath: /cache
    ///         - name: scratch
    ///           mountPath: /tmp
    ///     - name: reader
    ///       image: registry.example/reader:1.0.0
    ///       volumeMounts:
    ///         - name: scratch
    ///           mountPath: /in
    ///           readOnly: true
    ///   volumes:
    ///     - name: cache
    ///       emptyDir:
    ///         medium: Memory
    ///         sizeLimit: 128Mi
    ///     - name: scratch
    ///       emptyDir: {}
    ///     - name: unused
    ///       emptyDir: {}
    /// ```
    ///
    /// Volumes on disk, when the settings leave them out:
    ///
    /// ```yaml,good
    /// # settings: {"media": ["Memory"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: scratch
    ///           mountPath: /tmp
    ///   volumes:
    ///     - name: scratch
    ///       emptyDir: {}
    /// ```
    ///
    /// Huge pages are set apart, and asked for by containers:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    ///       resources:
    ///         requests:
    ///           memory: 1Gi
    ///           hugepages-2Mi: 512Mi
    ///         limits:
    ///           memory: 1Gi
    ///           hugepages-2Mi: 512Mi
    ///       volumeMounts:
    ///         - name: pages
    ///           mountPath: /hugepages
    ///   volumes:
    ///     - name: pages
    ///       emptyDir:
    ///         medium: HugePages
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a LimitRange or the size of the node is bound enough.
    ///
    /// ## Source
    ///
    /// - [Volumes: emptyDir](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir)
    /// - [Local ephemeral storage](https://kubernetes.io/docs/concepts/storage/ephemeral-storage/): a limit of a container counts its `emptyDir` volumes for the Pod
    "emptydir-unbounded",
    "emptyDir can fill the node",
    patterns: &[Pattern::PredictableDemands],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Entries(&MEDIA, Form::OneOf(&["default", "Memory"]))],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MEDIA: Strings = Strings {
    name: "media",
    doc: "Which volumes are judged: `default` ones, on disk, and those in `Memory`.",
    default: &["default", "Memory"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for volume in pod.volumes().filter(|volume| volume.source() == "emptyDir") {
        judge(cx, pod, volume);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, volume: Volume<'d>) {
    let size = volume.node.at(&["emptyDir", "sizeLimit"]);
    let medium = volume.node.at(&["emptyDir", "medium"]).node().and_then(Node::as_str);
    let memory = match medium {
        None | Some("") => false,
        Some("Memory") => true,
        // Huge pages are set apart, and every container has to ask for them.
        Some(_) => return,
    };
    let Some(name) = volume.name().value else { return };
    let listed = cx.lists(&MEDIA, if memory { "Memory" } else { "default" });
    if quantity(size.node()).is_some() || !listed {
        return;
    }
    let resource = if memory { "memory" } else { "ephemeral-storage" };
    let mounts = |container: Container<'d>, writable: bool| {
        container.mounts().any(|(mounted, _, mount)| {
            let reads = mount.get("readOnly").and_then(Node::as_bool) == Some(true);
            mounted == name && !(writable && reads)
        })
    };
    let limited = |resources| quantity(amount(resources, "limits", resource)).is_some();
    let written = pod.containers().any(|container| mounts(container, true));
    let open = pod
        .containers()
        .any(|container| mounts(container, !memory) && !limited(container.resources().value));
    if !written || !open || (memory && limited(pod.resources_in(cx.target()))) {
        return;
    }
    let (severity, what) = if memory {
        (Severity::Warning, "the memory of the node")
    } else {
        (Severity::Info, "the disk of the node")
    };
    cx.report(size, format_args!("volume `{name}` may take all of {what}"))
        .severity(severity)
        .fix_set(Grade::Review, "Limit its size", "1Gi");
}
