use crate::engine::Cx;
use crate::kube::{Object, Service, items};
use crate::matcher::{clipped, glob};
use crate::param::{Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};

crate::rule! {
    /// A Service is of a type that is not wanted here.
    ///
    /// ## Why it matters
    ///
    /// A NodePort opens a port on every node and goes around the front door with its TLS and its logs. A
    /// LoadBalancer costs money, and is public on most clouds unless an annotation says otherwise.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["NodePort"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/type
    ///   type: NodePort
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    ///       targetPort: 8080
    /// ```
    ///
    /// An annotation with another value than that of an internal load balancer, and sources that are not
    /// limited:
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["LoadBalancer"], "internal_annotations": ["cloud.example/scope=internal"], "require_source_ranges": true}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     cloud.example/scope: external
    /// # finding: /spec/loadBalancerSourceRanges
    /// spec:
    ///   # finding: /spec/type
    ///   type: LoadBalancer
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"denied": ["NodePort", "LoadBalancer", "ExternalName"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    ///       targetPort: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-internal
    ///   annotations:
    ///     networking.gke.io/load-balancer-type: Internal
    /// spec:
    ///   type: LoadBalancer
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"require_source_ranges": true}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   type: LoadBalancer
    ///   loadBalancerSourceRanges: [203.0.113.0/24]
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// Ranges as an annotation:
    ///
    /// ```yaml,good
    /// # settings: {"require_source_ranges": true}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8
    /// spec:
    ///   type: LoadBalancer
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 443
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For the Services of the front door itself. How else traffic is to come in is not known here, so that
    /// there is no repair.
    ///
    /// ## Source
    ///
    /// - [Service: publishing Services](https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types): the types, `ClusterIP` as the default one, and internal load balancers
    "service-type-policy",
    "Service type that is not wanted here",
    patterns: &[Pattern::NetworkSegmentation],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&DENIED, Form::OneOf(&["NodePort", "LoadBalancer", "ExternalName"])),
        Param::Entries(&INTERNAL_ANNOTATIONS, Form::Pair),
        Param::Flag(&REQUIRE_SOURCE_RANGES),
    ],
    check: Check::Object(check),
}

static DENIED: Strings = Strings {
    name: "denied",
    doc: "Types that are not wanted, of `NodePort`, `LoadBalancer` and `ExternalName`.",
    default: &[],
};

static INTERNAL_ANNOTATIONS: Strings = Strings {
    name: "internal_annotations",
    doc: "Annotations that make a load balancer an internal one, which is never denied: `key=value`, the value as a glob.",
    default: &[
        "service.beta.kubernetes.io/aws-load-balancer-internal=true",
        "networking.gke.io/load-balancer-type=Internal",
        "service.beta.kubernetes.io/azure-load-balancer-internal=true",
    ],
};

static REQUIRE_SOURCE_RANGES: Flag = Flag {
    name: "require_source_ranges",
    doc: "Whether a load balancer must limit the addresses that it serves.",
    default: false,
};

/// Read where the field is empty.
///
/// Source: `kubernetes/pkg/api/v1/service.GetLoadBalancerSourceRanges`.
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    let at = service.service_type();
    let Some(kind) = at.value.or(at.is_absent().then_some("ClusterIP")) else { return };
    let is_balancer = kind == "LoadBalancer";
    let mut internal = cx.entries(&INTERNAL_ANNOTATIONS).filter_map(|entry| entry.split_once('='));
    let is_internal = is_balancer
        && internal
            .any(|(key, wanted)| object.annotation(key).is_some_and(|value| glob(wanted, value)));
    if cx.lists(&DENIED, kind) && !is_internal {
        cx.report(at.place, format_args!("the type `{}` is not wanted here", clipped(kind)));
    }
    let ranges = service.source_ranges();
    let is_open = items(ranges.value).next().is_none()
        && !ranges.is_mistyped()
        && object.annotation(RANGES).is_none_or(|ranges| ranges.trim().is_empty());
    if is_balancer && is_open && cx.flag(&REQUIRE_SOURCE_RANGES) {
        cx.report(ranges.place, format_args!("the load balancer serves every address"));
    }
}
