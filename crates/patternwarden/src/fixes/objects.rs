//! Documents without text under repair.

use super::{Batch, Editable};
use alloc::{borrow::ToOwned, vec::Vec};
use patternwarden_tree::{Document, Edit, EditError, Op, Refusal, apply};

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
        let refusal =
            |error: EditError| Refusal::new(error.pointer, None, error.expected.to_owned());
        let mut beside = Vec::new();
        for edit in edits {
            if let Op::NewDocument(value) = &edit.op {
                let whole = Edit::new("", Op::Replace(value.clone()));
                beside.push(apply(root, &[whole]).map_err(refusal)?);
            }
        }
        *old = apply(root, edits).map_err(refusal)?;
        self.documents.splice((document + 1)..=document, beside);
        Ok(())
    }
}

impl Editable for Objects {
    fn documents(&self) -> &[Document] {
        &self.documents
    }

    fn edit(&mut self, batches: &[Batch]) -> Vec<Result<(), Refusal>> {
        // From the last one on: a new document moves those behind it.
        let change = |batch: &Batch| self.change(batch.document, &batch.edits);
        let mut answers: Vec<_> = batches.iter().rev().map(change).collect();
        answers.reverse();
        answers
    }
}
