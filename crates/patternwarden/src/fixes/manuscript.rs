//! A text under repair.

use super::{Batch, Editable};
use alloc::{string::String, vec::Vec};
use patternwarden_tree::{Document, Refusal, Stream, TextEdit, TextFormat, sort_by, splice};

/// A text and what was read from it.
pub struct Manuscript<'f> {
    text: String,
    stream: Stream,
    format: &'f dyn TextFormat,
}

impl core::fmt::Debug for Manuscript<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Manuscript").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl<'f> Manuscript<'f> {
    /// Reads a text.
    pub fn new(text: impl Into<String>, format: &'f dyn TextFormat) -> Self {
        let text = text.into();
        let stream = format.read(&text);
        Self { text, stream, format }
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was read from it.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The text as it is now.
    pub fn into_text(self) -> String {
        self.text
    }
}

impl Editable for Manuscript<'_> {
    fn documents(&self) -> &[Document] {
        &self.stream.documents
    }

    fn edit(&mut self, batches: &[Batch]) -> Vec<Result<(), Refusal>> {
        let (mut edits, mut answers): (Vec<TextEdit>, Vec<_>) = (Vec::new(), Vec::new());
        for Batch { document, edits: wanted } in batches {
            let planned = self.format.plan(&self.text, &self.stream, *document, wanted);
            answers.push(planned.map(|planned| edits.extend(planned)));
        }
        // Documents do not overlap, and neither do their edits.
        sort_by(&mut edits, |a, b| a.span.cmp(&b.span));
        if !edits.is_empty() {
            self.text = splice(&self.text, &edits);
            self.stream = self.format.read(&self.text);
        }
        answers
    }
}
