//! A cluster that answers the policy's questions as policy-server would, and remembers them.

use crate::wapc_host::Policy;
use alloc::sync::Arc;
use serde_json::{Value, json};
use std::sync::Mutex;

/// What the host says to one kind.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The list that the host returns.
    List(Value),
    /// The host's error.
    Error(&'static str),
    /// Bytes that are no list.
    Bytes(&'static [u8]),
}

/// Objects by kind, and the questions that were asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cluster {
    answers: Vec<(String, Answer)>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Cluster {
    /// A cluster in which every kind that rules read may be read, and none has an object.
    pub(crate) fn empty() -> Self {
        let mut cluster = Self::default();
        for read in patternwarden::neighbours::READS {
            cluster.answer(read.kind, Answer::List(list(read.kind, &[])));
        }
        cluster
    }

    /// The same with these objects of a kind.
    pub(crate) fn with(mut self, kind: &str, objects: &[Value]) -> Self {
        self.answer(kind, Answer::List(list(kind, objects)));
        self
    }

    /// The same with another answer for a kind.
    pub(crate) fn but(mut self, kind: &str, answer: Answer) -> Self {
        self.answer(kind, answer);
        self
    }

    fn answer(&mut self, kind: &str, answer: Answer) {
        self.answers.retain(|(other, _)| other != kind);
        self.answers.push((kind.to_owned(), answer));
    }

    /// An instance of the module that may ask, beside this cluster.
    pub(crate) fn policy(&self) -> Policy {
        let cluster = self.clone();
        Policy::beside(Box::new(move |_, binding, namespace, operation, payload| {
            assert_eq!((binding, namespace), ("kubewarden", "kubernetes"));
            let question: Value = serde_json::from_slice(payload).expect("a question is JSON");
            let kind = question["kind"].as_str().expect("a kind").to_owned();
            let named = question.get("namespace").is_some();
            let expected = if named { "list_resources_by_namespace" } else { "list_resources_all" };
            assert_eq!(operation, expected);
            cluster.asked.lock().expect("no panic").push(question.clone());
            let answer = cluster.answers.iter().find(|(other, _)| *other == kind);
            match answer.map(|(_, answer)| answer) {
                Some(Answer::List(list)) => Ok(told(list, &question).to_string().into_bytes()),
                Some(Answer::Bytes(bytes)) => Ok(bytes.to_vec()),
                Some(Answer::Error(text)) => Err((*text).into()),
                None => Err(denied(&question).into()),
            }
        }))
    }

    /// The questions since the last look.
    pub(crate) fn questions(&self) -> Vec<Value> {
        core::mem::take(&mut self.asked.lock().expect("no panic"))
    }
}

/// What policy-server says about kinds that `contextAwareResources` does not grant.
fn denied(question: &Value) -> String {
    let text = |key: &str| question[key].as_str().expect("text");
    format!(
        "Policy has not been granted access to Kubernetes {}/{} resources. \
         The violation has been reported.",
        text("api_version"),
        text("kind")
    )
}

/// What policy-server tells of a list: the objects of the namespace that the labels select, and of
/// each what the masks name.
fn told(list: &Value, question: &Value) -> Value {
    let mut list = list.clone();
    let labels = question["label_selector"].as_str().unwrap_or_default();
    let masks: Vec<&str> = question["field_masks"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(|mask| mask.as_str().expect("text"))
        .collect();
    let items = list["items"].as_array_mut().expect("a list");
    items.retain(|object| {
        let namespace = &question["namespace"];
        (namespace.is_null() || object["metadata"]["namespace"] == *namespace)
            && labels.split(',').all(|wanted| selects(&object["metadata"]["labels"], wanted))
    });
    for object in items.iter_mut() {
        let mut told = masked(object, &masks);
        told["metadata"] = object["metadata"].clone();
        *object = told;
    }
    list
}

/// Whether labels satisfy one requirement: `!key`, `key!=value`, or nothing.
fn selects(labels: &Value, wanted: &str) -> bool {
    match (wanted.strip_prefix('!'), wanted.split_once("!=")) {
        (Some(absent), _) => labels[absent].is_null(),
        (None, Some((key, value))) => labels[key] != value,
        (None, None) => wanted.is_empty(),
    }
}

/// What field masks leave of a value; no mask leaves everything, and a list is as if it were its
/// items.
fn masked(value: &Value, masks: &[&str]) -> Value {
    match value {
        _ if masks.is_empty() || masks.contains(&"") => value.clone(),
        Value::Array(list) => list.iter().map(|item| masked(item, masks)).collect(),
        Value::Object(map) => {
            let below = |key: &str| -> Vec<&str> {
                let rest = masks.iter().filter_map(|mask| mask.strip_prefix(key));
                rest.filter_map(|rest| match rest {
                    "" => Some(rest),
                    _ => rest.strip_prefix('.'),
                })
                .collect()
            };
            let kept = map.iter().filter_map(|(key, value)| {
                let below = below(key);
                (!below.is_empty()).then(|| (key.clone(), masked(value, &below)))
            });
            Value::Object(kept.collect())
        }
        other => other.clone(),
    }
}

/// A list as policy-server returns it: its objects say neither `apiVersion` nor `kind`.
fn list(kind: &str, objects: &[Value]) -> Value {
    let bare = |object: &Value| {
        let mut object = object.clone();
        let map = object.as_object_mut().expect("a map");
        map.remove("kind");
        map.remove("apiVersion");
        object
    };
    json!({
        "apiVersion": "v1", "kind": format!("{kind}List"), "metadata": {},
        "items": objects.iter().map(bare).collect::<Vec<_>>(),
    })
}
