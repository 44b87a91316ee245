//! What edits mean, once more and in another way: on `serde_json` values.

use patternwarden_tree::{Edit, Op, Value};
use serde_json::{Map, Value as Json};

pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::String(text) | Value::Placeholder(text) => text.clone().into(),
        Value::Seq(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
    }
}

/// The value after the edits; `None` when one of them does not apply.
pub(super) fn applied(mut root: Json, edits: &[Edit]) -> Option<Json> {
    for edit in edits {
        let at = edit.pointer.as_str();
        match &edit.op {
            Op::Add(value) => add(&mut root, at, json(value))?,
            Op::Replace(value) => *root.pointer_mut(at)? = json(value),
            Op::Remove => {
                remove(&mut root, at)?;
            }
            Op::Move { from } => {
                if at.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with('/')) {
                    return None;
                }
                let value = remove(&mut root, from)?;
                add(&mut root, at, value)?;
            }
            Op::Test(value) => {
                (*root.pointer(at)? == json(value)).then_some(())?;
            }
            Op::KeepLast => {
                root.pointer(at)?;
            }
            Op::NewDocument(_) => {}
        }
    }
    Some(root)
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

fn remove(root: &mut Json, at: &str) -> Option<Json> {
    let (above, last) = at.rsplit_once('/')?;
    match root.pointer_mut(above)? {
        Json::Object(map) => map.remove(&unescape(last)),
        Json::Array(items) => {
            let index = last.parse().ok().filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

fn add(node: &mut Json, at: &str, value: Json) -> Option<()> {
    let Some(path) = at.strip_prefix('/') else {
        *node = value;
        return Some(());
    };
    let (token, rest) = path.find('/').map_or((path, ""), |at| path.split_at(at));
    if node.is_null() {
        *node = Json::Object(Map::new());
    }
    match node {
        Json::Object(map) => {
            if !rest.is_empty() {
                return add(map.entry(unescape(token)).or_insert(Json::Null), rest, value);
            }
            map.insert(unescape(token), value);
            Some(())
        }
        Json::Array(items) if rest.is_empty() => {
            let index = if token == "-" { items.len() } else { token.parse().ok()? };
            (index <= items.len()).then(|| items.insert(index, value))
        }
        Json::Array(items) => add(items.get_mut(token.parse::<usize>().ok()?)?, rest, value),
        _ => None,
    }
}

/// Equal as JSON, whatever way a number is written.
pub(super) fn same(a: &Json, b: &Json) -> bool {
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
