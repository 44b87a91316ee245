//! The format behind the trait that repairs know it by.

use crate::Source;
use alloc::vec::Vec;
use patternwarden_tree::{Edit, Refusal, Stream, TextEdit, TextEditor as _, TextFormat};

/// Manifest text, YAML and JSON alike.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to choose")]
pub struct Yaml;

impl TextFormat for Yaml {
    fn read(&self, text: &str) -> Stream {
        crate::read(text)
    }

    fn plan(
        &self,
        text: &str,
        stream: &Stream,
        document: usize,
        edits: &[Edit],
    ) -> Result<Vec<TextEdit>, Refusal> {
        Source::new(text, stream).plan(document, edits)
    }
}
