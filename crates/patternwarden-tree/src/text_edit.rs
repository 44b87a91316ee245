//! Edits of a text, and who turns edits of a document into them.

use crate::{Edit, Span, Stream};
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
    /// A [new document](crate::Op::NewDocument) stands right behind this one.
    ///
    /// # Errors
    /// The first thing that cannot be edited without a guess.
    fn plan(&self, document: usize, edits: &[Edit]) -> Result<Vec<TextEdit>, Refusal>;
}

/// A format of manifest text: how it is read, and how what was read is edited.
///
/// Who repairs a text in several steps reads it again after each; this is all that it needs to
/// know of the format.
pub trait TextFormat {
    /// Reads a text.
    fn read(&self, text: &str) -> Stream;

    /// [`TextEditor::plan`] for `text`, which was read as `stream`.
    ///
    /// # Errors
    /// The first thing that cannot be edited without a guess.
    fn plan(
        &self,
        text: &str,
        stream: &Stream,
        document: usize,
        edits: &[Edit],
    ) -> Result<Vec<TextEdit>, Refusal>;
}

/// A text with edits made; they are sorted and do not overlap, as [`TextEditor::plan`] returns
/// them.
///
/// An edit that does not fit the text, or that begins before the last one ended, is left out.
pub fn splice(text: &str, edits: &[TextEdit]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut cursor = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let fits = text.is_char_boundary(end) && start <= end;
        if let Some(kept) = text.get(cursor..start).filter(|_| fits) {
            out.push_str(kept);
            out.push_str(&edit.text);
            cursor = end;
        }
    }
    out.push_str(text.get(cursor..).unwrap_or(""));
    out
}

/// Where the placeholders of `edits` stand once they are made, in bytes of the new text.
pub fn placeholders(edits: &[TextEdit]) -> Vec<Span> {
    let mut out = Vec::new();
    let (mut written, mut gone) = (0_u32, 0_u32);
    for edit in edits {
        let start = (edit.span.start + written).saturating_sub(gone);
        out.extend(edit.placeholders.iter().map(|inside| inside.shifted(start)));
        written += edit.text.len() as u32;
        gone += edit.span.end.saturating_sub(edit.span.start);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn edit(start: usize, end: usize, text: &str, placeholders: Vec<Span>) -> TextEdit {
        TextEdit { span: Span::new(start, end), text: text.into(), placeholders }
    }

    #[test]
    fn placeholders_are_found_in_the_new_text() {
        let edits = [
            edit(0, 4, "é", vec![]),
            edit(5, 5, "name: <name>\n", vec![Span::new(6, 12)]),
            edit(6, 7, "<x>", vec![Span::new(0, 3)]),
        ];
        let text = splice("zero 123", &edits);
        assert_eq!(text, "é name: <name>\n1<x>3");
        let shown: Vec<_> = placeholders(&edits).iter().map(|span| span.of(&text)).collect();
        assert_eq!(shown, ["<name>", "<x>"]);
    }

    #[test]
    fn edits_that_do_not_fit_are_left_out() {
        assert_eq!(splice("aé", &[edit(2, 3, "", vec![])]), "aé");
        assert_eq!(splice("ab", &[edit(1, 9, "", vec![])]), "ab");
        assert_eq!(splice("abc", &[edit(1, 3, "", vec![]), edit(2, 3, "", vec![])]), "a");
    }
}
