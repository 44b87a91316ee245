use crate::engine::Cx;
use crate::helpers::is_known_helper;
use crate::kube::Container;
use crate::neighbours::{Reads, SERVICES, WORKLOADS};
use crate::pattern::Pattern;
use crate::probe_scope;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::served::{services, targets};
use patternwarden_tree::Value;

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
    /// Nothing sends it traffic, and it is alone, so this is an info:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/readinessProbe
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       ports:
    ///         - containerPort: 8080
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
    /// Knative asks the port of a container by itself:
    ///
    /// ```yaml,good
    /// apiVersion: serving.knative.dev/v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   template:
    ///     spec:
    ///       containers:
    ///         - image: registry.example/shop:2.1.0
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
    params: probe_scope::PARAMS,
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Container(check),
}

static READS: &[Reads] = &[Reads { on: WORKLOADS, kinds: &[&SERVICES], lacks: "" }];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let workload = container.pod.workload;
    if container.readiness_probe().value.is_some() || !probe_scope::is_judged(cx, container) {
        return;
    }
    // Knative gives every container with a port a readiness probe of its own.
    if workload.kind.is_of("serving.knative.dev") {
        return;
    }
    let helps =
        is_known_helper(container) && !services(cx, container.pod).any(|s| targets(s, container));
    if helps && !probe_scope::all(cx) {
        return;
    }
    let service = services(cx, container.pod).next();
    let replaced = workload.is_like("Deployment") || workload.is_like("StatefulSet");
    let replaced = replaced && workload.replicas().is_some_and(|replicas| replicas > 1);
    let severity = if service.is_some() || replaced { Severity::Warning } else { Severity::Info };
    let port = container.tcp_port();
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
