//! What depends on the version of Kubernetes that manifests are meant for.

use super::only_for;
use super::support::{Judged, judge};
use patternwarden::{Minor, Severity};

fn said(id: &'static str, target: &str, text: &str) -> Judged {
    judge(text, &only_for(id, Minor::parse(target).unwrap().0))
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n")
}

fn count(rule: &'static str, target: &str, text: &str) -> usize {
    said(rule, target, text).findings.len()
}

#[test]
fn fields_that_came_with_a_version() {
    let own = |more: &str| format!("containers: [{{name: a, image: 'r.example/a:1', {more}}}]");
    let init = |policy: &str| {
        let first = format!(
            "initContainers: [{{name: i, image: 'r.example/i:1', restartPolicy: {policy}}}]"
        );
        pod(&format!("{first}, {}", own("")))
    };
    let rule = "container-restart-policy-invalid";
    for (policy, target, found) in
        [("Always", "1.29", 0), ("OnFailure", "1.33", 1), ("OnFailure", "1.34", 0)]
    {
        assert_eq!(count(rule, target, &init(policy)), found, "{policy} {target}");
    }
    let regular = pod(&own("restartPolicy: Never"));
    assert_eq!((count(rule, "1.33", &regular), count(rule, "1.34", &regular)), (1, 0));
    let all = "restartPolicy: Never, restartPolicyRules: [{action: RestartAllContainers}]";
    let all = pod(&own(all));
    assert_eq!((count(rule, "1.34", &all), count(rule, "1.35", &all)), (1, 0));

    let grpc = pod(&own("livenessProbe: {grpc: {port: 80, mode: TLS}}"));
    assert_eq!(count("probe-handler-invalid", "1.36", &grpc), 1);
    assert_eq!(count("probe-handler-invalid", "1.37", &grpc), 0);

    let older = pod(&format!("tolerations: [{{key: a, operator: Lt, value: '1'}}], {}", own("")));
    assert_eq!(count("field-type-invalid", "1.34", &older), 1);
    assert_eq!(count("field-type-invalid", "1.35", &older), 0);
}

#[test]
fn resources_of_the_whole_pod_count_since_1_34() {
    let whole = "resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}";
    let text = pod(&format!("{whole}, containers: [{{name: a, image: 'r.example/a:1'}}]"));
    for rule in ["memory-limit-missing", "resource-requests-missing"] {
        assert_eq!((count(rule, "1.33", &text), count(rule, "1.34", &text)), (1, 0), "{rule}");
    }
    let more = "containers: [{name: a, image: 'r.example/a:1', resources: {requests: {cpu: 2}}}]";
    let text = pod(&format!("{whole}, {more}"));
    let rule = "request-exceeds-limit";
    assert_eq!((count(rule, "1.33", &text), count(rule, "1.34", &text)), (0, 1));
}

#[test]
fn a_service_may_start_with_a_digit_since_1_36() {
    let text =
        "apiVersion: v1\nkind: Service\nmetadata: {name: 3scale}\nspec: {ports: [{port: 80}]}\n";
    let severities = |target: &str| {
        let judged = said("invalid-name", target, text);
        judged.findings.iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    // Beta and on by default in 1.36, stable in 1.37 (KEP-5311).
    assert_eq!(severities("1.35"), [Severity::Error]);
    assert_eq!((severities("1.36"), severities("1.37")), (vec![], vec![]));
}

#[test]
fn versions_are_deprecated_and_then_gone() {
    let text =
        "apiVersion: resource.k8s.io/v1beta1\nkind: DeviceClass\nmetadata: {name: a}\nspec: {}\n";
    let rule = "deprecated-api-version";
    let found: Vec<_> = ["1.34", "1.35", "1.37"].map(|target| count(rule, target, text)).into();
    assert_eq!(found, [0, 1, 1]);
    let text =
        "apiVersion: storage.k8s.io/v1beta1\nkind: VolumeAttributesClass\nmetadata: {name: a}\n";
    let found: Vec<_> =
        ["1.33", "1.34", "1.36", "1.37"].map(|target| count(rule, target, text)).into();
    assert_eq!(found, [0, 1, 1, 0]);
}

#[test]
fn the_api_server_merges_keys_into_the_selector_of_a_pod() {
    let text = pod(
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: h, whenUnsatisfiable: DoNotSchedule, \
         matchLabelKeys: [app], labelSelector: {matchLabels: {app: a}}}], \
         containers: [{name: a, image: 'r.example/a:1'}]",
    );
    let rule = "topology-spread-invalid";
    assert_eq!((count(rule, "1.33", &text), count(rule, "1.34", &text)), (1, 0));
}

#[test]
fn external_addresses_are_deprecated_since_1_36() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n\
        spec: {externalIPs: [203.0.113.7], ports: [{port: 80}]}\n";
    let words = |target| said("service-external-ips", target, text).findings[0].message.clone();
    assert!(!words("1.35").contains("deprecated"), "{}", words("1.35"));
    assert!(words("1.36").contains("deprecated"), "{}", words("1.36"));
}

#[test]
fn a_hook_may_sleep_since_1_30() {
    let text = |grace: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{selector: {{matchLabels: \
             {{app: a}}}}, template: {{metadata: {{labels: {{app: a}}}}, spec: {{{grace} containers: \
             [{{name: a, image: 'r.example/a:1', ports: [{{containerPort: 80}}]}}]}}}}}}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\n\
             spec: {{selector: {{app: a}}, ports: [{{port: 80}}]}}\n"
        )
    };
    let fixes = |target: &str, grace: &str| {
        said("shutdown-drain-missing", target, &text(grace)).findings[0].fixes.len()
    };
    assert_eq!((fixes("1.29", ""), fixes("1.30", "")), (0, 1));
    let grace = |seconds: i64| format!("terminationGracePeriodSeconds: {seconds},");
    assert_eq!((fixes("1.36", &grace(14)), fixes("1.36", &grace(15))), (0, 1));
    let exec = "lifecycle: {preStop: {exec: {command: [sleep, '5']}}}";
    let hook = pod(&format!("containers: [{{name: a, image: 'r.example/a:1', {exec}}}]"));
    let rule = "prestop-exec-sleep";
    assert_eq!((count(rule, "1.29", &hook), count(rule, "1.30", &hook)), (0, 1));
}
