//! A document of its own behind the one that is edited.

use super::flow::Flow;
use super::parsed::Parsed;
use super::part::Part;
use super::pieces::Written;
use super::quoting::Quotes;
use super::same::same;
use super::write::{New, Writer};
use super::{lines, refuse};
use crate::split::{Chunk, split};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use patternwarden_tree::{Document, Edit, Op, Refusal, Span, TextEdit, Value, splice};

/// The documents that `edits` put behind their own.
pub(crate) fn new_documents(edits: &[Edit]) -> Vec<&Value> {
    let value = |edit| match edit {
        &Edit { op: Op::NewDocument(ref value), .. } => Some(value),
        _ => None,
    };
    edits.iter().filter_map(value).collect()
}

/// `edits` of the input that make `part` read as `expected`, and `new` behind it.
///
/// # Errors
/// When the result does not read as these documents, or is too long to be read.
pub(crate) fn accompanied(
    part: &Part<'_>,
    read: &Parsed<'_>,
    mut edits: Vec<TextEdit>,
    expected: &Document,
    new: &[&Value],
) -> Result<Vec<TextEdit>, Refusal> {
    if new.is_empty() {
        return Ok(edits);
    }
    let at = part.shifted(0..part.text().len());
    let own = |edit: &TextEdit| {
        let place = |offset: u32| (offset as usize).saturating_sub(at.start);
        TextEdit { span: Span::new(place(edit.span.start), place(edit.span.end)), ..edit.clone() }
    };
    let before = splice(part.text(), &edits.iter().map(own).collect::<Vec<_>>());
    let written = write(read, &before, new);
    let text = [before.as_str(), &written.text].concat();
    let refusal = |message: &str| Refusal::new(String::new(), None, message.to_owned());
    if !part.has_room(text.len().saturating_sub(part.text().len()), new.len()) {
        return Err(refusal(refuse::TOO_LONG));
    }
    if !is_read(&text, before.len(), part.json, expected, new) {
        return Err(refusal(refuse::UNVERIFIED));
    }
    // What ends where this begins would otherwise be an edit of the same place.
    match edits.last_mut().filter(|last| last.span.end as usize == at.end) {
        Some(last) => {
            let base = last.text.len() as u32;
            let marks = written.marks.into_iter().map(|mark| Span::new(mark.start, mark.end));
            last.placeholders.extend(marks.map(|mark| mark.shifted(base)));
            last.text.push_str(&written.text);
        }
        None => {
            let marks = written.marks.into_iter().map(|mark| Span::new(mark.start, mark.end));
            let span = Span::new(at.end, at.end);
            edits.push(TextEdit { span, text: written.text, placeholders: marks.collect() });
        }
    }
    Ok(edits)
}

/// What follows the text `before`: in YAML each document behind a separator, in JSON each on a line.
fn write(read: &Parsed<'_>, before: &str, new: &[&Value]) -> Written {
    let mut out = Written::default();
    let end = read.text.len();
    let eol = lines::line_break(read.text, end);
    let habit = read.habit(None, end);
    let writer = Writer { habit, eol, literal: true, quotes: Quotes::Needed };
    let mut open = !lines::is_behind_break(before, before.len());
    for value in new {
        if core::mem::take(&mut open) {
            out.push(eol);
        }
        if read.json {
            Flow::COMPACT.value(&mut out, value);
        } else {
            out.push("---");
            out.push(eol);
            writer.body(&mut out, &New::value(value), 0);
        }
        out.push(eol);
    }
    out
}

/// Whether `text` reads as `expected`, then `new`; what is new begins at `at`.
fn is_read(text: &str, at: usize, json: bool, expected: &Document, new: &[&Value]) -> bool {
    if json {
        let mut lines = text.get(at..).unwrap_or("").trim_ascii_start().lines();
        let mut next = || lines.next().and_then(|line| Parsed::read(line, true).ok());
        return new.iter().all(|value| reads_as(next().as_ref(), value)) && next().is_none();
    }
    let mut chunks = split(text).map(|chunk| match chunk {
        Chunk::Document(chunk) => Parsed::read(text.get(chunk)?, false).ok(),
        Chunk::BadSeparator(_) => None,
    });
    let first = chunks.next().flatten();
    let kept = first.as_ref().and_then(|first| first.document.root().zip(expected.root()));
    kept.is_some_and(|(kept, expected)| same(kept, expected))
        && new.iter().all(|value| reads_as(chunks.next().flatten().as_ref(), value))
        && chunks.next().is_none()
}

fn reads_as(read: Option<&Parsed<'_>>, value: &Value) -> bool {
    read.and_then(|read| read.document.root()).is_some_and(|root| value.matches(root))
}
