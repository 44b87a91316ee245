#![no_std]
//! Manifest text to documents, as kubectl reads it.
//!
//! [`read`] takes any text and hands over a [`Stream`]: every document that
//! Kubernetes would be sent, the exact range of every key and value, and one
//! error for each document that kubectl would refuse. A refused document is
//! still read as far as possible, so that a page can go on judging it while its
//! author is typing; it then carries a [`NoteKind::Hole`].
//!
//! The way of a text: `stream` chooses between JSON and YAML, `split` cuts YAML
//! at its `---` lines, `events` and `json` turn one document into events,
//! `syntax` makes a tree of them, `strict` finds what kubectl's parser refuses,
//! `recover` reads around an error, and `resolve` turns the tree into values.
//!
//! The way back: a [`Source`] turns edits of a document into the few bytes of
//! its text that must change, so that comments and layout stay.
//!
//! **Invariants.** Every text is accepted or has an error, never neither; no
//! text makes this crate panic, and time and memory are bounded by
//! [`MAX_INPUT`], [`MAX_DOCUMENTS`] and the limits of the tree. No edit is
//! offered that was not read back and compared with the value it must have.
//!
//! [`NoteKind::Hole`]: patternwarden_tree::NoteKind::Hole

extern crate alloc;
#[cfg(test)]
extern crate std;

mod bytes;
mod characters;
mod comments;
mod edit;
mod events;
mod explain;
mod fault;
mod format;
mod gaps;
mod json;
mod merge;
mod number;
mod recover;
mod resolve;
mod scalar;
mod split;
mod stream;
mod strict;
mod syntax;
mod tabs;

pub use bytes::read_bytes;
pub use edit::Source;
pub use format::Yaml;
use patternwarden_tree::Stream;
pub use patternwarden_tree::splice as apply;

/// Longest input that is read, in bytes.
pub const MAX_INPUT: usize = 10 * 1024 * 1024;

/// Most documents that are read from one input.
pub const MAX_DOCUMENTS: usize = 5_000;

/// Reads manifest text as kubectl would, keeping what can be read.
///
/// Spans are bytes of `text`. Documents that are empty, `null` or nothing but
/// comments are passed over, as kubectl does; the stream says where the first
/// [`MAX_DOCUMENTS`] of them are.
pub fn read(text: &str) -> Stream {
    stream::read(text, None)
}

/// Reads text that is being typed: what stands on the line of the byte offset
/// `caret` is the first suspect when its document cannot be read.
///
/// The errors are those of [`read`]; only what is kept of a broken document
/// differs.
pub fn read_at_caret(text: &str, caret: u32) -> Stream {
    stream::read(text, Some(caret as usize))
}
