use crate::engine::Cx;
use crate::kube::{Object, Service};
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use core::net::{IpAddr, Ipv4Addr};
use patternwarden_tree::Node;

crate::rule! {
    /// A Service is another name for something inside, or for an address.
    ///
    /// ## Why it matters
    ///
    /// A proxy that trusts Services can be led to its own loopback interface, or to the metadata server of
    /// the cloud. The text of an address is taken for a name, which never resolves. And the selector of such
    /// a Service selects nothing.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: loop
    /// spec:
    ///   type: ExternalName
    ///   # finding: 0 /spec/externalName
    ///   externalName: localhost.
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: loop-below
    /// spec:
    ///   type: ExternalName
    ///   # finding: 1 /spec/externalName
    ///   externalName: app.localhost
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: api
    /// spec:
    ///   type: ExternalName
    ///   # finding: 2 /spec/externalName
    ///   externalName: kubernetes.default.svc.cluster.local
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: metadata
    /// spec:
    ///   type: ExternalName
    ///   # finding: 3 /spec/externalName
    ///   externalName: metadata.google.internal
    /// ```
    ///
    /// Addresses, two of them special ones:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ext
    /// spec:
    ///   type: ExternalName
    ///   # finding: 0 /spec/externalName
    ///   externalName: 203.0.113.7
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: loop
    /// spec:
    ///   type: ExternalName
    ///   # finding: 1 /spec/externalName
    ///   externalName: 127.0.0.1
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: metadata
    /// spec:
    ///   type: ExternalName
    ///   # finding: 2 /spec/externalName
    ///   externalName: 169.254.169.254
    /// ```
    ///
    /// Another namespace, which is worth a note; an address, which is refused; a selector, which does nothing:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    ///   namespace: shop
    /// spec:
    ///   type: ExternalName
    ///   # finding: /spec/externalName
    ///   externalName: db.data.svc.cluster.local
    ///   # finding: /spec/clusterIP
    ///   clusterIP: None
    ///   # finding: /spec/selector
    ///   selector:
    ///     app: db
    /// ```
    ///
    /// A name below one that the platform denies:
    ///
    /// ```yaml,bad
    /// # settings: {"denied_suffixes": ["corp.example"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ldap
    /// spec:
    ///   type: ExternalName
    ///   # finding: /spec/externalName
    ///   externalName: ldap.corp.example
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ext
    /// spec:
    ///   type: ExternalName
    ///   externalName: api.example.com
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    ///   namespace: data
    /// spec:
    ///   type: ExternalName
    ///   externalName: db-v2.data.svc.cluster.local
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"denied_suffixes": ["corp.example"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ext
    /// spec:
    ///   type: ExternalName
    ///   externalName: mycorp.example
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a Service that moved to another namespace. What the name should be is not known here, so that
    /// there is no repair.
    ///
    /// ## Source
    ///
    /// - [Service: type ExternalName](https://kubernetes.io/docs/concepts/services-networking/service/#externalname): an address is taken for a name that does not resolve
    /// - [Service v1](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/): the selector is ignored for this type, which requires `clusterIP` to be empty
    "service-externalname-unsafe",
    "ExternalName that points back inside",
    patterns: &[Pattern::NetworkSegmentation, Pattern::ServiceDiscovery],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&DENIED_SUFFIXES)],
    refused: true,
    check: Check::Object(check),
}

static DENIED_SUFFIXES: Strings = Strings {
    name: "denied_suffixes",
    doc: "Domains that a Service must not be a name for: themselves, and all below them.",
    default: &[],
};

/// Where every large cloud serves the credentials of a machine.
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    if service.service_type().value != Some("ExternalName") {
        return;
    }
    let at = service.external_name();
    let written = at.value.unwrap_or_default();
    let name = written.strip_suffix('.').unwrap_or(written);
    let is_below = |domain: &str| {
        let domain = domain.trim_matches('.');
        let rest = name.strip_suffix(domain);
        !domain.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let foreign = || {
        let (_, namespace) = name.strip_suffix(".svc.cluster.local")?.rsplit_once('.')?;
        Some(namespace != object.effective_namespace())
    };
    let address = name.parse::<IpAddr>().ok();
    let (severity, effect, what) = (Severity::Warning, Admission::Deny, "");
    let (severity, effect, what) = if is_below("localhost") {
        (severity, effect, "the loopback interface of whoever asks")
    } else if name.starts_with("kubernetes.default.svc") {
        (severity, effect, "the API server")
    } else if name == "metadata.google.internal" || address == Some(METADATA.into()) {
        (severity, effect, "the metadata server of the cloud")
    } else if address.is_some_and(|address| address.is_loopback()) {
        (severity, effect, "an address of the loopback interface, taken for a name")
    } else if address.is_some() {
        (severity, effect, "an address, which is taken for a name that does not resolve")
    } else if cx.entries(&DENIED_SUFFIXES).any(is_below) {
        (severity, effect, "in a domain that is denied here")
    } else if foreign() == Some(true) {
        (Severity::Info, Admission::Off, "a Service of another namespace")
    } else {
        (severity, effect, what)
    };
    if !what.is_empty() {
        cx.report(at.place, format_args!("`{}` is {what}", clipped(written)))
            .severity(severity)
            .at_most(effect);
    }
    let address = service.cluster_ip();
    let selector = service.selector();
    let has_address = address.value.is_some_and(|address| !address.is_empty());
    let selects = selector.value.and_then(|selector| Node::children(selector).next()).is_some();
    if has_address {
        cx.report(address.place, format_args!("a Service that is only a name has no `clusterIP`"))
            .severity(Severity::Error);
    }
    if selects {
        let words = format_args!("`selector` does nothing for a Service that is only a name");
        cx.report(selector.place, words).severity(Severity::Hint).at_most(Admission::Off);
    }
}
