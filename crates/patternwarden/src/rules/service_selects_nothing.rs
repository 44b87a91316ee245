use crate::engine::Cx;
use crate::kube::{Object, PodSpec, Service, selects};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// A Service selects labels that no workload of its namespace carries.
    ///
    /// ## Why it matters
    ///
    /// Such a Service has no endpoints: its name resolves and every connection fails.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    /// spec:
    ///   # finding: 0 /spec/selector
    ///   selector:
    ///     app: wbe
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   labels:
    ///     app: web
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/web:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    /// spec:
    ///   selector:
    ///     app: web
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   labels:
    ///     app: web
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/web:1.4.2
    /// ```
    ///
    /// ## Source
    ///
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    "service-selects-nothing",
    "Service selector matches no workload",
    patterns: &[Pattern::ServiceDiscovery],
    severity: Severity::Warning,
    surfaces: &[Surface::Bundle],
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    let at = service.selector();
    let Some(selector) = at.value else { return };
    let found = cx
        .set()
        .pod_specs_in(object.effective_namespace())
        .any(|pod: PodSpec<'_>| selects(selector, pod.labels()));
    if !found {
        cx.report(at.place, format_args!("no workload of this namespace carries these labels"));
    }
}
