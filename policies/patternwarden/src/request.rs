//! What the host asks: an admission request and the policy's settings.
//!
//! Only what is judged is read. Every field may be absent or `null` and may stand in any order;
//! other fields are passed over without building anything.

use crate::unreadable;
use alloc::{borrow::ToOwned, format, string::String};
use patternwarden_tree::{Builder, Document, DocumentSeed, Kind, Limit, Node};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer};

/// Payload of `validate` and `report`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Call {
    request: Option<Request>,
    settings: Option<Json>,
}

/// The part of an `AdmissionRequest` that matters.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request {
    /// The kind the object has been converted to for this policy. `resource` is never read: the
    /// audit scanner writes the kind there.
    kind: Option<GroupVersionKind>,
    operation: Option<String>,
    sub_resource: Option<String>,
    object: Option<Json>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GroupVersionKind {
    group: Option<String>,
    version: Option<String>,
    kind: Option<String>,
}

/// What to do with a request.
pub(crate) enum Subject {
    /// The request brings an object; its `apiVersion` and `kind` are those of the request.
    Object(Document),
    /// The request brings nothing that could be wrong.
    Nothing,
}

/// Any JSON value as a document.
struct Json(Document);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        DocumentSeed::default().deserialize(input).map(Json)
    }
}

/// Reads JSON bytes whose nesting the tree limits, not the parser.
pub(crate) fn parse<'b, T: Deserialize<'b>>(what: &str, bytes: &'b [u8]) -> Result<T, String> {
    let mut input = serde_json::Deserializer::from_slice(bytes);
    // A document refuses more than 255 levels while it is built, so the stack is bounded; whatever
    // is passed over is skipped without recursion.
    input.disable_recursion_limit();
    let value = T::deserialize(&mut input).map_err(|error| unreadable(what, error))?;
    input.end().map_err(|error| unreadable(what, error))?;
    Ok(value)
}

/// Reads JSON bytes into a document.
pub(crate) fn document(what: &str, bytes: &[u8]) -> Result<Document, String> {
    parse(what, bytes).map(|Json(document)| document)
}

impl Call {
    /// Reads a payload.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, String> {
        parse("the admission request", payload)
    }

    /// The settings; an empty document when the host sends none.
    pub(crate) fn settings(&self) -> Document {
        self.settings.as_ref().map_or_else(Document::default, |Json(settings)| settings.clone())
    }

    /// What the request asks to judge.
    ///
    /// `DELETE` takes an object away, and `CONNECT` brings options instead of an object. Through
    /// the subresource `status` the API server changes nothing but the status.
    pub(crate) fn subject(self) -> Result<Subject, String> {
        let request = self.request.ok_or("the payload carries no `request`")?;
        let operation = request.operation.as_deref().unwrap_or_default();
        let status = request.sub_resource.as_deref() == Some("status");
        if matches!(operation, "DELETE" | "CONNECT") || status {
            return Ok(Subject::Nothing);
        }
        request.into_object().map(Subject::Object)
    }

    /// The object of the request, whatever the operation.
    pub(crate) fn object(self) -> Result<Document, String> {
        self.request.ok_or("the payload carries no `request`")?.into_object()
    }
}

impl Request {
    fn into_object(self) -> Result<Document, String> {
        let Some(Json(object)) = self.object else {
            return Err("the request carries no object".to_owned());
        };
        let named = self.kind.unwrap_or_default();
        named.give_to(object)
    }
}

impl GroupVersionKind {
    /// The object, with `apiVersion` and `kind` from the request where the request names them.
    fn give_to(&self, object: Document) -> Result<Document, String> {
        let Some(root) = object.root().filter(|root| root.kind() == Kind::Map) else {
            return Err("the object of the request is not a map".to_owned());
        };
        let written = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
        let Some(kind) = self.kind.as_deref().filter(|kind| !kind.is_empty()) else {
            return if written("kind").is_empty() {
                Err("neither the request nor its object says of which kind it is".to_owned())
            } else {
                Ok(object)
            };
        };
        let version = self.version.as_deref().filter(|version| !version.is_empty());
        let api = match (self.group.as_deref(), version) {
            (_, None) => written("apiVersion").to_owned(),
            (None | Some(""), Some(version)) => version.to_owned(),
            (Some(group), Some(version)) => format!("{group}/{version}"),
        };
        if written("kind") == kind && written("apiVersion") == api {
            return Ok(object);
        }
        typed(root, &api, kind).map_err(|limit| unreadable("the object", limit))
    }
}

/// A copy of an object with these instead of its own `apiVersion` and `kind`.
fn typed(root: Node<'_>, api: &str, kind: &str) -> Result<Document, Limit> {
    let mut builder = Builder::default();
    builder.open(Kind::Map, None)?;
    for (key, value) in [("apiVersion", api), ("kind", kind)] {
        builder.key(key)?;
        builder.scalar(Kind::String, value)?;
    }
    for child in root.children() {
        match child.key() {
            None | Some("apiVersion" | "kind") => {}
            Some(key) => {
                builder.key(key)?;
                builder.copy(child)?;
            }
        }
    }
    Ok(builder.finish())
}
