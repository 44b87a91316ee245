use crate::engine::Cx;
use crate::image_files::{CopiedImage, copied_images, process_root, process_roots};
use crate::kube::{Class, Container, PodSpec};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// Files of an image reach the application by a detour that an image volume makes unnecessary.
    ///
    /// ## Why it matters
    ///
    /// The copy step needs a shell in the image, doubles disk use and start time, and gives the
    /// application a copy that it can change. An image volume mounts the same content read-only
    /// and needs no process at all.
    ///
    /// Image volumes are on by default since 1.35 and stable since 1.36. They need containerd 2.1
    /// or a recent CRI-O; the mount is read-only, so the application must not write into it;
    /// `subPath` works since 1.33.
    ///
    /// ## Bad
    ///
    /// An init container copies its files into a volume:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: demo
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0
    ///     - name: init
    ///       image: registry.example/config-dev:1.0.0
    ///       command: [cp, -r, /config-src/., /config]
    ///       volumeMounts:
    ///         - name: config-directory
    ///           mountPath: /config
    ///   containers:
    ///     - name: demo
    ///       image: registry.example/demo:1.0.0
    ///       volumeMounts:
    ///         - name: config-directory
    ///           mountPath: /config
    ///   volumes:
    ///     - name: config-directory
    ///       emptyDir: {}
    /// ```
    ///
    /// A helper links its own root directory into a volume:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: llm
    /// spec:
    ///   shareProcessNamespace: true
    ///   containers:
    ///     - name: modelcar
    ///       image: registry.example/models/llama:3
    ///       # finding: /spec/containers/0/command/2
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
    /// A version earlier, where image volumes are beta, it is a hint:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.35"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0
    ///     - name: config
    ///       image: registry.example/shop-config:7.0.0
    ///       command: [cp, -r, /config, /shared]
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /shared
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /etc/shop
    ///   volumes:
    ///     - name: config
    ///       emptyDir: {}
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: demo
    /// spec:
    ///   containers:
    ///     - name: demo
    ///       image: registry.example/demo:1.0.0
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /config
    ///           subPath: config-src
    ///           readOnly: true
    ///   volumes:
    ///     - name: config
    ///       image:
    ///         reference: registry.example/config-dev:1.0.0
    ///         pullPolicy: IfNotPresent
    /// ```
    ///
    /// Content that is fetched is not in the image:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: demo
    /// spec:
    ///   initContainers:
    ///     - name: fetch
    ///       image: registry.example/git:2.47.0
    ///       command: [git, clone, "https://git.example/config", /config]
    ///       volumeMounts:
    ///         - name: config-directory
    ///           mountPath: /config
    ///   containers:
    ///     - name: demo
    ///       image: registry.example/demo:1.0.0
    ///       volumeMounts:
    ///         - name: config-directory
    ///           mountPath: /config
    ///   volumes:
    ///     - name: config-directory
    ///       emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While some node has an older container runtime, or when the application writes into the
    /// directory.
    ///
    /// ## Source
    ///
    /// - [Image volumes](https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/)
    /// - [KEP-4639](https://github.com/kubernetes/enhancements/issues/4639)
    "config-image-volume-available",
    "Copying init container or modelcar can become an image volume",
    patterns: &[Pattern::ImmutableConfiguration, Pattern::InitContainer],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(ON_BY_DEFAULT),
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

/// Image volumes are beta and on.
const ON_BY_DEFAULT: Minor = Minor(35);

/// Image volumes are stable.
const STABLE: Minor = Minor(36);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let severity = if cx.target() >= STABLE { Severity::Info } else { Severity::Hint };
    for copied in copied_images(pod) {
        let name = copied.init.display_name();
        let report = cx
            .report(
                copied.init.node,
                format_args!("`{name}` copies files that an image volume could mount"),
            )
            .severity(severity)
            .related(copied.mount, "the volume that is filled");
        if let Some(edits) = mount_instead(pod, copied) {
            let title = "Mount the image as a volume; look up the path of the files in it";
            report.fix(Grade::Review, title, edits);
        }
    }
    if pod.share_process_namespace().value == Some(true) {
        for container in pod.containers() {
            for word in process_roots(container) {
                let name = container.display_name();
                let message = format_args!("`{name}` reaches into an image that could be a volume");
                let report = cx.report(word, message).severity(severity);
                if let Some(edits) = unlink(pod, container, word) {
                    report.fix(Grade::Review, "Mount the image as a volume", edits);
                }
            }
        }
    }
}

/// The volume becomes the image; the container that copied goes.
fn mount_instead(pod: PodSpec<'_>, copied: CopiedImage<'_>) -> Option<Vec<Edit>> {
    let mut edits = vec![become_image(pod, copied.init, copied.volume)?];
    let source = copied_from(copied.init);
    for (_, _, mount) in readers(pod, copied.init, copied.volume) {
        edits.push(edit(pod, mount.at(&["readOnly"]), Op::Add(true.into())));
        if let Some(path) = source.filter(|_| mount.get("subPath").is_none()) {
            edits.push(edit(pod, mount.at(&["subPath"]), Op::Add(path.into())));
        }
    }
    edits.push(without(pod, copied.init)?);
    Some(edits)
}

/// What a plain `cp` copies: the directory, relative to the root.
fn copied_from(init: Container<'_>) -> Option<&str> {
    let mut words = init
        .words()
        .flat_map(|word| word.scalar_text().split_whitespace())
        .skip_while(|word| word.rsplit('/').next() != Some("cp"));
    let path = words.find(|word| word.starts_with('/') && !word.ends_with("/cp"))?;
    let path = path.trim_end_matches(['*', '.']).trim_matches('/');
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    (!path.is_empty() && !path.contains("..") && path.chars().all(plain)).then_some(path)
}

/// The link becomes a mount, and the helper and the shared namespace go.
fn unlink(pod: PodSpec<'_>, helper: Container<'_>, word: Node<'_>) -> Option<Vec<Edit>> {
    let (_, behind) = process_root(word.as_str()?)?;
    let mut words = behind.split([' ', ';', '&', '"', '\'', '\n']);
    let (source, target) = (words.next()?.trim_matches('/'), words.next()?);
    let (volume, _, _) = helper.mounts().find(|(_, path, _)| within(path, target))?;
    let mut edits = vec![become_image(pod, helper, volume)?];
    let mut entries = vec![
        ("name", volume.into()),
        ("mountPath", target.into()),
        ("readOnly", Value::Bool(true)),
    ];
    if !source.is_empty() {
        entries.push(("subPath", source.into()));
    }
    let entries = entries.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    let mount = Value::Map(entries);
    for (_, _, old) in readers(pod, helper, volume) {
        edits.push(edit(pod, old.into(), Op::Replace(mount.clone())));
    }
    edits.push(edit(pod, pod.share_process_namespace().place, Op::Remove));
    edits.push(without(pod, helper)?);
    Some(edits)
}

/// Whether `path` lies in the directory `dir`.
fn within(dir: &str, path: &str) -> bool {
    path.strip_prefix(dir.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// The mounts of a volume in other containers.
fn readers<'d>(
    pod: PodSpec<'d>,
    but: Container<'d>,
    volume: &'d str,
) -> impl Iterator<Item = (&'d str, &'d str, Node<'d>)> {
    let others = pod.containers().filter(move |container| *container != but);
    others.flat_map(Container::mounts).filter(move |(name, _, _)| *name == volume)
}

/// Turns an `emptyDir` that running containers share with one other into an image volume.
fn become_image(pod: PodSpec<'_>, owner: Container<'_>, name: &str) -> Option<Edit> {
    let volume = pod.volume(name).filter(|volume| volume.source() == "emptyDir")?;
    let fills = |c: &Container<'_>| {
        c.class == Class::Init && *c != owner && c.mounts().any(|(mount, _, _)| mount == name)
    };
    if pod.containers().any(|container| fills(&container)) {
        return None;
    }
    let reference = ("reference", owner.image().value?.into());
    let image = Value::map([reference, ("pullPolicy", "IfNotPresent".into())]);
    let value = Value::map([("name", name.into()), ("image", image)]);
    Some(edit(pod, volume.node.into(), Op::Replace(value)))
}

/// The Pod without this container; `None` where it is the only one to run.
fn without(pod: PodSpec<'_>, container: Container<'_>) -> Option<Edit> {
    let list = container.node.parent()?;
    let alone = list.items().count() < 2;
    match container.class {
        Class::App if alone => None,
        _ if alone => Some(edit(pod, list.into(), Op::Remove)),
        _ => Some(edit(pod, container.node.into(), Op::Remove)),
    }
}

fn edit(pod: PodSpec<'_>, place: Place<'_>, op: Op) -> Edit {
    Edit::new(format!("{}", place.pointer(pod.object().node)), op)
}
