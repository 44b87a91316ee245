use crate::engine::Cx;
use crate::kube::{Object, gateways_of, is_gateway, is_http_route, is_ingress, items, listeners};
use crate::param::{Choice, Param};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// An Ingress takes the traffic of every host.
    ///
    /// ## Why it matters
    ///
    /// Whoever points a DNS name at the load balancer gets the application, with the cookies of another
    /// domain. On a shared controller it also catches the traffic of hosts that others forgot.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   rules:
    ///     # finding: /spec/rules/0/host
    ///     - http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    ///     # finding: /spec/rules/1/host
    ///     - host: ""
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
    /// Where settings ask for it, a wildcard and a default backend too:
    ///
    /// ```yaml,bad
    /// # settings: {"empty": "ignore", "wildcards": "report", "default_backend": "report"}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/defaultBackend
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
    ///   rules:
    ///     # finding: /spec/rules/0/host
    ///     - host: "*.example.com"
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    ///     - http:
    ///         paths:
    ///           - path: /shop
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// A route without host names on a listener without one:
    ///
    /// ```yaml,bad
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: Gateway
    /// metadata:
    ///   name: front
    /// spec:
    ///   gatewayClassName: internal
    ///   listeners:
    ///     - name: web
    ///       port: 80
    ///       protocol: HTTP
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: shop
    /// # finding: 1 /spec/hostnames
    /// spec:
    ///   parentRefs:
    ///     - name: front
    ///   rules:
    ///     - backendRefs:
    ///         - name: shop
    ///           port: 80
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
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
    ///     - host: "*.shop.example.com"
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
    /// The route takes the host name of its listener, or has one itself:
    ///
    /// ```yaml,good
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: Gateway
    /// metadata:
    ///   name: front
    /// spec:
    ///   gatewayClassName: internal
    ///   listeners:
    ///     - name: web
    ///       port: 80
    ///       protocol: HTTP
    ///     - name: shop
    ///       port: 8080
    ///       protocol: HTTP
    ///       hostname: shop.example.com
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: shop
    /// spec:
    ///   parentRefs:
    ///     - name: front
    ///       sectionName: shop
    ///   rules:
    ///     - backendRefs:
    ///         - name: shop
    ///           port: 80
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata:
    ///   name: beta
    /// spec:
    ///   parentRefs:
    ///     - name: front
    ///   hostnames: [beta.example.com]
    ///   rules:
    ///     - backendRefs:
    ///         - name: shop
    ///           port: 80
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a page that answers for hosts nobody serves. Which host is meant is not known here, so that there
    /// is no repair.
    ///
    /// ## Source
    ///
    /// - [Ingress rules](https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules): without a host, a rule is for all traffic
    /// - [Gateway API: hostnames](https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec): without them, the listener's one counts
    "ingress-host-open",
    "Ingress takes traffic for every host",
    patterns: &[Pattern::NetworkSegmentation, Pattern::ServiceDiscovery],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&EMPTY), Param::Choice(&WILDCARDS), Param::Choice(&DEFAULT_BACKEND)],
    check: Check::Object(check),
}

const OPTIONS: &[&str] = &["report", "ignore"];

static EMPTY: Choice = Choice {
    name: "empty",
    doc: "What to do about a rule without a host.",
    options: OPTIONS,
    default: "report",
};

static WILDCARDS: Choice = Choice {
    name: "wildcards",
    doc: "What to do about a host that begins with `*.`.",
    options: OPTIONS,
    default: "ignore",
};

static DEFAULT_BACKEND: Choice = Choice {
    name: "default_backend",
    doc: "What to do about a backend for all that no rule takes.",
    options: OPTIONS,
    default: "ignore",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if is_http_route(object) {
        route(cx, object);
    }
    if !is_ingress(object) {
        return;
    }
    for rule in items(object.node.at(&["spec", "rules"]).node()) {
        let place = rule.at(&["host"]);
        let host = place.node().filter(|host| !host.is_null());
        let Some(host) = host.map_or(Some(""), Node::as_str) else { continue };
        let (param, what) = if host.is_empty() {
            (&EMPTY, "every host")
        } else if host.starts_with("*.") {
            (&WILDCARDS, "every host of a domain")
        } else {
            continue;
        };
        if cx.choice(param) == "report" {
            cx.report(place, format_args!("the rule takes the traffic of {what}"));
        }
    }
    for key in ["defaultBackend", "backend"] {
        let node =
            object.spec().value.and_then(|spec| spec.get(key)).filter(|node| !node.is_null());
        if let Some(node) = node.filter(|_| cx.choice(&DEFAULT_BACKEND) == "report") {
            cx.report(node, format_args!("the Ingress takes all traffic that no rule takes"));
        }
    }
}

fn route<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let place = object.node.at(&["spec", "hostnames"]);
    if items(place.node()).next().is_some() {
        return;
    }
    let set = cx.set();
    for parent in gateways_of(object) {
        let Some(gateway) = set
            .called("Gateway", parent.name)
            .find(|g| is_gateway(*g) && g.effective_namespace() == parent.namespace)
        else {
            continue;
        };
        let is_open = |listener: &Node<'d>| {
            let host = listener.get("hostname").filter(|host| !host.is_null());
            parent.means(*listener) && host.is_none_or(|host| host.as_str() == Some(""))
        };
        if let Some(listener) = listeners(gateway).find(is_open) {
            cx.report(
                place,
                format_args!("the route and its listener take the traffic of every host"),
            )
            .severity(Severity::Hint)
            .at_most(Admission::Off)
            .related(listener, "the listener");
            return;
        }
    }
}
