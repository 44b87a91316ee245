//! Documents of their own behind the one that is edited.

use super::support::{add, map, plan_in};
use patternwarden_tree::{Edit, Op, Value, placeholders, splice};
use patternwarden_yaml::read;

fn new(name: &str) -> Edit {
    let value = map([("kind", "New".into()), ("name", name.into())]);
    Edit::new("", Op::NewDocument(value))
}

/// The text with these edits of one of its documents, which must read as one document more for each
/// that is new.
fn edited(text: &str, document: usize, edits: &[Edit]) -> String {
    let planned = plan_in(text, document, edits).unwrap();
    let out = splice(text, &planned);
    let count = edits.iter().filter(|edit| matches!(edit.op, Op::NewDocument(_))).count();
    let (before, after) = (read(text), read(&out));
    assert_eq!(after.documents.len(), before.documents.len() + count, "{out}");
    assert_eq!(after.errors.len(), before.errors.len(), "{out}");
    for (at, _) in edits.iter().enumerate().take(count) {
        let root = after.documents[document + 1 + at].root().unwrap();
        assert_eq!(root.get("kind").unwrap().as_str(), Some("New"), "{out}");
    }
    out
}

#[test]
fn a_new_document_stands_behind_its_own() {
    assert_eq!(edited("a: 1\n", 0, &[new("x")]), "a: 1\n---\nkind: New\nname: x\n");
    assert_eq!(
        edited("---\na: 1\n---\n# b\nb: 2\n", 0, &[new("x")]),
        "---\na: 1\n---\nkind: New\nname: x\n---\n# b\nb: 2\n"
    );
    assert_eq!(
        edited("---\na: 1\n---\n# b\nb: 2\n", 1, &[new("x"), new("z")]),
        "---\na: 1\n---\n# b\nb: 2\n---\nkind: New\nname: x\n---\nkind: New\nname: z\n"
    );
}

#[test]
fn the_text_before_it_keeps_its_value_and_its_line_breaks() {
    assert_eq!(edited("a: 1", 0, &[new("x")]), "a: 1\n---\nkind: New\nname: x\n");
    assert_eq!(
        edited("a: 1\r\nb: 2\r\n", 0, &[new("x")]),
        "a: 1\r\nb: 2\r\n---\r\nkind: New\r\nname: x\r\n"
    );
    assert_eq!(edited("a: 1\n# end", 0, &[new("x")]), "a: 1\n# end\n---\nkind: New\nname: x\n");
    assert_eq!(edited("a: |-\n  text", 0, &[new("x")]), "a: |-\n  text\n---\nkind: New\nname: x\n");
    assert_eq!(edited("a: |\n  text", 0, &[new("x")]), "a: |\n  text\n---\nkind: New\nname: x\n");
    assert_eq!(edited("a: {b: 1}\n", 0, &[new("x")]), "a: {b: 1}\n---\nkind: New\nname: x\n");
}

#[test]
fn it_goes_with_other_edits_of_its_document() {
    for text in ["a: 1\n", "a: 1", "a: 1\n---\nb: 2\n"] {
        let out = edited(text, 0, &[add("/c", 3), new("x")]);
        assert!(out.starts_with("a: 1\nc: 3\n---\nkind: New\nname: x\n"), "{out}");
        assert!(plan_in(text, 0, &[add("/c", 3), new("x")]).unwrap().len() <= 2);
    }
}

#[test]
fn in_json_it_is_a_value_on_a_line_of_its_own() {
    let line = "{\"kind\":\"New\",\"name\":\"x\"}";
    assert_eq!(edited("{\"a\": 1}\n", 0, &[new("x")]), format!("{{\"a\": 1}}\n{line}\n"));
    assert_eq!(
        edited("{\"a\": 1}\n{\"b\": 2}", 0, &[new("x")]),
        format!("{{\"a\": 1}}\n{line}\n{{\"b\": 2}}")
    );
}

#[test]
fn what_a_person_must_fill_is_marked() {
    let value = map([("kind", "New".into()), ("key", Value::Placeholder("<value>".into()))]);
    for text in ["a: 1\n", "a: 1"] {
        let edits = [add("/c", 3), Edit::new("", Op::NewDocument(value.clone()))];
        let planned = plan_in(text, 0, &edits).unwrap();
        let out = splice(text, &planned);
        let marked: Vec<_> = placeholders(&planned).iter().map(|span| span.of(&out)).collect();
        assert_eq!(marked, ["<value>"], "{out}");
    }
}

#[test]
fn a_text_that_would_become_too_long_is_refused() {
    let text = format!("a: {}\n", "x".repeat(patternwarden_yaml::MAX_INPUT - 8));
    let refusal = plan_in(&text, 0, &[new("x")]).unwrap_err();
    assert!(refusal.message.contains("too long"), "{refusal}");
}
