//! The table of fields: nothing valid is called unknown, and what stands in the wrong place is moved.

use crate::support::{Judged, judge};
use crate::{messages, only_for};
use patternwarden::rule::Grade;
use patternwarden::tree::write_json;

const RULE: &str = "misplaced-field";

fn only() -> patternwarden::Settings {
    crate::only(RULE)
}

fn for_target(minor: u8, text: &str) -> Judged {
    judge(text, &only_for(RULE, minor))
}

#[test]
fn valid_objects_have_no_unknown_field() {
    for text in [
        include_str!("valid/pods.yaml"),
        include_str!("valid/workloads.yaml"),
        include_str!("valid/others.yaml"),
    ] {
        let judged = judge(text, &only());
        assert_eq!(messages(&judged), [""; 0]);
        assert!(judged.documents.len() >= 3);
    }
}

#[test]
fn every_type_is_checked_not_only_read() {
    // A key added to any map that is not free must be found: else silence proves nothing.
    let judged = judge(include_str!("valid/others.yaml"), &only());
    let marked =
        include_str!("valid/others.yaml").replace("metadata: {name:", "metadata: {nmae: x, name:");
    let found = judge(&marked, &only());
    let objects = judged.documents.len();
    assert_eq!(found.findings.len(), marked.matches("nmae").count());
    assert!(found.findings.len() >= objects - 1);
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";

/// One manifest, the field it holds in the wrong place, the grade of the repair, and the `spec` after it.
fn repaired(text: &str, pointer: &str, grade: Grade, spec: &str) {
    let judged = judge(text, &only());
    let finding = judged.findings.iter().position(|f| f.pointer == pointer);
    let finding = finding.unwrap_or_else(|| panic!("{pointer} in {:?}\n{text}", messages(&judged)));
    let fix = &judged.findings[finding].fixes[0];
    assert_eq!(fix.grade, grade, "{}", judged.findings[finding].message);
    let fixed = judged.fixed(finding, fix, &only());
    let mut out = String::new();
    write_json(&mut out, fixed.documents[0].root().unwrap().get("spec").unwrap());
    assert_eq!(out, spec, "{text}");
}

#[test]
fn fields_are_moved_where_the_table_says() {
    let pod = |spec: &str| format!("{POD}spec: {spec}\n");
    repaired(
        &pod(
            "{securityContext: {privileged: true}, initContainers: [{name: i}], containers: [{name: a}, {name: b}]}",
        ),
        "/spec/securityContext/privileged",
        Grade::Review,
        r#"{"securityContext":{},"initContainers":[{"name":"i","securityContext":{"privileged":true}}],"containers":[{"name":"a","securityContext":{"privileged":true}},{"name":"b","securityContext":{"privileged":true}}]}"#,
    );
    repaired(
        &pod(
            "{securityContext: {privileged: true}, containers: [{name: a, securityContext: {privileged: false}}, {name: b}]}",
        ),
        "/spec/securityContext/privileged",
        Grade::Review,
        r#"{"securityContext":{},"containers":[{"name":"a","securityContext":{"privileged":false}},{"name":"b","securityContext":{"privileged":true}}]}"#,
    );
    repaired(
        &pod("{containers: [{name: a, securityContext: {fsGroup: 1}}]}"),
        "/spec/containers/0/securityContext/fsGroup",
        Grade::Safe,
        r#"{"containers":[{"name":"a","securityContext":{}}],"securityContext":{"fsGroup":1}}"#,
    );
    repaired(
        &pod("{runAsUser: 1, containers: []}"),
        "/spec/runAsUser",
        Grade::Safe,
        r#"{"containers":[],"securityContext":{"runAsUser":1}}"#,
    );
    repaired(
        &pod("{containers: [{name: a, hostNetwork: true}]}"),
        "/spec/containers/0/hostNetwork",
        Grade::Review,
        r#"{"containers":[{"name":"a"}],"hostNetwork":true}"#,
    );
    repaired(
        &pod("{priorityClassName: high, containers: [{name: a, priorityClassName: high}]}"),
        "/spec/containers/0/priorityClassName",
        Grade::Safe,
        r#"{"priorityClassName":"high","containers":[{"name":"a"}]}"#,
    );
    repaired(
        &pod("{priorityClassName: low, containers: [{name: a, priorityClassName: high}]}"),
        "/spec/containers/0/priorityClassName",
        Grade::Review,
        r#"{"priorityClassName":"low","containers":[{"name":"a"}]}"#,
    );
    repaired(
        &pod("{env: [{name: A, value: b}], containers: [{name: a}]}"),
        "/spec/env",
        Grade::Safe,
        r#"{"containers":[{"name":"a","env":[{"name":"A","value":"b"}]}]}"#,
    );
    repaired(
        &pod(
            "{containers: [{name: a, ports: [{containerPort: 1, resources: {limits: {cpu: 1}}}]}]}",
        ),
        "/spec/containers/0/ports/0/resources",
        Grade::Safe,
        r#"{"containers":[{"name":"a","ports":[{"containerPort":1}],"resources":{"limits":{"cpu":1}}}]}"#,
    );
    repaired(
        &pod("{containers: [{name: a, livenessProbe: {httpGet: {port: 80, periodSeconds: 5}}}]}"),
        "/spec/containers/0/livenessProbe/httpGet/periodSeconds",
        Grade::Safe,
        r#"{"containers":[{"name":"a","livenessProbe":{"httpGet":{"port":80},"periodSeconds":5}}]}"#,
    );
    repaired(
        &pod("{containers: [{name: a, livenessProbe: {port: 80}}]}"),
        "/spec/containers/0/livenessProbe/port",
        Grade::Safe,
        r#"{"containers":[{"name":"a","livenessProbe":{"tcpSocket":{"port":80}}}]}"#,
    );
    repaired(
        &pod("{containers: [{name: a, livenessProbe: {path: /, port: 80}}]}"),
        "/spec/containers/0/livenessProbe/port",
        Grade::Safe,
        r#"{"containers":[{"name":"a","livenessProbe":{"path":"/","httpGet":{"port":80}}}]}"#,
    );
    repaired(
        &pod("{containers: [{name: a, livenessProbe: {command: [x]}}]}"),
        "/spec/containers/0/livenessProbe/command",
        Grade::Safe,
        r#"{"containers":[{"name":"a","livenessProbe":{"exec":{"command":["x"]}}}]}"#,
    );
}

/// A safe repair adds no finding that matters, and these would.
#[test]
fn to_switch_something_on_takes_a_person() {
    let grade = |field: &str, place: &str| {
        let spec = if place == "pod" {
            format!("{{securityContext: {{{field}}}, containers: [{{name: a}}]}}")
        } else {
            format!("{{containers: [{{name: a, {field}}}]}}")
        };
        let judged = judge(&format!("{POD}spec: {spec}\n"), &only());
        judged.findings[0].fixes[0].grade
    };
    for field in [
        "privileged: true",
        "allowPrivilegeEscalation: true",
        "procMount: Unmasked",
        "capabilities: {add: [NET_BIND_SERVICE, SYS_ADMIN]}",
    ] {
        assert_eq!(grade(field, "pod"), Grade::Review, "{field}");
    }
    for field in ["hostNetwork: true", "hostPID: true", "hostIPC: true", "runAsUser: 0"] {
        assert_eq!(grade(field, "container"), Grade::Review, "{field}");
    }
    for field in [
        "privileged: false",
        "allowPrivilegeEscalation: false",
        "readOnlyRootFilesystem: true",
        "procMount: Default",
        "capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}",
    ] {
        assert_eq!(grade(field, "pod"), Grade::Safe, "{field}");
    }
    for field in ["hostNetwork: false", "runAsUser: 1000", "hostUsers: false"] {
        assert_eq!(grade(field, "container"), Grade::Safe, "{field}");
    }
}

#[test]
fn fields_of_workloads_are_moved_too() {
    let deployment = |spec: &str| format!("{DEPLOYMENT}spec: {spec}\n");
    repaired(
        &deployment("{nodeSelector: {a: b}, template: {spec: {}}}"),
        "/spec/nodeSelector",
        Grade::Safe,
        r#"{"template":{"spec":{"nodeSelector":{"a":"b"}}}}"#,
    );
    repaired(
        &deployment("{template: {spec: {replicas: 2}}}"),
        "/spec/template/spec/replicas",
        Grade::Safe,
        r#"{"template":{"spec":{}},"replicas":2}"#,
    );
    repaired(
        &deployment("{template: {metadata: {replicas: 2}}}"),
        "/spec/template/metadata/replicas",
        Grade::Safe,
        r#"{"template":{"metadata":{}},"replicas":2}"#,
    );
    repaired(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, replicas: 2}\n",
        "/metadata/replicas",
        Grade::Safe,
        r#"{"replicas":2}"#,
    );
    repaired(
        &deployment("{updateStrategy: {type: Recreate}}"),
        "/spec/updateStrategy",
        Grade::Safe,
        r#"{"strategy":{"type":"Recreate"}}"#,
    );
    repaired(&deployment("{minReplicas: 2}"), "/spec/minReplicas", Grade::Review, "{}");
    repaired(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec: {strategy: {type: RollingUpdate}}\n",
        "/spec/strategy",
        Grade::Safe,
        r#"{"updateStrategy":{"type":"RollingUpdate"}}"#,
    );
    let job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\n";
    repaired(
        &format!("{job}spec: {{restartPolicy: Never}}\n"),
        "/spec/restartPolicy",
        Grade::Safe,
        r#"{"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never"}}}}}"#,
    );
    repaired(
        &format!("{job}spec: {{backoffLimit: 1}}\n"),
        "/spec/backoffLimit",
        Grade::Safe,
        r#"{"jobTemplate":{"spec":{"backoffLimit":1}}}"#,
    );
    repaired(
        &format!("{job}spec: {{activeDeadlineSeconds: 1}}\n"),
        "/spec/activeDeadlineSeconds",
        Grade::Review,
        r#"{"jobTemplate":{"spec":{"activeDeadlineSeconds":1}}}"#,
    );
    repaired(
        &deployment("{template: {spec: {labels: {a: b}}}}"),
        "/spec/template/spec/labels",
        Grade::Safe,
        r#"{"template":{"spec":{},"metadata":{"labels":{"a":"b"}}}}"#,
    );
}

#[test]
fn fields_of_other_kinds_are_moved_too() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    repaired(
        &format!("{service}spec: {{targetPort: 1, ports: [{{port: 2}}]}}\n"),
        "/spec/targetPort",
        Grade::Safe,
        r#"{"ports":[{"port":2,"targetPort":1}]}"#,
    );
    repaired(
        &format!("{service}spec: {{targetPort: 1, ports: [{{port: 2}}, {{port: 3}}]}}\n"),
        "/spec/targetPort",
        Grade::Review,
        r#"{"ports":[{"port":2},{"port":3}]}"#,
    );
    repaired(
        &format!("{service}spec: {{selector: {{matchLabels: {{a: b}}}}}}\n"),
        "/spec/selector/matchLabels",
        Grade::Safe,
        r#"{"selector":{"a":"b"}}"#,
    );
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n";
    repaired(
        &format!("{policy}spec: {{podSelector: {{a/b: c}}}}\n"),
        "/spec/podSelector/a~1b",
        Grade::Safe,
        r#"{"podSelector":{"matchLabels":{"a/b":"c"}}}"#,
    );
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n";
    repaired(
        &format!("{ingress}spec: {{defaultBackend: {{serviceName: a}}}}\n"),
        "/spec/defaultBackend/serviceName",
        Grade::Safe,
        r#"{"defaultBackend":{"service":{"name":"a"}}}"#,
    );
    repaired(
        &format!("{ingress}spec: {{defaultBackend: {{servicePort: 80}}}}\n"),
        "/spec/defaultBackend/servicePort",
        Grade::Safe,
        r#"{"defaultBackend":{"service":{"port":{"number":80}}}}"#,
    );
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n";
    repaired(
        &format!(
            "{crd}spec: {{validation: {{openAPIV3Schema: {{type: object}}}}, versions: [{{name: v1}}]}}\n"
        ),
        "/spec/validation",
        Grade::Safe,
        r#"{"versions":[{"name":"v1","schema":{"openAPIV3Schema":{"type":"object"}}}]}"#,
    );
}

#[test]
fn the_spec_of_a_config_map_is_unwrapped() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nspec: {data: {a: b}, immutable: true}\n";
    let judged = judge(text, &only());
    assert_eq!(judged.findings.len(), 1);
    let fixed = judged.fixed(0, &judged.findings[0].fixes[0], &only());
    assert_eq!(messages(&fixed), [""; 0]);
    let mut out = String::new();
    write_json(&mut out, fixed.documents[0].root().unwrap());
    assert!(out.ends_with(r#""data":{"a":"b"},"immutable":true}"#), "{out}");
}

#[test]
fn names_close_by_and_places_around_are_suggested() {
    let found = |spec: &str| messages(&judge(&format!("{POD}spec: {spec}\n"), &only())).join("; ");
    assert!(found("{containres: []}").contains("`containers` is"));
    assert!(found("{HostNetwork: true}").contains("`hostNetwork` is"));
    assert!(found("{xy: 1}").ends_with("is no field of `PodSpec`"));
    let deep = found("{containers: [{name: a, resources: {requests: {}, image: b}}]}");
    assert!(deep.contains("its place is `/spec/containers/0/image`"), "{deep}");
}

#[test]
fn fields_have_their_version() {
    let text = format!("{POD}spec: {{hostnameOverride: a}}\n");
    assert_eq!(
        messages(&for_target(33, &text)),
        [
            "/spec/hostnameOverride: `hostnameOverride` exists since 1.34 only, and the target is 1.33"
        ]
    );
    assert!(for_target(34, &text).findings.is_empty());
    let text = format!("{POD}spec: {{resources: {{}}, containers: [{{name: a}}]}}\n");
    let old = for_target(31, &text);
    assert_eq!(
        old.findings[0].fixes[0].title,
        "Move `resources` to `/spec/containers/0/resources`"
    );
    assert!(for_target(32, &text).findings.is_empty());
    let text = format!("{POD}spec: {{workloadRef: {{}}}}\n");
    assert!(for_target(35, &text).findings.is_empty());
    assert!(messages(&for_target(36, &text))[0].contains("until 1.35"));
}

#[test]
fn one_finding_per_unknown_subtree_and_few_per_object() {
    let judged = judge(&format!("{POD}nonsense: {{a: {{b: 1}}, c: 2}}\n"), &only());
    assert_eq!(judged.findings.len(), 1);
    let many: Vec<String> = (0..10_000).map(|n| format!("x{n}: 1\n")).collect();
    let judged = judge(&format!("{POD}{}", many.concat()), &only());
    assert_eq!(judged.findings.len(), 65);
    assert!(judged.findings.iter().any(|f| f.message.starts_with("more fields")));
    let long = "k".repeat(1000);
    let judged = judge(&format!("{POD}{long}: 1\n"), &only());
    assert_eq!(judged.findings.len(), 1);
    assert!(judged.findings.iter().all(|f| f.message.len() < 300));
}

#[test]
fn old_versions_and_strange_kinds_are_not_judged() {
    for head in [
        "apiVersion: extensions/v1beta1\nkind: Deployment",
        "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler",
        "apiVersion: serving.knative.dev/v1\nkind: Service",
        "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition",
        "apiVersion: 1\nkind: Pod",
        "apiVersion: v1\nkind: Widget",
    ] {
        let judged = judge(&format!("{head}\nmetadata: {{name: a}}\nnonsense: 1\n"), &only());
        assert!(judged.findings.is_empty(), "{head}");
    }
    let judged = judge("kind: Pod\nnonsense: 1\n", &only());
    assert_eq!(judged.findings.len(), 1);
}
