//! The part of an input that one document is read from.
//!
//! Documents are independent of each other, so an edit needs to read no more than
//! its own; [`Part::verify`] looks for the few changes that would reach further.

use super::parsed::{Parsed, json_end};
use super::pieces::Pieces;
use super::refuse;
use super::same::same;
use crate::split::{Chunk, split};
use crate::stream;
use crate::{MAX_DOCUMENTS, MAX_INPUT, edit::lines::cut};
use alloc::{string::String, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{Document, MAX_NODES, Node, Refusal, Stream, TextEdit};

/// The text of one document, and how it is read.
pub(crate) struct Part<'t> {
    whole: &'t str,
    stream: &'t Stream,
    document: usize,
    at: Range<usize>,
    pub(crate) json: bool,
    /// JSON would be read here if the text began with a brace.
    leads: bool,
}

fn refusal(message: &str) -> Refusal {
    Refusal::new(String::new(), None, message.into())
}

impl<'t> Part<'t> {
    /// The part of the document with this index, and what was read there.
    ///
    /// # Errors
    /// When there is none, or when it could not be read in full.
    pub(crate) fn find(
        whole: &'t str,
        stream: &'t Stream,
        index: usize,
    ) -> Result<(Self, Parsed<'t>), Refusal> {
        let document = stream.documents.get(index).ok_or_else(|| refusal(refuse::NO_TEXT))?;
        let root = document.root().ok_or_else(|| refusal(refuse::NO_TEXT))?;
        let origin = root.origin().ok_or_else(|| refusal(refuse::NO_TEXT))?;
        if document.is_recovered() {
            return Err(refusal(refuse::BROKEN));
        }
        let start = origin.value.start as usize;
        let (at, json, leads) = locate(whole, start).ok_or_else(|| refusal(refuse::OTHER_TEXT))?;
        let part = Self { whole, stream, document: index, at, json, leads };
        let read = Parsed::read(part.text(), json).map_err(refusal)?;
        let own = read.document.root().and_then(Node::origin);
        let stands = own.is_some_and(|own| own.value.shifted(part.at.start as u32) == origin.value);
        if !stands || !read.document.root().is_some_and(|own| same(own, root)) {
            return Err(refusal(refuse::OTHER_TEXT));
        }
        Ok((part, read))
    }

    /// The text of the document.
    pub(crate) fn text(&self) -> &'t str {
        cut(self.whole, self.at.clone())
    }

    /// Where a range of the document's text stands in the input.
    pub(crate) fn shifted(&self, span: Range<usize>) -> Range<usize> {
        span.start + self.at.start..span.end + self.at.start
    }

    /// Whether the input can still be read with so many bytes and documents more.
    pub(crate) fn has_room(&self, bytes: usize, documents: usize) -> bool {
        self.whole.len() + bytes <= MAX_INPUT
            && self.stream.documents.len() + documents <= MAX_DOCUMENTS
    }

    /// The edits of the input, if the changed text reads as `expected` and all other documents
    /// stay as they are.
    ///
    /// # Errors
    /// When that is not so.
    pub(crate) fn verify(
        &self,
        pieces: Pieces<'_>,
        expected: &Document,
    ) -> Result<Vec<TextEdit>, Refusal> {
        let text = pieces.current();
        let grown = text.len().saturating_sub(self.at.len());
        let others = self.stream.documents.iter().enumerate();
        let others = others.filter(|(index, _)| *index != self.document);
        let nodes: usize = others.map(|(_, other)| other.len()).sum();
        if self.whole.len() + grown > MAX_INPUT || nodes + expected.len() > MAX_NODES {
            return Err(refusal(refuse::TOO_LONG));
        }
        let unverified = || refusal(refuse::UNVERIFIED);
        let read = Parsed::read(&text, self.json).map_err(|_| unverified())?;
        let (Some(found), Some(expected)) = (read.document.root(), expected.root()) else {
            return Err(unverified());
        };
        if !same(found, expected) || !self.is_alone(&text) {
            return Err(unverified());
        }
        // YAML that has become JSON is read by other rules, and so may be what follows it.
        if self.leads && !self.json && text.trim_ascii_start().starts_with('{') {
            let (before, after) = (cut(self.whole, 0..self.at.start), self.at.end);
            let whole = [before, &text, cut(self.whole, after..self.whole.len())].concat();
            if !self.is_read(&stream::read(&whole, None), expected) {
                return Err(unverified());
            }
        }
        Ok(pieces.edits(self.at.start))
    }

    /// Whether a text in this place is one document and leaves the next separator alone.
    fn is_alone(&self, text: &str) -> bool {
        if self.json {
            return true;
        }
        let closed = self.at.end == self.whole.len() || text.ends_with('\n');
        let mut chunks = split(text);
        closed && chunks.next() == Some(Chunk::Document(0..text.len())) && chunks.next().is_none()
    }

    /// Whether a stream differs from the old one in this document alone.
    fn is_read(&self, stream: &Stream, expected: Node<'_>) -> bool {
        let old = &self.stream.documents;
        let unchanged = |index: usize, new: &Document| {
            let old = if index == self.document {
                Some(expected)
            } else {
                old.get(index).and_then(Document::root)
            };
            old.zip(new.root()).is_some_and(|(old, new)| same(old, new))
        };
        stream.documents.len() == old.len()
            && stream.errors.len() == self.stream.errors.len()
            && stream.documents.iter().enumerate().all(|(index, new)| unchanged(index, new))
    }
}

/// The range of the document that holds `start`, whether it is JSON, and whether it could be.
fn locate(text: &str, start: usize) -> Option<(Range<usize>, bool, bool)> {
    let mut at = 0;
    loop {
        let rest = cut(text, at..text.len());
        let value = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        if !value.starts_with('{') {
            break;
        }
        let Some(len) = json_end(value) else { break };
        let begin = at + rest.len() - value.len();
        at = begin + len;
        if start < at {
            return (start == begin).then_some((begin..at, true, true));
        }
    }
    split(cut(text, at..text.len())).find_map(|chunk| match chunk {
        Chunk::Document(chunk) => {
            let range = at + chunk.start..at + chunk.end;
            let leads = chunk.start == 0;
            (range.start <= start
                && start <= range.end
                && (start < range.end || range.end == text.len()))
            .then_some((range, false, leads))
        }
        Chunk::BadSeparator(_) => None,
    })
}
