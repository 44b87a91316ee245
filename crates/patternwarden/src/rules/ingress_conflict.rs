use crate::engine::Cx;
use crate::kube::{Object, is_ingress};
use crate::matcher::clipped;
use crate::neighbours::{INGRESSES, Reads};
use crate::param::{Choice, Param};
use crate::pattern::Pattern;
use crate::route_claims::{Claim, claims, compete};
use crate::rule::{Check, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::sort_by;

crate::rule! {
    /// Two rules claim the same host and path.
    ///
    /// ## Why it matters
    ///
    /// Controllers merge such rules, and the winner is the older object or a random one. A copied Ingress
    /// can so take over the traffic of another team.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop}
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop-copy}
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           # finding: 1 /spec/rules/0/http/paths/0/path
    ///           - {path: /, pathType: Prefix, backend: {service: {name: shop-v2, port: {number: 80}}}}
    /// ```
    ///
    /// Within one Ingress, and with the class as annotation:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     kubernetes.io/ingress.class: internal
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    ///           # finding: 0 /spec/rules/0/http/paths/1/path
    ///           - {path: /, pathType: Prefix, backend: {service: {name: shop-v2, port: {number: 80}}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop-copy}
    /// spec:
    ///   ingressClassName: internal
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           # finding: 1 /spec/rules/0/http/paths/0/path
    ///           - path: /
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ```
    ///
    /// Hosts alone, and paths alone:
    ///
    /// ```yaml,bad
    /// # settings: {"scope": "host"}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop}
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: cart}
    /// spec:
    ///   rules:
    ///     # finding: 1 /spec/rules/0/host
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /cart
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"scope": "path"}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop}
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /shop
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: beta}
    /// spec:
    ///   rules:
    ///     - host: beta.example.com
    ///       http:
    ///         paths:
    ///           # finding: 1 /spec/rules/0/http/paths/0/path
    ///           - path: /shop
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ```
    ///
    /// The same name for two load balancers:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     external-dns.alpha.kubernetes.io/hostname: shop.example.com
    /// spec: {type: LoadBalancer, selector: {app: shop}, ports: [{port: 80}]}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: cart
    ///   annotations:
    ///     # finding: 1 /metadata/annotations/external-dns.alpha.kubernetes.io~1hostname
    ///     external-dns.alpha.kubernetes.io/hostname: cart.example.com, shop.example.com
    /// spec: {type: LoadBalancer, selector: {app: cart}, ports: [{port: 80}]}
    /// ```
    ///
    /// Routes of one Gateway, of which the oldest wins:
    ///
    /// ```yaml,bad
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: cart}
    /// spec:
    ///   parentRefs: [{name: front}]
    ///   hostnames: [shop.example.com]
    ///   rules:
    ///     - matches:
    ///         - path: {type: PathPrefix, value: /cart}
    ///       backendRefs: [{name: cart, port: 80}]
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: cart-copy}
    /// spec:
    ///   parentRefs: [{name: front}]
    ///   hostnames: [shop.example.com]
    ///   rules:
    ///     - matches:
    ///         # finding: 1 /spec/rules/0/matches/0
    ///         - path: {type: PathPrefix, value: /cart}
    ///       backendRefs: [{name: cart-copy, port: 80}]
    /// ```
    ///
    /// ## Good
    ///
    /// Another host, another type of path, another class, and a canary, which is meant so:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop}
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop-beta}
    /// spec:
    ///   rules:
    ///     - host: beta.shop.example.com
    ///       http:
    ///         paths:
    ///           - {path: /, pathType: Prefix, backend: {service: {name: shop-v2, port: {number: 80}}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop-exact}
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Exact
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: shop-internal}
    /// spec:
    ///   ingressClassName: internal
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend: {service: {name: shop, port: {number: 80}}}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop-canary
    ///   annotations:
    ///     nginx.ingress.kubernetes.io/canary: "true"
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - {path: /, pathType: Prefix, backend: {service: {name: shop-v2, port: {number: 80}}}}
    /// ```
    ///
    /// A further match, another host, another Gateway, and names that are shared by their weights:
    ///
    /// ```yaml,good
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: cart}
    /// spec:
    ///   parentRefs: [{name: front}]
    ///   hostnames: [shop.example.com]
    ///   rules:
    ///     - matches:
    ///         - path: {type: PathPrefix, value: /cart}
    ///       backendRefs: [{name: cart, port: 80}]
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: cart-beta}
    /// spec:
    ///   parentRefs: [{name: front}]
    ///   hostnames: [shop.example.com]
    ///   rules:
    ///     - matches:
    ///         - path: {type: PathPrefix, value: /cart}
    ///           headers:
    ///             - name: x-beta
    ///               value: "yes"
    ///       backendRefs: [{name: cart-beta, port: 80}]
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: cart-test}
    /// spec:
    ///   parentRefs: [{name: front}]
    ///   hostnames: [test.example.com]
    ///   rules:
    ///     - matches:
    ///         - path: {type: PathPrefix, value: /cart}
    ///       backendRefs: [{name: cart-test, port: 80}]
    /// ---
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: {name: cart-internal}
    /// spec:
    ///   parentRefs: [{name: internal}]
    ///   hostnames: [shop.example.com]
    ///   rules:
    ///     - matches:
    ///         - path: {type: PathPrefix, value: /cart}
    ///       backendRefs: [{name: cart-internal, port: 80}]
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     external-dns.alpha.kubernetes.io/hostname: shop.example.com
    ///     external-dns.alpha.kubernetes.io/set-identifier: a
    /// spec: {type: LoadBalancer, selector: {app: shop}, ports: [{port: 80}]}
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-b
    ///   annotations:
    ///     external-dns.alpha.kubernetes.io/hostname: shop.example.com
    ///     external-dns.alpha.kubernetes.io/set-identifier: b
    /// spec: {type: LoadBalancer, selector: {app: shop-b}, ports: [{port: 80}]}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While traffic moves from one object to another. Which of the two is meant, only their author knows,
    /// so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Ingress: multiple matches](https://kubernetes.io/docs/concepts/services-networking/ingress/#multiple-matches)
    /// - [HTTPRouteRule](https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule): between equal matches, the oldest route wins
    "ingress-conflict",
    "Two objects claim the same host and path",
    patterns: &[Pattern::ServiceDiscovery],
    surfaces: &[Surface::Bundle],
    params: &[Param::Choice(&SCOPE)],
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] =
    &[Reads { on: &["Ingress"], kinds: &[&INGRESSES], lacks: "names for DNS are left out" }];

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "What must not be claimed twice by Ingresses: host and path together, or one of them by two objects.",
    options: &["host-path", "host", "path"],
    default: "host-path",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    names(cx, object);
    let scope = cx.choice(&SCOPE);
    let mut own = claims(object, scope);
    let Some(kind) = object.kind().value.filter(|_| !own.is_empty()) else { return };
    sort_by(&mut own, |a, b| (a.key, a.place.node.id()).cmp(&(b.key, b.place.node.id())));
    let is_ingress = is_ingress(object);
    if is_ingress && scope == "host-path" {
        let mut first: Option<Claim<'d>> = None;
        for claim in &mut own {
            match first.filter(|first| first.key == claim.key) {
                Some(first) => claim.rival = Some(first.place),
                None => first = Some(*claim),
            }
        }
    }
    let earlier = cx.set().of_kind(kind).take_while(|other| other.index < object.index);
    for other in earlier.filter(|other| compete(object, *other)) {
        for theirs in claims(other, scope) {
            let from = own.partition_point(|claim| claim.key < theirs.key);
            let same = own.iter_mut().skip(from).take_while(|claim| claim.key == theirs.key);
            // Who has lost the first of them has lost them all.
            for claim in same.take_while(|claim| claim.rival.is_none()) {
                claim.rival = Some(theirs.place);
            }
        }
    }
    let (severity, what) = match (is_ingress, scope) {
        (false, _) => (Severity::Info, "another route, and the older one wins"),
        (true, "host" | "path") => (Severity::Warning, "another Ingress as well"),
        (true, _) => (Severity::Warning, "another rule as well"),
    };
    for claim in own {
        let Some(rival) = claim.rival else { continue };
        let [host, _, path] = claim.key;
        let host = if host.is_empty() && is_ingress && scope != "path" { "*" } else { host };
        let (host, path) = (clipped(host), clipped(path));
        cx.report(claim.place, format_args!("`{host}{path}` is claimed by {what}"))
            .severity(severity)
            .related(rival, "the first one");
    }
}

/// Names that external-dns gives to two load balancers.
fn names<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    const NAMES: &str = "external-dns.alpha.kubernetes.io/hostname";
    const SHARE: &str = "external-dns.alpha.kubernetes.io/set-identifier";
    let listed = |object: Object<'d>| {
        let node = object.annotations().value?.get(NAMES)?;
        let known = object.is("", "Service") || is_ingress(object);
        // A part of the traffic is meant.
        (known && object.annotation(SHARE).is_none()).then_some((node, node.as_str()?))
    };
    let split = |text: &'d str| text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let Some((node, text)) = listed(object) else { return };
    let mut own: Vec<&str> = split(text).collect();
    sort_by(&mut own, Ord::cmp);
    let set = cx.set();
    for other in set.of_kind("Service").chain(set.of_kind("Ingress")) {
        let Some((first, text)) = listed(other).filter(|_| other.index < object.index) else {
            continue;
        };
        if let Some(name) = split(text).find(|name| own.binary_search(name).is_ok()) {
            cx.report(
                node,
                format_args!("another object has the name `{}` as well", clipped(name)),
            )
            .related(first, "the first one");
            return;
        }
    }
}
