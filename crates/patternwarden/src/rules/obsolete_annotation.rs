use crate::engine::Cx;
use crate::kube::{Object, PodSpec, entries, items};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value, escaped};

crate::rule! {
    /// Configuration in an annotation that Kubernetes ignores, or that has a field of its own.
    ///
    /// ## Why it matters
    ///
    /// The manifest looks complete, but the cluster never starts the init container that it describes, or
    /// runs without the profile that it names. That a step of security or of the start is missing without a
    /// word is worse than an error.
    ///
    /// ## Bad
    ///
    /// Ignored for years:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   annotations:
    ///     # finding: /metadata/annotations/pod.beta.kubernetes.io~1init-containers
    ///     pod.beta.kubernetes.io/init-containers: '[{"name": "fetch", "image": "registry.example/fetch:1.0.0"}]'
    ///     # finding: /metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod
    ///     seccomp.security.alpha.kubernetes.io/pod: runtime/default
    ///     # finding: /metadata/annotations/scheduler.alpha.kubernetes.io~1critical-pod
    ///     scheduler.alpha.kubernetes.io/critical-pod: ""
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: 1 /metadata/annotations/service.alpha.kubernetes.io~1tolerate-unready-endpoints
    ///     service.alpha.kubernetes.io/tolerate-unready-endpoints: "true"
    ///     # finding: 1 /metadata/annotations/service.kubernetes.io~1topology-aware-hints
    ///     service.kubernetes.io/topology-aware-hints: Auto
    /// spec:
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// Still read, but there is a field:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///       annotations:
    ///         # finding: 0 /spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app
    ///         container.apparmor.security.beta.kubernetes.io/app: localhost/shop
    ///         # finding: 0 /spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1proxy
    ///         container.apparmor.security.beta.kubernetes.io/proxy: runtime/default
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///         - name: proxy
    ///           image: registry.example/proxy:1.9.0
    ///           securityContext:
    ///             appArmorProfile:
    ///               type: RuntimeDefault
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: 1 /metadata/annotations/kubernetes.io~1ingress.class
    ///     kubernetes.io/ingress.class: internal
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    ///   annotations:
    ///     # finding: 2 /metadata/annotations/volume.beta.kubernetes.io~1storage-class
    ///     volume.beta.kubernetes.io/storage-class: fast
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// In a template for claims, and what a field already says:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   serviceName: db
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:16.3.0
    ///   volumeClaimTemplates:
    ///     - metadata:
    ///         name: data
    ///         annotations:
    ///           # finding: /spec/volumeClaimTemplates/0/metadata/annotations/volume.beta.kubernetes.io~1storage-class
    ///           volume.beta.kubernetes.io/storage-class: fast
    ///       spec:
    ///         accessModes: [ReadWriteOnce]
    ///         resources:
    ///           requests:
    ///             storage: 10Gi
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
    ///   securityContext:
    ///     seccompProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         appArmorProfile:
    ///           type: Localhost
    ///           localhostProfile: shop
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     example.com/owner: team-shop
    /// spec:
    ///   ingressClassName: internal
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
    /// ```
    ///
    /// Another kind may have an annotation of that name:
    ///
    /// ```yaml,good
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: Gateway
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     kubernetes.io/ingress.class: internal
    /// spec:
    ///   gatewayClassName: internal
    ///   listeners:
    ///     - name: http
    ///       port: 80
    ///       protocol: HTTP
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While clusters that do not have the field yet get the same manifest. Init containers in an annotation
    /// are JSON in a text, and a seccomp profile in one may be for a node that is gone: these are not moved
    /// by a repair.
    ///
    /// ## Source
    ///
    /// - [Well-known labels, annotations and taints](https://kubernetes.io/docs/reference/labels-annotations-taints/)
    /// - [Ingress: deprecated annotation](https://kubernetes.io/docs/concepts/services-networking/ingress/#deprecated-annotation): the field is no direct equivalent, as it names an IngressClass
    /// - [AppArmor](https://kubernetes.io/docs/tutorials/security/apparmor/): fields since 1.30, before that annotations
    /// - [Seccomp](https://kubernetes.io/docs/reference/node/seccomp/): annotations have no effect since 1.27
    "obsolete-annotation",
    "Configuration in an annotation that is ignored or superseded",
    patterns: &[Pattern::InitContainer, Pattern::ProcessContainment, Pattern::ServiceDiscovery],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

/// What became of an annotation, by key or by what the key begins with; what takes its place.
static OBSOLETE: &[(&str, Severity, &str)] = &[
    ("pod.alpha.kubernetes.io/init-containers", Severity::Error, "initContainers"),
    ("pod.beta.kubernetes.io/init-containers", Severity::Error, "initContainers"),
    ("seccomp.security.alpha.kubernetes.io/pod", Severity::Error, "seccompProfile"),
    ("container.seccomp.security.alpha.kubernetes.io/", Severity::Error, "seccompProfile"),
    ("scheduler.alpha.kubernetes.io/critical-pod", Severity::Error, "priorityClassName"),
    (TOLERATE, Severity::Error, "publishNotReadyAddresses"),
    (APPARMOR, Severity::Warning, "appArmorProfile"),
    (INGRESS_CLASS, Severity::Warning, "ingressClassName"),
    (STORAGE_CLASS, Severity::Warning, "storageClassName"),
    (HINTS, Severity::Warning, TOPOLOGY_MODE),
];

const TOLERATE: &str = "service.alpha.kubernetes.io/tolerate-unready-endpoints";
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
const STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";

/// First version with `appArmorProfile`.
const APPARMOR_FIELD: Minor = Minor(30);

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let pod = object.pod_spec();
    let own = object.annotations().value;
    let is_pod = |pod: &PodSpec<'d>| pod.template == object.node;
    for annotation in entries(own) {
        judge(cx, object, object.node, pod.filter(is_pod), annotation);
    }
    let Some(pod) = pod.filter(|pod| !is_pod(pod)) else { return };
    for annotation in entries(pod.annotations()) {
        judge(cx, object, pod.template, Some(pod), annotation);
    }
    for claim in items(pod.workload.volume_claim_templates().value) {
        for annotation in entries(claim.at(&["metadata", "annotations"]).node()) {
            judge(cx, object, claim, None, annotation);
        }
    }
}

/// Judges an annotation of `holder`, which is the object, a template for Pods or one for claims.
fn judge<'d>(
    cx: &mut Cx<'_, 'd>,
    object: Object<'d>,
    holder: Node<'d>,
    pod: Option<PodSpec<'d>>,
    at: Node<'d>,
) {
    let key = at.key().unwrap_or_default();
    let matches = |row: &&(&str, Severity, &str)| {
        if row.0.ends_with('/') { key.starts_with(row.0) } else { key == row.0 }
    };
    let Some((known, severity, field)) = OBSOLETE.iter().find(matches) else { return };
    let whole = holder == object.node;
    // Other kinds have annotations of the same name that nothing took the place of.
    let read = match (*known, if whole { object.api().kind } else { "" }) {
        (INGRESS_CLASS, kind) => kind == "Ingress",
        (STORAGE_CLASS, "PersistentVolumeClaim" | "PersistentVolume") => true,
        (STORAGE_CLASS, _) => !whole && pod.is_none(),
        (TOLERATE | HINTS, kind) => kind == "Service",
        (APPARMOR, _) => cx.target() >= APPARMOR_FIELD,
        _ => true,
    };
    if !read {
        return;
    }
    let ignored = *severity == Severity::Error;
    let problem = if ignored { "is ignored, there is" } else { "has a successor," };
    let finding = cx
        .report(at, format_args!("the annotation `{}` {problem} `{field}`", clipped(key)))
        .severity(*severity);
    let pointer = |place: Place<'d>| place.pointer(object.node).to_string();
    let from = pointer(at.into());
    let target = match *known {
        INGRESS_CLASS => object.node.at(&["spec", "ingressClassName"]),
        STORAGE_CLASS => holder.at(&["spec", "storageClassName"]),
        APPARMOR => {
            let name = key.strip_prefix(APPARMOR);
            let named = pod.and_then(|pod| pod.containers().find(|c| c.name().value == name));
            let Some(container) = named else { return };
            container.node.at(&["securityContext", "appArmorProfile"])
        }
        HINTS => {
            let to = format!("/metadata/annotations/{}", escaped(TOPOLOGY_MODE));
            if object.annotation(TOPOLOGY_MODE).is_none() {
                finding.fix(
                    Grade::Review,
                    "Use its new name",
                    vec![Edit::new(to, Op::Move { from })],
                );
            }
            return;
        }
        TOLERATE => {
            if at.as_str() == Some("true") {
                let field = object.node.at(&["spec", "publishNotReadyAddresses"]);
                let edits = vec![
                    Edit::new(pointer(field), Op::Add(Value::from(true))),
                    Edit::new(from, Op::Remove),
                ];
                finding.fix(Grade::Review, "Publish addresses that are not ready", edits);
            }
            return;
        }
        _ => return,
    };
    let remove = Edit::new(from.as_str(), Op::Remove);
    let held = target.node().is_some_and(|node| !node.is_null());
    let edits: Vec<Edit> = if held {
        vec![remove]
    } else if *known == APPARMOR {
        let Some(profile) = at.as_str().and_then(profile) else { return };
        vec![Edit::new(pointer(target), Op::Add(profile)), remove]
    } else {
        vec![Edit::new(pointer(target), Op::Move { from })]
    };
    // The field names an IngressClass, the annotation a controller. The annotation of a claim wins
    // over its field, and a template for claims never changes.
    let other = target.node().and_then(Node::as_str) != at.as_str();
    let review = match *known {
        INGRESS_CLASS => true,
        STORAGE_CLASS => !whole || (held && other),
        _ => false,
    };
    let grade = if review { Grade::Review } else { Grade::Safe };
    finding.fix(grade, format!("Move it to `{field}`"), edits);
}

/// The profile that an annotation names, as the field says it.
fn profile(value: &str) -> Option<Value> {
    let kind = |word: &str| Value::map([("type", Value::from(word))]);
    Some(match value {
        "runtime/default" => kind("RuntimeDefault"),
        "unconfined" => kind("Unconfined"),
        _ => Value::map([
            ("type", Value::from("Localhost")),
            ("localhostProfile", Value::from(value.strip_prefix("localhost/")?)),
        ]),
    })
}
