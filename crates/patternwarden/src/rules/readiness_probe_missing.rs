use crate::engine::Cx;
use crate::helpers::is_known_helper;
use crate::kube::{Class, Container, Service, selects};
use crate::param::{Choice, Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A container that serves a port has no readiness probe.
    ///
    /// ## Why it matters
    ///
    /// A Service sends traffic as soon as the process starts, so that users see refused connections
    /// whenever Pods are added or replaced. Readiness is the only signal it has: while the probe
    /// fails, the endpoint stays listed with the condition `ready: false` and gets no traffic.
    ///
    /// ## Bad
    ///
    /// A Service selects the Pod:
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
    ///     # finding: 0 /spec/containers/0/readinessProbe
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    ///       targetPort: http
    /// ```
    ///
    /// Several replicas are replaced one by one, and the first is stopped when the second has
    /// started, not when it can serve:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 3
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         # finding: /spec/template/spec/containers/0/readinessProbe
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           ports:
    ///             - containerPort: 8080
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
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
    ///         - name: http
    ///           containerPort: 8080
    ///       readinessProbe:
    ///         httpGet:
    ///           path: /ready
    ///           port: http
    ///         periodSeconds: 5
    /// ```
    ///
    /// A helper that no Service sends traffic to:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///     - name: metrics-exporter
    ///       image: registry.example/exporter:0.9.0
    ///       ports:
    ///         - name: metrics
    ///           containerPort: 9113
    /// ```
    ///
    /// Work that ends is not served:
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:2.1.0
    ///           ports:
    ///             - containerPort: 8080
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the declared port is for people who debug and nothing depends on it.
    ///
    /// ## Source
    ///
    /// - [Liveness, Readiness, and Startup Probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    /// - [EndpointSlices](https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/), "Conditions"
    "readiness-probe-missing",
    "A served container has no readiness probe",
    patterns: &[Pattern::HealthProbe],
    surfaces: &[Surface::Bundle, Surface::Object],
    params: &[
        Param::Choice(&SCOPE),
        Param::Flag(&SIDECARS),
        Param::Flag(&ANY_PROBE),
        Param::Strings(&KINDS_EXEMPT),
    ],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "`default` judges containers that declare a port, `all` every container that keeps running.",
    options: &["default", "all"],
    default: "default",
};

static SIDECARS: Flag =
    Flag { name: "sidecars", doc: "Whether native sidecars are judged.", default: false };

static ANY_PROBE: Flag = Flag {
    name: "any_probe_suffices",
    doc: "Whether a liveness or startup probe is enough.",
    default: false,
};

static KINDS_EXEMPT: Strings = Strings {
    name: "kinds_exempt",
    doc: "Kinds that are not served, as globs.",
    default: &["Job", "CronJob"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let workload = container.pod.workload;
    let class = match container.class {
        Class::App => true,
        Class::Sidecar => cx.flag(&SIDECARS),
        Class::Init | Class::Ephemeral => false,
    };
    let all = cx.choice(&SCOPE) == "all";
    let probed = container.readiness_probe().value.is_some()
        || (cx.flag(&ANY_PROBE) && container.probes().next().is_some());
    if !class || probed || cx.lists(&KINDS_EXEMPT, workload.kind.kind) {
        return;
    }
    // Knative gives every container with a port a readiness probe of its own.
    if workload.kind.is_of("serving.knative.dev") {
        return;
    }
    let declares = container.ports().next().is_some();
    let helps = is_known_helper(container) && !services(cx, container).any(|s| targets(s, container));
    if !all && (!declares || helps) {
        return;
    }
    let service = services(cx, container).next();
    let replaced = workload.is_like("Deployment") || workload.is_like("StatefulSet");
    let replaced = replaced && workload.replicas().is_some_and(|replicas| replicas > 1);
    let severity =
        if service.is_some() || replaced { Severity::Warning } else { Severity::Info };
    let port = container.ports().filter(|port| port.is_tcp()).find_map(|port| {
        port.name().value.map(Value::from).or(port.container_port().value.map(Value::from))
    });
    let at = container.readiness_probe().place;
    let name = container.display_name();
    let found = match service {
        Some(service) => {
            let by = service.object.display_name();
            cx.report(
                at,
                format_args!("container `{name}` has no readiness probe, and Service `{by}` sends it traffic as soon as it runs"),
            )
            .related(service.selector().place, "selects this Pod")
        }
        None => cx.report(
            at,
            format_args!("container `{name}` has no readiness probe and counts as ready as soon as it runs"),
        ),
    }
    .severity(severity);
    if let Some(port) = port {
        let get = Value::map([("path", Value::from("/ready")), ("port", port)]);
        found.fix_set(
            Grade::Review,
            "Probe `/ready` on the first declared port",
            Value::map([("httpGet", get)]),
        );
    }
}

/// The Services of this set that select the container's Pod.
fn services<'c, 'd>(
    cx: &'c Cx<'_, 'd>,
    container: Container<'d>,
) -> impl Iterator<Item = Service<'d>> + use<'c, 'd> {
    let namespace = container.object().effective_namespace();
    cx.set().of_kind("Service").filter_map(Service::of).filter(move |service| {
        service.object.effective_namespace() == namespace
            && service.selector().value.is_some_and(|by| selects(by, container.pod.labels()))
    })
}

/// Whether a port of the Service leads to a port of the container.
fn targets(service: Service<'_>, container: Container<'_>) -> bool {
    service.ports().any(|port| {
        let target = port.get("targetPort").filter(|node| !node.is_null()).or(port.get("port"));
        let target = target.map(Node::scalar_text);
        let text = |node: Option<Node<'_>>| node.map(Node::scalar_text) == target;
        container.ports().any(|own| text(own.node.get("name")) || text(own.node.get("containerPort")))
    })
}
