use crate::engine::Cx;
use crate::kube::{Autoscaler, Container, Object, PodSpec, ResourceMetric, resources};
use crate::matcher::clipped;
use crate::neighbours::{AUTOSCALERS, DEPLOYMENTS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::format;
use alloc::vec;
use patternwarden_tree::{Edit, Node, Op};

crate::rule! {
    /// An autoscaler measures the share of a request that a container does not make.
    ///
    /// ## Why it matters
    ///
    /// Utilisation is usage divided by the request. One container without a request makes the whole
    /// metric unavailable, and a sidecar that somebody adds later switches the autoscaling off.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           resources:
    ///             requests:
    ///               cpu: 200m
    ///         # finding: 0 /spec/template/spec/containers/1/resources/requests/cpu
    ///         - name: log
    ///           image: registry.example/log:1.0.0
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   maxReplicas: 10
    ///   metrics:
    ///     - type: Resource
    ///       resource:
    ///         name: cpu
    ///         target:
    ///           type: Utilization
    ///           averageUtilization: 60
    /// ```
    ///
    /// Without metrics it is the share of CPU; native sidecars count:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       initContainers:
    ///         - name: migrate
    ///           image: registry.example/migrate:2.1.0
    ///         # finding: 0 /spec/template/spec/initContainers/1/resources/requests/cpu
    ///         - name: proxy
    ///           image: registry.example/proxy:1.4.2
    ///           restartPolicy: Always
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           resources:
    ///             limits:
    ///               cpu: 200m
    /// ---
    /// apiVersion: autoscaling/v1
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   maxReplicas: 10
    ///   targetCPUUtilizationPercentage: 70
    /// ```
    ///
    /// The one container that is measured is not there:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         # finding: 0 /spec/template/spec/containers/0/resources/requests/memory
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   maxReplicas: 10
    ///   metrics:
    ///     - type: ContainerResource
    ///       containerResource:
    ///         name: cpu
    ///         # finding: 1 /spec/metrics/0/containerResource/container
    ///         container: main
    ///         target:
    ///           type: Utilization
    ///           averageUtilization: 60
    ///     - type: ContainerResource
    ///       containerResource:
    ///         name: memory
    ///         container: app
    ///         target:
    ///           type: Utilization
    ///           averageUtilization: 60
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           resources:
    ///             requests:
    ///               cpu: 200m
    ///         - name: log
    ///           image: registry.example/log:1.0.0
    ///           resources:
    ///             limits:
    ///               cpu: 20m
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   maxReplicas: 10
    ///   metrics:
    ///     - type: Resource
    ///       resource:
    ///         name: cpu
    ///         target:
    ///           type: Utilization
    ///           averageUtilization: 60
    ///     - type: Resource
    ///       resource:
    ///         name: memory
    ///         target:
    ///           type: AverageValue
    ///           averageValue: 500Mi
    /// ```
    ///
    /// The Pod as a whole makes the request (from 1.34):
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       resources:
    ///         requests:
    ///           cpu: 500m
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   maxReplicas: 10
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a LimitRange of the namespace fills the requests in, which is not seen here.
    ///
    /// ## Source
    ///
    /// - [Horizontal Pod Autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work): utilisation is not defined where a container has no request
    /// - [Container resource metrics](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#container-resource-metrics): stable since 1.30
    "hpa-target-without-requests",
    "Utilisation metric without requests",
    patterns: &[Pattern::ElasticScale, Pattern::PredictableDemands],
    severity: Severity::Error,
    surfaces: &[Surface::Bundle],
    reads: READS,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["HorizontalPodAutoscaler", "Deployment", "StatefulSet"],
    kinds: &[&DEPLOYMENTS, &STATEFUL_SETS, &AUTOSCALERS],
    lacks: "",
}];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(scaler) = Autoscaler::of(object) {
        let Some(target) = cx.set().scaled(scaler) else { return };
        for metric in scaler.resource_metrics() {
            let Some(name) = metric.container.filter(|name| name.as_str().is_some()) else {
                continue;
            };
            if !target.pod_specs().flat_map(PodSpec::containers).any(|c| measures(metric, c)) {
                let (shown, whose) = (clipped(name.scalar_text()), target.display_name());
                cx.report(name, format_args!("`{whose}` has no container `{shown}` to measure"));
            }
        }
    } else if let Some(scaler) = object.workload().and_then(|_| cx.set().scaler_of(object)) {
        for metric in scaler.resource_metrics().into_iter().filter(|metric| metric.is_share) {
            let pods = object.pod_specs();
            for container in
                pods.flat_map(PodSpec::running_containers).filter(|c| measures(metric, *c))
            {
                judge(cx, container, metric);
            }
        }
    }
}

/// Whether a metric counts a container.
fn measures(metric: ResourceMetric<'_>, container: Container<'_>) -> bool {
    metric.container.is_none_or(|name| name.as_str() == container.name().value)
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, metric: ResourceMetric<'d>) {
    let resource = metric.resource;
    let requests =
        |map: Option<Node<'d>>| resources::quantity(resources::request(map, resource)).is_some();
    if requests(container.resources().value) || requests(container.pod.resources_in(cx.target())) {
        return;
    }
    let at = match resource {
        "cpu" => container.node.at(&["resources", "requests", "cpu"]),
        "memory" => container.node.at(&["resources", "requests", "memory"]),
        _ => container.requests().place,
    };
    let name = container.display_name();
    let report = cx
        .report(
            at,
            format_args!("container `{name}` requests no {resource}, whose share is measured"),
        )
        .related(metric.place, "measures the share");
    let start = match resource {
        "cpu" => "100m",
        "memory" => "128Mi",
        _ => return,
    };
    let pointer = format!("{}", at.pointer(container.object().node));
    report.fix(
        Grade::Review,
        "Request a little to start with",
        vec![Edit::new(pointer, Op::Add(start.into()))],
    );
}
