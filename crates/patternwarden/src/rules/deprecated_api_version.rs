use crate::api_migration::{Migration, migrate};
use crate::api_versions::{ApiVersion, Replacement};
use crate::engine::Cx;
use crate::kube::Object;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use crate::third_party::successor;
use alloc::{
    format,
    string::{String, ToString},
    vec,
};
use patternwarden_tree::{Edit, Op, Value};

crate::rule! {
    /// An `apiVersion` that will be removed, or that has a successor.
    ///
    /// ## Why it matters
    ///
    /// A deprecated version works for some releases more and then stops at once, for everybody. As long as
    /// there is time, the warning costs nothing.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: resource.k8s.io/v1beta1
    /// kind: DeviceClass
    /// metadata:
    ///   name: gpu
    /// spec: {}
    /// ---
    /// # finding: 1 /apiVersion
    /// apiVersion: coordination.k8s.io/v1alpha2
    /// kind: LeaseCandidate
    /// metadata:
    ///   name: controller-1
    /// spec:
    ///   leaseName: controller
    /// ```
    ///
    /// Some are deprecated without a date:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: v1
    /// kind: Endpoints
    /// metadata:
    ///   name: shop
    /// ```
    ///
    /// Projects around Kubernetes have theirs:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: security.istio.io/v1beta1
    /// kind: PeerAuthentication
    /// metadata:
    ///   name: default
    /// spec:
    ///   mtls:
    ///     mode: STRICT
    /// ---
    /// # finding: 1 /apiVersion
    /// apiVersion: build.knative.dev/v1alpha1
    /// kind: Build
    /// metadata:
    ///   name: shop
    /// spec: {}
    /// ```
    ///
    /// Where only the version string changes, that is the repair:
    ///
    /// ```yaml,bad
    /// # finding: /apiVersion
    /// apiVersion: admissionregistration.k8s.io/v1alpha1
    /// kind: MutatingAdmissionPolicy
    /// metadata:
    ///   name: label-owner
    /// spec: {}
    /// ```
    ///
    /// ## Good
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
    ///   maxReplicas: 5
    /// ```
    ///
    /// The version that a project around Kubernetes goes on with:
    ///
    /// ```yaml,good
    /// apiVersion: security.istio.io/v1
    /// kind: PeerAuthentication
    /// metadata:
    ///   name: default
    /// spec:
    ///   mtls:
    ///     mode: STRICT
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While the same manifest must also work on clusters that do not have the successor yet. A version that the
    /// target no longer has is the matter of `removed-api-version`.
    ///
    /// ## Source
    ///
    /// - [Deprecated API migration guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/) and [deprecation policy](https://kubernetes.io/docs/reference/using-api/deprecation-policy/)
    /// - [Endpoints are deprecated](https://kubernetes.io/blog/2025/04/24/endpoints-deprecation/) since 1.33
    "deprecated-api-version",
    "apiVersion will be removed, or is a legacy spelling",
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let at = object.api_version();
    let (Some(version), Some(kind)) = (at.value, object.kind().value) else { return };
    let target = cx.target();
    let (replacement, severity, when, fix) = if let Some(to) = successor(version, kind) {
        let fix = match to {
            Replacement::Same(to) => {
                let edit = Edit::new("/apiVersion", Op::Replace(Value::from(to)));
                // Whether the cluster has the successor is not known.
                let (grade, title) = (Grade::Review, format!("Use `{to}`"));
                Some(Migration { grade, edits: vec![edit], title })
            }
            _ => None,
        };
        (to, Severity::Info, String::from("has a successor"), fix)
    } else if let Some(entry) = ApiVersion::of(version, kind)
        && let Some(since) = entry.deprecated.filter(|since| *since <= target)
        && !entry.is_removed_in(target)
    {
        let when = match entry.removed {
            Some(removed) => format!("is deprecated since {since} and gone in {removed}"),
            None => format!("is deprecated since {since}"),
        };
        (entry.replacement, Severity::Warning, when, migrate(object, entry))
    } else {
        return;
    };
    let to = match replacement {
        Replacement::Same(to) | Replacement::Changed(to) => format!("`{to}`"),
        Replacement::Gone(instead) => instead.to_string(),
    };
    let finding = cx
        .report(at.place, format_args!("`{version}` of {kind} {when}; in its place: {to}"))
        .severity(severity);
    if let Some(Migration { grade, edits, title }) = fix {
        finding.fix(grade, title, edits);
    }
}
