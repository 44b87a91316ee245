//! API versions of projects around Kubernetes that have a successor.
//!
//! Facts: the release notes and `conversion` or `deprecated` marks of each project's own
//! CustomResourceDefinitions. Whether a cluster serves the successor is its own affair.

use crate::api_versions::Replacement;

/// Kinds of one version, and what takes their place.
type Row = (&'static str, &'static [&'static str], Replacement);

/// Rows: version, kinds (none for all of it), and the successor.
static THIRD_PARTY: &[Row] = &[
    ("serving.knative.dev/v1alpha1", &[], Replacement::Changed("serving.knative.dev/v1")),
    ("serving.knative.dev/v1beta1", &[], Replacement::Same("serving.knative.dev/v1")),
    ("build.knative.dev/v1alpha1", &[], Replacement::Gone("Tekton Pipelines")),
    ("security.istio.io/v1beta1", &[], Replacement::Same("security.istio.io/v1")),
    ("networking.istio.io/v1alpha3", ISTIO, Replacement::Same("networking.istio.io/v1")),
    ("networking.istio.io/v1beta1", ISTIO, Replacement::Same("networking.istio.io/v1")),
    ("telemetry.istio.io/v1alpha1", &[], Replacement::Same("telemetry.istio.io/v1")),
    ("v1", &["DeploymentConfig"], Replacement::Same("apps.openshift.io/v1")),
    ("v1", &["Route"], Replacement::Same("route.openshift.io/v1")),
    ("v1", &["BuildConfig", "Build"], Replacement::Same("build.openshift.io/v1")),
    ("v1", &["ImageStream", "ImageStreamTag"], Replacement::Same("image.openshift.io/v1")),
    ("v1", &["Template"], Replacement::Same("template.openshift.io/v1")),
    ("certmanager.k8s.io/v1alpha1", &[], Replacement::Changed("cert-manager.io/v1")),
    ("cert-manager.io/v1alpha2", &[], Replacement::Changed("cert-manager.io/v1")),
    ("cert-manager.io/v1alpha3", &[], Replacement::Changed("cert-manager.io/v1")),
    ("cert-manager.io/v1beta1", &[], Replacement::Same("cert-manager.io/v1")),
    (
        "gateway.networking.k8s.io/v1beta1",
        &["Gateway", "GatewayClass", "HTTPRoute"],
        Replacement::Same("gateway.networking.k8s.io/v1"),
    ),
    ("snapshot.storage.k8s.io/v1beta1", &[], Replacement::Same("snapshot.storage.k8s.io/v1")),
    (
        "external-secrets.io/v1beta1",
        &["ExternalSecret", "SecretStore", "ClusterSecretStore", "ClusterExternalSecret"],
        Replacement::Same("external-secrets.io/v1"),
    ),
];

const ISTIO: &[&str] = &[
    "DestinationRule",
    "Gateway",
    "ServiceEntry",
    "Sidecar",
    "VirtualService",
    "WorkloadEntry",
    "WorkloadGroup",
];

/// What takes the place of this version of a kind; `None` for what is not known to have a successor.
pub(crate) fn successor(api_version: &str, kind: &str) -> Option<Replacement> {
    THIRD_PARTY
        .iter()
        .find(|(version, kinds, _)| {
            *version == api_version && (kinds.is_empty() || kinds.contains(&kind))
        })
        .map(|row| row.2)
}
