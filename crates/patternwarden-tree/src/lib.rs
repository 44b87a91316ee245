//! Documents: one flat arena that JSON and YAML both build.
//!
//! A [`Document`] owns all its text in one buffer and all its nodes in one
//! vector, in pre-order. A [`Node`] is a `Copy` handle that knows its parent, so
//! a path is never tracked while reading: it is computed when somebody prints a
//! [`Pointer`]. A [`Place`] names a value that may be absent, and [`At`] pairs a
//! place with what was read there: a value, nothing, or something of another
//! type.
//!
//! Offsets are bytes of UTF-8 ([`Span`]); a [`LineIndex`] turns them into the
//! UTF-16 offsets, lines and columns that people and editors use.
//!
//! **Invariants.** Nothing here knows Kubernetes or YAML. Nothing here panics:
//! limits ([`MAX_DEPTH`], [`MAX_NODES`]) are errors of the [`Builder`].
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod builder;
#[cfg(feature = "serde")]
mod de;
mod document;
mod edit;
mod json;
mod order;
mod place;
mod stream;
mod text;
mod text_edit;
mod value;

pub use builder::{Builder, Limit, MAX_DEPTH, MAX_NODES};
#[cfg(feature = "serde")]
pub use de::{DocumentSeed, from_deserializer};
pub use document::{Children, Comment, Document, Kind, Node, Note, NoteKind, Origin, Style};
pub use edit::{Edit, EditError, Op, apply};
pub use json::{escape_string, quote, write_edited, write_json};
pub use order::{sort_by, sort_ids};
pub use place::{At, Place, Pointer, apart, escaped, unescape};
pub use stream::{Stream, SyntaxError};
pub use text::{LineIndex, Position, Range, Span};
pub use text_edit::{Refusal, TextEdit, TextEditor, TextFormat, placeholders, splice};
pub use value::Value;
