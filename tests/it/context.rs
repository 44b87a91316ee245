//! The module that may ask the cluster: what it asks, and what it makes of the answers.

use crate::cluster::{Answer, Cluster};
use crate::objects::{deployment, owned, pod, safe_spec};
use crate::requests::{audit, create, update};
use crate::wapc_host::{Policy, compiled, imports_of_asking, is_trap};
use patternwarden::neighbours::READS;
use serde_json::{Value, json};

const RULE: &str = "service-selects-nothing";

/// Settings under which [`RULE`] has this effect and nothing else is judged.
fn only(admission: &str) -> Value {
    json!({"profiles": ["none"], "rules": {RULE: {"admission": admission}}})
}

/// The Service `web` of the namespace `shop`, which selects this label of `app`.
fn service(app: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": app}, "ports": [{"port": 80}]},
    })
}

/// A Deployment of that namespace, whose Pods carry `app: web`, as it lives in the cluster.
fn live() -> Value {
    let mut object = deployment(&safe_spec());
    object["metadata"]["namespace"] = json!("shop");
    object["status"] = json!({"replicas": 1});
    object
}

#[test]
fn only_one_of_the_modules_can_ask() {
    let (_, plain) = compiled();
    assert!(plain.imports().all(|import| !import.name().contains("host")));
    assert_eq!(imports_of_asking().iter().filter(|name| name.contains("__host_")).count(), 5);
}

#[test]
fn rules_that_compare_objects_speak_beside_a_cluster() {
    let here = || Cluster::empty().with("Deployment", &[live()]);
    let mut stray = pod(&safe_spec());
    stray["metadata"] = json!({"name": "p", "namespace": "shop", "labels": {"app": "stray"}});
    let crowd: Vec<Value> = (0..2_000)
        .map(|at| {
            let mut object = live();
            object["metadata"]["name"] = json!(format!("web-{at}"));
            object["spec"]["template"]["metadata"]["labels"] = json!({"app": format!("web-{at}")});
            object
        })
        .collect();
    let cases = [
        ("it selects a Deployment's Pods", here(), "web", None),
        ("it selects nobody", here(), "store", Some("no workload in namespace `shop` carries")),
        ("it selects a Pod", here().with("Pod", &[stray]), "stray", None),
        (
            "nobody is there",
            Cluster::empty(),
            "web",
            Some("the cluster has no workload in namespace `shop`"),
        ),
        ("one of many", Cluster::empty().with("Deployment", &crowd), "web-1999", None),
        ("none of many", Cluster::empty().with("Deployment", &crowd), "web", Some("no workload")),
    ];
    for (name, cluster, app, expected) in cases {
        for request in [create(&service(app)), audit(&service(app))] {
            let answer = cluster.policy().validate(&request, &only("warn"));
            assert_eq!(answer["accepted"], true, "{name}: {answer}");
            let warnings = answer["warnings"].as_array().map_or(&[][..], Vec::as_slice);
            assert_eq!(warnings.len(), usize::from(expected.is_some()), "{name}: {answer}");
            if let (Some(text), Some(warning)) = (expected, warnings.first()) {
                let warning = warning.as_str().expect("text");
                assert!(warning.starts_with(RULE) && warning.contains(text), "{name}: {warning}");
            }
            assert_eq!(answer["audit_annotations"]["not_checked"], Value::Null, "{name}");
        }
        let denied = cluster.policy().validate(&create(&service(app)), &only("deny"));
        assert_eq!(denied["accepted"], expected.is_none(), "{name}: {denied}");
    }
}

#[test]
fn a_question_is_asked_once_per_kind_and_only_for_a_rule_that_needs_it() {
    let cluster = Cluster::empty();
    let policy = cluster.policy();
    policy.validate(&create(&service("web")), &only("warn"));
    let questions = cluster.questions();
    let kinds: Vec<_> = questions.iter().map(|q| q["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["Pod", "Deployment", "StatefulSet", "DaemonSet", "EndpointSlice"]);
    for question in &questions {
        let read = READS.iter().find(|read| question["kind"] == read.kind).expect("a known kind");
        assert_eq!(question["api_version"], read.api_version);
        assert_eq!(question["namespace"], "shop");
        assert_eq!(question["field_masks"], json!(read.fields));
        let labels = Some(read.labels).filter(|labels| !labels.is_empty());
        assert_eq!(question["label_selector"], json!(labels));
    }
    // Nothing of the object but its namespace: policy-server keeps a watch per distinct question.
    policy.validate(&create(&service("other")), &only("warn"));
    assert_eq!(cluster.questions(), questions);

    let off = json!({"profiles": ["none"], "rules": {"image-tag-mutable": "on"}});
    let mut elsewhere = service("web");
    elsewhere["metadata"].as_object_mut().expect("a map").remove("namespace");
    for (name, request, settings) in [
        ("a kind that no such rule judges", create(&pod(&safe_spec())), only("warn")),
        ("no such rule is on", create(&service("web")), off),
        ("the rule has no effect", create(&service("web")), only("off")),
        ("the rule has no effect by default", create(&service("web")), json!({})),
        ("a controller made it", create(&owned(service("web"))), only("warn")),
        ("no namespace to ask about", create(&elsewhere), only("warn")),
    ] {
        policy.validate(&request, &settings);
        assert_eq!(cluster.questions(), Vec::<Value>::new(), "{name}");
    }
}

#[test]
fn a_rule_that_lacks_a_kind_stays_silent_and_that_is_noted() {
    let shapeless: [(&str, &'static [u8]); 7] = [
        ("cannot read the list", b""),
        ("cannot read the list", b"\xff"),
        ("cannot read the list", b"{\"items\": 1}"),
        ("cannot read the list", b"{\"items\":[{]}"),
        ("the answer is no list", b"[]"),
        ("the answer is no list", b"{}"),
        ("the answer is no list", b"{\"items\": null}"),
    ];
    let mut cases: Vec<(String, Cluster)> = vec![
        ("has not been granted access".to_owned(), Cluster::default()),
        (
            "the API server is away".to_owned(),
            Cluster::empty()
                .but("Pod", Answer::Error("Callback evaluation failure: the API server is away")),
        ),
    ];
    cases.extend(shapeless.map(|(reason, bytes)| {
        (reason.to_owned(), Cluster::empty().but("Deployment", Answer::Bytes(bytes)))
    }));
    for (reason, cluster) in cases {
        let request = create(&service("store"));
        let silent = cluster.policy().validate(&request, &only("warn"));
        assert_eq!(silent["accepted"], true, "{silent}");
        assert_eq!(silent["warnings"], Value::Null, "{silent}");
        assert_eq!(silent["audit_annotations"]["not_checked"], RULE);
        // Where the rule would deny, whoever stands in front of kubectl learns of it.
        let told = cluster.policy().validate(&request, &only("deny"));
        assert_eq!(told["accepted"], true, "{told}");
        let warning = told["warnings"][0].as_str().expect("a warning");
        assert!(warning.starts_with(&format!("{RULE}: not checked: ")), "{warning}");
        let payload = json!({"request": request, "settings": {}});
        let report = cluster.policy().call("report", &payload).expect("a Report");
        let left_out = report["notChecked"].as_array().expect("a list");
        let entry = left_out.iter().find(|entry| entry["rule"] == RULE).expect("it is listed");
        let text = entry["reason"].as_str().expect("text");
        assert!(text.contains(&reason), "{text}");
    }
}

#[test]
fn the_report_holds_the_object_and_what_its_neighbours_tell() {
    let cluster = Cluster::empty().with("Deployment", &[live()]);
    let ask = |app| {
        let payload = json!({"request": create(&service(app)), "settings": {}});
        cluster.policy().call("report", &payload).expect("a Report")
    };
    let report = ask("store");
    assert_eq!(report["resources"].as_array().expect("a list").len(), 1);
    let of_rule = |report: &Value| -> Vec<Value> {
        let list = report["findings"].as_array().expect("a list");
        list.iter().filter(|finding| finding["rule"] == RULE).cloned().collect()
    };
    let found = of_rule(&report);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["resource"], &found[0]["path"]), (&json!(0), &json!("/spec/selector")));
    // Nobody can look at an object that is not in the Report.
    assert_eq!(found[0]["related"], json!([]));
    assert!(of_rule(&ask("web")).is_empty());
    let unchecked = report["notChecked"].to_string();
    assert!(!unchecked.contains(RULE), "{unchecked}");
    // The plain module has nobody to ask.
    let payload = json!({"request": create(&service("store")), "settings": {}});
    let plain = Policy::new().call("report", &payload).expect("a Report");
    assert!(of_rule(&plain).is_empty() && plain["notChecked"].to_string().contains(RULE));
}

#[test]
fn what_the_object_was_is_not_its_neighbour() {
    // A Service is no workload; but the list of its own kind holds what it was before.
    let mut old = service("store");
    old["spec"]["type"] = json!("ClusterIP");
    let settings = json!({
        "profiles": ["none"], "on_update": "worse", "rules": {RULE: {"admission": "deny"}},
    });
    let cluster = Cluster::empty().with("Deployment", &[live()]);
    let same = cluster.policy().validate(&update(&old, &service("store")), &settings);
    assert_eq!((&same["accepted"], same["warnings"].is_array()), (&json!(true), true), "{same}");
    let worse = cluster.policy().validate(&update(&service("web"), &service("store")), &settings);
    assert_eq!(worse["accepted"], false, "{worse}");
}

#[test]
fn both_modules_say_the_same_about_an_object_alone() {
    let settings = json!({"profiles": ["strict"]});
    let cluster = Cluster::empty();
    for object in [pod(&safe_spec()), deployment(&safe_spec())] {
        let payload = json!({"request": create(&object), "settings": settings});
        for operation in ["validate", "report"] {
            let plain = Policy::new().call(operation, &payload);
            let asking = cluster.policy().call(operation, &payload);
            assert!(asking.as_ref().err().is_none_or(|error| !is_trap(error)));
            if operation == "validate" {
                assert_eq!(asking, plain);
            } else {
                assert_eq!(
                    asking.expect("a Report")["findings"],
                    plain.expect("a Report")["findings"]
                );
            }
        }
    }
}
