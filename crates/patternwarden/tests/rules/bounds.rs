//! What a platform demands of Pods, replicas and probes, by cases at the edge of each demand.

use crate::asked;
use crate::support::{judge, settings};
use patternwarden::Severity;
use patternwarden::set::Scope;

/// What one rule says, as severity and pointer.
fn said(id: &str, params: &str, text: &str) -> Vec<(Severity, String)> {
    let judged = asked::said(id, params, text);
    judged.findings.into_iter().map(|f| (f.severity, f.pointer)).collect()
}

fn places(id: &str, params: &str, text: &str) -> Vec<String> {
    said(id, params, text).into_iter().map(|(_, pointer)| pointer).collect()
}

/// A Pod, its spec given as the inside of a flow mapping.
fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n")
}

/// A Pod of one container, given as the inside of a flow mapping.
fn one(container: &str) -> String {
    pod(&format!("containers: [{{name: app, image: 'r.example/a:1', {container}}}]"))
}

fn deployment(meta: &str, spec: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, {meta}}}\n\
         spec: {{{spec} selector: {{matchLabels: {{app: a}}}}, template: {{metadata: \
         {{labels: {{app: a}}}}, spec: {{containers: [{{name: app, image: 'r.example/a:1'}}]}}}}}}\n"
    )
}

#[test]
fn init_containers_may_have_a_limit_for_cpu_unless_they_are_judged() {
    let text = pod("initContainers: [{name: i, image: 'r.example/i:1', \
                    resources: {limits: {cpu: 1}}}], containers: [{name: a, image: 'r.example/a:1'}]");
    assert!(said("cpu-limit-policy", r#"{"mode": "forbid"}"#, &text).is_empty());
    let judged = places("cpu-limit-policy", r#"{"mode": "forbid", "init": true}"#, &text);
    assert_eq!(judged, ["/spec/initContainers/0/resources/limits/cpu"]);
}

#[test]
fn zero_is_no_amount() {
    let text = one("resources: {requests: {memory: 0, ephemeral-storage: 0}, \
                    limits: {ephemeral-storage: 1Gi}}");
    let least = r#"{"min_request": ["memory=1Mi"]}"#;
    assert!(said("resource-bounds", least, &text).is_empty());
    let all = r#"{"min_request": ["memory=1Mi"], "max_request": ["memory=1Gi"], "require": true}"#;
    assert_eq!(said("resource-bounds", all, &text).len(), 1, "one amount is missing once");
    let most = r#"{"max_request": ["memory=1Gi"], "require": true}"#;
    assert_eq!(said("resource-bounds", most, &text).len(), 1);
    assert!(said("ephemeral-storage-policy", r#"{"equal": true}"#, &text).is_empty());
}

#[test]
fn what_the_whole_pod_says_makes_its_class() {
    let text = pod("resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2, memory: 1Gi}}, \
                    containers: [{name: a, image: 'r.example/a:1', \
                    resources: {limits: {cpu: 1, memory: 1Gi}}}]");
    let found = places("qos-class-policy", r#"{"min_class": "Guaranteed"}"#, &text);
    assert_eq!(found, ["/spec/resources"]);
}

#[test]
fn huge_pages_do_not_fill_the_disk() {
    let volume = |medium: &str| {
        pod(&format!(
            "containers: [{{name: a, image: 'r.example/a:1', \
             volumeMounts: [{{name: v, mountPath: /v}}]}}], \
             volumes: [{{name: v, emptyDir: {{medium: {medium}}}}}]"
        ))
    };
    let rule = "emptydir-unbounded";
    assert!(said(rule, "{}", &volume("HugePages-2Mi")).is_empty());
    let place = "/spec/volumes/0/emptyDir/sizeLimit".to_owned();
    assert_eq!(said(rule, "{}", &volume("''")), [(Severity::Info, place.clone())]);
    assert_eq!(said(rule, "{}", &volume("Memory")), [(Severity::Warning, place)]);
}

#[test]
fn every_quota_of_a_namespace_counts() {
    let quota = |name: &str, hard: &str| {
        format!(
            "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: {name}, namespace: s}}\n\
             spec: {{hard: {{{hard}}}}}\n"
        )
    };
    let text = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: s}}\n{}{}---\napiVersion: v1\n\
         kind: Pod\nmetadata: {{name: a, namespace: s}}\n\
         spec: {{containers: [{{name: a, image: 'r.example/a:1'}}]}}\n",
        quota("objects", "pods: 10"),
        quota("memory", "limits.memory: 1Gi"),
    );
    let found = said("namespace-quota-missing", "{}", &text);
    assert_eq!(found, [(Severity::Warning, "/metadata/name".to_owned())]);
}

#[test]
fn only_words_that_run_are_programs() {
    let probe = |command: &str| one(&format!("livenessProbe: {{exec: {{command: {command}}}}}"));
    let found = |command: &str| {
        said("probe-exec-command-denied", r#"{"denied": ["ps"]}"#, &probe(command)).len()
    };
    assert_eq!(found("[sh, -ec, 'cd / && /bin/ps | grep a']"), 1);
    assert_eq!(found("[sh, -c, 'wget http://localhost/ps']"), 0);
    assert_eq!(found("[sh, /opt/check.sh, ps]"), 0, "an argument of a script");
    assert_eq!(found("[check, ps]"), 0);
}

#[test]
fn owned_workloads_have_the_replicas_of_their_owner() {
    let owner =
        "ownerReferences: [{apiVersion: v1, kind: Shop, name: s, uid: u, controller: true}]";
    for (rule, params) in [("pdb-missing", "{}"), ("replica-bounds", r#"{"max": 2}"#)] {
        assert_eq!(said(rule, params, &deployment("", "replicas: 3,")).len(), 1, "{rule}");
        assert_eq!(said(rule, params, &deployment(owner, "replicas: 3,")).len(), 0, "{rule}");
    }
}

#[test]
fn a_number_that_is_not_written_can_be_too_few() {
    let text = deployment("", "");
    let rule = "replica-bounds";
    assert!(said(rule, "{}", &text).is_empty());
    let found = said(rule, r#"{"explicit": true}"#, &text);
    assert_eq!(found, [(Severity::Warning, "/spec/replicas".to_owned())]);
    assert!(said(rule, r#"{"explicit": true}"#, &deployment("", "replicas: 1,")).is_empty());
}

#[test]
fn an_autoscaler_elsewhere_is_none_that_is_missing() {
    let json = r#"{"rules": {"autoscaler-missing": {"kinds": ["Deployment"]}}}"#;
    let rule =
        |scope| settings(json).only(|rule| rule.id == "autoscaler-missing").with_scope(scope);
    let found = |scope| judge(&deployment("", ""), &rule(scope)).findings.len();
    assert_eq!((found(Scope::Closed), found(Scope::Open)), (1, 0));
}

#[test]
fn a_port_of_the_node_is_a_reason_to_recreate() {
    let text = |port: &str| {
        deployment("", "replicas: 3, strategy: {type: Recreate},")
            .replace("'r.example/a:1'", &format!("'r.example/a:1', ports: [{{{port}}}]"))
    };
    let found = |port: &str| said("rollout-not-rolling", "{}", &text(port)).len();
    assert_eq!(found("containerPort: 80"), 1);
    assert_eq!(found("containerPort: 80, hostPort: 80"), 0);
}

#[test]
fn the_usual_scheduler_is_meant_where_none_is_named() {
    let found = |schedulers: &str, spec: &str| {
        let params = format!(r#"{{"schedulers": ["{schedulers}"]}}"#);
        let text = pod(&format!("{spec} containers: [{{name: a, image: 'r.example/a:1'}}]"));
        said("node-selection-policy", &params, &text).len()
    };
    assert_eq!(found("batch-*", ""), found("batch-*", "schedulerName: default-scheduler,"));
    assert_eq!((found("batch-*", ""), found("default-*", "")), (1, 0));
    assert_eq!(found("batch-*", "schedulerName: batch-a,"), 0);
}

#[test]
fn tolerations_are_told_apart() {
    let found = |params: &str, toleration: &str| {
        let text = pod(&format!(
            "tolerations: [{{{toleration}}}], containers: [{{name: a, image: 'r.example/a:1'}}]"
        ));
        said("toleration-too-broad", params, &text).first().map(|(severity, _)| *severity)
    };
    let denied = r#"{"denied_keys": ["node-role.kubernetes.io/*"]}"#;
    let plane = "key: node-role.kubernetes.io/control-plane, operator: Exists";
    assert_eq!(found("{}", plane), None);
    assert_eq!(found(denied, plane), Some(Severity::Warning));
    assert_eq!(found("{}", "operator: Exists"), Some(Severity::Info));
    assert_eq!(found(denied, "operator: Exists"), Some(Severity::Warning));
    assert_eq!(found("{}", "key: a, operator: Exists, value: b"), Some(Severity::Error));
    assert_eq!(found("{}", "operator: Equal, value: b"), Some(Severity::Error));
    let ready = "key: node.kubernetes.io/not-ready, operator: Exists";
    assert_eq!(found(r#"{"denied_keys": ["*"]}"#, ready), None);
}

#[test]
fn pull_policies_by_mode() {
    let digest =
        "r.example/a:1@sha256:0f4c8a9d1b6e2f7a3c5d8e9b0a1f2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b";
    let found = |mode: &str, image: &str| {
        let text = one("imagePullPolicy: IfNotPresent").replace("r.example/a:1", image);
        said("image-pull-policy", &format!(r#"{{"mode": "{mode}"}}"#), &text).len()
    };
    let counts = |mode: &str| {
        [found(mode, "r.example/a:latest"), found(mode, "r.example/a:1.2.3"), found(mode, digest)]
    };
    assert_eq!(counts("off"), [0, 0, 0]);
    assert_eq!(counts("floating"), [1, 0, 0]);
    assert_eq!(counts("always"), [1, 1, 0]);
    assert_eq!(counts("always-strict"), [1, 1, 1]);
}

#[test]
fn the_resolver_of_the_node_is_its_own() {
    let found = |params: &str, spec: &str| {
        let text = pod(&format!("{spec} containers: [{{name: a, image: 'r.example/a:1'}}]"));
        said("dns-config-policy", params, &text).len()
    };
    let dots = r#"{"ndots": 2}"#;
    assert_eq!(found(dots, ""), 1);
    assert_eq!(found(dots, "hostNetwork: true,"), 0, "it falls back to `Default`");
    assert_eq!(found(dots, "hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet,"), 1);
    let policies = r#"{"dns_policies": ["ClusterFirst*"]}"#;
    assert_eq!(found(policies, "dnsPolicy: Default,"), 1);
    assert_eq!(found(policies, "hostNetwork: true, dnsPolicy: Default,"), 0);
}
