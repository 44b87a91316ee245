//! Planning, applying and checking one edit of a text.

use patternwarden_tree::{
    Edit, Op, Refusal, TextEdit, TextEditor, Value, apply as expected, write_json,
};
use patternwarden_yaml::{Source, apply, read};

pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries)
}

/// A map entry set to a value, its parents created.
pub(crate) fn add(pointer: &str, value: impl Into<Value>) -> Edit {
    Edit::new(pointer, Op::Add(value.into()))
}

pub(crate) fn replace(pointer: &str, value: impl Into<Value>) -> Edit {
    Edit::new(pointer, Op::Replace(value.into()))
}

pub(crate) fn remove(pointer: &str) -> Edit {
    Edit::new(pointer, Op::Remove)
}

pub(crate) fn rename(from: &str, to: &str) -> Edit {
    Edit::new(to, Op::Move { from: from.to_owned() })
}

/// The edits of the text for one document of it.
pub(crate) fn plan_in(
    text: &str,
    document: usize,
    edits: &[Edit],
) -> Result<Vec<TextEdit>, Refusal> {
    let stream = read(text);
    Source::new(text, &stream).plan(document, edits)
}

/// The values of all documents as JSON.
pub(crate) fn values(text: &str) -> Vec<String> {
    let stream = read(text);
    assert!(stream.errors.is_empty(), "{:?} in {text:?}", stream.errors);
    let print = |document: &patternwarden_tree::Document| {
        let mut out = String::new();
        write_json(&mut out, document.root().unwrap());
        let sorted: serde_json::Value = serde_json::from_str(&out).unwrap();
        sorted.to_string()
    };
    stream.documents.iter().map(print).collect()
}

/// The text after edits of one document; every other document keeps its value.
pub(crate) fn edited_in(text: &str, document: usize, edits: &[Edit]) -> String {
    let plan =
        plan_in(text, document, edits).unwrap_or_else(|e| panic!("{e}: {edits:?} in\n{text}"));
    let out = apply(text, &plan);
    let stream = read(text);
    let wanted = expected(stream.documents[document].root().unwrap(), edits).unwrap();
    let mut json = String::new();
    write_json(&mut json, wanted.root().unwrap());
    let mut all = values(text);
    all[document] = serde_json::from_str::<serde_json::Value>(&json).unwrap().to_string();
    assert_eq!(values(&out), all, "{edits:?} made\n{out}");
    out
}

/// The text after edits of its first document.
pub(crate) fn edited(text: &str, edits: &[Edit]) -> String {
    edited_in(text, 0, edits)
}

/// Why an edit of the first document is refused.
pub(crate) fn refused(text: &str, edit: Edit) -> String {
    match plan_in(text, 0, &[edit]) {
        Err(refusal) => refusal.message,
        Ok(plan) => panic!("planned {plan:?} in\n{text}"),
    }
}
