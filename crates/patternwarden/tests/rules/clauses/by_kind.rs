//! Tables of kinds, fields and numbers, row by row.

use super::{CONTAINERS, count, deployment, found, grades, one, pod, severities, workload};
use patternwarden::Severity;
use patternwarden::rule::Grade;

#[test]
fn every_text_of_the_api_needs_quotes() {
    let found = |text: &str| severities("yaml-scalar-trap", "", text);
    for field in ["annotations", "labels"] {
        let text =
            pod(CONTAINERS).replace("{name: a}\n", &format!("{{name: a, {field}: {{a: on}}}}\n"));
        assert_eq!(found(&text), [Severity::Error], "{field}");
        assert_eq!(found(&text.replace("on}", "'on'}")), [], "{field}");
    }
    for field in ["command: [0x10]", "args: [y]", "env: [{name: A, value: 1_0}]"] {
        assert_eq!(found(&one(field)), [Severity::Error], "{field}");
    }
}

#[test]
fn what_every_kind_must_have_is_missed_at_once() {
    const SELECTED: &[&str] = &["/spec/selector", "/spec/template"];
    let kinds: &[(&str, &str, &[&str])] = &[
        ("apps/v1", "ReplicaSet", SELECTED),
        ("apps/v1", "StatefulSet", SELECTED),
        ("apps/v1", "DaemonSet", SELECTED),
        ("v1", "ReplicationController", &["/spec/template"]),
        ("batch/v1", "Job", &["/spec/template"]),
        ("v1", "Pod", &["/spec/containers"]),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", &["/roleRef"]),
    ];
    for (api, kind, places) in kinds {
        let text = format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{generateName: a-}}\n");
        let all = found("required-field-missing", "", &text).into_iter();
        assert_eq!(all.map(|(pointer, _)| pointer).collect::<Vec<_>>(), *places, "{kind}");
    }
}

#[test]
fn every_annotation_of_the_table_is_known() {
    let severity = |annotation: &str| {
        let text = pod(CONTAINERS)
            .replace("{name: a}\n", &format!("{{name: a, annotations: {{{annotation}: x}}}}\n"));
        severities("obsolete-annotation", "", &text)
    };
    for ignored in [
        "pod.alpha.kubernetes.io/init-containers",
        "pod.beta.kubernetes.io/init-containers",
        "seccomp.security.alpha.kubernetes.io/pod",
        "container.seccomp.security.alpha.kubernetes.io/a",
        "scheduler.alpha.kubernetes.io/critical-pod",
    ] {
        assert_eq!(severity(ignored), [Severity::Error], "{ignored}");
    }
    let superseded = "container.apparmor.security.beta.kubernetes.io/a";
    assert_eq!(severity(superseded), [Severity::Warning]);
    assert_eq!(severity("service.kubernetes.io/topology-aware-hints"), [], "not of a Pod");
}

#[test]
fn names_have_the_length_that_their_kind_allows() {
    let id = "invalid-name";
    let job = |length: usize| {
        let name = "a".repeat(length);
        format!("apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec: {{}}\n")
    };
    assert_eq!((count(id, "", &job(63)), count(id, "", &job(64))), (0, 1));
    let label = |length: usize| {
        let value = "a".repeat(length);
        pod(CONTAINERS).replace("{name: a}\n", &format!("{{name: a, labels: {{a: {value}}}}}\n"))
    };
    assert_eq!((count(id, "", &label(63)), count(id, "", &label(64))), (0, 1));
    let port = |name: &str| one(&format!("ports: [{{name: '{name}', containerPort: 1}}]"));
    let ports = ["http-8080-8080a", "http-8080-8080ab", "8080", "HTTP", "a--b"];
    assert_eq!(ports.map(|name| count(id, "", &port(name))), [0, 1, 1, 1, 1]);
}

#[test]
fn what_rolls_without_readiness_is_told_by_kind() {
    let id = "rolling-update-without-readiness";
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    let found = kinds.map(|kind| severities(id, "", &workload(kind, "", "", CONTAINERS)));
    assert_eq!(found.map(|found| found.len()), [1, 1, 1, 0]);
    let settled = workload("DaemonSet", "", "minReadySeconds: 10,", CONTAINERS);
    assert_eq!(severities(id, "", &settled), [Severity::Info]);
    let by_hand = workload("StatefulSet", "", "updateStrategy: {type: OnDelete},", CONTAINERS);
    assert_eq!(count(id, "", &by_hand), 0);
    let sidecar = "initContainers: [{name: i, image: 'r.example/i:1', restartPolicy: Always, \
        readinessProbe: {tcpSocket: {port: 1}}}], ";
    let told = workload("Deployment", "", "", &format!("{sidecar}{CONTAINERS}"));
    assert_eq!(count(id, "", &told), 0);
}

#[test]
fn rollouts_are_judged_by_their_severest_number() {
    let id = "rollout-cannot-progress";
    let judged = |kind: &str, spec: &str| severities(id, "", &workload(kind, "", spec, CONTAINERS));
    let rolling = |numbers: &str| format!("updateStrategy: {{rollingUpdate: {{{numbers}}}}},");
    assert_eq!(
        judged("DaemonSet", &rolling("maxSurge: 0%, maxUnavailable: 0%")),
        [Severity::Error]
    );
    assert_eq!(judged("DaemonSet", &rolling("maxUnavailable: 10%")), []);
    assert_eq!(judged("StatefulSet", "updateStrategy: {type: OnDelete},"), [Severity::Info]);
    assert_eq!(judged("StatefulSet", &format!("replicas: 3, {}", rolling("partition: 2"))), []);
    // The deadline that the API server fills in counts as well.
    assert_eq!(judged("Deployment", "minReadySeconds: 600,"), [Severity::Error]);
    assert_eq!(judged("Deployment", "minReadySeconds: 599,"), []);
    assert_eq!(judged("Deployment", "revisionHistoryLimit: 0,"), [Severity::Warning]);
    let zero = "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}},";
    assert_eq!(grades(id, "", &deployment("", zero, CONTAINERS)), [Grade::Safe]);
}

#[test]
fn who_shares_a_volume_is_told_by_kind() {
    let id = "rwo-volume-multi-attach";
    let claim = |mode: &str| {
        format!(
            "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: d}}\nspec: \
             {{accessModes: [{mode}], resources: {{requests: {{storage: 1Gi}}}}}}\n"
        )
    };
    let uses =
        format!("{CONTAINERS}, volumes: [{{name: d, persistentVolumeClaim: {{claimName: d}}}}]");
    let judged = |kind: &str, spec: &str, mode: &str| {
        severities(id, "", &(workload(kind, "", spec, &uses) + &claim(mode)))
    };
    for kind in ["Deployment", "ReplicaSet", "StatefulSet"] {
        assert_eq!(judged(kind, "replicas: 2,", "ReadWriteOnce"), [Severity::Warning], "{kind}");
        assert_eq!(judged(kind, "replicas: 2,", "ReadWriteMany"), [], "{kind}");
    }
    assert_eq!(judged("Deployment", "", "ReadWriteOncePod"), [Severity::Warning]);
    assert_eq!(judged("StatefulSet", "", "ReadWriteOncePod"), []);
    let none = "strategy: {rollingUpdate: {maxSurge: 0}},";
    assert_eq!(judged("Deployment", none, "ReadWriteOnce"), []);
    let unknown = workload("DaemonSet", "", "", &uses);
    assert_eq!(severities(id, "", &unknown), [Severity::Info]);
}

#[test]
fn readiness_weighs_more_where_traffic_comes() {
    let id = "readiness-probe-missing";
    let served = "containers: [{name: a, image: 'r.example/a:1', ports: [{containerPort: 80}]}]";
    let judged = |kind: &str, spec: &str| severities(id, "", &workload(kind, "", spec, served));
    assert_eq!(judged("Deployment", ""), [Severity::Info]);
    assert_eq!(judged("StatefulSet", "replicas: 2,"), [Severity::Warning]);
    assert_eq!(judged("DaemonSet", ""), [Severity::Info]);
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n\
        spec: {selector: {app: a}, ports: [{port: 80}]}\n";
    let text = workload("DaemonSet", "", "", served) + service;
    assert_eq!(severities(id, "", &text), [Severity::Warning]);
}

#[test]
fn paths_that_count_dependencies_are_known() {
    let severity = |path: &str| {
        let probe = format!("livenessProbe: {{httpGet: {{path: {path}, port: 80}}}}");
        severities("liveness-scope-too-wide", "", &one(&probe))
    };
    for path in ["/actuator/health/", "/ready", "/readyz", "/health/readiness", "/status/deps"] {
        assert_eq!(severity(path), [Severity::Warning], "{path}");
    }
    for path in ["/livez", "/actuator/health/liveness", "/already"] {
        assert_eq!(severity(path), [], "{path}");
    }
}

#[test]
fn a_port_name_is_only_safe_to_repair_where_one_can_be_meant() {
    let id = "probe-port-undeclared";
    let probe = |ports: &str| {
        let text = one(&format!("ports: [{ports}], livenessProbe: {{tcpSocket: {{port: HTTP}}}}"));
        grades(id, "", &text)
    };
    assert_eq!(probe("{name: http, containerPort: 80}"), [Grade::Safe]);
    assert_eq!(probe("{name: admin, containerPort: 80}"), [Grade::Review]);
    let both = "{name: http, containerPort: 80}, {name: admin, containerPort: 81}";
    assert_eq!(probe(both), [Grade::Review]);
    let neither = "{name: main, containerPort: 80}, {name: admin, containerPort: 81}";
    assert_eq!(probe(neither), []);
}

#[test]
fn a_time_zone_in_a_schedule_moves_where_nothing_is_in_its_way() {
    let id = "cron-schedule-invalid";
    let cron = |schedule: &str, more: &str| {
        format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: a}}\nspec: {{schedule: \
             '{schedule}',{more} jobTemplate: {{spec: {{template: {{spec: {{{CONTAINERS}}}}}}}}}}}\n"
        )
    };
    assert_eq!(grades(id, "", &cron("TZ=Etc/UTC 0 3 * * *", "")), [Grade::Safe]);
    assert_eq!(grades(id, "", &cron("TZ=Etc/UTC 0 3 * * *", " timeZone: Etc/UTC,")), []);
    for word in ["hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually"] {
        assert_eq!(count(id, "", &cron(&format!("@{word}"), "")), 0, "{word}");
    }
    for wrong in ["* * * *", "0 0 3 * * *", "60 * * * *", "* 24 * * *", "0 0 0 * *", "0 0 * * 7"] {
        assert_eq!(severities(id, "", &cron(wrong, "")), [Severity::Error], "{wrong}");
    }
    assert_eq!(severities(id, "", &cron("0 0 31 4,6 *", "")), [Severity::Warning]);
    let late = |seconds: i64| cron("0 3 * * *", &format!(" startingDeadlineSeconds: {seconds},"));
    assert_eq!([9, 10].map(|seconds| count(id, "", &late(seconds))), [1, 0]);
}

#[test]
fn a_budget_is_measured_against_the_least_of_an_autoscaler() {
    let id = "pdb-unsatisfiable";
    let scaled = |least: i64| {
        format!(
            "{}---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: a}}\n\
             spec: {{minReplicas: {least}, maxReplicas: 9, scaleTargetRef: {{apiVersion: apps/v1, \
             kind: Deployment, name: a}}}}\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\n\
             metadata: {{name: a}}\nspec: {{minAvailable: 3, selector: {{matchLabels: {{app: a}}}}}}\n",
            deployment("", "", CONTAINERS)
        )
    };
    assert_eq!([2, 3, 4].map(|least| count(id, "", &scaled(least))), [1, 1, 0]);
}

#[test]
fn labels_of_nodes_that_both_exist_are_safe_to_rename() {
    let id = "node-label-retired";
    let selector =
        |label: &str| grades(id, "", &pod(&format!("nodeSelector: {{{label}: x}}, {CONTAINERS}")));
    assert_eq!(selector("beta.kubernetes.io/arch"), [Grade::Safe]);
    assert_eq!(selector("beta.kubernetes.io/instance-type"), [Grade::Review]);
    assert_eq!(selector("node-role.kubernetes.io/master"), [Grade::Review]);
    let toleration = "tolerations: [{key: node-role.kubernetes.io/master, operator: Exists}], ";
    assert_eq!(grades(id, "", &pod(&format!("{toleration}{CONTAINERS}"))), [Grade::Safe]);
}
