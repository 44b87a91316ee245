//! Images: where they come from, and how a list of sources is matched.

use crate::support::{judge, settings};
use patternwarden::Severity;
use patternwarden::set::Scope;

/// Severities of what one rule says, with its parameters as JSON.
fn said(id: &'static str, params: &str, text: &str) -> Vec<Severity> {
    let json = format!(r#"{{"rules": {{"{id}": {params}}}}}"#);
    let settings = settings(&json).only(|rule| rule.id == id).with_scope(Scope::Closed);
    judge(text, &settings).findings.iter().map(|found| found.severity).collect()
}

fn pod(image: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
         spec: {{containers: [{{name: a, image: {image:?}}}]}}\n"
    )
}

#[test]
fn a_source_is_allowed_part_by_part() {
    let ok =
        |params: &str, image: &str| said("image-registry-policy", params, &pod(image)).is_empty();
    let allowed = r#"{"allowed": ["ghcr.io/acme", "registry.example/*/app", "docker.io/library"]}"#;
    for image in ["ghcr.io/acme/app", "GHCR.io/acme/app", "registry.example/a/app:1", "nginx", ""] {
        assert!(ok(allowed, image), "{image}");
    }
    for image in
        ["ghcr.io/acme-evil/app", "ghcr.io/acmeapp", "registry.example/a/b/app", "acme/nginx"]
    {
        assert!(!ok(allowed, image), "{image}");
    }
    // A first part with capitals is a host, and none of the Docker Hub.
    assert!(!ok(r#"{"allowed": ["docker.io"]}"#, "Intranet/app"));
    assert!(!ok(r#"{"denied": ["ghcr.io"]}"#, "Ghcr.IO/any/app"));
    let digest = r#"{"denied": ["registry.example/app@sha256:0*"]}"#;
    assert!(!ok(digest, "registry.example/app@sha256:00"));
    assert!(ok(digest, "registry.example/app@sha256:10") && ok(digest, "registry.example/app:1"));
}

#[test]
fn what_is_given_up_weighs_by_what_became_of_it() {
    let of = |image: &str| said("image-source-retired", "{}", &pod(image));
    for image in [
        "gcr.io/google-containers/pause:3.2",
        "gcr.io/google_containers/pause:3.2",
        "docker.pkg.github.com/acme/app/app:1.0",
        "gcr.io/kubernetes-helm/tiller:v2.16.0",
        "tiller:v2.16.0",
        "docker.io/bitnami/redis:7.2.4",
        "bitnami/postgresql:17",
        "centos@sha256:00",
    ] {
        assert_eq!(of(image), [Severity::Warning], "{image}");
    }
    let controller = "registry.k8s.io/ingress-nginx/controller:v1.11.0";
    assert_eq!(of(controller), [Severity::Info]);
    for image in [
        "bitnami/redis:latest",
        "bitnami/redis",
        "bitnamilegacy/redis:7.2.4",
        "registry.example/bitnami/redis:7.2.4",
        "quay.io/centos/centos:stream9",
        "gcr.io/kaniko-project/executor:v1.23.0",
        "registry.k8s.io/pause:3.9",
    ] {
        assert_eq!(of(image), [], "{image}");
    }
}

#[test]
fn a_pull_secret_is_looked_for_in_the_account_too() {
    let private = r#"{"private_registries": ["registry.example"]}"#;
    let with = |more: &str| {
        let text = format!("{}{more}", pod("registry.example/app:1"));
        said("image-pull-secret-missing", private, &text)
    };
    let account = |name: &str, secrets: &str| {
        format!(
            "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}}}\n\
             imagePullSecrets: {secrets}\n"
        )
    };
    // The account is not part of the input, has none, or is another one.
    assert_eq!(with(""), [Severity::Info]);
    assert_eq!(with(&account("default", "[]")), [Severity::Info]);
    assert_eq!(with(&account("other", "[{name: r}]")), [Severity::Info]);
    assert_eq!(with(&account("default", "[{name: r}]")), []);
    assert_eq!(said("image-pull-secret-missing", "{}", &pod("registry.example/app:1")), []);
}

#[test]
fn drivers_and_tools_are_named_as_sources_are() {
    let driver = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, \
             image: {image}, securityContext: {{privileged: true}}, volumeMounts: [{{name: v, \
             mountPath: /v, mountPropagation: Bidirectional}}]}}], volumes: [{{name: v, emptyDir: {{}}}}]}}\n"
        )
    };
    let allowed = r#"{"allowed_images": ["registry.example/driver", "registry.k8s.io/**"]}"#;
    let of = |image: &str| said("mount-propagation-bidirectional", allowed, &driver(image));
    assert_eq!(of("registry.example/driver:2.1.0"), []);
    assert_eq!(of("registry.k8s.io/sig-storage/csi:1"), []);
    assert_eq!(of("registry.example/driver-evil:2.1.0"), [Severity::Warning]);
    let debugged = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, uid: u}}\nspec: {{containers: [{{name: a, \
             image: a}}], ephemeralContainers: [{{name: d, image: {image}}}]}}\n"
        )
    };
    let of = |params: &str, image: &str| {
        said("ephemeral-container-denied", params, &debugged(image)).len()
    };
    let tools = r#"{"mode": "images", "allowed_images": ["registry.example/tools"]}"#;
    assert_eq!(of(tools, "registry.example/tools:2.0.0"), 0);
    assert_eq!(of(tools, "registry.example/tools-evil:2.0.0"), 1);
    assert_eq!(of(r#"{"mode": "deny"}"#, "registry.example/tools:2.0.0"), 1);
    assert_eq!(of(r#"{"mode": "allow"}"#, "any"), 0);
}
