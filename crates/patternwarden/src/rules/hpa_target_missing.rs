use crate::engine::Cx;
use crate::kube::{Autoscaler, AutoscalerKind, Object, items};
use crate::matcher::{clipped, nearest};
use crate::neighbours::{AUTOSCALERS, DEPLOYMENTS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::format;
use patternwarden_tree::Node;

crate::rule! {
    /// An autoscaler points to nothing, to what cannot be scaled, or to what another one scales.
    ///
    /// ## Why it matters
    ///
    /// The autoscaler reports that it cannot get the scale, and the application never scales. A
    /// Deployment that was renamed is enough. Two autoscalers of one workload undo each other's work.
    ///
    /// ## Bad
    ///
    /// A mistyped name, and a version that is gone:
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
    ///               cpu: 100m
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     # finding: 1 /spec/scaleTargetRef/apiVersion
    ///     apiVersion: extensions/v1beta1
    ///     kind: Deployment
    ///     # finding: 1 /spec/scaleTargetRef/name
    ///     name: shpo
    ///   maxReplicas: 10
    /// ```
    ///
    /// Kinds that have no replicas:
    ///
    /// ```yaml,bad
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: agent
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     # finding: 0 /spec/scaleTargetRef/kind
    ///     kind: DaemonSet
    ///     name: agent
    ///   maxReplicas: 10
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata:
    ///   name: shell
    /// spec:
    ///   targetRef:
    ///     apiVersion: v1
    ///     # finding: 1 /spec/targetRef/kind
    ///     kind: Pod
    ///     name: shell
    /// ```
    ///
    /// The right name in another group:
    ///
    /// ```yaml,bad
    /// apiVersion: argoproj.io/v1alpha1
    /// kind: Rollout
    /// metadata:
    ///   name: shop
    /// spec:
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
    ///     # finding: 1 /spec/scaleTargetRef/apiVersion
    ///     apiVersion: apps/v1
    ///     kind: Rollout
    ///     name: shop
    ///   maxReplicas: 10
    /// ```
    ///
    /// Two for one workload:
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
    ///     # finding: 0 /spec/scaleTargetRef/name
    ///     name: shop
    ///   maxReplicas: 10
    /// ---
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     # finding: 1 /spec/scaleTargetRef/name
    ///     name: shop
    ///   triggers:
    ///     - type: kafka
    ///       metadata:
    ///         topic: orders
    /// ```
    ///
    /// A ReplicaSet that a Deployment makes anew with every release:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: ReplicaSet
    /// metadata:
    ///   name: shop-5d4f
    ///   ownerReferences:
    ///     - apiVersion: apps/v1
    ///       kind: Deployment
    ///       name: shop
    ///       uid: 5f0e0c9e-0000-4000-8000-000000000000
    ///       controller: true
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
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: ReplicaSet
    ///     # finding: 1 /spec/scaleTargetRef/name
    ///     name: shop-5d4f
    ///   maxReplicas: 10
    /// ```
    ///
    /// ## Good
    ///
    /// A horizontal and a vertical one may share a workload:
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
    /// ## When to allow it
    ///
    /// When the workload is applied from elsewhere.
    ///
    /// ## Source
    ///
    /// - [Horizontal Pod Autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/): not for what cannot be scaled, such as a DaemonSet
    /// - [Deprecated API Migration Guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/): `extensions/v1beta1`, `apps/v1beta1` and `apps/v1beta2` are gone since 1.16
    "hpa-target-missing",
    "Autoscaler points to nothing",
    patterns: &[Pattern::ElasticScale],
    surfaces: &[Surface::Bundle, Surface::Object],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["HorizontalPodAutoscaler"],
    kinds: &[&AUTOSCALERS, &DEPLOYMENTS, &STATEFUL_SETS],
    lacks: "",
}];

/// Versions of workloads that no cluster serves any more.
const GONE: [&str; 3] = ["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"];

/// Built-in kinds without a count of replicas.
const FIXED: [&str; 4] = ["DaemonSet", "Job", "CronJob", "Pod"];

/// Kinds whose Pods a VerticalPodAutoscaler finds, the count of replicas aside.
///
/// Source: `autoscaler/vertical-pod-autoscaler/pkg/target`.
const FOUND: [&str; 7] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(scaler) = Autoscaler::of(object) else { return };
    let (at, kind, version) =
        (scaler.target_name(), scaler.target_kind(), scaler.target_api_version());
    if version.value.is_some_and(|version| GONE.contains(&version)) {
        cx.report(
            version.place,
            format_args!("no cluster serves this version of the workload any more"),
        )
        .severity(Severity::Error)
        .fix_set(Grade::Safe, "Refer to `apps/v1`", "apps/v1");
    }
    let (Some(kind_name), Some(name)) = (kind.value, at.value) else { return };
    let shown = clipped(kind_name);
    if scaler.is_horizontal() && FIXED.contains(&kind_name) {
        cx.report(kind.place, format_args!("a {shown} has no replicas to scale"))
            .severity(Severity::Error);
        return;
    }
    let target = cx.set().scaled(scaler);
    let works = target.is_some_and(|target| target.workload().is_some_and(|w| !w.is_like("Pod")));
    if !scaler.is_horizontal() && !FOUND.contains(&kind_name) && !works {
        cx.report(kind.place, format_args!("no Pods are found by way of a {shown}"));
    }
    if let Some(other) = rival(cx, scaler) {
        let whose = other.object.display_name();
        cx.report(at.place, format_args!("`{whose}` scales the same workload"))
            .severity(Severity::Error)
            .related(other.node, "scales the same workload");
    }
    match target {
        Some(target)
            if scaler.kind == AutoscalerKind::Horizontal
                && kind_name == "ReplicaSet"
                && has_owner(target, "Deployment") =>
        {
            cx.report(
                at.place,
                format_args!(
                    "a Deployment makes this ReplicaSet, and another one with the next release"
                ),
            )
            .severity(Severity::Error);
        }
        Some(target) => group(cx, scaler, target),
        None => missing(cx, scaler, kind_name, name),
    }
}

/// Another autoscaler of the same sort and the same workload.
fn rival<'d>(cx: &Cx<'_, 'd>, scaler: Autoscaler<'d>) -> Option<Autoscaler<'d>> {
    let home = scaler.object.effective_namespace();
    // A ScaledObject makes a HorizontalPodAutoscaler and works by it.
    let made = |scaler: Autoscaler<'d>| has_owner(scaler.object, "ScaledObject");
    if made(scaler) {
        return None;
    }
    cx.set().autoscalers().into_iter().find(|other| {
        other.object.index != scaler.object.index
            && !made(*other)
            && other.is_horizontal() == scaler.is_horizontal()
            && other.target_kind().value == scaler.target_kind().value
            && other.target_name().value == scaler.target_name().value
            && other.object.effective_namespace() == home
    })
}

/// Whether an object of this kind owns an object.
fn has_owner(object: Object<'_>, kind: &str) -> bool {
    items(object.owner_references().value)
        .any(|owner| owner.get("kind").and_then(Node::as_str) == Some(kind))
}

/// The kind and the name are those of an object of another group.
fn group<'d>(cx: &mut Cx<'_, 'd>, scaler: Autoscaler<'d>, target: Object<'d>) {
    let at = scaler.target_api_version();
    let (Some(written), Some(own)) = (at.value, target.api_version().value) else { return };
    let group = |version: &'d str| version.split_once('/').map_or("", |(group, _)| group);
    if group(written) != group(own) && !GONE.contains(&written) {
        let name = target.display_name();
        cx.report(at.place, format_args!("`{name}` is not of this API group"))
            .related(target.api_version().place, "its group")
            .fix_set(Grade::Safe, format!("Refer to `{own}`"), own);
    }
}

fn missing<'d>(cx: &mut Cx<'_, 'd>, scaler: Autoscaler<'d>, kind: &'d str, name: &'d str) {
    let home = scaler.object.effective_namespace();
    let set = cx.set();
    // What is not in the input is not missing, unless the input is all there is.
    if !set.would_hold(kind, home) || set.pod_specs_in(home).next().is_none() {
        return;
    }
    let here = set.of_kind(kind).filter(|other| other.effective_namespace() == home);
    let near = nearest(name, here.filter_map(|other| other.name().value));
    let (kind, shown, input) = (clipped(kind), clipped(name), set.word());
    let report = cx.report(
        scaler.target_name().place,
        format_args!("there is no {kind} `{shown}` in namespace `{home}` of the {input}"),
    );
    if let Some(near) = near {
        report.fix_set(Grade::Safe, format!("Scale `{near}`"), near);
    }
}
