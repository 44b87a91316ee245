use crate::engine::Cx;
use crate::kube::{Container, LabelSelector, Object, Port, Service, items};
use crate::matcher::{clipped, distance};
use crate::neighbours::Reads;
use crate::pattern::Pattern;
use crate::repair::nearest_labels;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A configuration of Prometheus selects nothing to scrape, or a port that nothing has.
    ///
    /// ## Why it matters
    ///
    /// Nothing is scraped and nothing says so; the dashboard is empty in the first incident. Only the two
    /// objects together show it.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     matchLabels:
    ///       app: shpo
    ///   endpoints:
    ///     - port: http
    /// ```
    ///
    /// The Services of another namespace are looked at:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata:
    ///   name: store
    ///   namespace: monitoring
    /// spec:
    ///   namespaceSelector:
    ///     matchNames: [default]
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     matchLabels:
    ///       app: store
    ///   endpoints:
    ///     - port: http
    /// ```
    ///
    /// A port that no Service names, and a number where a name belongs:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: metrics
    ///       port: 9100
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata:
    ///   name: shop
    /// spec:
    ///   namespaceSelector:
    ///     any: true
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   endpoints:
    ///     # finding: 1 /spec/endpoints/0/port
    ///     - port: metrisc
    ///     # finding: 1 /spec/endpoints/1/port
    ///     - port: http
    ///     # finding: 1 /spec/endpoints/2/port
    ///     - port: "9100"
    /// ```
    ///
    /// The same for Pods:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       ports:
    ///         - name: metrics
    ///           containerPort: 9100
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: PodMonitor
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   podMetricsEndpoints:
    ///     # finding: 1 /spec/podMetricsEndpoints/0/port
    ///     - port: http
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: PodMonitor
    /// metadata:
    ///   name: cart
    /// spec:
    ///   # finding: 2 /spec/selector
    ///   selector:
    ///     matchExpressions:
    ///       - key: app
    ///         operator: In
    ///         values: [cart]
    ///   podMetricsEndpoints:
    ///     - port: metrics
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   endpoints:
    ///     - port: http
    /// ```
    ///
    /// Services of a namespace that is not in the input:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: http
    ///       port: 80
    /// ---
    /// apiVersion: monitoring.coreos.com/v1
    /// kind: ServiceMonitor
    /// metadata:
    ///   name: cart
    ///   namespace: monitoring
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: cart
    ///   endpoints:
    ///     - port: http
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the Services, or their labels, come from elsewhere.
    ///
    /// ## Source
    ///
    /// - [API reference of the Prometheus Operator](https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor), `ServiceMonitorSpec` and `Endpoint`: `port` is the name of the Service port
    "servicemonitor-selects-nothing",
    "Scrape configuration without target",
    patterns: &[Pattern::ServiceDiscovery, Pattern::Operator],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads::never("what it selects may stand in every namespace")];

/// Letters that a label or port may be wrong in to be taken for a slip.
const SLIP: usize = 2;

/// Something that can be scraped: its labels, and the names of its ports.
struct Target<'d> {
    labels: Option<Node<'d>>,
    ports: Vec<&'d str>,
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let api = object.api();
    let (what, list) = match (api.group, api.kind) {
        ("monitoring.coreos.com", "ServiceMonitor") => ("Service", "endpoints"),
        ("monitoring.coreos.com", "PodMonitor") => ("Pod", "podMetricsEndpoints"),
        _ => return,
    };
    let Some(spec) = object.spec().value else { return };
    let Some(selector) = spec.get("selector").and_then(Node::as_map) else { return };
    let selector = LabelSelector { node: selector };
    let targets = targets(cx, object, what == "Service");
    if targets.is_empty() {
        return;
    }
    let found: Vec<_> = targets.iter().filter(|target| selector.selects(target.labels)).collect();
    if found.is_empty() {
        let report = cx.report(
            selector.node,
            format_args!(
                "no {what} in the namespaces that are looked at carries the labels of this selector"
            ),
        );
        let labels: Vec<_> = targets.iter().filter_map(|target| target.labels).collect();
        let near = selector.match_labels().value.and_then(|map| nearest_labels(map, &labels));
        // An expression would still have to hold.
        let plain = items(selector.match_expressions().value).next().is_none();
        if let Some(near) = near.filter(|near| plain && near.distance(SLIP) <= SLIP) {
            let (_, edits) = near.repair(object.node);
            report.related(near.carried, "the label of what is nearest").fix(
                Grade::Safe,
                "Select the label that is there",
                edits,
            );
        }
        return;
    }
    let ports: Vec<&str> = found.iter().flat_map(|target| target.ports.iter().copied()).collect();
    for node in items(spec.get(list)).filter_map(|entry| entry.get("port")) {
        let name = node.scalar_text();
        if name.is_empty() || ports.contains(&name) {
            continue;
        }
        let number = node.as_str().is_some() && name.bytes().all(|byte| byte.is_ascii_digit());
        let shown = clipped(name);
        if number {
            cx.report(
                node,
                format_args!("`{shown}` is a number, and ports are found by their names here"),
            )
            .severity(Severity::Hint);
            continue;
        }
        let report = cx
            .report(node, format_args!("no {what} that is selected names a port `{shown}`"))
            .severity(Severity::Warning);
        // A short name is soon another one.
        let is_near = |port: &&&str| {
            let apart = distance(name, port, SLIP);
            apart <= SLIP && apart * 3 < name.len()
        };
        let mut near = ports.iter().filter(is_near);
        if let Some(port) = near.next().filter(|port| near.all(|other| other == *port)) {
            report.fix_set(Grade::Review, "Name the port that is there", *port);
        }
    }
}

/// What is in the namespaces that a monitor looks at.
fn targets<'d>(cx: &Cx<'_, 'd>, object: Object<'d>, services: bool) -> Vec<Target<'d>> {
    let scope = object.spec().value.and_then(|spec| spec.get("namespaceSelector"));
    let any = scope.and_then(|scope| scope.get("any")).and_then(Node::as_bool) == Some(true);
    let names: Vec<&str> =
        items(scope.and_then(|scope| scope.get("matchNames"))).filter_map(Node::as_str).collect();
    let looks_at = |namespace: &str| {
        let own = names.is_empty() && namespace == object.effective_namespace();
        any || own || names.contains(&namespace)
    };
    let mut out = Vec::new();
    if services {
        let all = cx.set().of_kind("Service").filter_map(Service::of);
        for service in all.filter(|service| looks_at(service.object.effective_namespace())) {
            let ports = service.ports().filter_map(|port| port.get("name")?.as_str()).collect();
            out.push(Target { labels: service.object.labels().value, ports });
        }
    } else {
        for pod in cx.set().pod_specs().filter(|pod| looks_at(pod.object().effective_namespace())) {
            let ports = pod.containers().flat_map(Container::ports);
            let ports = ports.filter_map(|port: Port<'d>| port.name().value).collect();
            out.push(Target { labels: pod.labels(), ports });
        }
    }
    out
}
