//! Rules that compare objects, each beside a cluster: where it speaks, where the cluster makes it
//! silent, and what nobody is asked for.

use crate::cluster::Cluster;
use crate::objects::deployment;
use crate::requests::create;
use crate::wapc_host::Policy;
use patternwarden::RULES;
use serde_json::{Value, json};

/// One rule, one object, one cluster; and what the warning says, if there is one.
struct Case {
    name: &'static str,
    rule: &'static str,
    object: Value,
    cluster: Cluster,
    says: Option<&'static str>,
}

fn spec(more: &Value) -> Value {
    let mut spec = json!({
        "automountServiceAccountToken": false,
        "containers": [{"name": "app", "image": "registry.example/app:1.4.2"}],
    });
    for (key, value) in more.as_object().expect("a map") {
        spec[key] = value.clone();
    }
    spec
}

/// The Deployment `web` of the namespace `shop`, whose Pods carry `app: web`.
fn web(more: &Value) -> Value {
    let mut object = deployment(&spec(more));
    object["metadata"]["namespace"] = json!("shop");
    object
}

/// The same with a number of replicas, which somebody set by this operation.
fn replicas(count: u32, operation: &str) -> Value {
    let mut object = web(&json!({}));
    object["spec"]["replicas"] = json!(count);
    object["metadata"]["managedFields"] = json!([{
        "manager": "ci", "operation": operation, "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }]);
    object
}

fn made(api: &str, kind: &str, name: &str, more: &Value) -> Value {
    let mut object = json!({
        "apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "shop"},
    });
    for (key, value) in more.as_object().expect("a map") {
        object[key] = value.clone();
    }
    object
}

fn elsewhere(mut object: Value) -> Value {
    object["metadata"]["namespace"] = json!("other");
    object
}

fn scaler(of: &str, least: u32) -> Value {
    made(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        of,
        &json!({"spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": of},
            "minReplicas": least, "maxReplicas": 9,
        }}),
    )
}

fn isolating(app: &str) -> Value {
    made(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "limits",
        &json!({"spec": {
            "podSelector": {"matchLabels": {"app": app}}, "policyTypes": ["Ingress"],
        }}),
    )
}

fn ingress(name: &str, service: &str) -> Value {
    let backend = json!({"service": {"name": service, "port": {"number": 80}}});
    let path = json!({"path": "/", "pathType": "Prefix", "backend": backend});
    made(
        "networking.k8s.io/v1",
        "Ingress",
        name,
        &json!({"spec": {
            "ingressClassName": "public",
            "tls": [{"secretName": "certificate"}],
            "rules": [{"host": "shop.example", "http": {"paths": [path]}}],
        }}),
    )
}

fn service(headless: bool) -> Value {
    let address = if headless { "None" } else { "10.0.0.7" };
    made(
        "v1",
        "Service",
        "web",
        &json!({"spec": {
            "clusterIP": address, "selector": {"app": "web"}, "ports": [{"port": 80}],
        }}),
    )
}

fn stateful() -> Value {
    let mut object = web(&json!({}));
    object["kind"] = json!("StatefulSet");
    object["spec"]["serviceName"] = json!("web");
    object["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}}]);
    object
}

fn binding(kind: &str, to: &str) -> Value {
    made(
        "rbac.authorization.k8s.io/v1",
        kind,
        "reads",
        &json!({
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": to, "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "app", "namespace": "shop"}],
        }),
    )
}

fn role(kind: &str) -> Value {
    made("rbac.authorization.k8s.io/v1", kind, "reader", &json!({"rules": []}))
}

fn account(more: &Value) -> Value {
    made("v1", "ServiceAccount", "app", more)
}

fn budget() -> Value {
    made(
        "policy/v1",
        "PodDisruptionBudget",
        "web",
        &json!({"spec": {
            "minAvailable": 1, "selector": {"matchLabels": {"app": "web"}},
        }}),
    )
}

fn reads(kind: &str) -> Value {
    let source = json!({kind: {"name": "settings"}});
    let container = json!({
        "name": "app", "image": "registry.example/app:1.4.2", "envFrom": [source],
    });
    web(&json!({"containers": [container]}))
}

fn config(more: &Value) -> Value {
    made("v1", "ConfigMap", "settings", more)
}

fn claiming() -> Value {
    web(&json!({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}))
}

fn claim(mode: &str) -> Value {
    made("v1", "PersistentVolumeClaim", "data", &json!({"spec": {"accessModes": [mode]}}))
}

fn case(
    name: &'static str,
    rule: &'static str,
    object: Value,
    beside: &[Value],
    says: Option<&'static str>,
) -> Case {
    let mut kinds: Vec<&str> = Vec::new();
    let mut cluster = Cluster::empty();
    for other in beside {
        let kind = other["kind"].as_str().expect("a kind");
        if !kinds.contains(&kind) {
            kinds.push(kind);
            let same: Vec<Value> =
                beside.iter().filter(|other| other["kind"] == kind).cloned().collect();
            cluster = cluster.with(kind, &same);
        }
    }
    Case { name, rule, object, cluster, says }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let two = || replicas(2, "Apply");
    vec![
        case("somebody and an autoscaler set the count", "hpa-fixed-replicas", two(), &[scaler("web", 2)], Some("autoscaler `web`")),
        case("the API server filled the count in", "hpa-fixed-replicas", replicas(2, "Update"), &[scaler("web", 2)], None),
        case("an autoscaler of another workload", "hpa-fixed-replicas", two(), &[scaler("store", 2)], None),

        case("several replicas, no budget", "pdb-missing", two(), &[], Some("")),
        case("several replicas and a budget", "pdb-missing", two(), &[budget()], None),
        case("one replica for certain", "pdb-single-replica", budget(), &[replicas(1, "Apply")], Some("the one Pod")),
        case("one replica to begin with", "pdb-single-replica", budget(), &[replicas(1, "Apply"), scaler("web", 3)], None),

        case("its policy selects others", "network-policy-missing", web(&json!({})), &[isolating("store")], Some("no policy limits")),
        case("a policy selects it", "network-policy-missing", web(&json!({})), &[isolating("web")], None),
        case("policies elsewhere alone", "network-policy-missing", web(&json!({})), &[elsewhere(isolating("web"))], None),

        case("no such Service", "ingress-backend-missing", ingress("a", "store"), &[service(false)], Some("there is no Service `store`")),
        case("a Service, and a certificate that nobody may look up", "ingress-backend-missing", ingress("a", "web"), &[service(false)], None),
        case("the same host in another namespace", "ingress-conflict", ingress("a", "web"), &[elsewhere(ingress("b", "web"))], Some("is claimed by another rule as well")),
        case("the Ingress itself", "ingress-conflict", ingress("a", "web"), &[ingress("a", "web")], None),

        case("a ConfigMap that is not there", "reference-not-in-bundle", reads("configMapRef"), &[], Some("ConfigMap `settings`")),
        case("a ConfigMap that is there", "reference-not-in-bundle", reads("configMapRef"), &[config(&json!({}))], None),
        case("a ConfigMap of another namespace", "reference-not-in-bundle", reads("configMapRef"), &[elsewhere(config(&json!({})))], Some("ConfigMap `settings`")),
        case("a Secret, for which nobody asks", "reference-not-in-bundle", reads("secretRef"), &[], None),
        case("a ConfigMap that may change", "config-change-no-rollout", reads("configMapRef"), &[config(&json!({}))], Some("no Pod is restarted")),
        case("a ConfigMap that never changes", "config-change-no-rollout", reads("configMapRef"), &[config(&json!({"immutable": true}))], None),

        case("a role that is not there", "rolebinding-dangling", binding("RoleBinding", "Role"), &[account(&json!({}))], Some("Role `reader` is not in the cluster")),
        case("a role and an account that are there", "rolebinding-dangling", binding("RoleBinding", "Role"), &[account(&json!({})), role("Role")], None),
        case("an account that is not there", "rolebinding-dangling", binding("RoleBinding", "Role"), &[role("Role")], Some("ServiceAccount `app`")),
        case("a role of the cluster, and accounts that nobody looks up", "rolebinding-dangling", binding("ClusterRoleBinding", "ClusterRole"), &[role("ClusterRole")], None),

        case("the account mounts its token", "service-account-token-automount", web(&json!({"automountServiceAccountToken": null})), &[], Some("the token of account `default`")),
        case("the account does not", "service-account-token-automount", web(&json!({"automountServiceAccountToken": null})), &[made("v1", "ServiceAccount", "default", &json!({"automountServiceAccountToken": false}))], None),

        case("nothing to scale", "hpa-target-missing", scaler("store", 2), &[web(&json!({}))], Some("no Deployment `store`")),
        case("a Deployment to scale", "hpa-target-missing", scaler("web", 2), &[web(&json!({}))], None),
        case("a Service with an address", "statefulset-service-not-headless", stateful(), &[service(false)], Some("not headless")),
        case("a headless Service", "statefulset-service-not-headless", stateful(), &[service(true)], None),
        case("a volume for one node", "rwo-volume-multi-attach", two_with(claiming()), &[claim("ReadWriteOnce")], Some("one node alone can use")),
        case("a volume for many nodes", "rwo-volume-multi-attach", two_with(claiming()), &[claim("ReadWriteMany")], None),
    ]
}

fn two_with(mut object: Value) -> Value {
    object["spec"]["replicas"] = json!(2);
    object
}

#[test]
fn rules_say_beside_a_cluster_what_they_say_in_a_bundle() {
    for Case { name, rule, object, cluster, says } in cases() {
        let settings = json!({"profiles": ["none"], "rules": {rule: {"admission": "warn"}}});
        let answer = cluster.policy().validate(&create(&object), &settings);
        assert_eq!(answer["accepted"], true, "{name}: {answer}");
        let warnings = answer["warnings"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(warnings.len(), usize::from(says.is_some()), "{name}: {answer}");
        if let (Some(says), Some(warning)) = (says, warnings.first()) {
            let warning = warning.as_str().expect("text");
            assert!(warning.starts_with(&format!("{rule}: ")), "{name}: {warning}");
            assert!(warning.contains(says), "{name}: {warning}");
        }
        assert_eq!(answer["audit_annotations"]["not_checked"], Value::Null, "{name}");
        let denied = json!({"profiles": ["none"], "rules": {rule: {"admission": "deny"}}});
        let answer = cluster.policy().validate(&create(&object), &denied);
        assert_eq!(answer["accepted"], says.is_none(), "{name}: {answer}");
    }
}

#[test]
fn nobody_is_asked_for_secrets_or_for_whole_objects() {
    let all: serde_json::Map<String, Value> =
        RULES.iter().map(|rule| (rule.id.to_owned(), json!({"admission": "warn"}))).collect();
    let settings = json!({"rules": all});
    let mut asked = 0;
    for Case { name, object, cluster, .. } in cases() {
        cluster.policy().validate(&create(&object), &settings);
        let questions = cluster.questions();
        for (at, question) in questions.iter().enumerate() {
            assert_ne!(question["kind"], "Secret", "{name}");
            // Without masks, policy-server hands over all that it may see.
            let masks = question["field_masks"].as_array().expect("masks");
            assert!(!masks.is_empty() && masks.iter().all(|mask| mask != ""), "{name}: {question}");
            // The values of a ConfigMap are no business of a policy either.
            let data = |mask: &Value| mask.as_str().is_some_and(|mask| mask.starts_with("data"));
            assert!(!masks.iter().any(data), "{name}: {question}");
            assert!(!questions[..at].iter().any(|other| other["kind"] == question["kind"]));
        }
        asked += questions.len();
    }
    assert!(asked > 100, "{asked}");
}

#[test]
fn a_rule_that_speaks_alone_speaks_also_where_the_cluster_does_not_tell() {
    let rule = "service-account-token-automount";
    let object = web(&json!({"automountServiceAccountToken": null}));
    let settings = json!({"profiles": ["none"], "rules": {rule: {"admission": "deny"}}});
    for policy in [Cluster::default().policy(), Policy::new()] {
        let answer = policy.validate(&create(&object), &settings);
        assert_eq!(answer["accepted"], false, "{answer}");
        assert_eq!(answer["audit_annotations"]["not_checked"], Value::Null, "{answer}");
        assert_eq!(answer["warnings"], Value::Null, "{answer}");
    }
}

#[test]
fn the_report_says_of_every_silent_rule_why_it_is() {
    let secrets = "since a host that may list them holds their values";
    let cases = [
        (reads("secretRef"), "reference-not-in-bundle", secrets),
        (ingress("a", "web"), "ingress-backend-missing", "certificates are not looked up"),
        (web(&json!({})), "config-key-missing", "without their values"),
        (web(&json!({})), "workload-powerful-account", "the roles of the whole cluster"),
        // No rule asks anything about a ConfigMap, and the reasons stand all the same.
        (config(&json!({})), "object-duplicate", "no two objects of one name"),
    ];
    for (object, rule, says) in cases {
        let payload = json!({"request": create(&object), "settings": {}});
        let reason = |policy: &Policy| {
            let report = policy.call("report", &payload).expect("a Report");
            let list = report["notChecked"].as_array().expect("a list");
            let entry = list.iter().find(|entry| entry["rule"] == rule);
            entry
                .map_or_else(String::new, |entry| entry["reason"].as_str().unwrap_or("").to_owned())
        };
        let told = reason(&Cluster::empty().policy());
        assert!(told.contains(says), "{rule}: {told}");
        assert_eq!(reason(&Policy::new()), "the input is not said to be complete", "{rule}");
        // Nothing granted: the rules that ask say what they were refused.
        let refused = reason(&Cluster::default().policy());
        assert!(refused.contains("has not been granted") || refused == told, "{rule}: {refused}");
    }
}
