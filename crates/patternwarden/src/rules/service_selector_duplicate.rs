use crate::engine::Cx;
use crate::kube::{Object, Service, protocol, selects};
use crate::neighbours::{Reads, SERVICES};
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// Two Services of a namespace select exactly the same Pods.
    ///
    /// ## Why it matters
    ///
    /// A Service that was copied, and whose selector was not changed, sends the traffic of the new name to
    /// the old application. Everything looks healthy. Which of the two is the copy only its author knows,
    /// so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 0 /spec/selector
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: cart
    /// spec:
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// The usual pairs too, where the settings are strict:
    ///
    /// ```yaml,bad
    /// # settings: {"strict": true}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 0 /spec/selector
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-peers
    /// spec:
    ///   clusterIP: None
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     app: shop
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
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: cart
    /// spec:
    ///   selector:
    ///     app: cart
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   namespace: staging
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// Pairs that are meant: a headless one, another type, one that also names Pods that are not ready,
    /// other ports:
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
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-peers
    /// spec:
    ///   clusterIP: None
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-outside
    /// spec:
    ///   type: LoadBalancer
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-early
    /// spec:
    ///   publishNotReadyAddresses: true
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop-metrics
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 9100
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When an old name must go on working for a while, or when a controller of releases adds a label to
    /// each of the two.
    ///
    /// ## Source
    ///
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/), "Defining a Service"
    "service-selector-duplicate",
    "Two Services select exactly the same Pods",
    patterns: &[Pattern::ServiceDiscovery],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    params: &[Param::Flag(&STRICT)],
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads { on: &["Service"], kinds: &[&SERVICES], lacks: "" }];

static STRICT: Flag = Flag {
    name: "strict",
    doc: "Whether pairs that differ in type, in being headless, in `publishNotReadyAddresses` or in every port are reported as well.",
    default: false,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some((service, selector)) = selecting(object) else { return };
    let home = object.effective_namespace();
    let strict = cx.flag(&STRICT);
    // Whoever wants no more than this selector has, and has all that this selector wants.
    let twins = cx.set().services_wanting(home, Some(selector));
    let twin = twins.into_iter().filter(|twin| twin.object != object).find_map(|twin| {
        let wanted = twin.selector().value.filter(|wanted| selects(selector, Some(*wanted)))?;
        (strict || !is_pair(service, twin)).then_some((twin.object, wanted))
    });
    if let Some((other, wanted)) = twin {
        let name = other.display_name();
        cx.report(selector, format_args!("Service `{name}` selects exactly the same Pods"))
            .related(wanted, "the same selector");
    }
}

/// A Service that selects Pods, and its selector. The selector of an ExternalName means nothing.
fn selecting(object: Object<'_>) -> Option<(Service<'_>, Node<'_>)> {
    let service =
        Service::of(object).filter(|service| service.effective_type() != "ExternalName")?;
    Some((service, service.selector().value?))
}

/// Whether two Services of the same Pods are meant to be two.
fn is_pair(a: Service<'_>, b: Service<'_>) -> bool {
    let early = |service: Service<'_>| service.publish_not_ready_addresses().value == Some(true);
    let shared = a.ports().any(|one| b.ports().any(|other| port(one) == port(other)));
    a.is_headless() != b.is_headless()
        || a.effective_type() != b.effective_type()
        || early(a) != early(b)
        || !shared
}

/// Number and protocol of a port.
fn port(entry: Node<'_>) -> (Option<i64>, &str) {
    (entry.get("port").and_then(Node::as_i64), protocol(entry))
}
