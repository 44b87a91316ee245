use crate::engine::Cx;
use crate::kube::{Autoscaler, AutoscalerKind, Object, PodSpec, items};
use crate::neighbours::{AUTOSCALERS, DAEMON_SETS, DEPLOYMENTS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A horizontal and a vertical autoscaler follow the same measure of the same workload.
    ///
    /// ## Why it matters
    ///
    /// The vertical one changes the request that the horizontal one divides by, so the two chase each
    /// other. One that only recommends does no harm.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
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
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// # finding: 1 /spec/updatePolicy/updateMode
    /// spec:
    ///   targetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    /// ```
    ///
    /// When Pods are made only is still a change:
    ///
    /// ```yaml,bad
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
    ///         name: memory
    ///         target:
    ///           type: Utilization
    ///           averageUtilization: 70
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   targetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   updatePolicy:
    ///     # finding: 1 /spec/updatePolicy/updateMode
    ///     updateMode: Initial
    ///   resourcePolicy:
    ///     containerPolicies:
    ///       - containerName: "*"
    ///         controlledResources: [memory]
    /// ```
    ///
    /// ## Good
    ///
    /// It only recommends, or it controls what is not measured:
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
    ///   maxReplicas: 10
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   targetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   updatePolicy:
    ///     updateMode: "Off"
    /// ```
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
    ///   maxReplicas: 10
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   targetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   resourcePolicy:
    ///     containerPolicies:
    ///       - containerName: "*"
    ///         controlledResources: [memory]
    /// ```
    ///
    /// Each container has a policy that leaves it alone:
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
    ///               cpu: 100m
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
    ///   maxReplicas: 5
    ///   metrics:
    ///     - type: Resource
    ///       resource:
    ///         name: cpu
    ///         target:
    ///           type: Utilization
    ///           averageUtilization: 70
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   targetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   resourcePolicy:
    ///     containerPolicies:
    ///       - containerName: app
    ///         mode: "Off"
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the horizontal one follows the average value and not a share, and both were tried out.
    ///
    /// ## Source
    ///
    /// - [Vertical Pod Autoscaler](https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/known-limitations.md): not together with a horizontal one on CPU or memory
    "hpa-vpa-conflict",
    "Horizontal and vertical autoscaler on the same metric",
    patterns: &[Pattern::ElasticScale],
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["VerticalPodAutoscaler"],
    kinds: &[&AUTOSCALERS, &DAEMON_SETS, &DEPLOYMENTS, &STATEFUL_SETS],
    lacks: "",
}];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let vertical = Autoscaler::of(object).filter(|scaler| scaler.kind == AutoscalerKind::Vertical);
    let Some(vertical) = vertical else { return };
    let mode = vertical.update_mode();
    if mode.value == Some("Off") {
        return;
    }
    let home = object.effective_namespace();
    let same = |other: &Autoscaler<'d>| {
        other.is_horizontal()
            && other.target_kind().value == vertical.target_kind().value
            && other.target_name().value == vertical.target_name().value
            && other.object.effective_namespace() == home
    };
    let Some(other) = cx.set().autoscalers().into_iter().find(same) else { return };
    let target = cx.set().scaled(vertical);
    let mut measured = other.resource_metrics().into_iter();
    let Some(metric) = measured.find(|m| controls(vertical, target, m.resource)) else { return };
    let severity = if mode.value == Some("Initial") { Severity::Info } else { Severity::Warning };
    let name = other.object.display_name();
    cx.report(
        mode.place,
        format_args!("it changes the {} that `{name}` measures", metric.resource),
    )
    .severity(severity)
    .related(metric.place, "measures it")
    .fix_set(Grade::Review, "Let it only recommend", "Off");
}

/// Whether a vertical autoscaler changes this resource of some container.
fn controls(scaler: Autoscaler<'_>, target: Option<Object<'_>>, resource: &str) -> bool {
    if !matches!(resource, "cpu" | "memory") {
        return false;
    }
    let policies: Vec<_> = items(scaler.container_policies().value).collect();
    let listed = |name: &str| {
        policies
            .iter()
            .any(|policy| policy.get("containerName").and_then(Node::as_str) == Some(name))
    };
    // A container without a policy is controlled as a whole.
    let free = target.is_none_or(|target| {
        target.pod_specs().flat_map(PodSpec::running_containers).any(|c| !listed(c.display_name()))
    });
    if free && !listed("*") {
        return true;
    }
    policies.iter().any(|policy| {
        let list = policy.get("controlledResources").filter(|list| !list.is_null());
        policy.get("mode").and_then(Node::as_str) != Some("Off")
            && list.is_none_or(|list| list.items().any(|item| item.as_str() == Some(resource)))
    })
}
