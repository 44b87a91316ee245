use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::Container;
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::{At, Node};

crate::rule! {
    /// What a container mounts appears on the node, or the mount cannot be made at all.
    ///
    /// ## Why it matters
    ///
    /// With `Bidirectional` a mount made inside the container appears on the node and in every other
    /// container that has the same directory, and stays when the container has gone. Only storage drivers
    /// need that, and only privileged containers may do it.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///           # finding: /spec/containers/0/volumeMounts/0/mountPropagation
    ///           mountPropagation: Bidirectional
    ///   volumes:
    ///     - name: data
    ///       emptyDir: {}
    /// ```
    ///
    /// A privileged container may do it, which is a warning:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: driver
    /// spec:
    ///   containers:
    ///     - name: driver
    ///       image: registry.example/driver:2.1.0
    ///       securityContext:
    ///         privileged: true
    ///       volumeMounts:
    ///         - name: pods
    ///           mountPath: /pods
    ///           # finding: /spec/containers/0/volumeMounts/0/mountPropagation
    ///           mountPropagation: Bidirectional
    ///         - name: other
    ///           mountPath: /other
    ///           # finding: /spec/containers/0/volumeMounts/1/mountPropagation
    ///           mountPropagation: Shared
    ///   volumes:
    ///     - name: pods
    ///       hostPath:
    ///         path: /var/lib/pods
    ///     - name: other
    ///       emptyDir: {}
    /// ```
    ///
    /// A mount that is read-only to its depth must be read-only, and must not take in other mounts:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///           # finding: /spec/containers/0/volumeMounts/0/recursiveReadOnly
    ///           recursiveReadOnly: Enabled
    ///         - name: data
    ///           mountPath: /more
    ///           readOnly: true
    ///           # finding: /spec/containers/0/volumeMounts/1/recursiveReadOnly
    ///           recursiveReadOnly: IfPossible
    ///           mountPropagation: HostToContainer
    ///   volumes:
    ///     - name: data
    ///       emptyDir: {}
    /// ```
    ///
    /// With images that may:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_images": ["registry.example/driver:*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: driver
    /// spec:
    ///   containers:
    ///     - name: driver
    ///       image: registry.example/driver:2.1.0
    ///       securityContext:
    ///         privileged: true
    ///       volumeMounts:
    ///         - name: pods
    ///           mountPath: /pods
    ///           mountPropagation: Bidirectional
    ///     - name: other
    ///       image: registry.example/other:1.0.0
    ///       securityContext:
    ///         privileged: true
    ///       volumeMounts:
    ///         - name: pods
    ///           mountPath: /pods
    ///           # finding: /spec/containers/1/volumeMounts/0/mountPropagation
    ///           mountPropagation: Bidirectional
    ///   volumes:
    ///     - name: pods
    ///       emptyDir: {}
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///           readOnly: true
    ///           recursiveReadOnly: Enabled
    ///           mountPropagation: None
    ///         - name: data
    ///           mountPath: /more
    ///           mountPropagation: HostToContainer
    ///   volumes:
    ///     - name: data
    ///       emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For storage drivers that mount volumes for other Pods, by image in `allowed_images`.
    ///
    /// ## Source
    ///
    /// - [Volumes](https://kubernetes.io/docs/concepts/storage/volumes/#mount-propagation), mount propagation and recursive read-only mounts
    /// - [`VolumeMount` of `core/v1`](https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#volumemount-v1-core)
    "mount-propagation-bidirectional",
    "Mounts leak from the container to the node",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&ALLOWED_IMAGES)],
    refused: true,
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static ALLOWED_IMAGES: Strings = Strings {
    name: "allowed_images",
    doc: "Images of privileged containers that may share mounts with the node, patterns as in `image-registry-policy`.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    container.mounts().for_each(|(_, path, mount)| judge(cx, container, path, mount));
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, path: &str, mount: Node<'d>) {
    let word = |key: &'static [&'static str]| At::read(mount, key, Node::as_str);
    let (spread, deep) = (word(&["mountPropagation"]), word(&["recursiveReadOnly"]));
    let privileged = container.privileged().value == Some(true);
    let allowed = container
        .image_ref()
        .is_some_and(|image| cx.entries(&ALLOWED_IMAGES).any(|pattern| matches(pattern, image)));
    let (name, path) = (container.display_name(), clipped(path));
    let fault = match spread.value {
        Some("None" | "HostToContainer") => None,
        Some("Bidirectional") if !privileged => Some("which only a privileged container may do"),
        Some("Bidirectional") if allowed => None,
        Some("Bidirectional") => Some("also when it has gone"),
        None if spread.is_absent() => None,
        _ => {
            cx.report(
                spread.place,
                format_args!(
                    "the mount `{path}` of container `{name}` spreads in a way that does not exist"
                ),
            )
            .fix_remove(Grade::Review, "Keep mounts apart");
            None
        }
    };
    if let Some(why) = fault {
        let severity = if privileged { Severity::Warning } else { Severity::Error };
        cx.report(
            spread.place,
            format_args!(
                "mounts that container `{name}` makes below `{path}` appear on the node, {why}"
            ),
        )
        .severity(severity)
        .fix_remove(Grade::Review, "Keep mounts apart");
    }
    let read_only = mount.get("readOnly").and_then(Node::as_bool) == Some(true);
    let apart = spread.is_absent() || spread.value == Some("None");
    if !deep.is_absent() && deep.value != Some("Disabled") && !(read_only && apart) {
        let why = if read_only { "takes in mounts of the node" } else { "can be written" };
        cx.report(
            deep.place,
            format_args!(
                "the mount `{path}` of container `{name}` is read-only to its depth and {why}"
            ),
        )
        .fix_remove(Grade::Review, "Make it read-only at the top alone");
    }
}
