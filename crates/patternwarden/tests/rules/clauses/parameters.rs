//! Parameters at another value than their default.

use super::{CONTAINERS, count, deployment, one, pod, said, severities};
use patternwarden::Severity;

#[test]
fn what_must_be_requested_can_be_set() {
    let id = "resource-requests-missing";
    let limits = one("resources: {limits: {cpu: 1, memory: 1Gi}}");
    assert_eq!(count(id, "", &limits), 0);
    assert_eq!(count(id, r#""count_limit_as_request": false"#, &limits), 1);
    assert_eq!(count(id, r#""resources": ["ephemeral-storage"]"#, &limits), 1);
    assert_eq!(count(id, r#""kinds_exempt": ["P*"]"#, &one("")), 0);
    let requests = "resources: {requests: {cpu: 1, memory: 1Gi}}";
    let with_init = |policy: &str| {
        pod(&format!(
            "initContainers: [{{name: i, image: 'r.example/i:1'{policy}}}], \
             containers: [{{name: a, image: 'r.example/a:1', {requests}}}]"
        ))
    };
    let plain = with_init("");
    assert_eq!(severities(id, "", &plain), [Severity::Info]);
    assert_eq!(severities(id, r#""init": "same""#, &plain), [Severity::Warning]);
    assert_eq!(severities(id, r#""init": "ignore""#, &plain), []);
    let sidecar = with_init(", restartPolicy: Always");
    assert_eq!(severities(id, "", &sidecar), [Severity::Warning]);
    assert_eq!(severities(id, r#""sidecars": false"#, &sidecar), []);
}

#[test]
fn plain_init_containers_may_weigh_as_much_as_others() {
    let text = pod("initContainers: [{name: i, image: 'r.example/i:1'}], containers: \
         [{name: a, image: 'r.example/a:1', resources: {limits: {memory: 1Gi}}}]");
    let id = "memory-limit-missing";
    assert_eq!(severities(id, "", &text), [Severity::Info]);
    assert_eq!(severities(id, r#""init": "same""#, &text), [Severity::Warning]);
}

#[test]
fn which_tags_move_can_be_set() {
    let image = |tag: &str| pod(&format!("containers: [{{name: a, image: 'r.example/a:{tag}'}}]"));
    let (id, blue) = ("image-tag-mutable", r#""floating_tags": ["blue"]"#);
    assert_eq!((count(id, "", &image("blue")), count(id, blue, &image("blue"))), (0, 1));
    assert_eq!((count(id, "", &image("main")), count(id, blue, &image("main"))), (1, 0));
}

#[test]
fn which_containers_must_have_a_readiness_probe_can_be_set() {
    let id = "readiness-probe-missing";
    let served = one("ports: [{containerPort: 80}]");
    assert_eq!(severities(id, "", &served), [Severity::Info]);
    let live = one("ports: [{containerPort: 80}], livenessProbe: {tcpSocket: {port: 80}}");
    assert_eq!(count(id, "", &live), 1);
    assert_eq!(count(id, r#""any_probe_suffices": true"#, &live), 0);
    assert_eq!((count(id, "", &one("")), count(id, r#""scope": "all""#, &one(""))), (0, 1));
    assert_eq!(count(id, r#""kinds_exempt": ["Pod"]"#, &served), 0);
    let sidecar = pod(&format!(
        "initContainers: [{{name: i, image: 'r.example/i:1', restartPolicy: Always, \
         ports: [{{containerPort: 80}}]}}], {CONTAINERS}"
    ));
    assert_eq!((count(id, "", &sidecar), count(id, r#""sidecars": true"#, &sidecar)), (0, 1));
}

#[test]
fn what_liveness_and_readiness_may_share_can_be_set() {
    let id = "liveness-scope-too-wide";
    let probes = |liveness: &str| {
        one(&format!(
            "livenessProbe: {{tcpSocket: {{port: 80}}{liveness}}}, readinessProbe: {{tcpSocket: {{port: 80}}}}"
        ))
    };
    // As patient as readiness, with another number.
    let hasty = probes(", timeoutSeconds: 2");
    let with = |compare: &str, text: &str| count(id, &format!(r#""compare": "{compare}""#), text);
    assert_eq!(["lenient", "handler", "equal"].map(|c| with(c, &hasty)), [1, 1, 0]);
    assert_eq!(["lenient", "handler", "equal"].map(|c| with(c, &probes(""))), [1, 1, 1]);
    let patient = probes(", failureThreshold: 9");
    assert_eq!(["lenient", "handler", "equal"].map(|c| with(c, &patient)), [0, 1, 0]);
    let path = |path: &str| one(&format!("livenessProbe: {{httpGet: {{path: {path}, port: 80}}}}"));
    assert_eq!(severities(id, "", &path("/actuator/health/readiness")), [Severity::Warning]);
    let unclear = said(id, "", &path("/health/"));
    assert_eq!(unclear.findings[0].severity, Severity::Hint);
    assert!(unclear.findings[0].message.contains("may count"), "{}", unclear.findings[0].message);
    assert_eq!(count(id, "", &path("/healthz")), 0);
}

#[test]
fn how_long_a_start_may_take_can_be_set() {
    let id = "startup-probe-budget";
    let text = one("startupProbe: {tcpSocket: {port: 80}, failureThreshold: 30}");
    assert_eq!(severities(id, "", &text), [Severity::Info]);
    assert_eq!(severities(id, r#""max_budget_seconds": 200"#, &text), [Severity::Warning]);
}

#[test]
fn names_that_are_meant_to_be_single_can_be_set() {
    let id = "singleton-rolling-update";
    let text = deployment("", "", CONTAINERS).replace("name: a}\nspec", "name: ledger}\nspec");
    assert_eq!(severities(id, "", &text), [Severity::Hint]);
    assert_eq!(severities(id, r#""names": ["led*"]"#, &text), [Severity::Warning]);
}

#[test]
fn how_far_a_limit_may_be_above_a_request_can_be_set() {
    let id = "quantity-suspicious";
    let text = one("resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 4, memory: 4Gi}}");
    let count = |params: &str| count(id, params, &text);
    assert_eq!(count(""), 0);
    assert_eq!(count(r#""max_limit_request_ratio": 3"#), 2);
    assert_eq!(count(r#""max_memory_ratio": 3"#), 1);
    assert_eq!(count(r#""max_limit_request_ratio": 3, "max_cpu_ratio": 4"#), 1);
    let unrequested = one("resources: {limits: {cpu: 4}}");
    let fail = r#""ratio_without_request": "fail""#;
    let counts = ["", fail].map(|params| super::count(id, params, &unrequested));
    assert_eq!(counts, [0, 1]);
}
