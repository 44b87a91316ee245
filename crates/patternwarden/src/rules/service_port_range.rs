use crate::engine::Cx;
use crate::kube::{Object, Service, backends, is_ingress};
use crate::matcher::in_range;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A port of a Service, or of the backend of an Ingress, lies outside the numbers that are allowed.
    ///
    /// ## Why it matters
    ///
    /// Firewalls in front of the cluster know ranges, not Services. A port outside of them works inside and
    /// fails for every real user. Each list holds numbers and ranges, `"80"` and `"8000-8999"`; ports
    /// that are named are left out, since the Service says their number.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"ports": ["80", "8000-8999"], "node_ports": ["30000-30099"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   type: NodePort
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: db
    ///       # finding: /spec/ports/0/port
    ///       port: 5432
    ///       # finding: /spec/ports/0/nodePort
    ///       nodePort: 30100
    ///     - name: http
    ///       port: 80
    ///       nodePort: 30080
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"ingress_ports": ["80-9000"], "ingress_ports_denied": ["8443"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         # finding: /spec/defaultBackend/service/port/number
    ///         number: 9090
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
    ///                   # finding: /spec/rules/0/http/paths/0/backend/service/port/number
    ///                   number: 8443
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"ports": ["8000-8999"], "node_ports": ["30000-30099"], "ingress_ports": ["8080"], "ingress_ports_denied": ["8443"]}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 8080
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         name: http
    /// ```
    ///
    /// Without settings every port is allowed:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    /// spec:
    ///   selector:
    ///     app: db
    ///   ports:
    ///     - port: 5432
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For Services that are used inside the cluster alone. Clients know the port, so that another one is
    /// no repair.
    ///
    /// ## Source
    ///
    /// - [Service: type NodePort](https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport): the ports of nodes
    "service-port-range",
    "Service or Ingress port outside the allowed numbers",
    patterns: &[Pattern::ServiceDiscovery],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&PORTS, Form::Range),
        Param::Entries(&NODE_PORTS, Form::Range),
        Param::Entries(&INGRESS_PORTS, Form::Range),
        Param::Entries(&INGRESS_PORTS_DENIED, Form::Range),
    ],
    check: Check::Object(check),
}

static PORTS: Strings = Strings {
    name: "ports",
    doc: "Numbers and ranges that the ports of a Service may have; empty for all.",
    default: &[],
};

static NODE_PORTS: Strings = Strings {
    name: "node_ports",
    doc: "Numbers and ranges that node ports may have; empty for all.",
    default: &[],
};

static INGRESS_PORTS: Strings = Strings {
    name: "ingress_ports",
    doc: "Numbers and ranges that the backends of an Ingress may have; empty for all.",
    default: &[],
};

static INGRESS_PORTS_DENIED: Strings = Strings {
    name: "ingress_ports_denied",
    doc: "Numbers and ranges that the backends of an Ingress must not have.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    for entry in Service::of(object).into_iter().flat_map(Service::ports) {
        judge(cx, entry.get("port"), &PORTS, None);
        judge(cx, entry.get("nodePort"), &NODE_PORTS, None);
    }
    if is_ingress(object) {
        for backend in backends(object) {
            judge(cx, backend.port, &INGRESS_PORTS, Some(&INGRESS_PORTS_DENIED));
        }
    }
}

fn judge<'d>(
    cx: &mut Cx<'_, 'd>,
    port: Option<Node<'d>>,
    allowed: &'static Strings,
    denied: Option<&'static Strings>,
) {
    let Some((node, number)) = port.and_then(|node| Some((node, node.as_i64()?))) else { return };
    let outside = cx.entries(allowed).next().is_some() && !holds(cx, allowed, number);
    // 0 is a node port that the cluster chooses.
    if number != 0 && (outside || denied.is_some_and(|denied| holds(cx, denied, number))) {
        cx.report(node, format_args!("the port {number} is outside the numbers that are allowed"));
    }
}

fn holds(cx: &Cx<'_, '_>, ranges: &'static Strings, number: i64) -> bool {
    cx.entries(ranges).any(|range| in_range(range, number))
}
