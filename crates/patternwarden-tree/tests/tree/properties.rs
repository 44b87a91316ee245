//! Random documents and edits, against `serde_json::Value` as an independent model.

use crate::model::{self, lookup, pointers, read, tree_value, whole};
use patternwarden_tree::{Edit, Node, Op, Value, apply, write_edited, write_json};
use proptest::prelude::*;
use serde_json::Value as Json;

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has no others", |f| f.is_finite()).prop_map(Json::from),
        text().prop_map(Json::from),
    ]
}

/// Keys and strings, with everything that pointers and JSON must escape.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{1,2}",
        "[0-3]",
        Just("-".to_owned()),
        "[~/01\"\\\\\u{0}-\u{1f}é🚀]{0,4}",
        any::<String>(),
    ]
}

fn document() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// A pointer that has some chance to lead somewhere: tokens of the documents above.
fn pointer() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof!["[a-c]{1,2}", "[0-3]", "-|01|\\+1|~01|"], 0..4)
        .prop_map(|tokens| tokens.into_iter().map(|token| "/".to_owned() + &token).collect())
}

/// Deep, narrow documents in which the pointers above find something.
fn dense() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c]{1,2}|[0-3]|~1|", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn edit() -> impl Strategy<Value = (String, ModelOp)> {
    let op = prop_oneof![
        3 => dense().prop_map(ModelOp::Add),
        2 => dense().prop_map(ModelOp::Replace),
        2 => Just(ModelOp::Remove),
        1 => dense().prop_map(ModelOp::Test),
        2 => pointer().prop_map(ModelOp::Move),
    ];
    (pointer(), op)
}

#[derive(Clone, Debug)]
enum ModelOp {
    Add(Json),
    Replace(Json),
    Remove,
    Test(Json),
    Move(String),
}

impl ModelOp {
    fn for_tree(&self) -> Op {
        match self {
            Self::Add(value) => Op::Add(tree_value(value)),
            Self::Replace(value) => Op::Replace(tree_value(value)),
            Self::Remove => Op::Remove,
            Self::Test(value) => Op::Test(tree_value(value)),
            Self::Move(from) => Op::Move { from: from.clone() },
        }
    }

    fn on_model(&self, root: &mut Json, pointer: &str) -> Option<()> {
        match self {
            Self::Add(value) => model::add(root, pointer, value.clone()),
            Self::Replace(value) => model::replace(root, pointer, value.clone()),
            Self::Remove => model::remove(root, pointer).map(|_| ()),
            Self::Test(value) => (lookup(root, pointer)? == value).then_some(()),
            Self::Move(from) if pointer.starts_with(&format!("{from}/")) => None,
            Self::Move(from) => {
                let value = model::remove(root, from)?;
                model::add(root, pointer, value)
            }
        }
    }
}

fn print(node: Node<'_>) -> String {
    let mut out = String::new();
    write_json(&mut out, node);
    out
}

proptest! {
    // A failing case is printed in full; no file is written beside the tests.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn print_then_parse_is_identity(json in document()) {
        let document = read(&json.to_string()).unwrap();
        let printed = print(document.root().unwrap());
        prop_assert_eq!(&serde_json::from_str::<Json>(&printed).unwrap(), &whole(&json));
        let again = read(&printed).unwrap();
        prop_assert_eq!(print(again.root().unwrap()), printed);
        prop_assert_eq!(again.len(), document.len());
    }

    #[test]
    fn pointer_then_look_up_is_the_same_node(json in document()) {
        let document = read(&json.to_string()).unwrap();
        let root = document.root().unwrap();
        let mut stack = vec![root];
        let mut seen = 0;
        while let Some(node) = stack.pop() {
            let pointer = patternwarden_tree::Place::from(node).pointer(root).to_string();
            prop_assert_eq!(root.lookup(&pointer), Some(node), "{}", pointer);
            let in_model = lookup(&json, &pointer).map(whole);
            prop_assert_eq!(in_model, Some(serde_json::from_str(&print(node)).unwrap()));
            for child in node.children() {
                prop_assert_eq!(child.parent(), Some(node));
                stack.push(child);
            }
            seen += 1;
        }
        prop_assert_eq!(seen, document.len());
        prop_assert_eq!(pointers(&json).len(), document.len());
    }

    #[test]
    fn look_up_agrees_with_the_model(json in dense(), pointer in pointer()) {
        let document = read(&json.to_string()).unwrap();
        let found = document.root().unwrap().lookup(&pointer).map(print);
        let model = lookup(&json, &pointer).map(whole);
        prop_assert_eq!(found.map(|text| serde_json::from_str::<Json>(&text).unwrap()), model);
    }

    #[test]
    fn edits_agree_with_the_model(
        json in dense(),
        edits in prop::collection::vec(edit(), 1..5),
    ) {
        let json = whole(&json);
        let document = read(&json.to_string()).unwrap();
        let root = document.root().unwrap();
        let before = print(root);
        let mut expected = Some(json);
        for (pointer, op) in &edits {
            expected = expected.and_then(|mut value| {
                op.on_model(&mut value, pointer).map(|()| whole(&value))
            });
        }
        let edits: Vec<Edit> =
            edits.iter().map(|(pointer, op)| Edit::new(pointer, op.for_tree())).collect();
        let got = apply(root, &edits).ok();
        let got = got.map(|document| print(document.root().unwrap()));
        let got_json = got.as_ref().map(|text| serde_json::from_str::<Json>(text).unwrap());
        prop_assert_eq!(got_json, expected);
        let mut written = String::new();
        prop_assert_eq!(write_edited(&mut written, root, &edits).is_ok(), got.is_some());
        prop_assert_eq!(written, got.unwrap_or_default());
        prop_assert_eq!(print(root), before, "the input is untouched");
    }

    #[test]
    fn a_value_matches_the_node_it_was_taken_from(a in dense(), b in dense()) {
        let (a_doc, b_doc) = (read(&a.to_string()).unwrap(), read(&b.to_string()).unwrap());
        let (a_root, b_root) = (a_doc.root().unwrap(), b_doc.root().unwrap());
        prop_assert!(Value::of(a_root).matches(a_root));
        let equal = whole(&a) == whole(&b);
        prop_assert_eq!(Value::of(a_root).matches(b_root), equal);
    }

    #[test]
    fn any_pointer_text_is_safe(json in dense(), pointer in any::<String>()) {
        let document = read(&json.to_string()).unwrap();
        let root = document.root().unwrap();
        let found = root.lookup(&pointer).is_some();
        prop_assert_eq!(found, lookup(&json, &pointer).is_some());
        let _ = apply(root, &[Edit::new(&pointer, Op::Remove)]);
    }
}
