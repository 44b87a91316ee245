//! Recognises Services, routes and what stands behind them.

use super::by_kind::{self, Kinds};
use crate::kube::{Object, Service};
use crate::recognise::{Confidence, Px};

crate::pattern! {
    /// Clients find providers through a stable address.
    ///
    /// ## Intent
    ///
    /// Pods come and go, and their addresses with them. A client asks for a name that stays; the
    /// platform knows which Pods stand behind it right now.
    ///
    /// ## Forces
    ///
    /// One virtual address is easy for clients, but hides the instances from those that must tell
    /// them apart. Inside the cluster a name is enough; from outside somebody has to open a door,
    /// and each kind of door (node port, load balancer, Ingress, Gateway) costs and shows something
    /// different.
    ///
    /// ## How it is seen
    ///
    /// A Service of any type, `headless` when it gives out the Pods themselves, `selectorless` when
    /// somebody else fills in the endpoints. EndpointSlices. Ingress, the routes and gateways of the
    /// Gateway API, and an OpenShift Route. A Knative Service brings its own address, a weaker sign.
    ///
    /// ## What breaks it
    ///
    /// - a selector that no Pod's labels satisfy
    /// - a target port that no container has
    /// - an Ingress that names a Service or a port that does not exist
    /// - Pods without a readiness probe, which get traffic before they can answer
    ///
    /// ## Over time
    ///
    /// Ingress is stable in `networking.k8s.io/v1` since 1.19; its beta versions are gone since 1.22.
    /// EndpointSlices are stable since 1.21, and the Endpoints API is deprecated since 1.33.
    /// `trafficDistribution` is stable since 1.33.
    ServiceDiscovery,
    recognise,
}

/// Groups and kinds that are an address, or lead to one.
const ADDRESSES: Kinds = &[
    ("networking.k8s.io", "Ingress"),
    ("extensions", "Ingress"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.networking.k8s.io", "TCPRoute"),
    ("gateway.networking.k8s.io", "UDPRoute"),
    ("route.openshift.io", "Route"),
    // OpenShift served its kinds in the core group until 4.0.
    ("", "Route"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("", "Endpoints"),
];

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if let Some(service) = Service::of(object) {
        core(px, service);
    } else if object.is("serving.knative.dev", "Service") {
        px.hit(Confidence::Likely, by_kind::node(object), "Knative gives it an address")
            .facet("knative");
    } else {
        by_kind::hit(px, object, ADDRESSES, Confidence::Certain, "a way to the Pods behind it");
    }
}

fn core<'d>(px: &mut Px<'_, 'd>, service: Service<'d>) {
    let written = service.service_type();
    let external = written.value == Some("ExternalName");
    if external {
        px.hit(Confidence::Certain, service.external_name().place, "a name for an outside host");
    } else if let Some(selector) = service.selector().value {
        px.hit(Confidence::Certain, selector, "the Pods behind this address");
    } else {
        px.hit(Confidence::Certain, service.selector().place, "somebody else fills in endpoints");
    }
    px.facet(if service.is_headless() { "headless" } else { written.value.unwrap_or("ClusterIP") });
    let selects = service.selector().value.is_some_and(|map| map.children().next().is_some());
    if !external && !selects {
        px.facet("selectorless");
    }
}
