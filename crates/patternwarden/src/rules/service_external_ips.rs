use crate::engine::Cx;
use crate::kube::{Object, Service, cidr_holds, items};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Surface};
use alloc::vec::Vec;
use core::net::IpAddr;
use patternwarden_tree::{Edit, Op, Place};

crate::rule! {
    /// A Service takes traffic for addresses of its own choice.
    ///
    /// ## Why it matters
    ///
    /// Everybody who may create a Service can pull the cluster's traffic for any address to a Pod: a man in
    /// the middle by design. Kubernetes gave up on repairing it and deprecates the field.
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
    ///   # finding: /spec/externalIPs
    ///   externalIPs: [203.0.113.7]
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// One of several is outside of what is allowed:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   # finding: /spec/externalIPs
    ///   externalIPs: [203.0.113.7, 198.51.100.8, "2001:db8::7"]
    ///   ports:
    ///     - port: 80
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
    ///   type: LoadBalancer
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["203.0.113.0/24", "198.51.100.7"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   externalIPs: [203.0.113.7, 198.51.100.7]
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On clusters without a load balancer whose own addresses are routed to the nodes: list them in
    /// `allowed`.
    ///
    /// ## Source
    ///
    /// - [Service: external IPs](https://kubernetes.io/docs/concepts/services-networking/service/#external-ips)
    /// - [CVE-2020-8554](https://github.com/kubernetes/kubernetes/issues/97076): man in the middle by way of this field
    /// - [KEP-5707](https://github.com/kubernetes/enhancements/issues/5707): the field is deprecated since 1.36
    "service-external-ips",
    "externalIPs set",
    patterns: &[Pattern::NetworkSegmentation],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Entries(&ALLOWED, Form::Address)],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static ALLOWED: Strings = Strings {
    name: "allowed",
    doc: "Addresses and ranges, such as `203.0.113.0/24`, that a Service may take traffic for.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    let at = service.external_ips();
    let is_denied = |node: &_| !is_allowed(cx, patternwarden_tree::Node::scalar_text(*node));
    let denied: Vec<_> = items(at.value).filter(is_denied).collect();
    let Some(first) = denied.first() else { return };
    let shown = clipped(first.scalar_text());
    let deprecated = if cx.target() >= Minor(36) {
        "; the field is deprecated: off by default planned for 1.40, removal for 1.43"
    } else {
        ""
    };
    let edits = if denied.len() == items(at.value).count() {
        Vec::from([Edit::new(at.place.pointer(object.node), Op::Remove)])
    } else {
        // From the end, so that the indices stay right.
        let remove = |node| Edit::new(Place::from(node).pointer(object.node), Op::Remove);
        denied.iter().rev().copied().map(remove).collect()
    };
    cx.report(
        at.place,
        format_args!(
            "the Service takes the traffic for `{shown}` of the whole cluster{deprecated}"
        ),
    )
    .fix(Grade::Review, "Remove the addresses", edits);
}

fn is_allowed(cx: &Cx<'_, '_>, text: &str) -> bool {
    let address = text.parse::<IpAddr>();
    cx.entries(&ALLOWED).any(|entry| {
        entry == text
            || address.as_ref().is_ok_and(|address| {
                cidr_holds(entry, *address) || entry.parse::<IpAddr>().as_ref() == Ok(address)
            })
    })
}
