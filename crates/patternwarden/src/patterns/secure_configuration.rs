//! Recognises secrets that are kept elsewhere.

use super::by_kind::{self, Kinds};
use crate::kube::{Object, PodSpec};
use crate::recognise::{Confidence, Px};
use patternwarden_tree::Node;

crate::pattern! {
    /// Secrets stay encrypted outside the cluster or are fetched when needed.
    ///
    /// ## Intent
    ///
    /// A Secret of Kubernetes is encoded, not encrypted, and so does not belong into a repository.
    /// Either it is encrypted there and only the cluster can open it, or it stays in a vault and only
    /// the Pod that needs it gets to see it.
    ///
    /// ## Forces
    ///
    /// Encryption keeps everything in one repository and moves the question to one key. An operator
    /// that copies from a vault leaves an ordinary Secret behind, for all who may read Secrets. A
    /// mounted or injected value leaves none, and the Pod cannot start while the vault is away.
    ///
    /// ## How it is seen
    ///
    /// A SealedSecret, objects of the External Secrets Operator or of Vault's operator, a
    /// SecretProviderClass and volumes of its driver (`csi`), a Secret that sops encrypted (`sops`),
    /// the annotation by which Vault's agent is injected (`vault-agent`). A plain Secret is
    /// Configuration Resource.
    ///
    /// ## What breaks it
    ///
    /// - the same value once more as a plain Secret beside it
    /// - rights to list Secrets in the whole namespace
    /// - a store that any namespace may read through
    /// - secrets in variables, which end up in crash reports
    ///
    /// ## Over time
    ///
    /// Encryption of the cluster's own store by a key service (KMS v2) is stable since 1.29. Tokens
    /// of ServiceAccounts are short-lived and bound since 1.22, and no longer Secrets since 1.24.
    SecureConfiguration,
    recognise,
}

const KINDS: Kinds = &[
    ("bitnami.com", "SealedSecret"),
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("external-secrets.io", "SecretStore"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"),
    ("secrets.hashicorp.com", "VaultStaticSecret"),
    ("secrets.hashicorp.com", "VaultDynamicSecret"),
    ("secrets.hashicorp.com", "VaultPKISecret"),
];

const DRIVER: &str = "secrets-store.csi.k8s.io";
const INJECT: &str = "vault.hashicorp.com/agent-inject";

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    by_kind::hit(px, object, KINDS, Confidence::Certain, "the value is kept elsewhere");
    if object.is("", "Secret")
        && let Some(sops) = object.node.get("sops").filter(|node| node.is_map())
    {
        px.hit(Confidence::Certain, sops, "encrypted where it is kept").facet("sops");
    }
    if let Some(pod) = object.pod_spec() {
        fetched(px, pod);
    }
}

fn fetched<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for volume in pod.volumes() {
        let driver = volume.node.at(&["csi", "driver"]).node();
        if let Some(driver) = driver.filter(|driver| driver.as_str() == Some(DRIVER)) {
            px.hit(Confidence::Certain, driver, "fetched when the Pod starts").facet("csi");
        }
    }
    let mark = pod.annotations().and_then(|annotations| annotations.get(INJECT));
    if let Some(mark) = mark.filter(|mark| Node::scalar_text(*mark) == "true") {
        px.hit(Confidence::Certain, mark, "an agent fetches them").facet("vault-agent");
    }
}
