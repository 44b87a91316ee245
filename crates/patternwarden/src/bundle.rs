//! From documents to objects: lists are unpacked, fragments are wrapped, the rest is named.

use crate::kube::WorkloadKind;
use crate::settings::Settings;
use alloc::{borrow::Cow, vec::Vec};
use patternwarden_tree::{Builder, Document, Kind, Node, Origin, Span, SyntaxError};

/// What was taken for granted to read a fragment as an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Assumption {
    /// A map with `containers` is the `spec` of a Pod.
    PodSpec,
    /// A list of maps with `image` is the `containers` of a Pod.
    Containers,
    /// A map with `image` is one container of a Pod.
    Container,
    /// A map with nothing but `spec` (and `metadata`) is a Pod.
    Pod,
}

impl Assumption {
    /// Where the fragment stands in the object that it was wrapped in.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::PodSpec => "/spec",
            Self::Containers => "/spec/containers",
            Self::Container => "/spec/containers/0",
            Self::Pod => "",
        }
    }

    /// One sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PodSpec => "This is a fragment: it was read as the spec of a Pod.",
            Self::Containers => "This is a fragment: it was read as the containers of a Pod.",
            Self::Container => "This is a fragment: it was read as one container of a Pod.",
            Self::Pod => "There is no apiVersion and kind: it was read as a Pod.",
        }
    }
}

/// Where one object stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Index of its document.
    pub(crate) document: usize,
    /// Its root node in that document.
    pub(crate) node: u32,
    pub(crate) assumed: Option<Assumption>,
}

/// Documents, and the objects found in them, ready for a [`Set`](crate::set::Set).
#[derive(Debug)]
pub struct Bundle<'s> {
    pub(crate) documents: Vec<Cow<'s, Document>>,
    pub(crate) entries: Vec<Entry>,
    /// Documents that are, or hold, something that is no object, and why.
    pub(crate) strangers: Vec<(usize, &'static str)>,
    /// Kinds with a Pod spec that settings name.
    pub(crate) kinds: Vec<WorkloadKind<'s>>,
    /// What the reader of a text could not read.
    pub(crate) errors: &'s [SyntaxError],
    /// Where a text has documents without content.
    pub(crate) empty: &'s [Span],
}

impl<'s> Bundle<'s> {
    /// Finds the objects of `documents`.
    ///
    /// `kind: List` (and any other list kind), and the `objects` of an OpenShift `Template`, are
    /// unpacked, also inside one another. What a `PodList` holds is a Pod, also where it does not
    /// say so, as the API server leaves that out. A document that is neither an object nor a known
    /// fragment is kept as a stranger, and so is one with such an entry in its list.
    pub fn new(documents: &'s [Document]) -> Self {
        let mut bundle = Bundle {
            documents: Vec::new(),
            entries: Vec::new(),
            strangers: Vec::new(),
            kinds: Vec::new(),
            errors: &[],
            empty: &[],
        };
        for (index, document) in documents.iter().enumerate() {
            let assumed = document.root().and_then(assumption);
            let wrapped = document.root().and_then(|root| match assumed {
                Some(assumed) => wrap(root, assumed),
                None => typed(root),
            });
            let document = wrapped.map_or(Cow::Borrowed(document), |mut wrapped| {
                wrapped.add_comments(document.comments().iter().cloned());
                Cow::Owned(wrapped)
            });
            if let Some(root) = document.root() {
                let stranger = unpack(root, index, assumed, &mut bundle.entries, 0);
                bundle.strangers.extend(stranger.map(|reason| (index, reason)));
            }
            // Documents keep their index, empty ones too.
            bundle.documents.push(document);
        }
        bundle
    }

    /// The same bundle, read from a text in which these places could not be read.
    #[must_use]
    pub fn with_errors(mut self, errors: &'s [SyntaxError]) -> Self {
        self.errors = errors;
        self
    }

    /// The same bundle, read from a text that has documents without content in these places.
    #[must_use]
    pub fn with_empty(mut self, empty: &'s [Span]) -> Self {
        self.empty = empty;
        self
    }

    /// The same bundle, in which the custom kinds that settings name in `pod_specs` are workloads
    /// as well.
    #[must_use]
    pub fn with_kinds_of(mut self, settings: &'s Settings) -> Self {
        self.kinds = settings.pod_specs();
        self
    }
}

/// Lists nested deeper than this are left alone: nobody writes them, and a manifest is hostile.
const MAX_LISTS: usize = 8;

/// The objects that a list object holds.
fn members(node: Node<'_>) -> Option<Node<'_>> {
    let kind = node.get("kind")?.as_str()?;
    let key = if kind.ends_with("List") {
        "items"
    } else if kind == "Template" && node.get("objects").is_some() {
        "objects"
    } else {
        return None;
    };
    node.get(key)?.as_seq()
}

/// Collects the objects of a document; says why something in it is none.
fn unpack(
    node: Node<'_>,
    document: usize,
    assumed: Option<Assumption>,
    out: &mut Vec<Entry>,
    depth: usize,
) -> Option<&'static str> {
    match members(node) {
        Some(_) if depth >= MAX_LISTS => Some("its lists are nested too deeply to look inside"),
        Some(list) => list.items().fold(None, |stranger, item| {
            let inside = unpack(item, document, None, out, depth + 1);
            stranger.or(inside)
        }),
        None if node.get("kind").is_some() || node.get("apiVersion").is_some() => {
            out.push(Entry { document, node: node.id(), assumed });
            None
        }
        None if depth > 0 => Some(
            "an entry of its list has no apiVersion and kind, so it is not a Kubernetes object",
        ),
        None => Some("it has no apiVersion and kind, so it is not a Kubernetes object"),
    }
}

/// A list of one kind, whose entries say their kind: `Pod` in a `PodList`. `None` where nothing
/// has to be added.
fn typed(root: Node<'_>) -> Option<Document> {
    let list = members(root).filter(|list| list.key() == Some("items"))?;
    let kind = root.get("kind")?.as_str()?.strip_suffix("List").filter(|kind| !kind.is_empty())?;
    let version = root.get("apiVersion")?.as_str()?;
    let silent = |item: Node<'_>| {
        item.is_map() && item.get("kind").is_none() && item.get("apiVersion").is_none()
    };
    if !list.items().any(silent) {
        return None;
    }
    let mut builder = Builder::default();
    builder.open(Kind::Map, root.origin()).ok()?;
    for child in root.written_children() {
        builder.key(child.key().unwrap_or_default()).ok()?;
        if child != list {
            builder.copy(child).ok()?;
            continue;
        }
        builder.open(Kind::Seq, list.origin()).ok()?;
        for item in list.items() {
            if !silent(item) {
                builder.copy(item).ok()?;
                continue;
            }
            builder.open(Kind::Map, item.origin()).ok()?;
            for entry in item.written_children() {
                builder.key(entry.key().unwrap_or_default()).ok()?;
                builder.copy(entry).ok()?;
            }
            // Behind what is written, so that a person is pointed to that first.
            for (key, value) in [("apiVersion", version), ("kind", kind)] {
                builder.key(key).ok()?;
                builder.scalar(Kind::String, value).ok()?;
            }
            builder.close(None);
        }
        builder.close(None);
    }
    for note in root.document().notes() {
        builder.note(note.clone());
    }
    Some(builder.finish())
}

fn assumption(root: Node<'_>) -> Option<Assumption> {
    if root.is_seq() {
        let mut items = root.items().peekable();
        let containers = items.peek().is_some() && items.all(is_container);
        return containers.then_some(Assumption::Containers);
    }
    if root.get("kind").is_some() || root.get("apiVersion").is_some() {
        return None;
    }
    let listed = |node: Node<'_>, key| node.get(key).is_some_and(Node::is_seq);
    let is_spec = |node: Node<'_>| listed(node, "containers") || listed(node, "initContainers");
    if is_spec(root) {
        Some(Assumption::PodSpec)
    } else if root.get("spec").is_some_and(is_spec) {
        Some(Assumption::Pod)
    } else if is_container(root) && root.get("name").is_some() {
        Some(Assumption::Container)
    } else {
        None
    }
}

fn is_container(node: Node<'_>) -> bool {
    node.get("image").is_some_and(|image| image.as_str().is_some())
}

/// The fragment inside the Pod that it is part of; `None` where that would exceed a limit.
fn wrap(root: Node<'_>, assumed: Assumption) -> Option<Document> {
    let mut builder = Builder::default();
    let start = root.origin().map(|origin| Origin { key: None, ..origin });
    builder.open(Kind::Map, start).ok()?;
    for (key, value) in [("apiVersion", "v1"), ("kind", "Pod")] {
        builder.key(key).ok()?;
        builder.scalar(Kind::String, value).ok()?;
    }
    if assumed == Assumption::Pod {
        for child in root.written_children() {
            builder.key(child.key().unwrap_or_default()).ok()?;
            builder.copy(child).ok()?;
        }
    } else {
        builder.key("spec").ok()?;
        if assumed != Assumption::PodSpec {
            builder.open(Kind::Map, start).ok()?;
            builder.key("containers").ok()?;
            if assumed == Assumption::Container {
                builder.open(Kind::Seq, start).ok()?;
            }
        }
        builder.copy(root).ok()?;
    }
    for note in root.document().notes() {
        builder.note(note.clone());
    }
    Some(builder.finish())
}
