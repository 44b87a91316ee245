use crate::companions::{beside, blank, claim};
use crate::engine::Cx;
use crate::kube::{
    ConfigKind, ConfigReference, Crd, Object, PodSpec, config_references, is_ingress, items,
};
use crate::matcher::{clipped, glob};
use crate::neighbours::{ACCOUNTS, CLAIMS, CONFIG_MAPS, Reads, WORKLOADS};
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use patternwarden_tree::{Node, Value};

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

/// A name of an object that must exist: its group, its kind, and whether that has namespaces.
type Needed<'d> = (&'static str, &'static str, bool, Node<'d>);

/// What every cluster has: these need not be in the input.
const EVERYWHERE: [&str; 3] =
    ["ConfigMap/kube-root-ca.crt", "PriorityClass/system-*", "ServiceAccount/default"];

const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let mut needed: Vec<Needed<'d>> = Vec::new();
    for pod in object.pod_specs() {
        of_pod(&mut needed, pod);
    }
    let claims = pod_claims(object);
    let is_claim = object.is("", "PersistentVolumeClaim");
    for spec in claims.chain(object.spec().value.filter(|_| is_claim)) {
        let class = ("storage.k8s.io", "StorageClass", false);
        add(&mut needed, class, spec.get("storageClassName"));
        // The annotation that the field has replaced still wins over it.
        let old = object.annotations().value.filter(|_| is_claim);
        add(&mut needed, class, old.and_then(|all| all.get(CLASS_ANNOTATION)));
    }
    if object.is("", "ServiceAccount") {
        for entry in items(object.node.get("imagePullSecrets")) {
            add(&mut needed, ("", "Secret", true), entry.get("name"));
        }
    }
    if is_ingress(object) {
        for entry in items(object.node.at(&["spec", "tls"]).node()) {
            add(&mut needed, ("", "Secret", true), entry.get("secretName"));
        }
    }
    let home = object.effective_namespace();
    let mut said: Vec<(&str, &str)> = Vec::new();
    for (group, kind, namespaced, node) in needed {
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

/// What could stand in for an object. The values of a Secret do not belong into a file, and what
/// has no namespace belongs to somebody else.
fn stub(object: Object<'_>, kind: &str, name: &str) -> Option<(Grade, Value)> {
    match kind {
        "ConfigMap" => {
            let mut data: Vec<(String, Value)> = Vec::new();
            let references = object.pod_specs().flat_map(config_references);
            let same = |r: &ConfigReference<'_>| {
                r.kind == ConfigKind::ConfigMap && r.name.as_str() == Some(name)
            };
            for holder in references.filter(same).map(ConfigReference::holder) {
                let listed = items(holder.get("items")).filter_map(|item| item.get("key"));
                let keys = holder.get("key").into_iter().chain(listed).filter_map(Node::as_str);
                for key in keys {
                    if !data.iter().any(|(other, _)| other == key) {
                        data.push((key.to_owned(), blank("value")));
                    }
                }
            }
            let grade = if data.is_empty() { Grade::Review } else { Grade::Template };
            let fields = Value::map([("data", Value::Map(data))]);
            Some((grade, beside(object, ["v1", kind], name, fields)))
        }
        "PersistentVolumeClaim" => Some((Grade::Template, claim(object, name))),
        "ServiceAccount" => {
            Some((Grade::Review, beside(object, ["v1", kind], name, Value::map([]))))
        }
        _ => None,
    }
}

fn add<'d>(
    out: &mut Vec<Needed<'d>>,
    (group, kind, namespaced): (&'static str, &'static str, bool),
    name: Option<Node<'d>>,
) {
    out.extend(name.map(|name| (group, kind, namespaced, name)));
}

fn of_pod<'d>(out: &mut Vec<Needed<'d>>, pod: PodSpec<'d>) {
    for reference in config_references(pod).into_iter().filter(|r| !r.is_optional()) {
        let kind = reference.kind.name();
        add(out, ("", kind, true), Some(reference.name));
    }
    for volume in pod.volumes() {
        add(out, ("", "PersistentVolumeClaim", true), volume.claim_name().place.node());
    }
    let account = pod.service_account_name().place.node().or(pod.node.get("serviceAccount"));
    add(out, ("", "ServiceAccount", true), account);
    let class = pod.priority_class_name().place.node();
    add(out, ("scheduling.k8s.io", "PriorityClass", false), class);
    add(out, ("node.k8s.io", "RuntimeClass", false), pod.node.get("runtimeClassName"));
    for claim in items(pod.node.get("resourceClaims")) {
        // Until 1.30 the names stood in a map of their own.
        let claim = claim.get("source").unwrap_or(claim);
        add(out, ("resource.k8s.io", "ResourceClaim", true), claim.get("resourceClaimName"));
        let template = claim.get("resourceClaimTemplateName");
        add(out, ("resource.k8s.io", "ResourceClaimTemplate", true), template);
    }
}

/// `spec` of every claim that is made for the Pods of a workload.
fn pod_claims(object: Object<'_>) -> impl Iterator<Item = Node<'_>> {
    let templates = object.workload().and_then(|workload| workload.volume_claim_templates().value);
    let volumes = object.pod_specs().flat_map(|pod| items(pod.volume_list().value));
    let own = items(templates).filter_map(|claim| claim.get("spec"));
    own.chain(
        volumes
            .filter_map(|volume| volume.at(&["ephemeral", "volumeClaimTemplate", "spec"]).node()),
    )
}
