use crate::engine::Cx;
use crate::kube::{Object, is_gateway, is_ingress, items, listeners};
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A host is served without TLS.
    ///
    /// ## Why it matters
    ///
    /// Cookies and passwords cross the internet in clear text. TLS that ends in front of the cluster is
    /// fine, which is why this stays information until a site raises it.
    ///
    /// ## Bad
    ///
    /// A host that no certificate covers; `*.example.com` stands for one label:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   tls:
    ///     - hosts: [www.example.com, "*.example.com"]
    ///       secretName: www-tls
    ///   rules:
    ///     # finding: /spec/rules/0/host
    ///     - host: beta.shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
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
    /// No certificate at all:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// # finding: /spec/tls
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
    /// ```
    ///
    /// The certificate of the controller, and plain HTTP beside it where settings demand a redirect:
    ///
    /// ```yaml,bad
    /// # settings: {"require_redirect": true}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   # finding: /metadata/annotations
    ///   annotations:
    ///     nginx.ingress.kubernetes.io/ssl-redirect: "false"
    /// spec:
    ///   tls:
    ///     # finding: /spec/tls/0/secretName
    ///     - hosts: [shop.example.com]
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
    /// A Gateway and an OpenShift Route for HTTP alone:
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
    ///       # finding: 0 /spec/listeners/0/protocol
    ///       protocol: HTTP
    /// ---
    /// apiVersion: route.openshift.io/v1
    /// kind: Route
    /// metadata:
    ///   name: shop
    /// # finding: 1 /spec/tls
    /// spec:
    ///   host: shop.example.com
    ///   to:
    ///     kind: Service
    ///     name: shop
    /// ```
    ///
    /// Other hosts may be exempt:
    ///
    /// ```yaml,bad
    /// # settings: {"hosts_exempt": ["*.lab"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// # finding: /spec/tls
    /// spec:
    ///   rules:
    ///     - host: shop.lab
    ///     - host: shop.test
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require_redirect": true}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     kubernetes.io/ingress.allow-http: "false"
    /// spec:
    ///   tls:
    ///     - hosts: [shop.example.com]
    ///       secretName: shop-tls
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
    /// Hosts of a developer's machine, a listener for each protocol, and a certificate for whatever host:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop-test
    /// spec:
    ///   rules:
    ///     - host: shop.test
    ///     - host: localhost
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   tls:
    ///     - secretName: shop-tls
    ///   rules:
    ///     - host: shop.example.com
    /// ---
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
    ///     - name: tls
    ///       port: 443
    ///       protocol: HTTPS
    ///       tls:
    ///         certificateRefs:
    ///           - name: front-tls
    /// ---
    /// apiVersion: route.openshift.io/v1
    /// kind: Route
    /// metadata:
    ///   name: shop
    /// spec:
    ///   host: shop.example.com
    ///   tls:
    ///     termination: edge
    ///   to:
    ///     kind: Service
    ///     name: shop
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When TLS ends in front of the cluster. A certificate cannot be made up, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Ingress: TLS](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls)
    /// - [Ingress v1](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/): an entry of `tls` without hosts is for all of the controller
    "ingress-tls-missing",
    "Host served without TLS",
    patterns: &[Pattern::NetworkSegmentation],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Flag(&REQUIRE_REDIRECT), Param::Strings(&HOSTS_EXEMPT)],
    check: Check::Object(check),
}

static REQUIRE_REDIRECT: Flag = Flag {
    name: "require_redirect",
    doc: "Whether an Ingress must have an annotation that switches plain HTTP off.",
    default: false,
};

static HOSTS_EXEMPT: Strings = Strings {
    name: "hosts_exempt",
    doc: "Hosts that need no TLS, as globs.",
    default: &["localhost", "*.local", "*.test"],
};

/// Annotations that switch plain HTTP off, and their value.
const SWITCHES: [(&str, &str); 3] = [
    ("kubernetes.io/ingress.allow-http", "false"),
    ("nginx.ingress.kubernetes.io/ssl-redirect", "true"),
    ("nginx.ingress.kubernetes.io/force-ssl-redirect", "true"),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if is_ingress(object) {
        ingress(cx, object);
    } else if is_gateway(object) {
        let protocol = |listener: Node<'d>| listener.get("protocol");
        let is = |node: Option<Node<'d>>, word| node.and_then(Node::as_str) == Some(word);
        // A listener for TLS takes HTTPS through to who serves it.
        if listeners(object).map(protocol).any(|node| is(node, "HTTPS") || is(node, "TLS")) {
            return;
        }
        for listener in listeners(object) {
            let exempt = is_exempt(cx, listener.get("hostname"));
            let node = protocol(listener).filter(|node| is(Some(*node), "HTTP") && !exempt);
            if let Some(node) = node {
                cx.report(node, format_args!("the Gateway listens for HTTP and not for HTTPS"));
            }
        }
    } else if object.is("route.openshift.io", "Route") {
        let tls = object.node.at(&["spec", "tls"]);
        let exempt = is_exempt(cx, object.node.at(&["spec", "host"]).node());
        if !exempt && tls.node().is_none_or(Node::is_null) {
            cx.report(tls, format_args!("the Route is served without TLS"));
        }
    }
}

fn is_exempt(cx: &Cx<'_, '_>, host: Option<Node<'_>>) -> bool {
    host.and_then(Node::as_str).is_some_and(|host| cx.lists(&HOSTS_EXEMPT, host))
}

fn ingress<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let rules = items(object.node.at(&["spec", "rules"]).node());
    let open = rules.clone().filter(|rule| !is_exempt(cx, rule.get("host")));
    let open: Vec<_> = open.collect();
    if open.is_empty() && rules.count() > 0 {
        return;
    }
    let switched = SWITCHES.iter().any(|(key, value)| object.annotation(key) == Some(value));
    if cx.flag(&REQUIRE_REDIRECT) && !switched {
        let place = object.annotations().place;
        cx.report(place, format_args!("no annotation switches plain HTTP off"));
    }
    let place = object.node.at(&["spec", "tls"]);
    let tls = items(place.node());
    if tls.clone().next().is_none() {
        cx.report(place, format_args!("the Ingress is served without TLS"));
        return;
    }
    // An entry without hosts is for all of them.
    let (mut covered, mut all) = (Vec::new(), false);
    for entry in tls {
        let secret = entry.at(&["secretName"]);
        let name = secret.node().filter(|node| !node.is_null());
        if name.is_none_or(|name| name.as_str() == Some("")) {
            cx.report(
                secret,
                format_args!(
                    "no Secret is named, so that the controller's own certificate is used"
                ),
            )
            .severity(Severity::Hint)
            .at_most(Admission::Off);
        }
        let from = covered.len();
        covered.extend(items(entry.get("hosts")).filter_map(Node::as_str));
        all |= from == covered.len();
    }
    for node in open.iter().filter_map(|rule| rule.get("host")).filter(|_| !all) {
        let Some(host) = node.as_str().filter(|host| !host.is_empty()) else { continue };
        let domain = host.split_once('.').map(|(_, domain)| domain);
        let covers = |known: &&str| {
            *known == host || known.strip_prefix("*.").is_some_and(|known| domain == Some(known))
        };
        if !covered.iter().any(covers) {
            cx.report(node, format_args!("no certificate covers the host `{}`", clipped(host)));
        }
    }
}
