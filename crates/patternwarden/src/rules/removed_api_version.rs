use crate::api_migration::{Migration, migrate};
use crate::api_versions::{ApiVersion, Replacement};
use crate::engine::Cx;
use crate::kube::Object;
use crate::rule::{Check, Grade, Severity};
use alloc::{format, string::ToString};

crate::rule! {
    /// The target version of Kubernetes no longer serves this API version.
    ///
    /// ## Why it matters
    ///
    /// The first `kubectl apply` after the upgrade of a cluster fails with "no matches for kind". Charts
    /// and backups with old versions are found exactly when they are needed for recovery.
    ///
    /// ## Bad
    ///
    /// The backend has another shape today:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: extensions/v1beta1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   backend:
    ///     serviceName: shop
    ///     servicePort: http
    ///   rules:
    ///     - http:
    ///         paths:
    ///           - path: /
    ///             backend:
    ///               serviceName: shop
    ///               servicePort: 8080
    /// ```
    ///
    /// Only the version string changes:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: batch/v1beta1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: OnFailure
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.0.3
    /// ```
    ///
    /// Metrics got a common form, and a selector must be written, in a list as anywhere:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: List
    /// items:
    ///   # finding: 0 /apiVersion
    ///   - apiVersion: autoscaling/v2beta1
    ///     kind: HorizontalPodAutoscaler
    ///     metadata:
    ///       name: shop
    ///     spec:
    ///       maxReplicas: 5
    ///       scaleTargetRef:
    ///         kind: Deployment
    ///         name: shop
    ///       metrics:
    ///         - type: Resource
    ///           resource:
    ///             name: cpu
    ///             targetAverageUtilization: 80
    ///   # finding: 1 /apiVersion
    ///   - apiVersion: extensions/v1beta1
    ///     kind: Deployment
    ///     metadata:
    ///       name: shop
    ///     spec:
    ///       template:
    ///         metadata:
    ///           labels:
    ///             app: shop
    ///         spec:
    ///           containers:
    ///             - name: app
    ///               image: registry.example/shop:2.1.0
    /// ```
    ///
    /// An empty selector means the contrary of what it meant:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: policy/v1beta1
    /// kind: PodDisruptionBudget
    /// metadata:
    ///   name: shop
    /// spec:
    ///   maxUnavailable: 1
    ///   selector: {}
    /// ```
    ///
    /// Only its author knows what a webhook does beside answering:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: admissionregistration.k8s.io/v1beta1
    /// kind: ValidatingWebhookConfiguration
    /// metadata:
    ///   name: shop
    /// webhooks:
    ///   - name: shop.example.com
    ///     clientConfig:
    ///       url: https://shop.example.com/validate
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   rules:
    ///     - http:
    ///         paths:
    ///           - path: /
    ///             pathType: ImplementationSpecific
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 8080
    /// ```
    ///
    /// Deprecated, but served until 1.38:
    ///
    /// ```yaml,good
    /// apiVersion: resource.k8s.io/v1beta1
    /// kind: DeviceClass
    /// metadata:
    ///   name: gpu
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a cluster that is older than the removal: set `target` to its version. What programs write and
    /// no person, such as an Event, is not rewritten.
    ///
    /// ## Source
    ///
    /// - [Deprecated API Migration Guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/)
    /// - `prerelease-lifecycle` data of [kubernetes/api](https://github.com/kubernetes/api)
    "removed-api-version",
    "apiVersion is no longer served by the target cluster",
    severity: Severity::Error,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let at = object.api_version();
    let (Some(version), Some(kind)) = (at.value, object.kind().value) else { return };
    let Some(entry) = ApiVersion::of(version, kind) else { return };
    let Some(removed) = entry.removed.filter(|_| entry.is_removed_in(cx.target())) else { return };
    let to = match entry.replacement {
        Replacement::Same(to) | Replacement::Changed(to) => format!("`{to}`"),
        Replacement::Gone(instead) => instead.to_string(),
    };
    let finding = cx.report(
        at.place,
        format_args!(
            "`{version}` of {kind} was removed in Kubernetes {removed}; in its place: {to}"
        ),
    );
    if let Some(Migration { grade, edits, title }) = migrate(object, entry) {
        finding.fix(grade, title, edits);
    }
}
