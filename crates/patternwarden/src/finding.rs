//! What a rule found, and how to repair it.

use crate::rule::{Admission, Grade, PssLevel, Rule, Severity};
use crate::suppress::Suppression;
use alloc::{string::String, vec::Vec};
use patternwarden_tree::{Edit, Span};

/// Something a rule found at one place of one object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How much it matters here.
    pub severity: Severity,
    /// The lowest level of the Pod Security Standards that forbids it; `None` when none does.
    pub standard: Option<PssLevel>,
    /// The most it does at admission, whatever the settings say of its rule.
    pub at_most: Admission,
    /// Index of the document.
    pub document: usize,
    /// Index of the object in the [`Set`](crate::set::Set); `None` when the place is in no object.
    pub object: Option<usize>,
    /// JSON Pointer (RFC 6901) relative to that object, else to the document; may name a place that does not exist yet.
    pub pointer: String,
    /// Bytes to show; `None` for objects without text.
    pub span: Option<Span>,
    /// Index of the deepest existing node in its document: findings sort by it.
    pub(crate) order: u32,
    /// What is wrong, one sentence.
    pub message: String,
    /// Other places that take part.
    pub related: Vec<Related>,
    /// How to repair it, best first.
    pub fixes: Vec<Fix>,
    /// Whether a comment or an annotation may hide it; what could not be read may be anything.
    pub excusable: bool,
    /// Who decided to live with it; `None` for a finding that counts.
    pub suppression: Option<Suppression>,
}

/// Another place that takes part in a finding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Related {
    /// Index of the object in the [`Set`](crate::set::Set).
    pub object: usize,
    /// JSON Pointer relative to that object.
    pub pointer: String,
    /// Bytes to show; `None` for objects without text.
    pub span: Option<Span>,
    /// What this place has to do with it, a few words.
    pub message: String,
}

/// A repair of one object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fix {
    /// Imperative, one line.
    pub title: String,
    /// How far it can be trusted.
    pub grade: Grade,
    /// Applied in order; pointers are relative to the object of the finding. New documents stand
    /// behind the one of the finding.
    pub edits: Vec<Edit>,
}
