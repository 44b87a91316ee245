use crate::engine::Cx;
use crate::kube::{
    ConfigKind, ConfigObject, ConfigReference, Object, PodSpec, Via, base64, config_references,
    entries, items,
};
use crate::matcher::{clipped, distance};
use crate::neighbours::Reads;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A key of a ConfigMap or Secret that a Pod needs does not exist, or cannot be used.
    ///
    /// ## Why it matters
    ///
    /// The container waits in CreateContainerConfigError, or the volume is never mounted, with the
    /// name of the key in an event. No schema shows a mistyped key.
    ///
    /// ## Bad
    ///
    /// Keys that are not there, as a variable, as a file and as the file of a `subPath`:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   log-level: info
    ///   app.properties: |
    ///     mode=prod
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: LEVEL
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               name: app
    ///               # finding: 1 /spec/containers/0/env/0/valueFrom/configMapKeyRef/key
    ///               key: loglevel
    ///       volumeMounts:
    ///         - name: all
    ///           mountPath: /etc/app/settings.properties
    ///           # finding: 1 /spec/containers/0/volumeMounts/0/subPath
    ///           subPath: settings.properties
    ///         - name: some
    ///           mountPath: /etc/some
    ///   volumes:
    ///     - name: all
    ///       configMap:
    ///         name: app
    ///     - name: some
    ///       configMap:
    ///         name: app
    ///         items:
    ///           # finding: 1 /spec/volumes/1/configMap/items/0/key
    ///           - key: application.yaml
    ///             path: app.yaml
    ///           - key: log-level
    ///             path: level
    ///           - key: app.properties
    ///             # finding: 1 /spec/volumes/1/configMap/items/2/path
    ///             path: level
    /// ```
    ///
    /// Binary data never becomes a variable:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// binaryData:
    ///   level: aW5mbw==
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: LEVEL
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               name: app
    ///               # finding: 1 /spec/containers/0/env/0/valueFrom/configMapKeyRef/key
    ///               key: level
    /// ```
    ///
    /// The API server refuses data of a Secret that is not Base64:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: app
    /// data:
    ///   # finding: /data/password
    ///   password: not-base64!
    ///   user: YXBw
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   log-level: info
    ///   app.properties: |
    ///     mode=prod
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: app
    /// data:
    ///   user: YXBw
    /// stringData:
    ///   group: app
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: LEVEL
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               name: app
    ///               key: log-level
    ///         - name: GROUP
    ///           valueFrom:
    ///             secretKeyRef:
    ///               name: app
    ///               key: group
    ///         - name: EXTRA
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               name: app
    ///               key: extra
    ///               optional: true
    ///       volumeMounts:
    ///         - name: app
    ///           mountPath: /etc/app/app.properties
    ///           subPath: conf/app.properties
    ///         - name: app
    ///           mountPath: /etc/conf
    ///           subPath: conf
    ///   volumes:
    ///     - name: app
    ///       configMap:
    ///         name: app
    ///         items:
    ///           - key: app.properties
    ///             path: conf/app.properties
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When a controller adds the key later; `optional: true` says that the Pod can start without.
    ///
    /// ## Source
    ///
    /// - [Configure a Pod to Use a ConfigMap](https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/), "Restrictions" and "Optional references"
    /// - [Secrets](https://kubernetes.io/docs/concepts/configuration/secret/): Base64 in `data`, 1 MiB at most
    /// - `kubernetes/pkg/kubelet/kubelet_pods.go`: a variable reads `data` of a ConfigMap alone
    "config-key-missing",
    "Key does not exist in the ConfigMap or Secret of this bundle",
    patterns: &[Pattern::ConfigurationResource],
    severity: Severity::Error,
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads::never(
    "a cluster cannot be asked for the keys of ConfigMaps and Secrets without their values",
)];

/// The most that a ConfigMap or Secret may hold, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// Letters that a mistyped key may differ in.
const TYPO: usize = 2;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(config) = ConfigObject::of(object).filter(|config| !config.is_encrypted()) {
        payload(cx, config);
    }
    for pod in object.pod_specs() {
        for reference in config_references(pod).into_iter().filter(|r| !r.is_optional()) {
            let namespace = object.effective_namespace();
            let Some(config) = cx.set().referenced(reference, namespace) else { continue };
            match reference.via() {
                Via::Env => key(cx, config, reference.holder().get("key"), true),
                Via::Volume => files(cx, pod, config, reference),
                Via::EnvFrom | Via::Pull => {}
            }
        }
    }
}

/// A key that is asked for; a `variable` cannot be binary.
fn key<'d>(cx: &mut Cx<'_, 'd>, config: ConfigObject<'d>, key: Option<Node<'d>>, variable: bool) {
    let Some((node, wanted)) = key.and_then(|node| Some((node, node.as_str()?))) else { return };
    let (kind, name) = (config.kind.name(), config.object.display_name());
    let (shown, found) = (clipped(wanted), config.entry(wanted));
    let binary =
        |entry: Node<'d>| entry.parent().is_some_and(|map| map.key() == Some("binaryData"));
    match found {
        Some(entry) if variable && binary(entry) => {
            cx.report(node, format_args!("`{shown}` is binary data, which no variable can take"))
                .related(entry, "stands in `binaryData`");
        }
        Some(_) => {}
        None => {
            let near =
                |entry: &Node<'d>| distance(entry.key().unwrap_or_default(), wanted, TYPO) <= TYPO;
            let mut near = config.entries().filter(near);
            let only = near.next().filter(|_| near.next().is_none()).and_then(Node::key);
            let report = cx
                .report(node, format_args!("{kind} `{name}` has no key `{shown}`"))
                .related(config.node, "has other keys");
            if let Some(only) = only {
                report.fix_set(Grade::Safe, alloc::format!("Use `{}`", clipped(only)), only);
            }
        }
    }
}

/// Keys that become files, and files that are mounted by name.
fn files<'d>(
    cx: &mut Cx<'_, 'd>,
    pod: PodSpec<'d>,
    config: ConfigObject<'d>,
    reference: ConfigReference<'d>,
) {
    let holder = reference.holder();
    let listed: Vec<_> = items(holder.get("items")).collect();
    let mut paths: Vec<&str> = Vec::new();
    for item in &listed {
        key(cx, config, item.get("key"), false);
        let Some(path) = item.get("path") else { continue };
        let Some(text) = path.as_str() else { continue };
        if paths.contains(&text) {
            cx.report(path, format_args!("two keys become the one file `{}`", clipped(text)));
        }
        paths.push(text);
    }
    if listed.is_empty() {
        paths.extend(config.entries().filter_map(Node::key));
    }
    // Sources of a projected volume share its files.
    let Some(volume) = holder.parent().filter(|volume| volume.get("name").is_some()) else {
        return;
    };
    let name = volume.get("name").and_then(Node::as_str);
    for container in pod.containers() {
        for (_, _, mount) in container.mounts().filter(|(mounted, _, _)| Some(*mounted) == name) {
            let Some(at) = mount.get("subPath") else { continue };
            let Some(wanted) = at.as_str().map(|path| path.trim_end_matches('/')) else { continue };
            let is_it = |path: &&str| {
                let rest = path.strip_prefix(wanted);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if !wanted.is_empty() && !paths.iter().any(is_it) {
                let shown = clipped(wanted);
                cx.report(
                    at,
                    format_args!("volume `{}` has no file `{shown}`", name.unwrap_or("?")),
                );
            }
        }
    }
}

/// What the API server refuses in the object itself.
fn payload<'d>(cx: &mut Cx<'_, 'd>, config: ConfigObject<'d>) {
    let secret = config.kind == ConfigKind::Secret;
    let mut size =
        entries(config.string_data().value).map(|entry| entry.scalar_text().len()).sum::<usize>();
    for (map, encoded) in [(config.data(), secret), (config.binary_data(), true)] {
        for entry in entries(map.value).filter(|entry| entry.as_str().is_some()) {
            let text = entry.scalar_text();
            let bytes =
                if encoded { base64(text).map(|bytes| bytes.len()) } else { Some(text.len()) };
            size += bytes.unwrap_or(0);
            if bytes.is_none() {
                let name = clipped(entry.key().unwrap_or_default());
                cx.report(entry, format_args!("the value of `{name}` is not Base64"));
            }
        }
    }
    if size > MAX_SIZE {
        cx.report(
            config.data().place,
            format_args!("the object holds {size} bytes, more than the 1 MiB that it may"),
        );
    }
}
