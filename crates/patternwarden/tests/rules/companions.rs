//! Repairs that are objects of their own: what is written, and what is not.

use crate::asked::said;
use crate::support::settings;
use patternwarden::Grade;
use patternwarden::fixes::{Objects, Wanted, fix_all};
use patternwarden::set::Scope;
use patternwarden::tree::{Op, write_json};

/// What one rule offers to write beside the objects of a text, as JSON, with its grade.
fn offered(id: &str, params: &str, text: &str) -> Vec<(Grade, String)> {
    let mut out = Vec::new();
    for fix in said(id, params, text).findings.into_iter().flat_map(|found| found.fixes) {
        for edit in &fix.edits {
            if let Op::NewDocument(value) = &edit.op {
                let mut json = String::new();
                value.write_json(&mut json);
                out.push((fix.grade, json));
            }
        }
    }
    out
}

fn stateful(spec: &str, ports: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db, namespace: shop}}\n\
         spec: {{{spec} template: {{metadata: {{labels: {{app: db}}}}, \
         spec: {{containers: [{{name: db, image: 'r.example/db:1', ports: [{ports}]}}]}}}}}}\n"
    )
}

const BY_LABEL: &str = "selector: {matchLabels: {app: db}},";

#[test]
fn a_headless_service_has_the_ports_of_the_pods() {
    let of = |spec: &str, ports: &str| {
        offered("statefulset-service-not-headless", "{}", &stateful(spec, ports))
    };
    let service = |ports: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"db","namespace":"shop"}},"spec":{{"clusterIP":"None","selector":{{"app":"db"}}{ports}}}}}"#
        )
    };
    let named = format!("serviceName: db, {BY_LABEL}");
    assert_eq!(of(&named, ""), [(Grade::Safe, service(""))]);
    assert_eq!(
        of(
            &named,
            "{containerPort: 53, protocol: UDP}, {containerPort: 53}, {name: sql, containerPort: 5432}, {containerPort: 53}"
        ),
        [(
            Grade::Safe,
            service(
                r#","ports":[{"name":"udp-53","port":53,"protocol":"UDP"},{"name":"tcp-53","port":53},{"name":"sql","port":5432}]"#
            )
        )]
    );
    // The name of it never changes in a cluster.
    assert_eq!(of(BY_LABEL, ""), [(Grade::Review, service(""))]);
    // Nobody may be called so, or more than labels tells which Pods they are.
    assert_eq!(of(&format!("serviceName: 1.db, {BY_LABEL}"), ""), []);
    let expressions = "serviceName: db, selector: {matchLabels: {app: db}, matchExpressions: [{key: a, operator: Exists}]},";
    assert_eq!(of(expressions, ""), []);
    // One that is there, with an address, keeps it: a Service never becomes headless.
    let there = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n\
                 spec: {selector: {app: db}, ports: [{port: 1}]}\n";
    let text = stateful(&named, "") + there;
    assert_eq!(offered("statefulset-service-not-headless", "{}", &text), []);
}

#[test]
fn a_policy_lets_in_what_services_lead_to() {
    let pod = |labels: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, labels: {{{labels}}}}}\n\
             spec: {{containers: [{{name: web, image: 'r.example/web:1'}}]}}\n"
        )
    };
    let service = |ports: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\n\
             spec: {{selector: {{app: web}}, ports: [{ports}]}}\n"
        )
    };
    let of = |params: &str, text: &str| offered("network-policy-missing", params, text);
    let policy = |way: &str, more: &str| {
        format!(
            r#"{{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{{"name":"web-{}"}},"spec":{{"podSelector":{{"matchLabels":{{"app":"web"}}}},"policyTypes":["{way}"]{more}}}}}"#,
            way.to_lowercase()
        )
    };
    let always = r#"{"always": true}"#;
    assert_eq!(of(always, &pod("app: web")), [(Grade::Review, policy("Ingress", ""))]);
    let text = pod("app: web")
        + &service(
            "{name: a, port: 80, targetPort: http}, {name: b, port: 81, targetPort: http}, {name: c, port: 53, protocol: UDP}",
        );
    let ports =
        r#","ingress":[{"ports":[{"port":"http","protocol":"TCP"},{"port":53,"protocol":"UDP"}]}]"#;
    assert_eq!(of(always, &text), [(Grade::Review, policy("Ingress", ports))]);
    let out = r#"{"always": true, "directions": ["egress"]}"#;
    let dns =
        r#","egress":[{"ports":[{"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"}]}]"#;
    assert_eq!(of(out, &pod("app: web")), [(Grade::Review, policy("Egress", dns))]);
    assert_eq!(of(always, &pod("")), [], "nothing tells which Pods they are");
    let taken = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web-ingress}\n\
                 spec: {podSelector: {matchLabels: {app: other}}}\n";
    assert_eq!(of(always, &(pod("app: web") + taken)), []);
}

#[test]
fn a_stub_has_the_keys_that_are_read_and_no_secret() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {serviceAccountName: robot, \
        priorityClassName: high, containers: [{name: a, image: 'r.example/a:1', env: [\
        {name: A, valueFrom: {configMapKeyRef: {name: settings, key: level}}}, \
        {name: B, valueFrom: {secretKeyRef: {name: db, key: password}}}], \
        envFrom: [{configMapRef: {name: whole}}]}], volumes: [\
        {name: v, configMap: {name: settings, items: [{key: app.conf, path: a}, {key: level, path: b}]}}, \
        {name: d, persistentVolumeClaim: {claimName: data}}]}\n";
    let object = |kind: &str, name: &str, more: &str| {
        format!(r#"{{"apiVersion":"v1","kind":"{kind}","metadata":{{"name":"{name}"}}{more}}}"#)
    };
    let mut found = offered("reference-not-in-bundle", "{}", pod);
    found.sort();
    let mut expected = vec![
        (
            Grade::Template,
            object("ConfigMap", "settings", r#","data":{"app.conf":"value","level":"value"}"#),
        ),
        (Grade::Review, object("ConfigMap", "whole", r#","data":{}"#)),
        (
            Grade::Template,
            object(
                "PersistentVolumeClaim",
                "data",
                r#","spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}"#,
            ),
        ),
        (Grade::Review, object("ServiceAccount", "robot", "")),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn rights_are_for_a_lock_at_home() {
    let text = |more: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: op, namespace: ops}}\n\
             spec: {{replicas: 2, selector: {{matchLabels: {{app: op}}}}, template: {{metadata: \
             {{labels: {{app: op}}}}, spec: {{serviceAccountName: op, containers: [{{name: op, \
             image: 'r.example/op:1', args: [--leader-elect{more}]}}]}}}}}}\n"
        )
    };
    let id = "leader-election-lease-rbac";
    let offers = offered(id, "{}", &text(""));
    assert_eq!(offers.len(), 2);
    assert!(offers.iter().all(|(grade, json)| *grade == Grade::Review
        && json.contains(r#""name":"op-leader-election","namespace":"ops""#)));
    assert_eq!(offered(id, "{}", &text(", --leader-election-namespace=locks")), []);
    assert_eq!(offered(id, "{}", &text(", --leader-election-namespace=ops")).len(), 2);
}

#[test]
fn what_is_written_together_is_enough_together() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    let text = format!(
        "{namespace}---\n{}---\n{}",
        stateful(&format!("serviceName: db, replicas: 2, {BY_LABEL}"), "{containerPort: 5432}"),
        stateful(&format!("serviceName: db, replicas: 2, {BY_LABEL}"), "{containerPort: 5432}")
            .replace("name: db", "name: db2"),
    );
    let ids = [
        "statefulset-service-not-headless",
        "network-policy-missing",
        "namespace-quota-missing",
        "pdb-missing",
    ];
    let settings = settings(r#"{"rules": {"network-policy-missing": {"always": true}}}"#)
        .only(|rule| ids.contains(&rule.id))
        .with_scope(Scope::Closed);
    let mut objects = Objects::new(patternwarden_yaml::read(&text).documents);
    let wanted = Wanted { least: Grade::Template, fix: &|_, _| true };
    let outcome = fix_all(&mut objects, &settings, &wanted);
    assert!(outcome.settled && outcome.refused.is_empty());
    let written: Vec<String> = objects
        .into_documents()
        .iter()
        .map(|document| {
            let mut json = String::new();
            document.root().into_iter().for_each(|root| write_json(&mut json, root));
            json
        })
        .collect();
    for (kind, count) in [
        ("Service", 1),
        ("NetworkPolicy", 2),
        ("ResourceQuota", 1),
        ("LimitRange", 1),
        ("PodDisruptionBudget", 1),
    ] {
        let of_kind = |json: &&String| json.contains(&format!(r#""kind":"{kind}""#));
        assert_eq!(written.iter().filter(of_kind).count(), count, "{kind}: {written:#?}");
    }
}
