use crate::engine::Cx;
use crate::kube::{Backend, Object, Service, backends, entries, is_ingress, items};
use crate::matcher::clipped;
use crate::neighbours::{Reads, SERVICES};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec;
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// An Ingress or route sends traffic to a Service or port that is not there.
    ///
    /// ## Why it matters
    ///
    /// The controller answers 503 or 404 for that one path, which looks like an error of the
    /// application. A Service that was renamed is the usual cause.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   ingressClassName: internal
    ///   defaultBackend:
    ///     service:
    ///       # finding: 1 /spec/defaultBackend/service/name
    ///       name: store
    ///       port:
    ///         number: 80
    ///   rules:
    ///     - host: shop.example
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   # finding: 1 /spec/rules/0/http/paths/0/backend/service/port/number
    ///                   number: 8080
    /// ```
    ///
    /// Routes of the Gateway API and of OpenShift:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: shop
    /// spec:
    ///   rules:
    ///     - backendRefs:
    ///         - name: shop
    ///           # finding: 1 /spec/rules/0/backendRefs/0/port
    ///           port: 8080
    ///         # finding: 1 /spec/rules/0/backendRefs/1/name
    ///         - name: store
    ///           port: 80
    /// ---
    /// apiVersion: route.openshift.io/v1
    /// kind: Route
    /// metadata:
    ///   name: shop
    /// spec:
    ///   to:
    ///     kind: Service
    ///     name: shop
    ///   port:
    ///     # finding: 2 /spec/port/targetPort
    ///     targetPort: web
    /// ```
    ///
    /// A certificate that is not in the input, no class, and annotations that one retired controller
    /// alone reads. Without any Service in the input, a backend is only worth a note:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: 0 /metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target
    ///     nginx.ingress.kubernetes.io/rewrite-target: /
    /// # finding: 0 /spec/ingressClassName
    /// spec:
    ///   tls:
    ///     - hosts: [shop.example]
    ///       # finding: 0 /spec/tls/0/secretName
    ///       secretName: shop-tls
    ///   rules:
    ///     - host: shop.example
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 # finding: 0 /spec/rules/0/http/paths/0/backend/service/name
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     cert-manager.io/cluster-issuer: internal
    /// spec:
    ///   ingressClassName: internal
    ///   tls:
    ///     - hosts: [shop.example]
    ///       secretName: shop-tls
    ///   rules:
    ///     - host: shop.example
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   name: http
    /// ```
    ///
    /// A name for another host lists no ports:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   ingressClassName: nginx
    ///   tls:
    ///     - hosts: [shop.example.com]
    ///       secretName: shop
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: legacy
    ///                 port:
    ///                   number: 443
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: legacy
    /// spec:
    ///   type: ExternalName
    ///   externalName: legacy.example.org
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: shop
    /// type: kubernetes.io/tls
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the Service or the certificate is applied from elsewhere, or is made by a controller;
    /// cert-manager's own annotations are known.
    ///
    /// ## Source
    ///
    /// - [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/): backends, TLS, and the class that is used when none is named
    /// - [Ingress NGINX retirement](https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/): no further releases after March 2026
    "ingress-backend-missing",
    "Ingress or route backend that does not exist",
    patterns: &[Pattern::ServiceDiscovery],
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["GRPCRoute", "HTTPRoute", "Ingress"],
    kinds: &[&SERVICES],
    lacks: "certificates are not looked up: a host that may list Secrets holds their values",
}];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    for backend in backends(object) {
        judge(cx, object, backend);
    }
    if is_ingress(object) {
        certificates(cx, object);
        class(cx, object);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>, backend: Backend<'d>) {
    let Some(name) = backend.service.as_str() else { return };
    let namespace = backend.namespace;
    if !cx.set().would_hold("Service", namespace) {
        return;
    }
    let Some(service) = cx.set().find("", "Service", Some(namespace), name).and_then(Service::of)
    else {
        let any = cx.set().of_kind("Service").any(|other| Service::of(other).is_some());
        let severity = if any { Severity::Warning } else { Severity::Info };
        let (shown, input) = (clipped(name), cx.set().word());
        cx.report(
            backend.service,
            format_args!("there is no Service `{shown}` in namespace `{namespace}` of the {input}"),
        )
        .severity(severity);
        return;
    };
    let Some(port) = backend.port.filter(|port| !port.is_null()) else { return };
    let key = if port.as_i64().is_some() { "port" } else { "name" };
    let same =
        |entry: Node<'d>| entry.get(key).is_some_and(|own| own.scalar_text() == port.scalar_text());
    let only = match (service.ports().next(), service.ports().nth(1)) {
        // An ExternalName has no ports to compare with.
        (None, _) => return,
        (only, None) => only,
        _ => None,
    };
    if service.ports().any(same) {
        return;
    }
    let shown = clipped(port.scalar_text());
    let report = cx
        .report(port, format_args!("Service `{name}` has no port `{shown}`"))
        .related(service.port_list().place, "its ports");
    // In an Ingress the port is a map of a name or a number.
    let (holder, own) = match port.parent().filter(|parent| parent.key() == Some("port")) {
        Some(parent) if is_ingress(object) => (parent, only.and_then(|only| only.get("port"))),
        Some(_) => (port, only.and_then(|only| only.get("name"))),
        None => (port, only.and_then(|only| only.get("port"))),
    };
    if let Some(own) = own {
        let value = Value::of(own);
        let value = if holder == port { value } else { Value::map([("number", value)]) };
        let edit = Edit::new(Place::from(holder).pointer(object.node), Op::Replace(value));
        report.fix(Grade::Safe, "Use the only port of the Service", vec![edit]);
    }
}

fn certificates<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let mut annotations = entries(object.annotations().value).filter_map(Node::key);
    if annotations.any(|key| key.starts_with("cert-manager.io/")) {
        return;
    }
    let namespace = object.effective_namespace();
    if !cx.set().would_hold("Secret", namespace) {
        return;
    }
    for entry in items(object.node.at(&["spec", "tls"]).node()) {
        let Some(secret) = entry.get("secretName") else { continue };
        let Some(name) = secret.as_str().filter(|name| !name.is_empty()) else { continue };
        if cx.set().find("", "Secret", Some(namespace), name).is_none() {
            let shown = clipped(name);
            cx.report(secret, format_args!("the certificate `{shown}` is not in the input"))
                .severity(Severity::Info);
        }
    }
}

fn class<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let at = object.node.at(&["spec", "ingressClassName"]);
    let named = at.node().is_some_and(|node| !node.is_null());
    if !named && object.annotation("kubernetes.io/ingress.class").is_none() {
        cx.report(
            at,
            format_args!("no class is named, so that the default one of the cluster serves it"),
        )
        .severity(Severity::Hint);
    }
    let annotations = entries(object.annotations().value);
    let own = |node: &Node<'d>| {
        node.key().is_some_and(|key| key.starts_with("nginx.ingress.kubernetes.io/"))
    };
    // One of them stands for all, the same one in whatever order they come.
    if let Some(annotation) = annotations.filter(own).min_by_key(|node| node.key()) {
        cx.report(
            annotation,
            format_args!("only ingress-nginx, which is retired, reads this annotation"),
        )
        .severity(Severity::Info);
    }
}
