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
    answers: Vec<(&'static str, Answer)>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Cluster {
    /// A cluster in which every kind that rules read may be read, and none has an object.
    pub(crate) fn empty() -> Self {
        let mut cluster = Self::default();
        for read in patternwarden::neighbours::READS {
            cluster.answers.push((read.kind, Answer::List(list(read.kind, &[]))));
        }
        cluster
    }

    /// The same with these objects of a kind.
    pub(crate) fn with(mut self, kind: &'static str, objects: &[Value]) -> Self {
        self.answer(kind, Answer::List(list(kind, objects)));
        self
    }

    /// The same with another answer for a kind.
    pub(crate) fn but(mut self, kind: &'static str, answer: Answer) -> Self {
        self.answer(kind, answer);
        self
    }

    fn answer(&mut self, kind: &'static str, answer: Answer) {
        self.answers.retain(|(other, _)| *other != kind);
        self.answers.push((kind, answer));
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
                Some(Answer::List(list)) => Ok(list.to_string().into_bytes()),
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
