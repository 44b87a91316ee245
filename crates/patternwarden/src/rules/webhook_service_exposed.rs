use crate::engine::Cx;
use crate::exposure::{addresses, reaches, routes};
use crate::kube::{Object, Service, items};
use crate::neighbours::Reads;
use crate::pattern::Pattern;
use crate::repair::remove;
use crate::rule::{Check, Grade, Surface};
use crate::set::Set;
use alloc::{string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op};

crate::rule! {
    /// The Service of an admission webhook can be reached from outside the cluster.
    ///
    /// ## Why it matters
    ///
    /// A webhook trusts every caller and often runs with rights on many objects, so that somebody outside
    /// can feed it requests of his own making. The takeover of ingress-nginx in March 2025 began at such an
    /// endpoint. Only the API server has to reach it, and does so through the address inside the cluster.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: hook
    ///   namespace: guard
    /// spec:
    ///   # finding: 0 /spec/type
    ///   type: NodePort
    ///   externalTrafficPolicy: Local
    ///   # finding: 0 /spec/externalIPs
    ///   externalIPs: [192.0.2.10]
    ///   selector:
    ///     app: hook
    ///   ports:
    ///     - port: 443
    ///       nodePort: 30443
    /// ---
    /// apiVersion: admissionregistration.k8s.io/v1
    /// kind: ValidatingWebhookConfiguration
    /// metadata:
    ///   name: guard
    /// webhooks:
    ///   - name: guard.example.com
    ///     sideEffects: None
    ///     admissionReviewVersions: [v1]
    ///     clientConfig:
    ///       service:
    ///         name: hook
    ///         namespace: guard
    ///     rules:
    ///       - apiGroups: [""]
    ///         apiVersions: [v1]
    ///         operations: [CREATE]
    ///         resources: [pods]
    /// ```
    ///
    /// A webhook that converts, behind an Ingress:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   # finding: 0 /metadata/name
    ///   name: convert
    /// spec:
    ///   selector:
    ///     app: convert
    ///   ports:
    ///     - name: https
    ///       port: 9443
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: convert
    /// spec:
    ///   rules:
    ///     - http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: convert
    ///                 port:
    ///                   name: https
    /// ---
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   conversion:
    ///     strategy: Webhook
    ///     webhook:
    ///       conversionReviewVersions: [v1]
    ///       clientConfig:
    ///         service:
    ///           name: convert
    ///           namespace: default
    ///           port: 9443
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// The webhook that converts versions, in the old form of a definition:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1beta1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: shops.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Shop
    ///     plural: shops
    ///   conversion:
    ///     strategy: Webhook
    ///     webhookClientConfig:
    ///       service:
    ///         name: hooks
    ///         namespace: platform
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: hooks
    ///   namespace: platform
    /// spec:
    ///   # finding: 1 /spec/type
    ///   type: NodePort
    ///   selector:
    ///     app: hooks
    ///   ports:
    ///     - port: 443
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: hook
    ///   namespace: guard
    /// spec:
    ///   selector:
    ///     app: hook
    ///   ports:
    ///     - port: 443
    /// ---
    /// apiVersion: admissionregistration.k8s.io/v1
    /// kind: ValidatingWebhookConfiguration
    /// metadata:
    ///   name: guard
    /// webhooks:
    ///   - name: guard.example.com
    ///     sideEffects: None
    ///     admissionReviewVersions: [v1]
    ///     clientConfig:
    ///       service:
    ///         name: hook
    ///         namespace: guard
    ///     rules:
    ///       - apiGroups: [""]
    ///         apiVersions: [v1]
    ///         operations: [CREATE]
    ///         resources: [pods]
    /// ```
    ///
    /// Another port of the Service is the one that is routed to:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: hook
    ///   namespace: guard
    /// spec:
    ///   selector:
    ///     app: hook
    ///   ports:
    ///     - name: https
    ///       port: 443
    ///     - name: docs
    ///       port: 8080
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: docs
    ///   namespace: guard
    /// spec:
    ///   rules:
    ///     - backendRefs:
    ///         - name: hook
    ///           port: 8080
    /// ---
    /// apiVersion: admissionregistration.k8s.io/v1
    /// kind: MutatingWebhookConfiguration
    /// metadata:
    ///   name: guard
    /// webhooks:
    ///   - name: guard.example.com
    ///     sideEffects: None
    ///     admissionReviewVersions: [v1]
    ///     clientConfig:
    ///       service:
    ///         name: hook
    ///         namespace: guard
    ///     rules:
    ///       - apiGroups: [""]
    ///         apiVersions: [v1]
    ///         operations: [CREATE]
    ///         resources: [pods]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When another cluster asks this webhook, over a network that nobody else is on.
    ///
    /// ## Source
    ///
    /// - [Dynamic Admission Control](https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#contacting-the-webhook), "Contacting the webhook"
    /// - [CVE-2025-1974](https://nvd.nist.gov/vuln/detail/CVE-2025-1974)
    "webhook-service-exposed",
    "Admission webhook reachable from outside",
    patterns: &[Pattern::NetworkSegmentation, Pattern::Controller],
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads::never(
    "it would read the webhooks, the definitions and the routes of the whole cluster for every Service",
)];

/// The port of a webhook that names none, as the API server fills in.
const PORT: i64 = 443;

/// Fields that only a Service of another type may have.
///
/// Source: `kubernetes/pkg/apis/core/validation.ValidateService`.
const OUTSIDE: [&str; 6] = [
    "allocateLoadBalancerNodePorts",
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    let Some((hook, port)) = webhook(cx.set(), service) else { return };
    let name = object.display_name();
    let at = service.service_type();
    if matches!(service.effective_type(), "NodePort" | "LoadBalancer") {
        cx.report(at.place, format_args!("`{name}` serves a webhook and is open to the outside"))
            .related(hook, "the webhook")
            .fix(Grade::Review, "Open it inside the cluster only", closing(service));
    }
    if let Some(place) = addresses(service) {
        cx.report(place, format_args!("`{name}` serves a webhook and has addresses outside"))
            .related(hook, "the webhook")
            .fix_remove(Grade::Review, "Take the addresses away");
    }
    let routes = routes(cx.set(), service);
    if let Some(to) = routes.iter().find(|to| reaches(**to, service, port)) {
        cx.report(
            object.name().place,
            format_args!("`{name}` serves a webhook and is routed to from outside"),
        )
        .related(hook, "the webhook")
        .related(to.service, "the route");
    }
}

/// The webhook that a Service serves, and its port.
fn webhook<'d>(set: &Set<'d>, service: Service<'d>) -> Option<(Node<'d>, i64)> {
    let name = service.object.name().value?;
    let home = service.object.effective_namespace();
    let mut configs: Vec<Node<'d>> = Vec::new();
    for kind in ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] {
        let objects = set.of_kind(kind);
        let hooks = objects.flat_map(|object| items(object.node.get("webhooks")));
        configs.extend(hooks.filter_map(|hook| hook.get("clientConfig")));
    }
    for object in set.of_kind("CustomResourceDefinition") {
        // The second one is that of v1beta1.
        let now = object.node.at(&["spec", "conversion", "webhook", "clientConfig"]).node();
        let old = || object.node.at(&["spec", "conversion", "webhookClientConfig"]).node();
        configs.extend(now.or_else(old));
    }
    configs.into_iter().find_map(|config| {
        let reference = config.get("service")?;
        let text = |key| reference.get(key).and_then(Node::as_str);
        let port = reference.get("port").and_then(Node::as_i64).unwrap_or(PORT);
        let mut ports = service.ports();
        let serves = ports.any(|entry| entry.get("port").and_then(Node::as_i64) == Some(port));
        let same = text("name") == Some(name) && text("namespace").unwrap_or("default") == home;
        (same && serves).then_some((reference, port))
    })
}

/// Makes a Service one for the inside, without the fields that such a one cannot have.
fn closing(service: Service<'_>) -> Vec<Edit> {
    let root = service.node;
    let place = service.service_type().place;
    let mut edits = vec![Edit::new(place.pointer(root).to_string(), Op::Add("ClusterIP".into()))];
    let spec = service.object.spec().value;
    let fields = OUTSIDE.iter().filter_map(|key| spec?.get(key));
    let ports = service.ports().filter_map(|entry| entry.get("nodePort"));
    edits.extend(fields.chain(ports).map(|node| remove(root, node)));
    edits
}
