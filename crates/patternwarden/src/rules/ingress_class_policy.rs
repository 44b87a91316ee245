use crate::engine::Cx;
use crate::kube::{Object, annotated_class, gateways_of, ingress_class, is_ingress};
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// An Ingress names no class, or one that the platform does not allow.
    ///
    /// ## Why it matters
    ///
    /// Without a class either no controller or every controller serves the object. A wrong class puts an
    /// internal page on the public load balancer. The class is that of the field, else that of the
    /// annotation `kubernetes.io/ingress.class`; both together are refused.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["internal"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/ingressClassName
    ///   ingressClassName: public
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// Denied, by the old annotation:
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["nginx*"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/kubernetes.io~1ingress.class
    ///     kubernetes.io/ingress.class: nginx-public
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// None, and a class named twice:
    ///
    /// ```yaml,bad
    /// # settings: {"require": true}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// # finding: 0 /spec/ingressClassName
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: beta
    ///   annotations:
    ///     # finding: 1 /metadata/annotations/kubernetes.io~1ingress.class
    ///     kubernetes.io/ingress.class: internal
    /// spec:
    ///   ingressClassName: internal
    ///   rules:
    ///     - host: beta.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// A route on another Gateway than those that are allowed:
    ///
    /// ```yaml,bad
    /// # settings: {"gateways": ["internal-*"]}
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: shop
    /// spec:
    ///   parentRefs:
    ///     # finding: /spec/parentRefs/0/name
    ///     - name: public
    ///     - name: internal-a
    ///   rules:
    ///     - backendRefs:
    ///         - name: shop
    ///           port: 80
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require": true, "allowed": ["internal"], "denied": ["public"], "gateways": ["internal"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   ingressClassName: internal
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: shop
    /// spec:
    ///   parentRefs:
    ///     - name: internal
    ///     - group: ""
    ///       kind: Service
    ///       name: mesh
    ///   rules:
    ///     - backendRefs:
    ///         - name: shop
    ///           port: 80
    /// ```
    ///
    /// Nothing is demanded unless settings do:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// ## When to allow it
    ///
    /// In a cluster with a default class, or with one controller. Which class is right depends on the
    /// cluster, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Ingress class](https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class): the field, the annotation before it, and the default class
    /// - [`ValidateIngressCreate`](https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/validation/validation.go): the annotation cannot be set together with the field
    "ingress-class-policy",
    "Ingress class missing or not allowed",
    patterns: &[Pattern::ServiceDiscovery],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Flag(&REQUIRE),
        Param::Strings(&ALLOWED),
        Param::Strings(&DENIED),
        Param::Strings(&GATEWAYS),
    ],
    check: Check::Object(check),
}

static REQUIRE: Flag =
    Flag { name: "require", doc: "Whether each Ingress must name its class.", default: false };

static ALLOWED: Strings =
    Strings::empty("allowed", "Classes that are allowed, as globs; empty for every one.");

static DENIED: Strings =
    Strings::empty("denied", "Classes that are not allowed, as globs, whatever `allowed` says.");

static GATEWAYS: Strings = Strings::empty(
    "gateways",
    "Names of Gateways, as globs, that routes may be attached to; empty for every one.",
);

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    for parent in gateways_of(object) {
        if cx.leaves_out(&GATEWAYS, parent.name) {
            let shown = clipped(parent.name);
            let place = parent.node.at(&["name"]);
            cx.report(
                place,
                format_args!("the Gateway `{shown}` is not one of those that are allowed"),
            );
        }
    }
    if !is_ingress(object) {
        return;
    }
    let (class, old) = (ingress_class(object), annotated_class(object));
    if old.value.is_some() && class.place.node != old.place.node {
        cx.report(
            old.place,
            format_args!("the class is named by the annotation and by `ingressClassName`"),
        )
        .severity(Severity::Error);
    }
    let name = class.value.unwrap_or_default();
    let problem = if name.is_empty() {
        if class.is_mistyped() || !cx.flag(&REQUIRE) {
            return;
        }
        "no class is named"
    } else if cx.lists(&DENIED, name) {
        "the class is denied here"
    } else if cx.leaves_out(&ALLOWED, name) {
        "the class is not one of those that are allowed"
    } else {
        return;
    };
    let (open, close) = if name.is_empty() { ("", "") } else { (": `", "`") };
    cx.report(class.place, format_args!("{problem}{open}{}{close}", clipped(name)));
}
