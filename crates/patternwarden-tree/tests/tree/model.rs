//! JSON Pointers and edits on `serde_json::Value`, written without looking at the tree's own.

use patternwarden_tree::{Document, Value, from_deserializer};
use serde_json::{Map, Value as Json};

/// Reads JSON text into a document.
pub(crate) fn read(text: &str) -> Result<Document, serde_json::Error> {
    let mut input = serde_json::Deserializer::from_str(text);
    input.disable_recursion_limit();
    let document = from_deserializer(&mut input)?;
    input.end().map(|()| document)
}

/// The same value with whole floats as integers, as Kubernetes prints them.
pub(crate) fn whole(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(whole).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), whole(value))).collect(),
        Json::Number(number) if number.is_f64() => {
            let text = number.as_f64().unwrap().to_string();
            serde_json::from_str(&text).unwrap()
        }
        other => other.clone(),
    }
}

pub(crate) fn tree_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(_) => Value::Number(whole(json).to_string()),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Seq(items.iter().map(tree_value).collect()),
        Json::Object(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), tree_value(value))).collect())
        }
    }
}

/// The pointers of every value in a document.
pub(crate) fn pointers(json: &Json) -> Vec<String> {
    let mut all = vec![String::new()];
    let below = |token: String, value: &Json| {
        let token = token.replace('~', "~0").replace('/', "~1");
        pointers(value).into_iter().map(move |rest| format!("/{token}{rest}")).collect::<Vec<_>>()
    };
    match json {
        Json::Array(items) => {
            all.extend(items.iter().enumerate().flat_map(|(at, item)| below(at.to_string(), item)));
        }
        Json::Object(map) => {
            all.extend(map.iter().flat_map(|(key, value)| below(key.clone(), value)));
        }
        _ => {}
    }
    all
}

pub(crate) fn lookup<'j>(root: &'j Json, pointer: &str) -> Option<&'j Json> {
    // serde_json forgives an index with a plus sign or a leading zero; RFC 6901 does not.
    root.pointer(pointer).filter(|_| strict(root, pointer))
}

fn strict(root: &Json, pointer: &str) -> bool {
    let mut walked = String::new();
    tokens(pointer).iter().zip(pointer.split('/').skip(1)).all(|(token, raw)| {
        let list = root.pointer(&walked).is_some_and(Json::is_array);
        walked.push('/');
        walked.push_str(raw);
        !list || index(token).is_some()
    })
}

fn index(token: &str) -> Option<usize> {
    let value: usize = token.parse().ok()?;
    (value.to_string() == token).then_some(value)
}

fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

pub(crate) fn add(root: &mut Json, pointer: &str, value: Json) -> Option<()> {
    add_below(root, &tokens(pointer), value)
}

fn add_below(here: &mut Json, path: &[String], value: Json) -> Option<()> {
    let Some((token, rest)) = path.split_first() else {
        *here = value;
        return Some(());
    };
    if here.is_null() {
        *here = Json::Object(Map::new());
    }
    match here {
        Json::Object(map) => add_below(map.entry(token.clone()).or_insert(Json::Null), rest, value),
        Json::Array(items) if rest.is_empty() => {
            let at = if token == "-" { items.len() } else { index(token)? };
            (at <= items.len()).then(|| items.insert(at, value))
        }
        Json::Array(items) => add_below(items.get_mut(index(token)?)?, rest, value),
        _ => None,
    }
}

pub(crate) fn replace(root: &mut Json, pointer: &str, value: Json) -> Option<()> {
    lookup(root, pointer)?;
    *root.pointer_mut(pointer)? = value;
    Some(())
}

pub(crate) fn remove(root: &mut Json, pointer: &str) -> Option<Json> {
    lookup(root, pointer)?;
    let (parent, _) = pointer.rsplit_once('/')?;
    let last = tokens(pointer).pop()?;
    match root.pointer_mut(parent)? {
        Json::Object(map) => map.remove(&last),
        Json::Array(items) => Some(items.remove(index(&last)?)),
        _ => None,
    }
}
