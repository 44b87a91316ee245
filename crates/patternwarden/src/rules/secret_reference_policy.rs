use crate::engine::Cx;
use crate::kube::{ConfigKind, PodSpec, Via, config_references};
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod uses a Secret that it should not use.
    ///
    /// ## Why it matters
    ///
    /// Whoever may create Pods may read every Secret of the namespace through them, whatever RBAC says
    /// about Secrets. A list of names per team closes that side door. Which Secret should be used instead
    /// nobody can tell from here, so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["shop-*"], "denied": ["shop-root*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: PASSWORD
    ///           valueFrom:
    ///             secretKeyRef:
    ///               # finding: /spec/containers/0/env/0/valueFrom/secretKeyRef/name
    ///               name: billing-db
    ///               key: password
    ///       envFrom:
    ///         - secretRef:
    ///             # finding: /spec/containers/0/envFrom/0/secretRef/name
    ///             name: shop-root-password
    ///   volumes:
    ///     - name: db
    ///       secret:
    ///         # finding: /spec/volumes/0/secret/secretName
    ///         secretName: billing-db
    ///     - name: all
    ///       projected:
    ///         sources:
    ///           - secret:
    ///               # finding: /spec/volumes/1/projected/sources/0/secret/name
    ///               name: billing-db
    ///     - name: driver
    ///       csi:
    ///         driver: csi.example.com
    ///         nodePublishSecretRef:
    ///           # finding: /spec/volumes/2/csi/nodePublishSecretRef/name
    ///           name: billing-storage
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"forbid_all": true, "include_pull_secrets": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   imagePullSecrets:
    ///     # finding: /spec/imagePullSecrets/0/name
    ///     - name: registry
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - secretRef:
    ///             # finding: /spec/containers/0/envFrom/0/secretRef/name
    ///             name: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["shop-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   imagePullSecrets:
    ///     - name: registry
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - configMapRef:
    ///             name: app
    ///       volumeMounts:
    ///         - name: db
    ///           mountPath: /run/secrets/db
    ///   volumes:
    ///     - name: db
    ///       secret:
    ///         secretName: shop-db
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For workloads of the platform itself.
    ///
    /// ## Source
    ///
    /// - [RBAC Good Practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation), "Workload creation"
    "secret-reference-policy",
    "Pod uses a Secret it should not use",
    patterns: &[Pattern::SecureConfiguration],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Flag(&FORBID_ALL),
        Param::Strings(&ALLOWED),
        Param::Strings(&DENIED),
        Param::Flag(&INCLUDE_PULL),
    ],
    check: Check::Pod(check),
}

static FORBID_ALL: Flag =
    Flag { name: "forbid_all", doc: "Whether no Secret may be used at all.", default: false };

static ALLOWED: Strings =
    Strings::empty("allowed", "The only Secrets that may be used, as globs; empty for every one.");

static DENIED: Strings = Strings::empty("denied", "Secrets that must not be used, as globs.");

static INCLUDE_PULL: Flag = Flag {
    name: "include_pull_secrets",
    doc: "Whether `imagePullSecrets` are judged as well.",
    default: false,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let pull = cx.flag(&INCLUDE_PULL);
    let references = config_references(pod).into_iter();
    let secrets =
        references.filter(|r| r.kind == ConfigKind::Secret && (pull || r.via() != Via::Pull));
    let mut names: Vec<Node<'d>> = secrets.map(|reference| reference.name).collect();
    names.extend(pod.volumes().filter_map(|volume| of_driver(volume.node)));
    for node in names {
        let name = node.scalar_text();
        let why = if cx.lists(&DENIED, name) {
            "is not allowed"
        } else if cx.flag(&FORBID_ALL) {
            "is used, and none may be"
        } else if cx.leaves_out(&ALLOWED, name) {
            "is not one of those that are allowed"
        } else {
            continue;
        };
        cx.report(node, format_args!("Secret `{}` {why}", clipped(name)));
    }
}

/// The Secret that the driver of a volume gets.
///
/// Source: `core/v1.VolumeSource`: `nodePublishSecretRef` of `csi`, `secretRef` of the drivers of
/// old, and `secretName` of `azureFile`.
fn of_driver(volume: Node<'_>) -> Option<Node<'_>> {
    let mut sources = volume.children().filter(|source| source.key() != Some("secret"));
    sources.find_map(|source| {
        let mut keys = ["nodePublishSecretRef", "secretRef"].into_iter();
        let reference = keys.find_map(|key| source.get(key)?.get("name"));
        reference.or_else(|| source.get("secretName"))
    })
}
