//! Leader election and locks: parameters, and what keeps a rule silent.

use crate::support::{judge, settings};
use patternwarden::Severity::{Error, Hint, Info, Warning};
use patternwarden::set::Scope;
use patternwarden::{Severity, rules};

/// Severities of what one rule says, with parameters, on a complete input.
fn said(id: &str, params: &str, text: &str) -> Vec<Severity> {
    assert!(rules::find(id).is_some(), "{id}");
    let json = format!(r#"{{"rules": {{"{id}": {params}}}}}"#);
    let all = settings(&json).only(|rule| rule.id == id).with_scope(Scope::Closed);
    judge(text, &all).findings.iter().map(|found| found.severity).collect()
}

const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: op}\n\
    rules: [{apiGroups: [''], resources: [RESOURCE], resourceNames: [NAME], verbs: [VERB]}]\n";

#[test]
fn names_of_locks_are_a_parameter() {
    let rule = "leader-election-obsolete-lock";
    let grant = |resource: &str, name: &str, verb: &str| {
        ROLE.replace("RESOURCE", resource).replace("NAME", name).replace("VERB", verb)
    };
    assert_eq!(said(rule, "{}", &grant("endpoints", "op-lock", "create")), [Warning]);
    assert_eq!(said(rule, "{}", &grant("configmaps", "op-lock", "get")), []);
    assert_eq!(said(rule, "{}", &grant("pods", "op-lock", "update")), []);
    let mutex = grant("configmaps", "op-mutex", "update");
    assert_eq!(said(rule, "{}", &mutex), []);
    assert_eq!(said(rule, r#"{"lock_names": ["*-mutex"]}"#, &mutex), [Warning]);
    let lock = grant("configmaps", "op-lock", "update");
    assert_eq!(said(rule, r#"{"lock_names": ["*-mutex"]}"#, &lock), []);
}

#[test]
fn every_obsolete_lock_is_known_and_no_other() {
    let pod = |lock: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, \
             image: 'r.example/a:1', args: ['--leader-elect-resource-lock={lock}']}}]}}\n"
        )
    };
    let rule = "leader-election-obsolete-lock";
    for lock in ["configmaps", "endpoints", "configmapsleases", "endpointsleases"] {
        assert_eq!(said(rule, "{}", &pod(lock)), [Warning], "{lock}");
    }
    assert_eq!(said(rule, "{}", &pod("leases")), []);
}

#[test]
fn a_lock_may_be_held_as_long_as_the_settings_say() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {dapr.io/enabled: 'true'}}\n\
        spec: {containers: [{name: a, image: 'r.example/a:1', args: ['curl \
        localhost:3500/v1.0-alpha1/lock/s -d {\"lockOwner\":\"$U\",\"expiryInSeconds\":120}']}]}\n\
        ---\napiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: s}\n\
        spec: {type: lock.redis, version: v1}\n";
    let rule = "dapr-lock-call";
    assert_eq!(said(rule, "{}", pod), [Hint], "the answer is not read");
    assert_eq!(said(rule, r#"{"max_expiry_seconds": 119}"#, pod), [Warning, Hint]);
    let read = pod.replace("}']}", "} | grep success']}");
    assert_eq!(said(rule, "{}", &read), []);
    assert_eq!(said(rule, "{}", &read.replace("'true'", "'false'")), [Info]);
    assert_eq!(said(rule, "{}", &read.replace("name: s}", "name: other}")), [Info]);
    assert_eq!(said(rule, "{}", &read.replace("alpha1/lock", "alpha1/unlock")), []);
    assert!(!said(rule, "{}", pod).contains(&Error));
}

#[test]
fn rights_on_leases_are_asked_for_where_a_leader_is_elected() {
    let rule = "leader-election-lease-rbac";
    let text = |flag: &str, grants: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: op}}\nspec: {{replicas: 2, \
             template: {{spec: {{serviceAccountName: op, containers: [{{name: m, \
             image: 'r.example/op:1', args: ['{flag}']}}]}}}}}}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: op}}\n\
             rules: [{{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [{grants}]}}]\n\
             ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n\
             metadata: {{name: op}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, \
             name: op}}\nsubjects: [{{kind: ServiceAccount, name: op}}]\n"
        )
    };
    assert_eq!(said(rule, "{}", &text("--leader-elect", "get, update")), [Warning]);
    assert_eq!(said(rule, "{}", &text("--enable-leader-election", "create")), [Warning]);
    assert_eq!(said(rule, "{}", &text("--leader-election-id=x", "get, create")), [Warning]);
    assert_eq!(said(rule, "{}", &text("--leader-elect", "'*'")), []);
    assert_eq!(said(rule, "{}", &text("--leader-elect=false", "get")), []);
    let elsewhere = text("--leader-elect", "'*'").replace(
        "['--leader-elect']",
        "['--leader-elect', '--leader-elect-resource-namespace=locks']",
    );
    assert_eq!(said(rule, "{}", &elsewhere), [Warning]);
}
