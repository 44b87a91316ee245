//! The arena, and read-only handles on it.
//!
//! Slots lie in pre-order: the children of slot `i` start at `i + 1`, and `end`
//! jumps over a whole subtree. What only a text source knows (byte ranges,
//! style, text as written) lies in a second vector, which a document from JSON
//! leaves empty.

use crate::place::Place;
use crate::text::Span;
use alloc::{string::String, vec::Vec};

/// What a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has these six kinds and no other")]
pub enum Kind {
    /// `null`, `~` or an empty value.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, kept as JSON number text.
    Number,
    /// A string, unescaped.
    String,
    /// An ordered list.
    Seq,
    /// A map with string keys, in source order.
    Map,
}

/// How a value is written in its source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// An unquoted scalar.
    #[default]
    Plain,
    /// A scalar in single quotes.
    SingleQuoted,
    /// A scalar in double quotes; every string of a JSON text.
    DoubleQuoted,
    /// A block scalar that keeps line breaks (`|`).
    Literal,
    /// A block scalar that folds line breaks (`>`).
    Folded,
    /// A list or map by indentation.
    Block,
    /// A list or map in brackets.
    Flow,
}

/// Where and how a node stands in its source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The key, quotes included; `None` for list items and the root.
    pub key: Option<Span>,
    /// The value, quotes or brackets included; empty where the text has no value.
    pub value: Span,
    /// How the value is written.
    pub style: Style,
    /// The value stands elsewhere and got here by an alias or a merge key.
    pub indirect: bool,
}

/// What a reader of text noticed that the value does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// Where it is.
    pub span: Span,
}

/// The kinds of [`Note`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// Text after the end of the document, which Kubernetes drops in silence.
    IgnoredText,
    /// Text that could not be read and was left out, so absence near it proves nothing.
    Hole,
}

/// A comment of the source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it is, from its mark to the end of the line.
    pub span: Span,
    /// The line that it stands on, without the line break.
    pub line: Span,
    /// Nothing but blanks stands before it on its line.
    pub alone: bool,
    /// What is written, the mark included.
    pub text: String,
}

pub(crate) const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) parent: u32,
    pub(crate) end: u32,
    /// Map entry: offset of the key in `text`. List item: its index.
    pub(crate) key: u32,
    /// Map entry: length of the key. Otherwise [`NONE`].
    pub(crate) key_len: u32,
    pub(crate) val: u32,
    pub(crate) val_len: u32,
    pub(crate) kind: Kind,
    /// First byte of the key, 0 without one: tells most keys of one length apart.
    pub(crate) initial: u8,
    /// A later entry of the same map has the same key.
    pub(crate) shadowed: bool,
}

const ABSENT: Slot = Slot {
    parent: NONE,
    end: NONE,
    key: 0,
    key_len: NONE,
    val: 0,
    val_len: 0,
    kind: Kind::Null,
    initial: 0,
    shadowed: false,
};

/// Source facts of one slot: its [`Origin`] and the written text, if it differs from the value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Source {
    pub(crate) origin: Origin,
    pub(crate) written: Option<(u32, u32)>,
}

/// An owned document: all text in one buffer, all nodes in one arena.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub(crate) text: String,
    pub(crate) slots: Vec<Slot>,
    pub(crate) sources: Vec<Source>,
    pub(crate) notes: Vec<Note>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) shadowed: Vec<u32>,
}

impl Document {
    /// The root, or `None` for an empty document.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.slots.is_empty()).then_some(Node { doc: self, id: 0 })
    }

    /// The node of this index in the arena.
    pub fn node(&self, id: u32) -> Option<Node<'_>> {
        ((id as usize) < self.slots.len()).then_some(Node { doc: self, id })
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the document has no node.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What the reader noticed, in source order.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The comments of the text, in source order; those between two documents are the later one's.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Adds comments behind those that the document has.
    pub fn add_comments(&mut self, comments: impl IntoIterator<Item = Comment>) {
        self.comments.extend(comments);
    }

    /// Whether some key or scalar contains this text; it may also say so of two that lie side by
    /// side.
    pub fn mentions(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Whether the document came from text that could only be read in part.
    pub fn is_recovered(&self) -> bool {
        self.notes.iter().any(|note| note.kind == NoteKind::Hole)
    }

    /// Values hidden by a later entry with the same key, in source order.
    ///
    /// They are in the arena, with their ranges, but [`Node::children`] and
    /// [`Node::get`] pass them over: the last entry wins, as in Kubernetes.
    pub fn shadowed(&self) -> impl Iterator<Item = Node<'_>> {
        self.shadowed.iter().map(|id| Node { doc: self, id: *id })
    }

    /// The deepest node whose range holds the byte offset `at`.
    pub fn node_at(&self, at: u32) -> Option<Node<'_>> {
        let holds = |span: Span| span.start <= at && at <= span.end;
        let mut best: Option<u32> = None;
        for (id, source) in self.sources.iter().enumerate() {
            let origin = source.origin;
            if !origin.indirect && (holds(origin.value) || origin.key.is_some_and(holds)) {
                best = Some(id as u32);
            }
        }
        best.map(|id| Node { doc: self, id })
    }

    pub(crate) fn slot(&self, id: u32) -> &Slot {
        self.slots.get(id as usize).unwrap_or(&ABSENT)
    }

    pub(crate) fn str(&self, at: u32, len: u32) -> &str {
        let at = at as usize;
        self.text.get(at..at.saturating_add(len as usize)).unwrap_or("")
    }
}

/// What [`Slot::initial`] is for a key.
pub(crate) fn initial(key: &str) -> u8 {
    key.as_bytes().first().copied().unwrap_or_default()
}

/// A read-only handle on one node of a [`Document`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    pub(crate) doc: &'d Document,
    pub(crate) id: u32,
}

impl PartialEq for Node<'_> {
    /// Whether two handles name the same node of the same document.
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.doc, other.doc) && self.id == other.id
    }
}

impl<'d> Node<'d> {
    /// The document this node is part of.
    pub fn document(self) -> &'d Document {
        self.doc
    }

    /// Index in the arena; nodes of one document sort by it in source order.
    pub fn id(self) -> u32 {
        self.id
    }

    /// What this node holds.
    pub fn kind(self) -> Kind {
        self.doc.slot(self.id).kind
    }

    /// Whether this is a map.
    pub fn is_map(self) -> bool {
        self.kind() == Kind::Map
    }

    /// Whether this is a list.
    pub fn is_seq(self) -> bool {
        self.kind() == Kind::Seq
    }

    /// Whether this is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether this is `null`, or a map or list that holds nothing.
    pub fn is_blank(self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::Map | Kind::Seq => self.children().next().is_none(),
            _ => false,
        }
    }

    /// The node that holds this one.
    pub fn parent(self) -> Option<Node<'d>> {
        let id = self.doc.slot(self.id).parent;
        (id != NONE).then_some(Node { id, ..self })
    }

    /// Key of this node in its parent map.
    pub fn key(self) -> Option<&'d str> {
        let slot = self.doc.slot(self.id);
        (slot.key_len != NONE).then(|| self.doc.str(slot.key, slot.key_len))
    }

    /// Index of this node in its parent list.
    pub fn index(self) -> Option<usize> {
        let slot = self.doc.slot(self.id);
        (slot.key_len == NONE && slot.parent != NONE).then_some(slot.key as usize)
    }

    /// Whether `other` is this node or lies below it, in the same document.
    pub fn contains(self, other: Node<'_>) -> bool {
        core::ptr::eq(self.doc, other.doc) && (self.id..self.end()).contains(&other.id)
    }

    /// Children in source order: items of a list, values of a map.
    pub fn children(self) -> Children<'d> {
        let end = if matches!(self.kind(), Kind::Seq | Kind::Map) { self.end() } else { 0 };
        Children { doc: self.doc, next: self.id + 1, end, shadowed: false }
    }

    /// Children, and with them the values that a duplicate key hides.
    pub fn written_children(self) -> Children<'d> {
        Children { shadowed: true, ..self.children() }
    }

    /// Items of a list; nothing for any other kind.
    pub fn items(self) -> Children<'d> {
        let end = if self.is_seq() { self.end() } else { 0 };
        Children { doc: self.doc, next: self.id + 1, end, shadowed: false }
    }

    /// Value of `key`; `None` when absent or when this is not a map.
    ///
    /// Linear in the number of keys.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        // The innermost loop of every rule: most keys differ in length or in the first byte.
        let initial = initial(key);
        let map = self.doc.slot(self.id);
        let (mut id, end) = (self.id + 1, if map.kind == Kind::Map { map.end } else { 0 });
        while id < end {
            let slot = self.doc.slot(id);
            if slot.key_len as usize == key.len()
                && slot.initial == initial
                && !slot.shadowed
                && self.doc.str(slot.key, slot.key_len) == key
            {
                return Some(Node { doc: self.doc, id });
            }
            id = slot.end;
        }
        None
    }

    /// Walks `path`, stopping at the first key that does not exist.
    pub fn at(self, path: &'static [&'static str]) -> Place<'d> {
        Place { node: self, rest: path }.settled()
    }

    /// The node at a JSON Pointer (RFC 6901) below this one.
    pub fn lookup(self, pointer: &str) -> Option<Node<'d>> {
        let mut node = self;
        for token in pointer.split('/').skip(1) {
            let token = crate::place::unescape(token);
            node = match node.kind() {
                Kind::Map => node.get(&token)?,
                Kind::Seq => node.items().nth(crate::place::index(&token)?)?,
                _ => return None,
            };
        }
        (pointer.is_empty() || pointer.starts_with('/')).then_some(node)
    }

    /// Text of a string.
    pub fn as_str(self) -> Option<&'d str> {
        (self.kind() == Kind::String).then(|| self.scalar_text())
    }

    /// An integer that fits `i64`.
    pub fn as_i64(self) -> Option<i64> {
        (self.kind() == Kind::Number).then(|| self.scalar_text().parse().ok()).flatten()
    }

    /// A boolean.
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.scalar_text() == "true")
    }

    /// This node, when it is a map.
    pub fn as_map(self) -> Option<Node<'d>> {
        self.is_map().then_some(self)
    }

    /// This node, when it is a list.
    pub fn as_seq(self) -> Option<Node<'d>> {
        self.is_seq().then_some(self)
    }

    /// Value of any scalar as text: a string unescaped, a number as JSON prints
    /// it; empty for null, lists and maps.
    pub fn scalar_text(self) -> &'d str {
        let slot = self.doc.slot(self.id);
        self.doc.str(slot.val, slot.val_len)
    }

    /// Text of a scalar as its author wrote it, without quotes: `0644` where the value is 420.
    pub fn written(self) -> &'d str {
        match self.doc.sources.get(self.id as usize).and_then(|source| source.written) {
            Some((at, len)) => self.doc.str(at, len),
            None => self.scalar_text(),
        }
    }

    /// Where and how this node is written; `None` for documents without text and for
    /// nodes that were added to one.
    pub fn origin(self) -> Option<Origin> {
        let origin = self.doc.sources.get(self.id as usize)?.origin;
        (origin != Origin::default() || self.parent().is_none()).then_some(origin)
    }

    /// Byte range to point a person at: a scalar itself, the key of a list or map, the first entry
    /// of a list item, the list around an item with nothing in it.
    pub fn anchor(self) -> Option<Span> {
        let origin = self.origin()?;
        let collection = matches!(self.kind(), Kind::Seq | Kind::Map);
        match origin.key {
            Some(key) if collection || origin.value.is_empty() => Some(key),
            // An item of a list with nothing behind its dash: the key of the list, not the list's
            // first entry, which is this one.
            None if origin.value.is_empty() && self.parent().is_some() => {
                let above = core::iter::successors(self.parent(), |node| node.parent());
                let mut keys = above.filter_map(|node| node.origin()?.key);
                Some(keys.next().unwrap_or(origin.value))
            }
            _ if !collection || origin.style == Style::Flow => Some(origin.value),
            _ => match self.children().next() {
                Some(first) => {
                    let start = first.origin().and_then(|o| o.key);
                    let end = first.anchor()?;
                    Some(Span { start: start.map_or(end.start, |s| s.start), end: end.end })
                }
                None => Some(origin.value),
            },
        }
    }

    /// Whether the text at byte `at` could still have belonged to this node: it lies behind the
    /// node's start and before whatever follows the node.
    pub fn reaches(self, at: u32) -> bool {
        let start = |id: u32| {
            let origin = self.doc.sources.get(id as usize)?.origin;
            Some(origin.key.map_or(origin.value.start, |key| key.start))
        };
        let follows = start(self.end()).is_some_and(|next| next <= at);
        start(self.id).is_some_and(|start| start <= at) && !follows
    }

    fn end(self) -> u32 {
        self.doc.slot(self.id).end
    }
}

/// Iterator over the children of a [`Node`].
#[derive(Clone, Debug)]
pub struct Children<'d> {
    doc: &'d Document,
    next: u32,
    end: u32,
    shadowed: bool,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        while self.next < self.end {
            let node = Node { doc: self.doc, id: self.next };
            let slot = self.doc.slot(node.id);
            self.next = slot.end;
            if self.shadowed || !slot.shadowed {
                return Some(node);
            }
        }
        None
    }
}
