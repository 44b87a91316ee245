use crate::engine::Cx;
use crate::kube::{Autoscaler, AutoscalerKind, Object, PodSpec, Quantity, items, resources};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// The bounds of an autoscaler cannot work, or leave it nothing to do.
    ///
    /// ## Why it matters
    ///
    /// The object is rejected, or it pretends to scale. A minimum of one replica means an outage with
    /// every drain of a node. Which numbers are right only the load can tell, so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: crossed
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: crossed
    ///   minReplicas: 5
    ///   # finding: 0 /spec/maxReplicas
    ///   maxReplicas: 3
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: none
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: none
    ///   # finding: 1 /spec/maxReplicas
    ///   maxReplicas: 0
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: zero
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: zero
    ///   # finding: 2 /spec/minReplicas
    ///   minReplicas: 0
    ///   maxReplicas: 3
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: fixed
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: fixed
    ///   minReplicas: 3
    ///   # finding: 3 /spec/maxReplicas
    ///   maxReplicas: 3
    /// ```
    ///
    /// A served workload that may shrink to one, and a share that no container can reach:
    ///
    /// ```yaml,bad
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// # finding: 0 /spec/minReplicas
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   maxReplicas: 3
    ///   metrics:
    ///     - type: Resource
    ///       resource:
    ///         name: cpu
    ///         target:
    ///           type: Utilization
    ///           # finding: 0 /spec/metrics/0/resource/target/averageUtilization
    ///           averageUtilization: 120
    /// ---
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
    ///               cpu: "1"
    ///             limits:
    ///               cpu: 1000m
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
    /// ```
    ///
    /// ## Good
    ///
    /// From zero it can only start by what is measured outside of the Pods:
    ///
    /// ```yaml,good
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   minReplicas: 2
    ///   maxReplicas: 10
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: worker
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: worker
    ///   minReplicas: 0
    ///   maxReplicas: 10
    ///   metrics:
    ///     - type: External
    ///       external:
    ///         metric:
    ///           name: queue_length
    ///         target:
    ///           type: AverageValue
    ///           averageValue: "30"
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Equal bounds, for the time in which the autoscaler shall rest.
    ///
    /// ## Source
    ///
    /// - [HorizontalPodAutoscaler v2](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/): `minReplicas` defaults to 1 and may be 0 with an object or external metric, behind the gate `HPAScaleToZero`
    "hpa-bounds-invalid",
    "Bounds that cannot work",
    patterns: &[Pattern::ElasticScale],
    severity: Severity::Error,
    surfaces: &[Surface::Object, Surface::Bundle],
    refused: true,
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let scaler = Autoscaler::of(object).filter(|scaler| scaler.kind == AutoscalerKind::Horizontal);
    let Some(scaler) = scaler else { return };
    let (least, most) = (scaler.min_replicas(), scaler.max_replicas());
    let target = cx.set().scaled(scaler);
    let outside = |metric: Node<'_>| {
        matches!(metric.get("type").and_then(Node::as_str), Some("Object" | "External"))
    };
    let few = scaler.fewest().unwrap_or(1);
    if few < 0 || (few == 0 && !items(scaler.metrics().value).any(outside)) {
        cx.report(
            least.place,
            format_args!("nothing that is measured outside of the Pods could start the first one"),
        );
    } else if few == 1 && target.is_some_and(|target| is_served(cx, target)) {
        cx.report(least.place, format_args!("a served workload may shrink to one replica"))
            .severity(Severity::Info);
    }
    match most.value {
        Some(many) if many < 1 => {
            cx.report(most.place, format_args!("the most replicas are fewer than one"));
        }
        Some(many) if many < few => {
            cx.report(
                most.place,
                format_args!("the most replicas, {many}, are fewer than the least, {few}"),
            );
        }
        Some(many) if many == few => {
            cx.report(most.place, format_args!("the least and the most replicas are the same"))
                .severity(Severity::Info);
        }
        _ => {}
    }
    for metric in scaler.resource_metrics().into_iter().filter(|metric| metric.is_share) {
        let share = metric.place.node.at(&["target", "averageUtilization"]);
        let high = share.node().and_then(Node::as_i64).is_some_and(|share| share > 100);
        let mut pods = target.into_iter().flat_map(Object::pod_specs).peekable();
        if high && pods.peek().is_some() && pods.all(|pod| is_capped(pod, metric.resource)) {
            cx.report(
                share,
                format_args!("no container can use more than the request, which is also its limit"),
            )
            .severity(Severity::Hint);
        }
    }
}

fn is_served<'d>(cx: &Cx<'_, 'd>, object: Object<'d>) -> bool {
    object.pod_specs().any(|pod| !cx.set().services_of(pod).is_empty())
}

/// Whether every container of a Pod is limited to what it requests.
fn is_capped(pod: PodSpec<'_>, resource: &str) -> bool {
    pod.running_containers().all(|container| {
        let own = container.resources().value;
        let limit = resources::amount(own, "limits", resource);
        let read = |node: Node<'_>| Quantity::parse(node.scalar_text());
        limit.is_some() && resources::request(own, resource).and_then(read) == limit.and_then(read)
    })
}
