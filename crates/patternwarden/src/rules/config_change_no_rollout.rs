use crate::digest::sha256;
use crate::engine::Cx;
use crate::kube::{
    ConfigKind, ConfigObject, ConfigReference, PodSpec, Via, config_references, entries,
    is_versioned,
};
use crate::matcher::glob;
use crate::neighbours::{CONFIG_MAPS, Reads};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{string::String, vec::Vec};
use patternwarden_tree::{Node, sort_by};

crate::rule! {
    /// Nothing restarts the Pods when the configuration that they read at start changes.
    ///
    /// ## Why it matters
    ///
    /// Variables are read once, and so is a file that is mounted by `subPath`. After a change half of
    /// the Pods run with the old values, until something else restarts them. A checksum of the
    /// content in the template makes every change a rollout.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   LEVEL: info
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: app
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: app
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: app
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///           envFrom:
    ///             - configMapRef:
    ///                 # finding: 1 /spec/template/spec/containers/0/envFrom/0/configMapRef/name
    ///                 name: app
    /// ```
    ///
    /// A Secret as a variable, and a file by `subPath`. For a Secret no checksum is offered, since a
    /// digest of a short password tells the password:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: app
    /// stringData:
    ///   user: app
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: files
    /// data:
    ///   app.properties: |
    ///     mode=prod
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: app
    /// spec:
    ///   serviceName: app
    ///   selector:
    ///     matchLabels:
    ///       app: app
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: app
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///           env:
    ///             - name: DB_USER
    ///               valueFrom:
    ///                 secretKeyRef:
    ///                   # finding: 2 /spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name
    ///                   name: app
    ///                   key: user
    ///           volumeMounts:
    ///             - name: files
    ///               mountPath: /etc/app.properties
    ///               subPath: app.properties
    ///       volumes:
    ///         - name: files
    ///           configMap:
    ///             # finding: 2 /spec/template/spec/volumes/0/configMap/name
    ///             name: files
    /// ```
    ///
    /// ## Good
    ///
    /// A checksum in the template, a version in the name, an immutable object, or a controller that
    /// restarts the Pods:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   LEVEL: info
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-v7
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: watched
    ///   annotations:
    ///     k8spatterns.com/podDeleteSelector: app=watched
    /// data:
    ///   MODE: prod
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: app
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: app
    ///   template:
    ///     metadata:
    ///       annotations:
    ///         checksum/config: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
    ///       labels:
    ///         app: app
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///           envFrom:
    ///             - configMapRef:
    ///                 name: app
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: versioned
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: versioned
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: versioned
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///           envFrom:
    ///             - configMapRef:
    ///                 name: app-v7
    ///             - configMapRef:
    ///                 name: watched
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: reloaded
    ///   annotations:
    ///     reloader.stakater.com/auto: "true"
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: reloaded
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: reloaded
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///           envFrom:
    ///             - configMapRef:
    ///                 name: app
    /// ```
    ///
    /// A whole volume follows the change by itself:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: files
    /// data:
    ///   app.properties: |
    ///     mode=prod
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.0.0
    ///           volumeMounts:
    ///             - name: files
    ///               mountPath: /etc/agent
    ///       volumes:
    ///         - name: files
    ///           configMap:
    ///             name: files
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the tool that applies the manifests adds the checksum, or restarts the workload.
    ///
    /// ## Source
    ///
    /// - [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically): neither variables nor `subPath` mounts are updated
    "config-change-no-rollout",
    "A changed ConfigMap will not reach the running Pods",
    patterns: &[Pattern::ConfigurationResource, Pattern::Controller],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] = &[Reads {
    on: &["DaemonSet", "Deployment", "StatefulSet"],
    kinds: &[&CONFIG_MAPS],
    lacks: "Secrets are not looked up: a host that may list them holds their values",
}];

/// Annotations of a template that change with the configuration, as globs.
const CHECKSUMS: [&str; 2] = ["checksum/*", "*-hash"];

/// Annotations that a controller restarts Pods for, as globs: on the workload, its template, or the
/// configuration itself.
const RESTARTS: [&str; 3] =
    ["reloader.stakater.com/*", "*.reloader.stakater.com/*", "k8spatterns.com/podDeleteSelector"];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (workload, object) = (pod.workload, pod.object());
    let rolls =
        ["Deployment", "StatefulSet", "DaemonSet"].iter().any(|kind| workload.is_like(kind));
    if !rolls
        || has(pod.annotations(), &CHECKSUMS)
        || has(pod.annotations(), &RESTARTS)
        || has(object.annotations().value, &RESTARTS)
    {
        return;
    }
    let namespace = object.effective_namespace();
    let mut read: Vec<(ConfigReference<'d>, ConfigObject<'d>)> = Vec::new();
    for reference in config_references(pod).into_iter().filter(|r| is_read_once(pod, *r)) {
        let Some(config) = cx.set().referenced(reference, namespace) else { continue };
        let name = reference.name.as_str().unwrap_or_default();
        let settled = config.immutable().value == Some(true)
            || is_versioned(name)
            || has(config.object.annotations().value, &RESTARTS);
        if !settled && !read.iter().any(|(_, known)| known.object.index == config.object.index) {
            read.push((reference, config));
        }
    }
    let checksum = checksum(read.iter().map(|(_, config)| *config));
    let place = pod.template.at(&["metadata", "annotations", "checksum/config"]);
    for (reference, config) in &read {
        let (kind, name) = (config.kind.name(), config.object.display_name());
        let report = cx
            .report(
                reference.name,
                format_args!("no Pod is restarted when {kind} `{name}` changes"),
            )
            .related(config.node, "can change");
        if let Some(checksum) = checksum.as_deref().filter(|_| config.kind == ConfigKind::ConfigMap)
        {
            report.fix_at(
                Grade::Safe,
                "Add a checksum of the content to the template",
                place,
                checksum,
            );
        }
    }
}

fn has(annotations: Option<Node<'_>>, globs: &[&str]) -> bool {
    let mut keys = entries(annotations).filter_map(Node::key);
    keys.any(|key| globs.iter().any(|pattern| glob(pattern, key)))
}

/// Whether a running container does not see the next content.
fn is_read_once(pod: PodSpec<'_>, reference: ConfigReference<'_>) -> bool {
    match reference.via() {
        Via::Env | Via::EnvFrom => true,
        Via::Pull => false,
        Via::Volume => {
            // The name of a projected source stands two levels deeper.
            let mut above = reference.holder().parent();
            while let Some(node) = above.filter(|node| node.get("name").is_none()) {
                above = node.parent();
            }
            let volume = above.and_then(|volume| volume.get("name")).and_then(Node::as_str);
            pod.containers().any(|container| {
                container.mounts().any(|(name, _, mount)| {
                    let part = mount.get("subPath").or(mount.get("subPathExpr"));
                    Some(name) == volume && part.is_some_and(|part| !part.scalar_text().is_empty())
                })
            })
        }
    }
}

/// SHA-256 of the data of the ConfigMaps among these; the order of keys does not count.
fn checksum<'d>(configs: impl Iterator<Item = ConfigObject<'d>>) -> Option<String> {
    let mut data: Vec<(&str, Node<'d>)> = Vec::new();
    for config in configs.filter(|config| config.kind == ConfigKind::ConfigMap) {
        let name = config.object.display_name();
        data.extend(config.entries().map(|entry| (name, entry)));
    }
    let key = |(name, entry): &(&'d str, Node<'d>)| (*name, entry.key().unwrap_or_default());
    sort_by(&mut data, |a, b| key(a).cmp(&key(b)));
    let mut message = Vec::new();
    for (name, entry) in &data {
        for part in [*name, entry.key().unwrap_or_default(), entry.scalar_text()] {
            message.extend_from_slice(part.as_bytes());
            message.push(0);
        }
    }
    (!data.is_empty()).then(|| sha256(message))
}
