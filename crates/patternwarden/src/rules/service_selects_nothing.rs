use crate::engine::Cx;
use crate::kube::{Object, Service};
use crate::neighbours::{DAEMON_SETS, DEPLOYMENTS, ENDPOINT_SLICES, PODS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::repair::nearest;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;

crate::rule! {
    /// A Service selects labels that no workload of its namespace carries.
    ///
    /// ## Why it matters
    ///
    /// The Service exists, its name resolves, and every connection is refused, because it has no
    /// endpoints. Comparing labels across files by eye is what people are worst at.
    ///
    /// ## Bad
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
    ///         - containerPort: 8080
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 1 /spec/selector
    ///   selector:
    ///     app: store
    ///   ports:
    ///     - port: 80
    ///       targetPort: 8080
    /// ```
    ///
    /// The label of a Rollout's template has another key, and a workload of another namespace
    /// does not count:
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
    ///           readinessProbe:
    ///             tcpSocket:
    ///               port: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   namespace: other
    ///   labels:
    ///     application: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 2 /spec/selector
    ///   selector:
    ///     application: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// No workload is given, or no selector and no endpoints:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 0 /spec/selector
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: database
    /// # finding: 1 /spec/selector
    /// spec:
    ///   ports:
    ///     - port: 5432
    /// ```
    ///
    /// Two workloads share the labels, so that the Service mixes them:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 0 /spec/selector
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ---
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
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: shop-report
    /// spec:
    ///   schedule: "0 4 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         metadata:
    ///           labels:
    ///             app: shop
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/shop-report:2.1.0
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
    ///         - containerPort: 8080
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
    ///       targetPort: 8080
    /// ```
    ///
    /// Endpoints of one's own, and another name for a host outside:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: database
    /// spec:
    ///   ports:
    ///     - port: 5432
    /// ---
    /// apiVersion: discovery.k8s.io/v1
    /// kind: EndpointSlice
    /// metadata:
    ///   name: database-1
    ///   labels:
    ///     kubernetes.io/service-name: database
    /// addressType: IPv4
    /// ports:
    ///   - port: 5432
    /// endpoints:
    ///   - addresses: [192.0.2.10]
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: mail
    /// spec:
    ///   type: ExternalName
    ///   externalName: mail.example
    ///   selector:
    ///     app: mail
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the workload is applied from elsewhere, or when an operator makes the Pods. Canary
    /// releases share a Service between two workloads on purpose.
    ///
    /// ## Source
    ///
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    "service-selects-nothing",
    "Service selector matches no workload",
    patterns: &[Pattern::ServiceDiscovery],
    severity: Severity::Warning,
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["Service"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS, &ENDPOINT_SLICES],
    lacks: "",
}];

/// Related places that a finding names at most.
const MAX_RELATED: usize = 8;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    let at = service.selector();
    if service.service_type().value == Some("ExternalName") || at.is_mistyped() {
        return;
    }
    let Some(selector) = at.value.filter(|map| map.children().next().is_some()) else {
        without_selector(cx, service);
        return;
    };
    let (namespace, input) = (object.effective_namespace(), cx.set().word());
    let found = cx.set().selected_by(selector, namespace);
    let nobody = || cx.set().pod_specs_in(namespace).next().is_none();
    // What a controller made is the same workload again.
    let written = found.iter().filter(|pod| !pod.object().is_controlled()).count();
    if found.is_empty() && nobody() {
        cx.report(
            at.place,
            format_args!("the {input} has no workload in namespace `{namespace}` to select"),
        )
        .severity(Severity::Info);
    } else if found.is_empty() {
        let pods: Vec<_> = cx.set().pod_specs_in(namespace).collect();
        let report = cx.report(
            at.place,
            format_args!(
                "no workload in namespace `{namespace}` carries the labels of this selector"
            ),
        );
        if let Some(difference) = nearest(selector, &pods) {
            let (title, edits) = difference.repair(object.node);
            report.related(difference.carried, "the label of the nearest workload").fix(
                Grade::Safe,
                title,
                edits,
            );
        }
    } else if written > 1 {
        let mut report = cx
            .report(at.place, format_args!("the selector matches {written} workloads, not one"))
            .severity(Severity::Info);
        for pod in found.into_iter().filter(|pod| !pod.object().is_controlled()).take(MAX_RELATED) {
            report = report.related(pod.template, "is selected");
        }
    }
}

/// A Service without selector needs endpoints that somebody writes.
fn without_selector<'d>(cx: &mut Cx<'_, 'd>, service: Service<'d>) {
    let Some(name) = service.object.name().value else { return };
    let namespace = service.object.effective_namespace();
    let serves = |object: Object<'_>| {
        let label = object.labels().value.and_then(|map| map.get("kubernetes.io/service-name"));
        let slice = object.is("discovery.k8s.io", "EndpointSlice")
            && label.is_some_and(|label| label.as_str() == Some(name));
        let endpoints = object.is("", "Endpoints") && object.name().value == Some(name);
        object.effective_namespace() == namespace && (slice || endpoints)
    };
    if !cx.set().objects().any(serves) {
        let (place, input) = (service.selector().place, cx.set().word());
        cx.report(
            place,
            format_args!("`{name}` has neither a selector nor endpoints in this {input}"),
        )
        .severity(Severity::Info);
    }
}
