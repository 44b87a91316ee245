//! Clauses of rules that their examples do not reach.

mod by_kind;
mod exempt;
mod parameters;

use crate::asked;
use crate::support::{Judged, settings};
use patternwarden::Severity;
use patternwarden::rule::Grade;
use patternwarden::tree::Node;

/// What one rule says about a text on a complete input, with these parameters.
fn said(id: &str, params: &str, text: &str) -> Judged {
    asked::said(id, &format!("{{{params}}}"), text)
}

/// Places and severities of what one rule finds.
fn found(id: &str, params: &str, text: &str) -> Vec<(String, Severity)> {
    said(id, params, text).findings.into_iter().map(|f| (f.pointer, f.severity)).collect()
}

fn count(id: &str, params: &str, text: &str) -> usize {
    said(id, params, text).findings.len()
}

fn severities(id: &str, params: &str, text: &str) -> Vec<Severity> {
    found(id, params, text).into_iter().map(|(_, severity)| severity).collect()
}

/// A Pod whose spec is the inside of a flow mapping.
fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n")
}

/// A Pod with one container.
fn one(container: &str) -> String {
    pod(&format!("containers: [{{name: a, image: 'r.example/a:1', {container}}}]"))
}

fn deployment(metadata: &str, spec: &str, pod: &str) -> String {
    workload("Deployment", metadata, spec, pod)
}

fn workload(kind: &str, metadata: &str, spec: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a{metadata}}}\n\
         spec: {{{spec} selector: {{matchLabels: {{app: a}}}}, \
         template: {{metadata: {{labels: {{app: a}}}}, spec: {{{pod}}}}}}}\n"
    )
}

const CONTAINERS: &str = "containers: [{name: a, image: 'r.example/a:1'}]";

/// Grades of all fixes that one rule offers.
fn grades(id: &str, params: &str, text: &str) -> Vec<Grade> {
    let judged = said(id, params, text);
    judged.findings.iter().flat_map(|f| f.fixes.iter().map(|fix| fix.grade)).collect()
}

const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
const STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

#[test]
fn an_exponent_is_no_version() {
    let widget = |value: &str| {
        format!(
            "apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: a}}\nspec: {{a: {value}}}\n"
        )
    };
    let id = "yaml-scalar-trap";
    assert_eq!(severities(id, "", &widget("1.10")), [Severity::Warning]);
    assert_eq!(severities(id, "", &widget("-1.0")), [Severity::Warning]);
    assert_eq!(severities(id, "", &widget("1.5e10")), []);
    assert_eq!(severities(id, "", &widget("1e10")), []);
}

#[test]
fn ports_of_a_service_have_one_name_each() {
    let service = |second: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\n\
             spec: {{ports: [{{name: http, port: 80}}, {{name: {second}, port: 81}}]}}\n"
        )
    };
    let id = "required-field-missing";
    assert_eq!(count(id, "", &service("admin")), 0);
    let twice = ("/spec/ports/1/name".to_owned(), Severity::Error);
    assert_eq!(found(id, "", &service("http")), [twice]);
}

#[test]
fn a_list_of_versions_in_a_selector_changes_with_a_release_too() {
    let text = |operator: &str, more: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{selector: \
             {{matchExpressions: [{{key: version, operator: {operator}{more}}}]}}, template: \
             {{metadata: {{labels: {{app: a, version: '1'}}}}, spec: {{{CONTAINERS}}}}}}}\n"
        )
    };
    let id = "selector-template-mismatch";
    let place = "/spec/selector/matchExpressions/0/key".to_owned();
    assert_eq!(found(id, "", &text("In", ", values: ['1']")), [(place, Severity::Warning)]);
    assert_eq!(found(id, "", &text("Exists", "")), []);
}

#[test]
fn a_deprecated_kind_names_the_kind_that_takes_its_place() {
    let text = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: a}\n";
    let judged = said("deprecated-api-version", "", text);
    assert!(judged.findings[0].message.contains("EndpointSlice"), "{}", judged.findings[0].message);
}

#[test]
fn an_annotation_is_obsolete_where_its_field_exists() {
    let id = "obsolete-annotation";
    let object = |api: &str, kind: &str, annotation: &str, spec: &str| {
        format!(
            "apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a, annotations: \
             {{{annotation}: fast}}}}\nspec: {{{spec}}}\n"
        )
    };
    let consumer = object("configuration.example.com/v1", "Consumer", INGRESS_CLASS, "");
    assert_eq!(count(id, "", &consumer), 0, "a controller's own kind");
    // The field names an IngressClass, which there may not be.
    let ingress = object("networking.k8s.io/v1", "Ingress", INGRESS_CLASS, "");
    assert_eq!(grades(id, "", &ingress), [Grade::Review]);
    let claim = |spec: &str| object("v1", "PersistentVolumeClaim", STORAGE_CLASS, spec);
    assert_eq!(grades(id, "", &claim("")), [Grade::Safe]);
    assert_eq!(grades(id, "", &claim("storageClassName: fast")), [Grade::Safe]);
    assert_eq!(grades(id, "", &claim("storageClassName: slow")), [Grade::Review]);
    let claims = format!(
        "serviceName: a, volumeClaimTemplates: [{{metadata: {{name: d, annotations: \
         {{{STORAGE_CLASS}: fast}}}}, spec: {{accessModes: [ReadWriteOnce]}}}}],"
    );
    let set = workload("StatefulSet", "", &claims, CONTAINERS);
    assert_eq!(grades(id, "", &set), [Grade::Review]);
    // On the workload itself it has no effect, and must not get one.
    let profile = ", annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}";
    let outside = deployment(profile, "", CONTAINERS);
    assert_eq!((count(id, "", &outside), grades(id, "", &outside)), (1, vec![]));
}

#[test]
fn the_label_of_a_revision_limits_the_name_of_a_stateful_set() {
    let named = |length: usize| {
        let name = "a".repeat(length);
        workload("StatefulSet", "", "serviceName: a,", CONTAINERS)
            .replace("metadata: {name: a}", &format!("metadata: {{name: {name}}}"))
    };
    assert_eq!(
        (count("invalid-name", "", &named(52)), count("invalid-name", "", &named(53))),
        (0, 1)
    );
}

#[test]
fn a_replication_controller_becomes_a_deployment() {
    for selector in ["", "selector: {app: a},", "selector: {},"] {
        let text = format!(
            "apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: a}}\n\
             spec: {{{selector} template: {{metadata: {{labels: {{app: a}}}}, spec: {{{CONTAINERS}}}}}}}\n"
        );
        let judged = said("naked-pod", "", &text);
        assert_eq!(judged.findings[0].severity, Severity::Info);
        let all = settings("{}");
        let fixed = judged.fixed(0, &judged.findings[0].fixes[0], &all);
        let errors = fixed.findings.iter().filter(|f| f.severity == Severity::Error);
        assert_eq!(errors.map(|f| &f.message).collect::<Vec<_>>(), [""; 0], "{selector}");
        assert!(fixed.findings.iter().all(|f| f.rule.id != "naked-pod"));
    }
}

#[test]
fn a_risky_probe_is_repaired_in_words_that_fit() {
    let titles = |probe: &str| {
        let judged = said("probe-timing-risky", "", &one(probe));
        judged.findings.iter().map(|f| f.fixes[0].title.clone()).collect::<Vec<_>>()
    };
    let socket = "tcpSocket: {port: 80}";
    let slow = titles(&format!("readinessProbe: {{{socket}, timeoutSeconds: 20}}"));
    assert_eq!(slow, ["Let it end before the next one"]);
    let seldom = titles(&format!("readinessProbe: {{{socket}, periodSeconds: 60}}"));
    assert_eq!(seldom, ["Probe every ten seconds"]);
}

#[test]
fn a_virtual_host_of_a_probe_becomes_a_header() {
    let id = "probe-host-set";
    let repaired = |get: &str| {
        let judged =
            said(id, "", &one(&format!("livenessProbe: {{httpGet: {{port: 80, {get}}}}}")));
        let finding = &judged.findings[0];
        let fixed = judged.fixed(0, &finding.fixes[0], &settings("{}").only(|r| r.id == id));
        assert!(fixed.findings.is_empty());
        let get = fixed.documents[0].root().unwrap();
        let get = get.lookup("/spec/containers/0/livenessProbe/httpGet").unwrap();
        let headers = get.get("httpHeaders").into_iter().flat_map(Node::items);
        let values = headers.map(|header| header.get("value").unwrap().scalar_text().to_owned());
        values.collect::<Vec<_>>()
    };
    assert_eq!(repaired("host: shop.example"), ["shop.example"]);
    let other = "host: shop.example, httpHeaders: [{name: A, value: b}]";
    assert_eq!(repaired(other), ["b", "shop.example"]);
    let same = "host: shop.example, httpHeaders: [{name: host, value: b}]";
    assert_eq!(repaired(same), ["b"]);
    for address in ["localhost", "10.0.0.1", "'::1'", "'fd00::a'"] {
        assert_eq!(repaired(&format!("host: {address}")), [""; 0], "{address}");
    }
}

#[test]
fn a_job_that_counts_failures_by_pod_is_repaired_so() {
    let policy = |field: &str| {
        let text = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\n\
             spec: {{{field} template: {{spec: {{{CONTAINERS}}}}}}}\n"
        );
        let id = "restart-policy-invalid";
        let judged = said(id, "", &text);
        let fixed = judged.fixed(0, &judged.findings[0].fixes[0], &settings("{}"));
        let root = fixed.documents[0].root().unwrap();
        root.lookup("/spec/template/spec/restartPolicy").unwrap().scalar_text().to_owned()
    };
    assert_eq!(policy(""), "OnFailure");
    assert_eq!(policy("backoffLimitPerIndex: 1,"), "Never");
    assert_eq!(policy("podFailurePolicy: {rules: []},"), "Never");
}

#[test]
fn the_main_container_of_a_job_is_one_that_ends() {
    let job = |first: &str, second: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec: {{template: {{spec: \
             {{restartPolicy: Never, containers: [{{image: 'r.example/a:1', {first}}}, \
             {{image: 'r.example/b:1', {second}}}]}}}}}}\n"
        )
    };
    let id = "job-sidecar-blocks-completion";
    let logs = "name: logs, command: [tail, -f, /var/log/report.log]";
    let places = |text: &str| {
        let all = found(id, "", text).into_iter();
        all.map(|(pointer, _)| pointer).collect::<Vec<_>>()
    };
    assert_eq!(places(&job(logs, "name: report")), ["/spec/template/spec/containers/0"]);
    assert_eq!(places(&job("name: report", logs)), ["/spec/template/spec/containers/1"]);
    let tunnel = job("name: report", "name: tunnel");
    assert_eq!((count(id, "", &tunnel), count(id, r#""helpers": ["tun*"]"#, &tunnel)), (0, 1));
}

#[test]
fn a_trigger_fills_in_the_image_of_the_container_that_it_names() {
    let text = |named: &str| {
        let path = format!(r#"spec.template.spec.containers[?(@.name==\"{named}\")].image"#);
        let trigger = format!(r#"[{{"fieldPath": "{path}"}}]"#);
        let metadata = format!(", annotations: {{image.openshift.io/triggers: '{trigger}'}}");
        deployment(&metadata, "", "containers: [{name: app, image: ' '}]")
    };
    let id = "required-field-missing";
    assert_eq!(severities(id, "", &text("app")), []);
    assert_eq!(severities(id, "", &text("app-2")), [Severity::Info]);
}
