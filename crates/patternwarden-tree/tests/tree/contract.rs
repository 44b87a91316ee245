//! Limits, duplicate keys, and the three states of a place.

use crate::model::read;
use patternwarden_tree::{
    At, Builder, Edit, Kind, Limit, MAX_DEPTH, MAX_NODES, Node, Op, Value, apply, write_json,
};

fn print(node: Node<'_>) -> String {
    let mut out = String::new();
    write_json(&mut out, node);
    out
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = read(&nested(MAX_DEPTH)).unwrap();
    assert_eq!(print(deepest.root().unwrap()), nested(MAX_DEPTH));
    let pointer = "/0".repeat(MAX_DEPTH - 1);
    let node = deepest.root().unwrap().lookup(&pointer).unwrap();
    let place = patternwarden_tree::Place::from(node);
    assert_eq!(place.pointer(deepest.root().unwrap()).to_string(), pointer);

    let error = read(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert!(error.to_string().contains("nested deeper than 255 levels"), "{error}");
    // Far beyond, where a stack would overflow if the limit came late.
    assert!(read(&"[".repeat(1_000_000)).is_err());

    let too_deep = Edit::new(format!("{pointer}/-"), Op::Add(Value::seq([])));
    assert!(apply(deepest.root().unwrap(), &[too_deep]).is_err());
}

#[test]
fn nodes_are_limited() {
    let list = |items: usize| format!("[{}1]", "1,".repeat(items - 1));
    assert_eq!(read(&list(MAX_NODES - 1)).unwrap().len(), MAX_NODES);
    let error = read(&list(MAX_NODES)).unwrap_err();
    assert!(error.to_string().contains("more than 500000 values"), "{error}");

    let mut builder = Builder::default();
    builder.open(Kind::Seq, None).unwrap();
    let refused = (0..MAX_NODES).find_map(|_| builder.scalar(Kind::Null, "").err());
    assert_eq!(refused, Some(Limit::Nodes));
}

#[test]
fn duplicate_keys_are_kept_and_the_last_wins() {
    // Few entries and many take different ways to find duplicates.
    for extra in ["", &(0..40).fold(String::new(), |all, i| format!("{all}\"k{i}\":{i},"))] {
        let text = format!("{{\"a\":1,{extra}\"b\":{{\"c\":1,\"c\":2}},\"a\":2,\"a\":[3]}}");
        let document = read(&text).unwrap();
        let root = document.root().unwrap();
        assert_eq!(print(root.get("a").unwrap()), "[3]");
        assert_eq!(print(root.lookup("/b/c").unwrap()), "2");
        let hidden: Vec<_> = document.shadowed().map(|n| (n.key().unwrap(), print(n))).collect();
        let expected = [("a", "1"), ("c", "1"), ("a", "2")].map(|(k, v)| (k, v.to_owned()));
        assert_eq!(hidden, expected);
        assert_eq!(root.children().filter(|n| n.key() == Some("a")).count(), 1);
        assert_eq!(root.written_children().filter(|n| n.key() == Some("a")).count(), 3);
        assert!(!print(root).contains("\"a\":1"));

        let mut copy = Builder::default();
        copy.copy(root).unwrap();
        assert_eq!(copy.finish().shadowed().count(), 3);
    }
}

#[test]
fn a_key_without_a_value_names_nothing_else() {
    let mut builder = Builder::default();
    builder.open(Kind::Seq, None).unwrap();
    builder.open(Kind::Map, None).unwrap();
    builder.key("lost").unwrap();
    builder.close(None);
    builder.scalar(Kind::Null, "").unwrap();
    let document = builder.finish();
    let last = document.root().unwrap().items().last().unwrap();
    assert_eq!((last.key(), last.index()), (None, Some(1)));
}

#[test]
fn a_place_is_present_absent_or_mistyped() {
    let text = r#"{"spec":{"replicas":3,"paused":"yes","nothing":null},"status":5}"#;
    let document = read(text).unwrap();
    let root = document.root().unwrap();
    let at = |path: &'static [&'static str]| At::read(root, path, Node::as_i64);
    let pointer = |at: &At<'_, i64>| at.place.pointer(root).to_string();

    let present = at(&["spec", "replicas"]);
    assert_eq!(present.value, Some(3));
    assert!(!present.is_absent() && !present.is_mistyped());
    assert_eq!(pointer(&present), "/spec/replicas");

    let mistyped = at(&["spec", "paused"]);
    assert!(mistyped.value.is_none() && !mistyped.is_absent() && mistyped.is_mistyped());

    for path in [&["spec", "nothing"] as &'static [_], &["spec", "missing"], &["metadata", "a~b/c"]]
    {
        let absent = at(path);
        assert!(absent.is_absent() && !absent.is_mistyped(), "{path:?}");
    }
    assert_eq!(pointer(&at(&["metadata", "a~b/c"])), "/metadata/a~0b~1c");
    assert_eq!(pointer(&at(&["status", "x"])), "/status/x");
}

#[test]
fn indices_have_one_spelling() {
    let document = read("[1,2]").unwrap();
    let root = document.root().unwrap();
    assert!(root.lookup("/1").is_some());
    for pointer in ["/01", "/+1", "/-", "/2", "/", "1", "/ 1"] {
        assert!(root.lookup(pointer).is_none(), "{pointer}");
        assert!(apply(root, &[Edit::new(pointer, Op::Remove)]).is_err(), "{pointer}");
    }
    for pointer in ["/01", "/+1", "/3", "/x"] {
        let add = Edit::new(pointer, Op::Add(Value::Null));
        assert!(apply(root, &[add]).is_err(), "{pointer}");
    }
}

#[test]
fn edits_that_make_no_sense_are_refused() {
    for text in ["{\"a\":{\"b\":1}}", "5", "[]"] {
        let document = read(text).unwrap();
        let root = document.root().unwrap();
        let root_away = apply(root, &[Edit::new("", Op::Remove)]).unwrap_err();
        assert_eq!(root_away.to_string(), ": expected a value below the root");
        let from = || "/a".to_owned();
        assert!(apply(root, &[Edit::new("/a/c", Op::Move { from: from() })]).is_err());
        assert!(apply(root, &[Edit::new("", Op::Move { from: String::new() })]).is_err());
    }
}
