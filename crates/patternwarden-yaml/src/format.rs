//! The format behind the trait that repairs know it by.

use alloc::vec::Vec;
use patternwarden_tree::{Edit, Refusal, Stream, TextEdit, TextFormat};

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
        let _ = (text, stream, document, edits);
        Err(Refusal::new(alloc::string::String::new(), None, "texts cannot be edited yet".into()))
    }
}

/// A text and what was read from it.
#[derive(Debug)]
pub struct Source<'a> {
    text: &'a str,
    stream: &'a Stream,
}

impl<'a> Source<'a> {
    /// For edits.
    pub fn new(text: &'a str, stream: &'a Stream) -> Self {
        Self { text, stream }
    }
}

impl patternwarden_tree::TextEditor for Source<'_> {
    fn plan(&self, document: usize, edits: &[Edit]) -> Result<Vec<TextEdit>, Refusal> {
        Yaml.plan(self.text, self.stream, document, edits)
    }
}
