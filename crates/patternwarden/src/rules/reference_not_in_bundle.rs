use crate::companions::stub;
use crate::engine::Cx;
use crate::kube::{Crd, Object};
use crate::matcher::{clipped, glob};
use crate::needs::{Needed, needs};
use crate::neighbours::{ACCOUNTS, CLAIMS, CONFIG_MAPS, Reads, WORKLOADS};
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, vec::Vec};

crate::rule! {
    /// An object that is needed by name is not part of the input.
    ///
    /// ## Why it matters
    ///
    /// Without its ConfigMap a container never starts, without its claim a Pod is never scheduled.
    /// The list is also the documentation of what the application depends on: a warning for what
    /// should be part of it, since the input is said to be complete, and a note for what belongs to
    /// the cluster. There is no repair, because a repair changes one object, and here another one has
    /// to be written.
    ///
    /// ## Bad
    ///
    /// What Pods name:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: /spec/serviceAccountName
    ///   serviceAccountName: app
    ///   # finding: /spec/priorityClassName
    ///   priorityClassName: important
    ///   # finding: /spec/runtimeClassName
    ///   runtimeClassName: gvisor
    ///   imagePullSecrets:
    ///     # finding: /spec/imagePullSecrets/0/name
    ///     - name: registry
    ///   resourceClaims:
    ///     - name: gpu
    ///       # finding: /spec/resourceClaims/0/resourceClaimName
    ///       resourceClaimName: gpu
    ///     - name: fpga
    ///       # finding: /spec/resourceClaims/1/resourceClaimTemplateName
    ///       resourceClaimTemplateName: fpga
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - configMapRef:
    ///             name: settings
    ///       env:
    ///         - name: LEVEL
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               # finding: /spec/containers/0/env/0/valueFrom/configMapKeyRef/name
    ///               name: settings
    ///               key: level
    ///   volumes:
    ///     - name: data
    ///       persistentVolumeClaim:
    ///         # finding: /spec/volumes/0/persistentVolumeClaim/claimName
    ///         claimName: data
    ///     - name: keys
    ///       projected:
    ///         sources:
    ///           - secret:
    ///               # finding: /spec/volumes/1/projected/sources/0/secret/name
    ///               name: keys
    ///     - name: scratch
    ///       ephemeral:
    ///         volumeClaimTemplate:
    ///           spec:
    ///             accessModes: [ReadWriteOnce]
    ///             # finding: /spec/volumes/2/ephemeral/volumeClaimTemplate/spec/storageClassName
    ///             storageClassName: fast
    ///             resources:
    ///               requests:
    ///                 storage: 1Gi
    /// ```
    ///
    /// What others name, and a resource whose definition is elsewhere:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   # finding: 0 /spec/storageClassName
    ///   storageClassName: fast
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   ingressClassName: internal
    ///   tls:
    ///     # finding: 1 /spec/tls/0/secretName
    ///     - secretName: shop-tls
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
    /// ---
    /// # finding: 2 /kind
    /// apiVersion: shop.example/v1
    /// kind: Basket
    /// metadata:
    ///   name: first
    /// ```
    ///
    /// An account's secrets, and the annotation that stands for a class:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: shop
    /// imagePullSecrets:
    ///   # finding: /imagePullSecrets/0/name
    ///   - name: registry
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    ///   annotations:
    ///     # finding: 1 /metadata/annotations/volume.beta.kubernetes.io~1storage-class
    ///     volume.beta.kubernetes.io/storage-class: fast
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 10Gi
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: settings
    /// data:
    ///   level: info
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: app
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   serviceAccountName: app
    ///   priorityClassName: system-node-critical
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - configMapRef:
    ///             name: settings
    ///         - secretRef:
    ///             name: overrides
    ///             optional: true
    ///   volumes:
    ///     - name: authorities
    ///       configMap:
    ///         name: kube-root-ca.crt
    /// ```
    ///
    /// Names that the settings leave out:
    ///
    /// ```yaml,good
    /// # settings: {"ignore": ["Secret/platform-*", "StorageClass/*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   imagePullSecrets:
    ///     - name: platform-registry
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   storageClassName: fast
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// A custom resource beside its definition:
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: shops.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Shop
    ///     plural: shops
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: example.com/v1
    /// kind: Shop
    /// metadata:
    ///   name: books
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For what the platform provides: name it in `ignore`. A ConfigMap, a claim and a ServiceAccount
    /// can be written beside the object, to be filled in; never without a look, since whoever applies a
    /// stub over the real one empties it. The values of a Secret belong into no file, and what has no
    /// namespace belongs to the cluster: for these there is no repair.
    ///
    /// ## Source
    ///
    /// - [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/), [Secrets](https://kubernetes.io/docs/concepts/configuration/secret/): a Pod waits for what is not optional
    /// - [Root CA certificates](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/): `kube-root-ca.crt` is in every namespace
    "reference-not-in-bundle",
    "Referenced object is not part of this input",
    patterns: &[Pattern::PredictableDemands, Pattern::ConfigurationResource, Pattern::Operator],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    params: &[Param::Entries(&IGNORE, Form::Object)],
    reads: READS,
    fix: Some(Grade::Review),
    fix_beside: true,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: WORKLOADS,
    kinds: &[&ACCOUNTS, &CLAIMS, &CONFIG_MAPS],
    lacks: "Secrets are not looked up, since a host that may list them holds their values; nor is what belongs to the cluster",
}];

static IGNORE: Strings = Strings {
    name: "ignore",
    doc: "What need not be in the input, as globs of `kind/name`.",
    default: &[],
};

/// What every cluster has: these need not be in the input.
const EVERYWHERE: [&str; 3] =
    ["ConfigMap/kube-root-ca.crt", "PriorityClass/system-*", "ServiceAccount/default"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let home = object.effective_namespace();
    let mut said: Vec<(&str, &str)> = Vec::new();
    for Needed { group, kind, namespaced, name: node } in needs(object) {
        let Some(name) = node.as_str().filter(|name| !name.is_empty()) else { continue };
        if !cx.set().would_hold(kind, home) {
            continue;
        }
        let full = format!("{kind}/{name}");
        let known =
            EVERYWHERE.iter().any(|pattern| glob(pattern, &full)) || cx.lists(&IGNORE, &full);
        let found = cx.set().find(group, kind, namespaced.then_some(home), name).is_some();
        // What has no namespace belongs to the cluster, and not to the application.
        let severity = if namespaced { Severity::Warning } else { Severity::Info };
        if !known && !found && !said.contains(&(kind, name)) {
            said.push((kind, name));
            let input = cx.set().word();
            let report = cx
                .report(node, format_args!("{kind} `{}` is not in the {input}", clipped(name)))
                .severity(severity);
            if let Some((grade, stub)) = stub(object, kind, name) {
                report.fix_beside(grade, &format!("Write this {kind}"), [stub].into());
            }
        }
    }
    let api = object.api();
    let defines = |crd: Crd<'_>| {
        crd.group().value == Some(api.group) && crd.names_kind().value == Some(api.kind)
    };
    let mut definitions = cx.set().of_kind("CustomResourceDefinition").filter_map(Crd::of);
    let is_known = api.is_built_in() || !cx.set().would_hold("CustomResourceDefinition", "");
    if !is_known && !definitions.any(defines) {
        let shown = clipped(api.kind);
        if !cx.lists(&IGNORE, &format!("CustomResourceDefinition/{}.{}", api.kind, api.group)) {
            cx.report(
                object.kind().place,
                format_args!("the definition of `{shown}` is not in the input"),
            );
        }
    }
}
