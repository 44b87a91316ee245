//! What the host asks: an admission request and the policy's settings.
//!
//! Only what is judged is read. Every field may be absent or `null` and may stand in any order;
//! other fields are passed over without building anything.

use crate::unreadable;
use alloc::{borrow::ToOwned, format, string::String};
use patternwarden_tree::{Builder, Document, DocumentSeed, Kind, Limit, Node};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

/// Payload of `validate` and `report`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Call<'p> {
    #[serde(borrow)]
    request: Option<Request<'p>>,
    settings: Option<Json>,
}

/// The part of an `AdmissionRequest` that matters.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request<'p> {
    /// The kind the object has been converted to for this policy, whatever `requestKind` it was
    /// sent as. `resource` is never read: the audit scanner writes the kind there.
    kind: Option<GroupVersionKind>,
    operation: Option<String>,
    sub_resource: Option<String>,
    object: Option<Json>,
    /// Kept as text: few updates need it.
    #[serde(borrow)]
    old_object: Option<&'p RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GroupVersionKind {
    group: Option<String>,
    version: Option<String>,
    kind: Option<String>,
}

/// What a request brings to be judged.
pub(crate) struct Subject<'p> {
    /// The object; its `apiVersion` and `kind` are those of the request.
    pub(crate) object: Document,
    /// Whether the request can only add containers to debug a Pod with.
    pub(crate) debugs: bool,
    /// Whether the object is new.
    pub(crate) creates: bool,
    old: Option<&'p RawValue>,
    kind: GroupVersionKind,
}

impl Subject<'_> {
    /// The object before an update.
    pub(crate) fn old(&self) -> Result<Option<Document>, String> {
        let Some(old) = self.old else { return Ok(None) };
        let old = document("the old object", old.get().as_bytes())?;
        self.kind.give_to(old).map(Some)
    }
}

/// Any JSON value as a document.
pub(crate) struct Json(pub(crate) Document);

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

impl<'p> Call<'p> {
    /// Reads a payload.
    pub(crate) fn read(payload: &'p [u8]) -> Result<Self, String> {
        parse("the admission request", payload)
    }

    /// Takes the settings out; an empty document when the host sends none.
    pub(crate) fn settings(&mut self) -> Document {
        self.settings.take().map_or_else(Document::default, |Json(settings)| settings)
    }

    /// What the request asks to judge; `None` when it brings nothing that could be wrong.
    ///
    /// `DELETE` takes an object away, and `CONNECT` brings options instead of an object. Through
    /// the subresource `status` the API server changes nothing but the status.
    pub(crate) fn subject(self) -> Result<Option<Subject<'p>>, String> {
        let request = self.request.ok_or("the payload carries no `request`")?;
        let operation = request.operation.as_deref().unwrap_or_default();
        let status = request.sub_resource.as_deref() == Some("status");
        if matches!(operation, "DELETE" | "CONNECT") || status {
            return Ok(None);
        }
        request.into_subject().map(Some)
    }

    /// The object of the request, whatever the operation.
    pub(crate) fn object(self) -> Result<Document, String> {
        let request = self.request.ok_or("the payload carries no `request`")?;
        request.into_subject().map(|subject| subject.object)
    }
}

impl<'p> Request<'p> {
    fn into_subject(self) -> Result<Subject<'p>, String> {
        let Some(Json(object)) = self.object else {
            return Err("the request carries no object".to_owned());
        };
        let kind = self.kind.unwrap_or_default();
        let debugs = self.sub_resource.as_deref() == Some("ephemeralcontainers");
        let creates = self.operation.as_deref() == Some("CREATE");
        let object = kind.give_to(object)?;
        Ok(Subject { object, debugs, creates, old: self.old_object, kind })
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
