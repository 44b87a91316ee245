//! Building a [`Document`] from parser events.

use crate::document::{Document, Kind, NONE, Node, Note, Origin, Slot, Source, initial};
use crate::order::sort_ids;
use alloc::vec::Vec;
use core::fmt;

/// Deepest nesting of lists and maps a [`Builder`] accepts.
pub const MAX_DEPTH: usize = 255;

/// Most nodes a [`Builder`] accepts in one document.
pub const MAX_NODES: usize = 500_000;

/// A document larger than this crate accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
    /// More nodes than [`MAX_NODES`].
    Nodes,
    /// More than 4 GiB of text.
    Text,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Depth => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            Self::Nodes => write!(f, "more than {MAX_NODES} values"),
            Self::Text => f.write_str("more than 4 GiB of text"),
        }
    }
}

impl core::error::Error for Limit {}

/// Builds a [`Document`] from parser events.
///
/// Call [`key`](Self::key) before each value of a map. Lists and maps left open
/// are closed by [`finish`](Self::finish).
#[derive(Debug, Default)]
pub struct Builder {
    doc: Document,
    open: Vec<Open>,
    key: Option<(u32, u32)>,
}

#[derive(Debug)]
struct Open {
    id: u32,
    children: u32,
}

/// Maps with at most this many entries are searched for duplicates pair by pair.
const FEW: usize = 16;

impl Builder {
    /// Names the next value of the open map.
    ///
    /// # Errors
    /// [`Limit::Text`].
    pub fn key(&mut self, key: &str) -> Result<(), Limit> {
        self.key = Some(self.text(key)?);
        Ok(())
    }

    /// Adds a scalar that no source text shows.
    ///
    /// # Errors
    /// Any [`Limit`].
    pub fn scalar(&mut self, kind: Kind, text: &str) -> Result<(), Limit> {
        let val = self.text(text)?;
        self.push(kind, val, None)
    }

    /// Adds a scalar from a source text; `written` is its text without quotes.
    ///
    /// # Errors
    /// Any [`Limit`].
    pub fn scalar_from(
        &mut self,
        kind: Kind,
        text: &str,
        written: &str,
        origin: Origin,
    ) -> Result<(), Limit> {
        let val = self.text(text)?;
        let written = if written == text { None } else { Some(self.text(written)?) };
        self.push(kind, val, Some(Source { origin, written }))
    }

    /// Opens a list or a map.
    ///
    /// # Errors
    /// Any [`Limit`].
    pub fn open(&mut self, kind: Kind, origin: Option<Origin>) -> Result<(), Limit> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Limit::Depth);
        }
        let id = self.doc.slots.len() as u32;
        self.push(kind, (0, 0), origin.map(|origin| Source { origin, written: None }))?;
        self.open.push(Open { id, children: 0 });
        Ok(())
    }

    /// Closes the innermost list or map; `end` is where its text ends, if known only now.
    pub fn close(&mut self, end: Option<u32>) {
        let Some(Open { id, .. }) = self.open.pop() else { return };
        // A key without a value must not name the next value of the map around.
        self.key = None;
        let next = self.doc.slots.len() as u32;
        if let Some(slot) = self.doc.slots.get_mut(id as usize) {
            slot.end = next;
        }
        if let (Some(end), Some(source)) = (end, self.doc.sources.get_mut(id as usize)) {
            source.origin.value.end = end;
        }
        if self.doc.slot(id).kind == Kind::Map {
            self.shadow(id);
        }
    }

    /// Number of open lists and maps.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Copies a subtree, with what is known of its source.
    ///
    /// # Errors
    /// Any [`Limit`].
    pub fn copy(&mut self, node: Node<'_>) -> Result<(), Limit> {
        let source = node.doc.sources.get(node.id as usize);
        match node.kind() {
            kind @ (Kind::Seq | Kind::Map) => {
                self.open(kind, source.map(|s| s.origin))?;
                for child in node.written_children() {
                    if let Some(key) = child.key() {
                        self.key(key)?;
                    }
                    self.copy(child)?;
                }
                self.close(None);
                Ok(())
            }
            kind => match source {
                Some(source) => {
                    self.scalar_from(kind, node.scalar_text(), node.written(), source.origin)
                }
                None => self.scalar(kind, node.scalar_text()),
            },
        }
    }

    /// Records what a reader noticed.
    pub fn note(&mut self, note: Note) {
        let at = self.doc.notes.partition_point(|earlier| earlier.span <= note.span);
        self.doc.notes.insert(at, note);
    }

    /// The finished document.
    pub fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.close(None);
        }
        sort_ids(&mut self.doc.shadowed, &|a, b| a.cmp(&b));
        self.doc
    }

    fn text(&mut self, text: &str) -> Result<(u32, u32), Limit> {
        let at = self.doc.text.len();
        if at.saturating_add(text.len()) >= NONE as usize {
            return Err(Limit::Text);
        }
        self.doc.text.push_str(text);
        Ok((at as u32, text.len() as u32))
    }

    fn push(&mut self, kind: Kind, val: (u32, u32), source: Option<Source>) -> Result<(), Limit> {
        let id = self.doc.slots.len();
        if id >= MAX_NODES {
            return Err(Limit::Nodes);
        }
        let parent = self.open.last_mut();
        let parent_id = parent.as_ref().map_or(NONE, |open| open.id);
        let (key, key_len) = match (self.key.take(), parent) {
            (Some(key), _) => key,
            (None, Some(open)) => {
                open.children += 1;
                (open.children - 1, NONE)
            }
            (None, None) => (0, NONE),
        };
        let initial = if key_len == NONE { 0 } else { initial(self.doc.str(key, key_len)) };
        self.doc.slots.push(Slot {
            parent: parent_id,
            end: id as u32 + 1,
            key,
            key_len,
            val: val.0,
            val_len: val.1,
            kind,
            initial,
            shadowed: false,
        });
        if let Some(source) = source {
            self.doc.sources.resize(id, Source::default());
            self.doc.sources.push(source);
        } else if !self.doc.sources.is_empty() {
            self.doc.sources.push(Source::default());
        }
        Ok(())
    }

    /// Marks every entry of the map `id` that a later entry with the same key hides.
    fn shadow(&mut self, id: u32) {
        let doc = &self.doc;
        let entries = || Node { doc, id }.children().map(|n| (n.key().unwrap_or(""), n.id));
        let mut hidden = Vec::new();
        if entries().count() <= FEW {
            for (at, (key, child)) in entries().enumerate() {
                if entries().skip(at + 1).any(|(other, _)| other == key) {
                    hidden.push(child);
                }
            }
        } else {
            let key = |id| Node { doc, id }.key().unwrap_or("");
            let mut sorted: Vec<_> = entries().map(|(_, id)| id).collect();
            sort_ids(&mut sorted, &|a, b| key(a).cmp(key(b)));
            for pair in sorted.windows(2) {
                if let [a, b] = pair
                    && key(*a) == key(*b)
                {
                    hidden.push(*a);
                }
            }
        }
        for child in hidden {
            if let Some(slot) = self.doc.slots.get_mut(child as usize) {
                slot.shadowed = true;
            }
            self.doc.shadowed.push(child);
        }
    }
}
