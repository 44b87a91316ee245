use crate::engine::Cx;
use crate::kube::names::Form;
use crate::kube::{Handler, Hook, Object, PodSpec, Probe, Service, ingress_paths, items};
use crate::matcher::clipped;
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::port_clash::{Clash, clashes};
use crate::repair::remove;
use crate::rule::{Check, Grade, Severity};
use alloc::{format, string::ToString, vec};
use patternwarden_tree::{Edit, Kind, Node, Op, Place, Value};

crate::rule! {
    /// A port number or port name that cannot be used, or that two want at once.
    ///
    /// ## Why it matters
    ///
    /// A number in quotes is read as a name, and refused with a message about IANA names. Two containers
    /// with one port are accepted, and the second one ends with "address in use".
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
    ///       # finding: /spec/ports/0/targetPort
    ///       targetPort: "8080"
    ///     - name: admin
    ///       # finding: /spec/ports/1/port
    ///       port: 70000
    ///       # finding: /spec/ports/1/targetPort
    ///       targetPort: Admin_Port
    ///     # finding: /spec/ports/2/port
    ///     - name: again
    ///       port: 80
    ///       # finding: /spec/ports/2/nodePort
    ///       nodePort: 30080
    /// ```
    ///
    /// Ports of nodes, which all Services share:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: a
    /// spec:
    ///   type: NodePort
    ///   ports:
    ///     - name: http
    ///       port: 80
    ///       nodePort: 30080
    ///     - name: admin
    ///       port: 8080
    ///       # finding: 0 /spec/ports/1/nodePort
    ///       nodePort: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: b
    /// spec:
    ///   type: NodePort
    ///   ports:
    ///     - port: 80
    ///       # finding: 1 /spec/ports/0/nodePort
    ///       nodePort: 30080
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"node_port_min": 31000, "node_port_max": 31999}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: a
    /// spec:
    ///   type: NodePort
    ///   ports:
    ///     - port: 80
    ///       # finding: /spec/ports/0/nodePort
    ///       nodePort: 30080
    /// ```
    ///
    /// Inside of a Pod:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    ///           # finding: /spec/containers/0/ports/0/hostPort
    ///           hostPort: 99999
    ///         # finding: /spec/containers/0/ports/1/containerPort
    ///         - containerPort: 0
    ///       livenessProbe:
    ///         tcpSocket:
    ///           # finding: /spec/containers/0/livenessProbe/tcpSocket/port
    ///           port: "8080"
    ///       lifecycle:
    ///         preStop:
    ///           httpGet:
    ///             # finding: /spec/containers/0/lifecycle/preStop/httpGet/port
    ///             port: 0
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       ports:
    ///         # finding: /spec/containers/1/ports/0/containerPort
    ///         - containerPort: 8080
    /// ```
    ///
    /// Routes and network policies:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         # finding: 0 /spec/defaultBackend/service/port/number
    ///         number: 80800
    ///   rules:
    ///     - http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   # finding: 0 /spec/rules/0/http/paths/0/backend/service/port/name
    ///                   name: "80"
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
    ///           port: 0
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector: {}
    ///   ingress:
    ///     - ports:
    ///         - port: 8080
    ///           # finding: 2 /spec/ingress/0/ports/0/endPort
    ///           endPort: 8000
    ///         - port: http
    ///           # finding: 2 /spec/ingress/0/ports/1/endPort
    ///           endPort: 9000
    /// ```
    ///
    /// A last port without a first one:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - ports:
    ///         # finding: /spec/ingress/0/ports/0/endPort
    ///         - endPort: 8090
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
    ///       targetPort: 8080
    ///     - name: dns
    ///       port: 53
    ///       protocol: UDP
    ///       targetPort: dns-udp
    ///     - name: dns-tcp
    ///       port: 53
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: outside
    /// spec:
    ///   type: NodePort
    ///   ports:
    ///     - port: 80
    ///       nodePort: 30080
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    ///           hostPort: 0
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       ports:
    ///         - containerPort: 8080
    ///           protocol: UDP
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector: {}
    ///   ingress:
    ///     - ports:
    ///         - port: 8000
    ///           endPort: 8080
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the range of node ports was changed: set `node_port_min` and `node_port_max`. Which other port
    /// is free is not known here: only a number in quotes is repaired. A protocol that does not exist, and
    /// text where only a number may stand, are the matter of `field-type-invalid`.
    ///
    /// ## Source
    ///
    /// - [Service: type NodePort](https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport): 30000 to 32767 unless changed
    /// - [Network policies: range of ports](https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-range-of-ports)
    /// - [ServicePort](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/): `targetPort` is a number or an IANA service name
    "port-invalid",
    "Port number or port name that cannot be used",
    patterns: &[Pattern::ServiceDiscovery, Pattern::HealthProbe],
    severity: Severity::Error,
    params: &[Param::Int(&NODE_PORT_MIN), Param::Int(&NODE_PORT_MAX)],
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static NODE_PORT_MIN: Int = Int {
    name: "node_port_min",
    doc: "First port of the nodes that Services may have.",
    unit: "",
    min: 1,
    max: 65_535,
    default: 30_000,
};

static NODE_PORT_MAX: Int = Int {
    name: "node_port_max",
    doc: "Last port of the nodes that Services may have.",
    unit: "",
    min: 1,
    max: 65_535,
    default: 32_767,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(pod) = object.pod_spec() {
        containers(cx, pod);
    } else if let Some(of) = Service::of(object) {
        service(cx, of);
    } else if object.is("networking.k8s.io", "Ingress") {
        backend(cx, object, object.node.at(&["spec", "defaultBackend"]).node());
        for (_, path) in ingress_paths(object) {
            backend(cx, object, path.get("backend"));
        }
    } else if object.is("gateway.networking.k8s.io", "HTTPRoute") {
        for rule in items(object.node.at(&["spec", "rules"]).node()) {
            items(rule.get("backendRefs")).for_each(|to| number(cx, to.get("port"), false));
        }
    } else if object.is("networking.k8s.io", "NetworkPolicy") {
        for list in ["ingress", "egress"] {
            let rules = items(object.spec().value.and_then(|spec| spec.get(list)));
            rules.flat_map(|rule| items(rule.get("ports"))).for_each(|of| range(cx, of));
        }
    }
    for Clash { at, first, what, severity } in clashes(cx.set(), object) {
        let port = clipped(at.node().map_or("", Node::scalar_text));
        cx.report(at, format_args!("port {port} {what}"))
            .severity(severity)
            .related(first, "the same port");
    }
}

/// Judges a number from 1 to 65535. Zero may mean that nothing is set.
fn number<'d>(cx: &mut Cx<'_, 'd>, at: Option<Node<'d>>, zero: bool) {
    let Some(node) = at.filter(|node| node.kind() == Kind::Number) else { return };
    let good = |number: i64| (1..=65_535).contains(&number) || (zero && number == 0);
    if !node.as_i64().is_some_and(good) {
        let text = clipped(node.scalar_text());
        cx.report(node, format_args!("`{text}` is no port: ports are 1 to 65535"));
    }
}

/// Judges a number, or the name of a port.
fn port<'d>(cx: &mut Cx<'_, 'd>, at: Option<Node<'d>>, zero: bool) {
    number(cx, at, zero);
    let Some((node, text)) = at.and_then(|node| Some((node, node.as_str()?))) else { return };
    if text.is_empty() || Form::Port.fits(text) {
        return;
    }
    let (shown, demand) = (clipped(text), Form::Port.demand());
    let finding = cx
        .report(node, format_args!("`{shown}` is a name here, and no good one: it needs {demand}"));
    if is_port(text) {
        finding.fix_set(Grade::Safe, "Write it as a number", Value::Number(text.to_string()));
    }
}

/// Whether a text is a port number, written as numbers are.
fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text)
}

fn backend<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>, backend: Option<Node<'d>>) {
    let Some(of) = backend.and_then(|node| node.at(&["service", "port"]).node()) else { return };
    // Here a number in quotes is a name, beside a field for numbers.
    number(cx, of.get("number"), true);
    let Some((node, name)) = of.get("name").and_then(|node| Some((node, node.as_str()?))) else {
        return;
    };
    if name.is_empty() || Form::Port.fits(name) {
        return;
    }
    let (shown, demand) = (clipped(name), Form::Port.demand());
    let finding = cx.report(node, format_args!("`{shown}` is no port name: it needs {demand}"));
    if is_port(name) && of.get("number").is_none() {
        let pointer = format!("{}/number", Place::from(of).pointer(object.node));
        let add = Edit::new(pointer, Op::Add(Value::Number(name.to_string())));
        finding.fix(Grade::Safe, "Write it as a number", vec![remove(object.node, node), add]);
    }
}

fn range<'d>(cx: &mut Cx<'_, 'd>, of: Node<'d>) {
    let start = of.get("port").filter(|node| !node.is_null());
    port(cx, start, false);
    let Some(end) = of.get("endPort").filter(|node| !node.is_null()) else { return };
    let problem = match start.map(Node::as_i64) {
        Some(Some(start)) if end.as_i64().is_some_and(|end| end < start) => "is before `port`",
        Some(Some(_)) => return number(cx, Some(end), false),
        Some(None) => "needs a number as `port`",
        None => "needs `port`",
    };
    cx.report(end, format_args!("`endPort` {problem}"));
}

fn containers<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for container in pod.containers() {
        for own in container.ports() {
            number(cx, own.node.get("containerPort"), false);
            number(cx, own.node.get("hostPort"), true);
        }
        let probes = container.probes().filter_map(Probe::handler);
        let hooks = container.hooks().filter_map(Hook::handler);
        for handler in probes.chain(hooks) {
            if matches!(handler, Handler::HttpGet(_) | Handler::TcpSocket(_)) {
                port(cx, handler.node().get("port"), false);
            }
        }
    }
}

fn service<'d>(cx: &mut Cx<'_, 'd>, service: Service<'d>) {
    let (first, last) = (cx.int(&NODE_PORT_MIN), cx.int(&NODE_PORT_MAX));
    for own in service.ports() {
        number(cx, own.get("port"), false);
        port(cx, own.get("targetPort"), true);
        let node_port = own.get("nodePort").and_then(|node| Some((node, node.as_i64()?)));
        let Some((node, number)) = node_port.filter(|(_, number)| *number != 0) else { continue };
        match service.effective_type() {
            "ClusterIP" => {
                cx.report(node, format_args!("a Service of this type has no port of the nodes"));
            }
            // What is only a name has no ports at all.
            "ExternalName" => {}
            _ if number < first || number > last => {
                let words =
                    format_args!("{number} is not among the ports of the nodes, {first} to {last}");
                cx.report(node, words).severity(Severity::Info);
            }
            _ => {}
        }
    }
}
