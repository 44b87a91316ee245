//! Documents without text under repair.

use super::{Batch, Editable};
use alloc::{borrow::ToOwned, vec::Vec};
use patternwarden_tree::{Document, Edit, Refusal, apply};

/// Documents of objects, as they come from an API server.
#[derive(Debug)]
pub struct Objects {
    documents: Vec<Document>,
}

impl Objects {
    /// Documents to repair.
    pub fn new(documents: Vec<Document>) -> Self {
        Self { documents }
    }

    /// The documents as they are now.
    pub fn into_documents(self) -> Vec<Document> {
        self.documents
    }

    fn change(&mut self, document: usize, edits: &[Edit]) -> Result<(), Refusal> {
        let Some(old) = self.documents.get_mut(document) else { return Ok(()) };
        let Some(root) = old.root() else { return Ok(()) };
        *old = apply(root, edits)
            .map_err(|error| Refusal::new(error.pointer, None, error.expected.to_owned()))?;
        Ok(())
    }
}

impl Editable for Objects {
    fn documents(&self) -> &[Document] {
        &self.documents
    }

    fn edit(&mut self, batches: &[Batch]) -> Vec<Result<(), Refusal>> {
        batches.iter().map(|batch| self.change(batch.document, &batch.edits)).collect()
    }
}
