use crate::engine::Cx;
use crate::kube::{Handler, PodSpec, ProbeKind, items};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// A rolling update that cannot tell good Pods from bad ones.
    ///
    /// ## Why it matters
    ///
    /// Without readiness a Pod counts as available as soon as its process exists, so that an update
    /// replaces all healthy Pods by broken ones within seconds. The numbers of the strategy protect
    /// nothing.
    ///
    /// ## Bad
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
    ///           livenessProbe:
    ///             httpGet:
    ///               path: /livez
    ///               port: 8080
    ///             periodSeconds: 20
    /// ```
    ///
    /// StatefulSets and DaemonSets roll as well. A Pod that must stay up for a while before it counts is
    /// a weak protection, and only an information:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   serviceName: db
    ///   minReadySeconds: 30
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         # finding: /spec/template/spec/containers/0/readinessProbe
    ///         - name: db
    ///           image: registry.example/db:16.3.0
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
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           readinessProbe:
    ///             httpGet:
    ///               path: /ready
    ///               port: 8080
    /// ```
    ///
    /// Something outside says when the Pod is ready, and Pods that are not replaced one by one:
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
    ///       readinessGates:
    ///         - conditionType: example.com/registered
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: batch
    /// spec:
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: batch
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: batch
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   updateStrategy:
    ///     type: OnDelete
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For Pods that serve nobody, such as workers that take their tasks from a queue. Where no liveness probe asks
    /// over HTTP, nothing is known that readiness could ask, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Deployments: rolling update](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment): it waits for Pods that are ready
    "rolling-update-without-readiness",
    "Rolling update cannot tell good from bad Pods",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::HealthProbe],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

/// From so many seconds on, staying up says something.
const SETTLED_SECONDS: i64 = 10;

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let workload = pod.workload;
    let rolls = ["Deployment", "StatefulSet", "DaemonSet"].iter().any(|kind| workload.is_like(kind))
        // OpenShift's word for it is shorter.
        && matches!(workload.update_type(), "RollingUpdate" | "Rolling")
        // Knative gives every container with a port a readiness probe of its own.
        && workload.kind.group != "serving.knative.dev";
    let told = items(pod.readiness_gates().value).next().is_some()
        || pod.running_containers().any(|container| container.readiness_probe().value.is_some());
    if !rolls || told {
        return;
    }
    let http = pod.app_containers().find_map(|container| {
        let handler = container.probe(ProbeKind::Liveness)?.handler()?;
        matches!(handler, Handler::HttpGet(_)).then_some((container, handler))
    });
    let Some(container) = http.map(|found| found.0).or_else(|| pod.app_containers().next()) else {
        return;
    };
    let settled = workload.min_ready_seconds().value.unwrap_or(0) >= SETTLED_SECONDS;
    let severity = if settled { Severity::Info } else { Severity::Warning };
    let finding = cx
        .report(
            container.readiness_probe().place,
            format_args!("Pods are replaced one by one, and no container has a readiness probe to tell good ones from bad ones"),
        )
        .severity(severity);
    if let Some((_, handler)) = http {
        finding.fix_set(
            Grade::Review,
            "Ask for readiness as for liveness",
            Value::map([(handler.field(), Value::of(handler.node()))]),
        );
    }
}
