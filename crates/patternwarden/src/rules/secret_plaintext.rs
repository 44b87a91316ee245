use crate::engine::Cx;
use crate::kube::{ConfigKind, ConfigObject, Object, Via, base64, config_references};
use crate::matcher::glob;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Secret is written down with its content readable.
    ///
    /// ## Why it matters
    ///
    /// Base64 is no encryption, and a manifest is made to be committed. Sealed secrets, SOPS and
    /// secret managers keep the same way of working without the leak. Which of them is used nobody
    /// can tell from here, and what was written has to be replaced anyway: there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: app
    /// # finding: 0 /data
    /// data:
    ///   password: czNjcjN0
    /// # finding: 0 /stringData
    /// stringData:
    ///   user: app
    /// ```
    ///
    /// Each key becomes a variable, which shows in dumps and in the processes that are started:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - secretRef:
    ///             # finding: /spec/containers/0/envFrom/0/secretRef/name
    ///             name: app
    /// ```
    ///
    /// ## Good
    ///
    /// Encrypted in the file, a stand-in for what comes later, and an empty one that a controller
    /// fills:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: encrypted
    /// data:
    ///   password: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:A==,type:str]
    /// sops:
    ///   version: 3.9.0
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: stand-in
    /// stringData:
    ///   password: ${APP_PASSWORD}
    ///   user: changeme
    /// data:
    ///   token: PHRva2VuPg==
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: filled-later
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: sh.helm.release.v1.app.v1
    /// type: helm.sh/release.v1
    /// data:
    ///   release: SDRzSUFBQUFBQUFDLzdWYQ==
    /// ```
    ///
    /// A Secret that another kind makes, used as a file:
    ///
    /// ```yaml,good
    /// apiVersion: bitnami.com/v1alpha1
    /// kind: SealedSecret
    /// metadata:
    ///   name: app
    /// spec:
    ///   encryptedData:
    ///     password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: app
    ///           mountPath: /etc/app
    ///           readOnly: true
    ///   volumes:
    ///     - name: app
    ///       secret:
    ///         secretName: app
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For tests, and for content that is not secret but has to be a Secret for the program that
    /// reads it.
    ///
    /// ## Source
    ///
    /// - [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - CIS Kubernetes Benchmark 1.12, 5.4.1 and 5.4.2
    "secret-plaintext",
    "Secret manifest with readable content",
    patterns: &[Pattern::SecureConfiguration],
    surfaces: &[Surface::Text, Surface::Object],
    check: Check::Object(check),
}

/// What stands for content that comes later, as globs.
const PLACEHOLDERS: [&str; 10] =
    ["", "changeme", "change-me", "CHANGEME", "example", "xxx*", "${*}", "$(*)", "{{*}}", "<*>"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(secret) =
        ConfigObject::of(object).filter(|config| config.kind == ConfigKind::Secret)
    {
        if secret.is_encrypted() || secret.secret_type().value == Some("helm.sh/release.v1") {
            return;
        }
        for (map, encoded) in [(secret.data(), true), (secret.string_data(), false)] {
            let readable = |entry: Node<'d>| !stands_in(entry.scalar_text(), encoded);
            if map.value.is_some_and(|map| map.children().any(readable)) {
                cx.report(
                    map.place,
                    format_args!("everybody who sees this text can read the secret"),
                );
            }
        }
    }
    let whole = object.pod_specs().flat_map(config_references);
    for reference in whole.filter(|reference| reference.kind == ConfigKind::Secret) {
        if reference.via() == Via::EnvFrom {
            cx.report(reference.name, format_args!("the whole Secret becomes variables"))
                .severity(Severity::Hint);
        }
    }
}

/// Whether a value is only a placeholder, as it is written or behind Base64.
fn stands_in(text: &str, encoded: bool) -> bool {
    let is = |text: &str| PLACEHOLDERS.iter().any(|pattern| glob(pattern, text.trim()));
    is(text)
        || (encoded && base64(text).is_some_and(|bytes| core::str::from_utf8(&bytes).is_ok_and(is)))
}
