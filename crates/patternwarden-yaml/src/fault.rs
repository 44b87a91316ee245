//! Why one document cannot be read, before it is known where the document stands.

use alloc::{borrow::Cow, string::String};
use core::ops::Range;
use patternwarden_tree::{Span, SyntaxError};

/// One offence, with bytes counted from the start of its document's text.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) at: Range<usize>,
    pub(crate) message: Cow<'static, str>,
    pub(crate) hint: Option<Cow<'static, str>>,
}

impl Fault {
    pub(crate) fn new(at: Range<usize>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { at, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Widens a bare position to the word that stands there, so that there is something to mark.
    pub(crate) fn widened(mut self, text: &str) -> Self {
        if self.at.start < self.at.end && self.at.end <= text.len() {
            return self;
        }
        let at = floor(text, self.at.start.min(text.len()));
        let (before, after) = text.split_at(at);
        let word = |s: &str| s.find(char::is_whitespace).unwrap_or(s.len());
        let ahead = word(after);
        self.at = if ahead > 0 {
            at..at + ahead
        } else {
            // Past the end of a line: what is wrong is the last thing written before.
            let end = before.trim_end().len();
            let start = before.get(..end).and_then(|s| s.char_indices().next_back());
            start.map_or(0, |(start, _)| start)..end
        };
        self
    }

    /// The error to show, for a document that starts at `base` of the whole input.
    pub(crate) fn error(self, base: usize, document: usize) -> SyntaxError {
        let span = Span::new(base + self.at.start, base + self.at.end);
        let error = SyntaxError::new(span, document, String::from(self.message));
        match self.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// The last character boundary at or before `at`.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
