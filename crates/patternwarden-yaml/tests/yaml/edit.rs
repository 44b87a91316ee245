//! Edits of documents as edits of their text.

mod corpus;
mod model;
mod pitfalls;
mod properties;
mod random;
mod second;
mod support;
