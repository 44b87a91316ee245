//! What a reader hands over: documents, errors, and the way back to the text.

use crate::document::Document;
use crate::text::{LineIndex, Span};
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

/// Everything read from one input.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The documents that could be read, in source order.
    pub documents: Vec<Document>,
    /// What could not be read, in source order.
    pub errors: Vec<SyntaxError>,
    /// Documents without content, in source order: nothing but blanks, comments or `null`.
    pub empty: Vec<Span>,
    /// Positions in the source text; `None` for an input without text.
    pub lines: Option<LineIndex>,
}

/// A place where the text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// Where, in bytes of the whole input.
    pub span: Span,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it, one sentence.
    pub hint: Option<Cow<'static, str>>,
    /// Index of the document in the text, counting those that could not be read.
    pub document: usize,
}

impl SyntaxError {
    /// An error at `span` of document number `document`.
    pub fn new(span: Span, document: usize, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None, document }
    }

    /// The same error with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.span.start, self.message)
    }
}

impl core::error::Error for SyntaxError {}
