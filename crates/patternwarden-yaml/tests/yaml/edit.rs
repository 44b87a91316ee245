//! Edits of documents as edits of their text.

pub(crate) mod support;

mod pitfalls;
