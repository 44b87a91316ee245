//! Who reaches whom: how much a finding weighs, and what takes it away.

use super::only;
use crate::support::{judge, settings};
use patternwarden::Severity;

const PODS: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\n\
                    spec: {containers: [{name: db, image: registry.example/db:16.3.0}]}\n";

fn severities(id: &str, text: &str) -> Vec<Severity> {
    judge(text, &only(id)).findings.iter().map(|found| found.severity).collect()
}

/// An object beside the Pod.
fn beside(api: &str, kind: &str, namespace: &str, spec: &str) -> String {
    format!(
        "{PODS}---\napiVersion: {api}\nkind: {kind}\n\
         metadata: {{name: x, namespace: {namespace}}}\nspec: {spec}\n"
    )
}

#[test]
fn a_fence_around_others_weighs_most_and_one_of_another_kind_least() {
    let said = |api: &str, kind: &str, namespace: &str| {
        let selector = "{podSelector: {matchLabels: {app: api}}}";
        severities("network-policy-missing", &beside(api, kind, namespace, selector))
    };
    let own = "networking.k8s.io/v1";
    assert_eq!(said(own, "NetworkPolicy", "default"), [Severity::Warning]);
    assert_eq!(said(own, "NetworkPolicy", "other"), [Severity::Info]);
    assert_eq!(said("cilium.io/v2", "CiliumNetworkPolicy", "default"), [Severity::Hint]);
    // A kind of somebody else is no fence.
    assert_eq!(said("example.com/v1", "CiliumNetworkPolicy", "default"), [Severity::Info]);
    // Where something may be missing from the input, nothing is said to be missing.
    let alone = |params: &str| {
        let json = format!(r#"{{"rules": {{"network-policy-missing": {params}}}}}"#);
        let settings = settings(&json).only(|rule| rule.id == "network-policy-missing");
        judge(PODS, &settings).findings.len()
    };
    assert_eq!((alone("{}"), alone(r#"{"always": true}"#)), (0, 1));
}

#[test]
fn a_fence_around_all_leaves_nobody_out() {
    let text = beside("networking.k8s.io/v1", "NetworkPolicy", "default", "{podSelector: {}}");
    assert_eq!(severities("network-policy-missing", &text), []);
}

#[test]
fn a_number_in_the_place_of_a_name_is_only_a_hint() {
    let text = |port: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, labels: {{app: a}}}}\n\
             spec: {{selector: {{app: a}}, ports: [{{name: http, port: 80}}]}}\n---\n\
             apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: a}}\n\
             spec: {{selector: {{matchLabels: {{app: a}}}}, endpoints: [{{port: {port}}}]}}\n"
        )
    };
    let said = |port: &str| severities("servicemonitor-selects-nothing", &text(port));
    assert_eq!(said("http"), []);
    assert_eq!(said("\"80\""), [Severity::Hint]);
    assert_eq!(said("80"), [Severity::Warning]);
    assert_eq!(said("https"), [Severity::Warning]);
}

#[test]
fn variables_of_services_weigh_where_they_stand_in_the_way() {
    let text = |pod: &str, service: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: redis}}\nspec: {{{service}}}\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
             spec: {{containers: [{{name: a, image: registry.example/a:1.0.0, {pod}}}]}}\n"
        )
    };
    let said = |pod: &str, service: &str| severities("service-links-enabled", &text(pod, service));
    let used = "args: [\"$(REDIS_PORT)\"]";
    assert_eq!(said(used, "ports: [{port: 1}]"), [Severity::Warning]);
    assert_eq!(said(used, "clusterIP: None"), []);
    assert_eq!(said(used, "type: ExternalName, externalName: a.example"), []);
    assert_eq!(said("args: [\"$$(REDIS_PORT)\"]", "ports: [{port: 1}]"), []);
    let from = format!("{used}, envFrom: [{{configMapRef: {{name: unknown}}}}]");
    assert_eq!(said(&from, "ports: [{port: 1}]"), [], "nobody knows what it brings");
}
