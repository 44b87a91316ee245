//! Edits of a text, and who turns edits of a document into them.

use crate::{Edit, Span};
use alloc::{string::String, vec::Vec};
use core::fmt;

/// Replaces bytes of a text by others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a span and its text are all there is to it")]
pub struct TextEdit {
    /// Bytes of the old text that go; empty where something is only inserted.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
    /// Parts of `text`, in bytes of it, that a person must fill.
    pub placeholders: Vec<Span>,
}

/// Why a text cannot be edited without a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// JSON Pointer, in the document, of the value that stands in the way.
    pub pointer: String,
    /// Bytes to show, where the text has them.
    pub span: Option<Span>,
    /// Why, a fragment without full stop that names no internals.
    pub message: String,
}

impl Refusal {
    /// A refusal at `pointer`.
    pub fn new(pointer: String, span: Option<Span>, message: String) -> Self {
        Self { pointer, span, message }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.message)
    }
}

impl core::error::Error for Refusal {}

/// Turns edits of a document into edits of the text it was read from.
///
/// The reader of a format implements it, so that who offers repairs need not see the text.
pub trait TextEditor {
    /// The smallest edits of the text that do what `edits`, in order, do to `document`, an index
    /// into [`Stream::documents`](crate::Stream::documents). Pointers are those of the document.
    /// The result is sorted and does not overlap; it was read back and has the expected value.
    ///
    /// # Errors
    /// The first thing that cannot be edited without a guess.
    fn plan(&self, document: usize, edits: &[Edit]) -> Result<Vec<TextEdit>, Refusal>;
}
