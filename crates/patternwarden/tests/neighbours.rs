//! Rules that compare objects, beside a cluster: what they declare to read is all that they read.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected has failed, in its helpers too"
)]

use patternwarden::bundle::Bundle;
use patternwarden::finding::Finding;
use patternwarden::kube::Object;
use patternwarden::neighbours::{Neighbours, READS, Read, Told, wanted};
use patternwarden::set::{Scope, Set};
use patternwarden::tree::{Document, Node, write_json};
use patternwarden::{RULES, Rule, Settings, docs, engine};
use serde_json::{Map, Value};

fn json(node: Node<'_>) -> Value {
    let mut text = String::new();
    write_json(&mut text, node);
    serde_json::from_str(&text).expect("JSON")
}

fn document(value: &Value) -> Document {
    let stream = patternwarden_yaml::read(&value.to_string());
    stream.documents.into_iter().next().expect("a document")
}

/// What policy-server leaves of an object under field masks: a list is as if it were its items, the
/// metadata stays, and no mask at all leaves everything.
fn masked(value: &Value, masks: &[&str]) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|item| masked(item, masks)).collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let below: Vec<&str> =
                    masks.iter().filter_map(|mask| mask.strip_prefix(key.as_str())).collect();
                if below.contains(&"") {
                    out.insert(key.clone(), value.clone());
                    continue;
                }
                let below: Vec<&str> =
                    below.into_iter().filter_map(|rest| rest.strip_prefix('.')).collect();
                if !below.is_empty() {
                    out.insert(key.clone(), masked(value, &below));
                }
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

#[test]
fn masks_keep_what_they_name() {
    let object =
        serde_json::json!({"spec": {"a": {"x": 1}, "ab": 2, "l": [{"k": 1, "m": 2}]}, "status": 3});
    let kept = masked(&object, &["spec.a", "spec.l.k"]);
    assert_eq!(kept, serde_json::json!({"spec": {"a": {"x": 1}, "l": [{"k": 1}]}}));
}

/// What a cluster answers: bare objects of the kind and namespace, with what the masks leave.
fn answer(read: &Read, namespace: &str, objects: &[(Value, String)]) -> Vec<Document> {
    let of_kind = |(object, home): &&(Value, String)| {
        object["kind"] == read.kind
            && object["apiVersion"] == read.api_version
            && (!read.namespaced || home == namespace)
    };
    let bare = |(object, _): &(Value, String)| {
        let mut out = masked(object, read.fields);
        out["metadata"] = object["metadata"].clone();
        document(&out)
    };
    objects.iter().filter(of_kind).map(bare).collect()
}

/// Settings under which one rule judges a complete input, as an example sets it.
fn only(rule: &Rule, example: &docs::Example) -> Settings {
    let mut settings = Settings::default();
    if let Some(params) = example.settings() {
        let mut params: Value = serde_json::from_str(params).expect("a fence carries JSON");
        params["severity"] = "warning".into();
        let written = serde_json::json!({"rules": {rule.id: params}});
        settings = Settings::from_document(&document(&written)).expect("valid settings");
    }
    settings.only(|other| other.id == rule.id).with_scope(Scope::Closed)
}

fn said(found: &[Finding]) -> Vec<(String, String)> {
    // What is not in an input is not in a cluster.
    let message = |f: &Finding| f.message.replace("cluster", "input");
    let mut out: Vec<_> = found.iter().map(|f| (f.pointer.clone(), message(f))).collect();
    out.sort();
    out
}

/// What a rule finds in the last of these objects, when they are all there is.
fn found_in_last(settings: &Settings, objects: &[Document]) -> Vec<Finding> {
    let bundle = Bundle::new(objects);
    let mut found = engine::run(settings, &Set::new(&bundle, Scope::Closed));
    found.retain(|finding| finding.object == Some(objects.len() - 1));
    found
}

/// Whether a cluster can tell of an object what an example tells of it.
///
/// Other kinds that make Pods are seen through their Pods, which an example lacks; a cluster tells of
/// every kind in one version; and autoscalers of other projects are not asked for, since few
/// clusters have them.
fn can_be_told(object: Object<'_>) -> bool {
    let (kind, version) = (object.kind().value, object.api_version().value);
    match READS.iter().find(|read| Some(read.kind) == kind) {
        Some(read) => version == Some(read.api_version),
        None => kind != Some("ScaledObject") && object.pod_specs().next().is_none(),
    }
}

#[test]
fn what_a_rule_declares_to_read_is_all_that_it_reads() {
    let mut told = 0;
    for rule in RULES.iter().filter(|rule| rule.reads.iter().any(|reads| !reads.on.is_empty())) {
        let mut of_rule = 0;
        for example in docs::examples(rule.docs) {
            let settings = only(rule, &example);
            let stream = patternwarden_yaml::read(&example.text);
            let bundle = Bundle::new(&stream.documents);
            let set = Set::new(&bundle, Scope::Closed);
            let all: Vec<(Value, String)> = set
                .objects()
                .map(|object| (json(object.node), object.effective_namespace().to_owned()))
                .collect();
            for object in set.objects() {
                let kind = object.kind().value.unwrap_or_default();
                let reads = rule.reads.iter().find(|reads| reads.on.contains(&kind));
                let mut others = set.objects().filter(|other| other.index != object.index);
                let Some(reads) = reads.filter(|_| others.all(can_be_told)) else { continue };
                // The object that is judged comes last, as the newest.
                let mut objects: Vec<Document> = all.iter().map(|(o, _)| document(o)).collect();
                let subject = objects.remove(object.index);
                objects.push(subject.clone());
                let whole = found_in_last(&settings, &objects);

                let mut neighbours = Neighbours::of(subject.clone());
                for read in wanted(&settings, &subject) {
                    let found = answer(read, object.effective_namespace(), &all);
                    neighbours.add(read, found).expect("it fits");
                }
                if object.is_controlled() {
                    continue;
                }
                assert_eq!(neighbours.told(rule), Told::Enough(reads.lacks), "{}", rule.id);
                let alone = [subject];
                let alone = Bundle::new(&alone);
                let open = settings.clone().with_scope(Scope::Open);
                let found = neighbours.judge(&open, &Set::new(&alone, Scope::Open)).findings;
                let (found_here, expected) = (said(&found), said(&whole));
                let text = &example.text;
                if reads.lacks.is_empty() {
                    assert_eq!(found_here, expected, "{}: {kind}\n{text}", rule.id);
                } else {
                    // It may know less of a place, but makes none up.
                    let expects = |place: &String| expected.iter().any(|(p, _)| p == place);
                    let known = found_here.iter().all(|(place, _)| expects(place));
                    assert!(known, "{}: {kind}: {found_here:?} {expected:?}\n{text}", rule.id);
                }
                assert!(found.iter().all(|f| f.object == Some(0) && f.document == 0));
                assert!(found.iter().all(|f| f.related.iter().all(|r| r.object == 0)));
                of_rule += found.len();
            }
        }
        assert!(of_rule > 0, "no example of `{}` was tried", rule.id);
        told += of_rule;
    }
    assert!(told > 10, "{told}");
}

#[test]
fn a_rule_that_asks_no_cluster_says_why() {
    let object = serde_json::json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "b"},
    });
    let neighbours = Neighbours::of(document(&object));
    for rule in RULES.iter().filter(|rule| rule.needs_bundle()) {
        let asks = rule.reads.iter().any(|reads| !reads.on.is_empty());
        match neighbours.told(rule) {
            Told::TooLittle(reason) => assert!(asks || reason.contains(' '), "{}", rule.id),
            Told::Apart => assert!(asks, "{}", rule.id),
            other => panic!("{}: {other:?}", rule.id),
        }
        // Where a part is left out, the rule says which, and why.
        let lacks = rule.reads.iter().map(|reads| reads.lacks);
        assert!(lacks.filter(|lacks| !lacks.is_empty()).all(|lacks| lacks.contains(' ')));
    }
}

#[test]
fn every_kind_that_may_be_read_is_read_by_some_rule() {
    let all = || RULES.iter().flat_map(|rule| rule.reads).flat_map(|reads| reads.kinds);
    let idle: Vec<_> = READS.iter().filter(|read| !all().any(|other| other == *read)).collect();
    assert!(idle.is_empty(), "{idle:?}");
    assert!(all().all(|read| READS.contains(read)));
}

#[test]
fn nobody_is_asked_for_secrets_or_for_every_field() {
    for read in READS {
        assert_ne!(read.kind, "Secret");
        // Without a mask, policy-server hands over the whole object.
        assert!(!read.fields.is_empty(), "{read:?}");
        assert!(read.fields.iter().all(|field| !field.is_empty() && !field.ends_with('.')));
        // What a ConfigMap holds is nobody's business either.
        assert!(read.fields.iter().all(|field| !field.starts_with("data")), "{read:?}");
    }
}

#[test]
fn a_cluster_without_policies_may_isolate_by_other_means() {
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "a"}},
        "spec": {"containers": [{"name": "a", "image": "registry.example/a:1.0.0"}]},
    });
    let found = |params: &str| {
        let json = format!(r#"{{"rules": {{"network-policy-missing": {params}}}}}"#);
        let settings =
            Settings::from_document(&document(&serde_json::from_str(&json).expect("JSON")));
        let settings = settings.expect("settings").only(|rule| rule.id == "network-policy-missing");
        let mut neighbours = Neighbours::of(document(&pod));
        let read = READS.iter().find(|read| read.kind == "NetworkPolicy").expect("a kind");
        neighbours.add(read, Vec::new()).expect("nothing is not too much");
        let documents = [document(&pod)];
        let bundle = Bundle::new(&documents);
        neighbours.judge(&settings, &Set::new(&bundle, Scope::Open)).findings.len()
    };
    assert_eq!((found("\"on\""), found(r#"{"always": true}"#)), (0, 1));
}
