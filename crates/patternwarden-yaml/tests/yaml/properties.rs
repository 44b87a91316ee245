//! Random values and random texts.

use patternwarden_tree::{Edit, Node, Op, Place, Stream, TextEditor, Value, write_json};
use patternwarden_yaml::{Source, apply, read, read_at_caret, read_bytes};
use proptest::prelude::*;
use serde_json::Value as Json;

/// Characters that JSON text may hold and YAML text for Kubernetes may not, and their escape.
fn is_hidden(c: char) -> bool {
    c < ' '
        || matches!(c, '"' | '\\' | '\u{7f}'..='\u{9f}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

fn text(hidden: bool) -> impl Strategy<Value = String> + Clone {
    any::<String>().prop_map(move |mut text| {
        text.retain(|c| hidden || !is_hidden(c));
        text
    })
}

/// Any JSON value, with or without characters that are hidden or escaped.
fn value(hidden: bool) -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has no others", |f| f.is_finite()).prop_map(Json::from),
        text(hidden).prop_map(Json::from),
        "yes|no|0644|1_000|~|<<|- a|a: b|#|&x|\\*x|'".prop_map(Json::from),
    ];
    scalar.prop_recursive(5, 40, 6, move |inner| {
        let key = prop_oneof![text(hidden), "yes|1|<<|~|a: b|"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(key, inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// Text made of what YAML gives a meaning to.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-c]{1,3}",
        2 => Just(": ".to_owned()),
        2 => Just("\n".to_owned()),
        2 => Just("  ".to_owned()),
        1 => Just("- ".to_owned()),
        2 => "[-\\[\\]{},:?#&*!|>'\"%@`~\\\\\t\r]",
        1 => "---\n|\\.\\.\\.\n|<<: |&x |\\*x|!!int |!!str |\\{\\{|\\}\\}|\\|\n|>-\n|\u{feff}|\u{85}|🚀|é",
        1 => "0644|yes|~|\\.inf|1e3|null",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What must hold for any text.
fn sane(text: &str) {
    let stream = read(text);
    let len = u32::try_from(text.len()).unwrap();
    for error in &stream.errors {
        assert!(error.span.start <= error.span.end && error.span.end <= len, "{error:?} {text:?}");
        assert!(text.get(error.span.start as usize..error.span.end as usize).is_some());
    }
    let mut holes = 0;
    for document in &stream.documents {
        let root = document.root().unwrap();
        holes += usize::from(document.is_recovered());
        let mut out = String::new();
        write_json(&mut out, root);
        assert!(serde_json::from_str::<Json>(&out).is_ok(), "{out}");
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            let origin = node.origin().unwrap();
            for span in origin.key.into_iter().chain([origin.value]) {
                assert!(span.start <= span.end && span.end <= len, "{origin:?} {text:?}");
                assert!(text.get(span.start as usize..span.end as usize).is_some());
            }
            let inside = node.parent().and_then(Node::origin).is_none_or(|parent| {
                parent.value.start <= origin.value.start && origin.value.end <= parent.value.end
            });
            assert!(inside || origin.indirect, "{origin:?} {text:?}");
            stack.extend(node.written_children());
        }
    }
    assert!(holes <= stream.errors.len(), "a hole without an error in {text:?}");
    edits_are_sane(text, &stream);
}

/// Any text may be edited or refuse it; what is edited reads as intended, and nothing panics.
fn edits_are_sane(text: &str, stream: &Stream) {
    for (at, document) in stream.documents.iter().enumerate() {
        let root = document.root().unwrap();
        let places = (0..4).filter_map(|id| document.node(id));
        let mut edits = vec![Edit::new("/a/b", Op::Add("x: y\n".into()))];
        for place in places {
            let pointer = Place::from(place).pointer(root).to_string();
            edits.push(Edit::new(&pointer, Op::Remove));
            edits.push(Edit::new(&pointer, Op::KeepLast));
            edits.push(Edit::new(format!("{pointer}/-"), Op::Add(Value::from(1))));
            edits.push(Edit::new(&pointer, Op::Replace(Value::map([("k", "v".into())]))));
            edits.push(Edit::new("/moved", Op::Move { from: pointer }));
        }
        let beside = Value::map([("k", Value::seq(["v".into(), "".into()]))]);
        edits.push(Edit::new("", Op::NewDocument(beside.clone())));
        for edit in edits {
            let edit = core::slice::from_ref(&edit);
            let Ok(plan) = Source::new(text, stream).plan(at, edit) else { continue };
            let out = apply(text, &plan);
            let after = read(&out);
            assert_eq!(
                after.errors.len(),
                stream.errors.len(),
                "{edit:?} in {text:?} made {out:?}"
            );
            let wanted = patternwarden_tree::apply(root, edit).unwrap();
            let wanted = Value::of(wanted.root().unwrap());
            let found = after.documents[at].root().unwrap();
            assert!(wanted.matches(found), "{edit:?} in {text:?} made {out:?}");
            if matches!(edit, [Edit { op: Op::NewDocument(_), .. }]) {
                assert_eq!(
                    after.documents.len(),
                    stream.documents.len() + 1,
                    "{text:?} made {out:?}"
                );
                let found = after.documents[at + 1].root().unwrap();
                assert!(beside.matches(found), "{edit:?} in {text:?} made {out:?}");
            }
        }
    }
}

proptest! {
    // A failing case is printed in full; no file is written beside the tests.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_back(value in value(true), pretty in any::<bool>()) {
        let text = if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        // In a list, so that YAML reads it; as an object, so that JSON does.
        let object = format!("{{\"v\":{text}}}");
        let stream = read(&object);
        prop_assert!(stream.errors.is_empty(), "{:?} {}", stream.errors, object);
        let mut out = String::new();
        write_json(&mut out, stream.documents[0].root().unwrap().get("v").unwrap());
        let again: Json = serde_json::from_str(&out).unwrap();
        prop_assert!(same(&again, &value), "{out} {value}");
    }

    #[test]
    fn json_without_escapes_is_yaml(value in value(false)) {
        let text = value.to_string();
        let list = format!("- {text}\n");
        let stream = read(&list);
        prop_assert!(stream.errors.is_empty(), "{:?} {}", stream.errors, list);
        let mut out = String::new();
        write_json(&mut out, stream.documents[0].root().unwrap().items().next().unwrap());
        let again: Json = serde_json::from_str(&out).unwrap();
        prop_assert!(same(&again, &value), "{out} {value}");
    }

    #[test]
    fn any_text_is_safe(text in any::<String>(), caret in any::<u32>()) {
        sane(&text);
        read_at_caret(&text, caret % 64);
    }

    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let stream = read_bytes(&bytes);
        prop_assert!(core::str::from_utf8(&bytes).is_ok() || stream.errors.len() == 1);
    }

    #[test]
    fn any_yaml_like_text_is_safe(text in yamlish(), caret in 0..80_u32) {
        sane(&text);
        read_at_caret(&text, caret);
    }
}

/// Equal as JSON, whatever way a number is written.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
