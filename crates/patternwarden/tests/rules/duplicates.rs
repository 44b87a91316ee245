//! Duplicate keys: what counts, what is lost, and that hostile texts end in time.

use crate::only;
use crate::support::{Judged, judge};
use patternwarden::tree::{Edit, Op, apply, write_json};

fn duplicates(text: &str) -> Judged {
    judge(text, &only("yaml-duplicate-key"))
}

fn pointers(judged: &Judged) -> Vec<&str> {
    judged.findings.iter().map(|finding| finding.pointer.as_str()).collect()
}

#[test]
fn the_survivor_is_named_as_a_related_place() {
    let text = "apiVersion: v1\nkind: ConfigMap\ndata: {a: '1'}\ndata: {b: '2'}\ndata: {c: '3'}\n";
    let judged = duplicates(text);
    assert_eq!(pointers(&judged), ["/data", "/data"]);
    // A map is pointed at by its key.
    let starts: Vec<usize> = text.match_indices("data").map(|(at, _)| at).collect();
    for (finding, start) in judged.findings.iter().zip(&starts) {
        assert_eq!(finding.span.unwrap().start as usize, *start);
        assert_eq!(finding.related[0].span.unwrap().start as usize, starts[2]);
    }
}

#[test]
fn what_lies_inside_a_lost_value_is_no_finding_of_its_own() {
    let judged = duplicates("apiVersion: v1\nkind: Pod\nspec: {a: 1, a: 2}\nspec: {b: 1, b: 2}\n");
    assert_eq!(pointers(&judged), ["/spec", "/spec/b"]);
}

#[test]
fn lists_can_be_joined() {
    let judged = duplicates("apiVersion: v1\nkind: Pod\nspec: {a: [1], a: [], a: [2, 3]}\n");
    let fix = &judged.findings[0].fixes[1];
    let fixed = apply(judged.documents[0].root().unwrap(), &fix.edits).unwrap();
    let mut out = String::new();
    write_json(&mut out, fixed.root().unwrap().get("spec").unwrap());
    assert_eq!(out, r#"{"a":[1,2,3]}"#);
    let maps = duplicates("apiVersion: v1\nkind: Pod\nspec: {a: [1], a: {}}\n");
    assert_eq!(maps.findings[0].fixes.len(), 1);
}

#[test]
fn a_repair_of_text_leaves_the_value_alone() {
    let stream = patternwarden_yaml::read("a: 1\na: 2\n");
    let root = stream.documents[0].root().unwrap();
    let kept = apply(root, &[Edit::new("/a", Op::KeepLast)]).unwrap();
    assert_eq!(kept.shadowed().count(), 0);
    assert_eq!(kept.root().unwrap().get("a").unwrap().as_i64(), Some(2));
    assert!(apply(root, &[Edit::new("/b", Op::KeepLast)]).is_err());
}

#[test]
fn a_hostile_text_ends_in_few_findings() {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\ndata:\n");
    (0..100_000).for_each(|_| text.push_str("  a: x\n"));
    let judged = duplicates(&text);
    assert_eq!(judged.findings.len(), 65);
    assert!(judged.findings.last().unwrap().message.contains("more keys"));
}
