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
