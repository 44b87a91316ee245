//! Edits of documents as edits of their text.

mod beside;
mod corpus;
mod manners;
mod model;
mod more_pitfalls;
mod pitfalls;
mod properties;
mod random;
mod second;
mod support;
