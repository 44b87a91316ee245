//! Documents without text under repair.

use super::{Batch, Editable};
use alloc::{borrow::ToOwned, vec::Vec};
use patternwarden_tree::{Document, Edit, Refusal, apply};

/// Documents, and what was done to them.
#[derive(Debug)]
pub struct Objects {
    documents: Vec<Document>,
    done: Vec<Batch>,
}

impl Objects {
    /// Documents to repair.
    pub fn new(documents: Vec<Document>) -> Self {
        Self { documents, done: Vec::new() }
    }

    /// What was done, in order: a copy of the documents becomes the same by it.
    pub fn done(&self) -> &[Batch] {
        &self.done
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
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            let answer = self.change(batch.document, &batch.edits);
            if answer.is_ok() {
                self.done.push(batch.clone());
            }
            answers.push(answer);
        }
        answers
    }
}
