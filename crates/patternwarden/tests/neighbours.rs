//! Rules that compare objects, beside a cluster: what they declare to read is all that they read.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected has failed, in its helpers too"
)]

use patternwarden::bundle::Bundle;
use patternwarden::finding::Finding;
use patternwarden::neighbours::{Neighbours, READS, Read, wanted};
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

/// What policy-server leaves of an object under field masks: a list is as if it were its items, and
/// the metadata stays.
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

fn only(rule: &Rule) -> Settings {
    Settings::default().only(|other| other.id == rule.id).with_scope(Scope::Closed)
}

fn said(found: &[Finding]) -> Vec<(String, String)> {
    let mut out: Vec<_> = found.iter().map(|f| (f.pointer.clone(), f.message.clone())).collect();
    out.sort();
    out
}

#[test]
fn what_a_rule_declares_to_read_is_all_that_it_reads() {
    let mut told = 0;
    for rule in RULES.iter().filter(|rule| rule.reads.is_some()) {
        let mut of_rule = 0;
        let reads = rule.reads.expect("it was asked for");
        for example in docs::examples(rule.docs).into_iter().filter(|e| e.settings().is_none()) {
            let stream = patternwarden_yaml::read(&example.text);
            let bundle = Bundle::new(&stream.documents);
            let set = Set::new(&bundle, Scope::Closed);
            let settings = only(rule);
            let all: Vec<(Value, String)> = set
                .objects()
                .map(|object| (json(object.node), object.effective_namespace().to_owned()))
                .collect();
            // Other kinds that make Pods are seen through their Pods, which an example lacks; a cluster
            // tells of every kind in one version; and autoscalers of other projects are not asked
            // for, since few clusters have them.
            let others = ["ScaledObject", "VerticalPodAutoscaler"];
            let known = |(object, _): &(Value, String)| {
                let kind = object["kind"].as_str().unwrap_or_default();
                match READS.iter().find(|read| read.kind == kind) {
                    Some(read) => object["apiVersion"] == read.api_version,
                    None => {
                        let mut same = set.objects().filter(|o| o.kind().value == Some(kind));
                        !others.contains(&kind) && same.all(|o| o.pod_specs().next().is_none())
                    }
                }
            };
            if !all.iter().all(known) {
                continue;
            }
            let whole = engine::run(&settings, &set);
            for object in set.objects() {
                let kind = object.kind().value.unwrap_or_default();
                if !reads.on.contains(&kind) || object.is_controlled() {
                    let silent = whole.iter().all(|found| found.object != Some(object.index));
                    assert!(silent, "`{}` judges {kind} as well:\n{}", rule.id, example.text);
                    continue;
                }
                let subject = document(&all[object.index].0);
                let mut neighbours = Neighbours::of(subject.clone());
                for read in wanted(&settings, &subject) {
                    let found = answer(read, object.effective_namespace(), &all);
                    neighbours.add(read, found).expect("it fits");
                }
                assert_eq!(neighbours.answer(rule), Ok(()), "{}", rule.id);
                let expected: Vec<_> =
                    whole.iter().filter(|f| f.object == Some(object.index)).cloned().collect();
                let found = neighbours.judge(&settings).findings;
                assert_eq!(said(&found), said(&expected), "{}:\n{}", rule.id, example.text);
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
fn every_kind_that_may_be_read_is_read_by_some_rule() {
    let read_by_some = |read: &&Read| {
        RULES.iter().filter_map(|rule| rule.reads).any(|reads| reads.kinds.contains(read))
    };
    let idle: Vec<_> = READS.iter().filter(|read| !read_by_some(read)).collect();
    assert!(idle.is_empty(), "{idle:?}");
    let granted =
        |reads: &&patternwarden::neighbours::Reads| reads.kinds.iter().all(|k| READS.contains(k));
    assert!(RULES.iter().filter_map(|rule| rule.reads).all(|reads| granted(&reads)));
}
