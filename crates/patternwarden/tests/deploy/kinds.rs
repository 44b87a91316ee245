//! Which kinds of objects have rules: those that the rules' own examples are found in.

use patternwarden::api_versions::ApiVersion;
use patternwarden::bundle::Bundle;
use patternwarden::docs::{Example, examples};
use patternwarden::engine;
use patternwarden::rule::Check;
use patternwarden::set::{Scope, Set};
use patternwarden::tree::from_deserializer;
use patternwarden::{RULES, Rule, Settings, Surface};
use std::collections::BTreeSet;

/// A built-in kind and the resource that serves it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    group: &'static str,
    version: &'static str,
    pub(crate) name: &'static str,
    resource: &'static str,
}

const fn kind(
    group: &'static str,
    version: &'static str,
    name: &'static str,
    resource: &'static str,
) -> Kind {
    Kind { group, version, name, resource }
}

/// In the order in which the files list them. One version of each: an API server converts requests
/// for others (`matchPolicy: Equivalent`).
static KINDS: &[Kind] = &[
    kind("", "v1", "Pod", "pods"),
    kind("", "v1", "PodTemplate", "podtemplates"),
    kind("", "v1", "ReplicationController", "replicationcontrollers"),
    kind("", "v1", "Service", "services"),
    kind("", "v1", "ConfigMap", "configmaps"),
    kind("", "v1", "Namespace", "namespaces"),
    kind("", "v1", "ServiceAccount", "serviceaccounts"),
    kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    kind("", "v1", "PersistentVolume", "persistentvolumes"),
    kind("", "v1", "LimitRange", "limitranges"),
    kind("", "v1", "ResourceQuota", "resourcequotas"),
    kind("", "v1", "Node", "nodes"),
    kind("apps", "v1", "Deployment", "deployments"),
    kind("apps", "v1", "ReplicaSet", "replicasets"),
    kind("apps", "v1", "StatefulSet", "statefulsets"),
    kind("apps", "v1", "DaemonSet", "daemonsets"),
    kind("batch", "v1", "Job", "jobs"),
    kind("batch", "v1", "CronJob", "cronjobs"),
    kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
    kind("networking.k8s.io", "v1", "Ingress", "ingresses"),
    kind("networking.k8s.io", "v1", "IngressClass", "ingressclasses"),
    kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
    kind("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
    kind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles"),
    kind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings"),
    kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses"),
    kind("storage.k8s.io", "v1", "StorageClass", "storageclasses"),
    kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions"),
];

/// Built-in kinds that have rules and that the policy is not asked about all the same.
///
/// A policy that only warns should not be handed the values of Secrets. Every node renews its Lease
/// every few seconds, and controllers write endpoints at every change of a Pod. A Scale is a
/// subresource, which autoscalers write all day. And the API server asks no webhook about webhooks
/// (<https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/>).
static LEFT_OUT: &[(&str, &str)] = &[
    ("", "Secret"),
    ("coordination.k8s.io", "Lease"),
    ("", "Endpoints"),
    ("autoscaling", "Scale"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
];

/// Groups of Kubernetes' own name that are custom resources: a cluster may not have them, and their
/// projects' versions are for the user to name.
static ADD_ONS: &[&str] =
    &["gateway.networking.k8s.io", "snapshot.storage.k8s.io", "autoscaling.k8s.io"];

/// Kinds that make Pods.
const WORKLOADS: &[&str] = &[
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
];

/// Whether admission can make a rule speak: a rule about text alone never sees one.
pub(crate) fn speaks(rule: &Rule) -> bool {
    rule.surfaces.iter().any(|surface| *surface != Surface::Text)
}

/// The kinds in which some rules find something, in the table's order.
pub(crate) fn with_rules(wanted: impl Fn(&Rule) -> bool) -> Vec<&'static Kind> {
    let mut found = BTreeSet::new();
    // What nobody reads, nobody need send.
    let reads = |rule: &&Rule| speaks(rule) && rule.id != "document-not-checked";
    for rule in RULES.iter().filter(reads).filter(|rule| wanted(rule)) {
        if matches!(rule.check, Check::Pod(_) | Check::Container(_)) {
            found.extend(KINDS.iter().filter(|kind| WORKLOADS.contains(&kind.name)));
        }
        found.extend(in_examples(rule));
    }
    // Whoever makes Pods is judged like its like.
    if found.iter().any(|kind| WORKLOADS.contains(&kind.name)) {
        found.extend(KINDS.iter().filter(|kind| WORKLOADS.contains(&kind.name)));
    }
    KINDS.iter().filter(|kind| found.contains(kind)).collect()
}

/// The kinds of these names that the policy is asked about.
pub(crate) fn named(names: &[&str]) -> Vec<&'static Kind> {
    KINDS.iter().filter(|kind| names.contains(&kind.name)).collect()
}

/// The kinds that make Pods.
pub(crate) fn workloads() -> Vec<&'static Kind> {
    KINDS.iter().filter(|kind| WORKLOADS.contains(&kind.name)).collect()
}

/// The rule alone, tuned as the example says, on a complete input.
fn settings_of(rule: &'static Rule, example: &Example) -> Settings {
    let json = format!(r#"{{"rules": {{"{}": {}}}}}"#, rule.id, example.settings().unwrap_or("{}"));
    let document = from_deserializer(&mut serde_json::Deserializer::from_str(&json)).expect("JSON");
    let settings = Settings::from_document(&document).expect("settings of an example");
    settings.only(|other| other.id == rule.id).with_scope(Scope::Closed)
}

/// The kinds that a rule's bad examples show.
fn in_examples(rule: &'static Rule) -> BTreeSet<&'static Kind> {
    let mut out = BTreeSet::new();
    for example in examples(rule.docs).iter().filter(|example| example.bad) {
        let settings = settings_of(rule, example);
        let documents = patternwarden_yaml::read(&example.text).documents;
        let bundle = Bundle::new(&documents);
        let set = Set::new(&bundle, settings.scope());
        for finding in engine::run(&settings, &set) {
            let Some(object) = finding.object.and_then(|index| set.object(index)) else { continue };
            let api = object.api();
            let same = |kind: &&Kind| kind.name == api.kind && kind.group == api.group;
            match KINDS.iter().find(same) {
                Some(kind) => drop(out.insert(kind)),
                None => assert!(
                    is_left_out(api.group, api.kind)
                        || ApiVersion::of(object.api_version().value.unwrap_or(""), api.kind)
                            .is_some(),
                    "{}: which resource serves {:?}? Add it to KINDS",
                    rule.id,
                    api
                ),
            }
        }
    }
    out
}

/// Kinds left out by name, kinds of other projects, and objects without a kind of their own.
fn is_left_out(group: &str, kind: &str) -> bool {
    let built_in = !group.contains('.') || group.ends_with(".k8s.io");
    LEFT_OUT.contains(&(group, kind))
        || ADD_ONS.contains(&group)
        || !built_in
        || kind.is_empty()
        || kind == "DeploymentConfig"
}

/// The `rules` of a webhook for these kinds, as lines of YAML.
pub(crate) fn webhook_rules(kinds: &[&Kind]) -> Vec<String> {
    let mut out = vec!["rules:".to_owned()];
    let mut rest = kinds;
    while let Some(first) = rest.first() {
        let alike = |kind: &&&Kind| kind.group == first.group && kind.version == first.version;
        let (same, others) = rest.split_at(rest.iter().take_while(alike).count());
        entry(&mut out, first, same.iter().map(|kind| kind.resource), "CREATE, UPDATE");
        if same.iter().any(|kind| kind.name == "Pod") {
            out.push(
                "  # An entry of its own, without CREATE: the audit scanner lists what stands"
                    .into(),
            );
            out.push("  # beside CREATE, and a subresource cannot be listed.".into());
            entry(
                &mut out,
                first,
                ["pods/ephemeralcontainers", "pods/resize"].into_iter(),
                "UPDATE",
            );
        }
        rest = others;
    }
    out
}

fn entry<'k>(
    out: &mut Vec<String>,
    kind: &Kind,
    resources: impl Iterator<Item = &'k str>,
    operations: &str,
) {
    let group = if kind.group.is_empty() { "\"\"" } else { kind.group };
    out.push(format!("  - apiGroups: [{group}]"));
    out.push(format!("    apiVersions: [{}]", kind.version));
    let inline = resources.collect::<Vec<_>>();
    if inline.iter().map(|name| name.len() + 2).sum::<usize>() < 96 {
        out.push(format!("    resources: [{}]", inline.join(", ")));
    } else {
        out.push("    resources:".into());
        out.extend(inline.iter().map(|name| format!("      - {name}")));
    }
    out.push(format!("    operations: [{operations}]"));
}

#[test]
fn every_workload_is_in_the_table_and_nothing_twice() {
    let mut seen = BTreeSet::new();
    assert!(KINDS.iter().all(|kind| seen.insert((kind.group, kind.name))));
    for workload in WORKLOADS {
        assert!(KINDS.iter().any(|kind| kind.name == *workload), "{workload}");
    }
}

#[test]
fn a_rule_about_one_kind_names_that_kind_alone() {
    let crds = with_rules(|rule| rule.id == "crd-schema-invalid");
    let kinds: Vec<_> = crds.iter().map(|kind| kind.name).collect();
    assert_eq!(kinds, ["CustomResourceDefinition"]);
    let pods = with_rules(|rule| rule.id == "privilege-escalation-allowed");
    assert_eq!(pods.len(), WORKLOADS.len());
}
