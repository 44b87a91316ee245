//! A text under change: what is left of the old text, and what is new between it.
//!
//! Every step changes the text as it is by then; what comes out are edits of the
//! text as it was.

use super::lines::cut;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{Span, TextEdit};

/// New text, and the parts of it that a person must fill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) marks: Vec<Range<usize>>,
}

impl Written {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn blanks(&mut self, count: usize) {
        self.text.extend(core::iter::repeat_n(' ', count));
    }

    pub(crate) fn append(&mut self, other: &Written) {
        let at = self.text.len();
        self.marks.extend(other.marks.iter().map(|mark| mark.start + at..mark.end + at));
        self.text.push_str(&other.text);
    }
}

/// One change of the current text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) at: Range<usize>,
    pub(crate) new: Written,
}

impl Change {
    pub(crate) fn new(at: Range<usize>, new: Written) -> Self {
        Self { at, new }
    }

    pub(crate) fn text(at: Range<usize>, text: &str) -> Self {
        Self { at, new: Written { text: text.to_owned(), marks: Vec::new() } }
    }

    pub(crate) fn delete(at: Range<usize>) -> Self {
        Self::text(at, "")
    }

    pub(crate) fn insert(at: usize, new: Written) -> Self {
        Self { at: at..at, new }
    }
}

enum Piece {
    Old(Range<usize>),
    New(Written),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Old(at) => at.len(),
            Self::New(new) => new.text.len(),
        }
    }

    /// Cuts at `at` bytes; `None` where that is no character boundary.
    fn split(self, at: usize) -> Option<(Self, Self)> {
        match self {
            Self::Old(old) => {
                let middle = old.start + at;
                Some((Self::Old(old.start..middle), Self::Old(middle..old.end)))
            }
            Self::New(Written { mut text, marks }) => {
                if !text.is_char_boundary(at) {
                    return None;
                }
                let rest = text.split_off(at);
                // A part that is cut in two is no longer the part that must be filled.
                let before = marks.iter().filter(|mark| mark.end <= at).cloned().collect();
                let after = marks.iter().filter(|mark| mark.start >= at);
                let after = after.map(|mark| mark.start - at..mark.end - at).collect();
                let new = |text, marks| Self::New(Written { text, marks });
                Some((new(text, before), new(rest, after)))
            }
        }
    }
}

/// A text under change.
pub(crate) struct Pieces<'t> {
    text: &'t str,
    pieces: Vec<Piece>,
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, pieces: [Piece::Old(0..text.len())].into() }
    }

    /// The text as it is now.
    pub(crate) fn current(&self) -> String {
        let mut out = String::with_capacity(self.text.len() + 64);
        for piece in &self.pieces {
            out.push_str(match piece {
                Piece::Old(at) => cut(self.text, at.clone()),
                Piece::New(new) => &new.text,
            });
        }
        out
    }

    /// Applies changes of the current text; `None` when they overlap or leave the text.
    pub(crate) fn change(&mut self, mut changes: Vec<Change>) -> Option<()> {
        changes.sort_by_key(|change| (change.at.start, change.at.end));
        let mut limit = usize::MAX;
        for change in changes.into_iter().rev() {
            if change.at.start > change.at.end || change.at.end > limit {
                return None;
            }
            limit = change.at.start;
            let end = self.split_at(change.at.end)?;
            // Splitting before a piece moves it by one.
            let count = self.pieces.len();
            let start = self.split_at(change.at.start)?;
            let end = end + (self.pieces.len() - count);
            self.pieces.splice(start..end, [Piece::New(change.new)]);
        }
        Some(())
    }

    /// Index of the piece that begins at `at` of the current text.
    fn split_at(&mut self, at: usize) -> Option<usize> {
        let mut start = 0;
        for index in 0..self.pieces.len() {
            let len = self.pieces.get(index)?.len();
            if at == start {
                return Some(index);
            }
            if at < start + len {
                let (before, after) = self.pieces.remove(index).split(at - start)?;
                self.pieces.splice(index..index, [before, after]);
                return Some(index + 1);
            }
            start += len;
        }
        (at == start).then_some(self.pieces.len())
    }

    /// Where a range of the current text stood in the old one, if it is old text.
    pub(crate) fn original(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let mut start = 0;
        for piece in &self.pieces {
            let end = start + piece.len();
            if let Piece::Old(old) = piece
                && start <= span.start
                && span.end <= end
            {
                return Some(old.start + span.start - start..old.start + span.end - start);
            }
            start = end;
        }
        None
    }

    /// The edits of the old text, which begins at `base` of the whole input; the fewest bytes.
    pub(crate) fn edits(self, base: usize) -> Vec<TextEdit> {
        let mut out = Vec::new();
        let mut cursor = 0;
        let mut new = Written::default();
        let end = self.text.len();
        for piece in self.pieces.into_iter().chain([Piece::Old(end..end)]) {
            match piece {
                Piece::New(more) => new.append(&more),
                Piece::Old(old) => {
                    // An empty piece between two changes does not part them.
                    if old.is_empty() && old.start != end {
                        continue;
                    }
                    if old.start > cursor || !new.text.is_empty() {
                        let change = Change::new(cursor..old.start, core::mem::take(&mut new));
                        out.extend(smallest(self.text, change, base));
                    }
                    cursor = old.end;
                }
            }
        }
        out
    }
}

/// Without what is the same before and after; `None` when nothing is left.
fn smallest(text: &str, change: Change, base: usize) -> Option<TextEdit> {
    let Change { at: Range { mut start, mut end }, new: Written { text: mut new, mut marks } } =
        change;
    let old = cut(text, start..end);
    let free = marks.first().map_or(new.len(), |mark| mark.start);
    let same = |(a, b): &(char, char)| a == b;
    let prefix: usize = old
        .chars()
        .zip(cut(&new, 0..free).chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    start += prefix;
    new.drain(..prefix);
    for mark in &mut marks {
        *mark = mark.start - prefix..mark.end - prefix;
    }
    let old = cut(text, start..end);
    let taken = marks.last().map_or(0, |mark| mark.end);
    let rest = cut(&new, taken..new.len());
    let suffix: usize =
        old.chars().rev().zip(rest.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    end -= suffix;
    new.truncate(new.len() - suffix);
    let span = Span::new(base + start, base + end);
    let placeholders = marks.into_iter().map(|mark| Span::new(mark.start, mark.end)).collect();
    (!span.is_empty() || !new.is_empty()).then_some(TextEdit { span, text: new, placeholders })
}
