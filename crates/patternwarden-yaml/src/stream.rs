//! A whole input: JSON documents, then YAML documents, each with its error if it has one.

use crate::comments;
use crate::events::Yaml;
use crate::explain;
use crate::fault::{Fault, floor};
use crate::json::Json;
use crate::recover::{self, Budget};
use crate::resolve::{self, Resolved};
use crate::split::{Chunk, split};
use crate::strict;
use crate::syntax::Syntax;
use crate::{MAX_DOCUMENTS, MAX_INPUT};
use alloc::{format, string::String, vec::Vec};
use core::{mem, ops::Range};
use patternwarden_tree::{
    Comment, Document, LineIndex, MAX_NODES, Node, Note, NoteKind, Span, Stream, SyntaxError,
};

/// Reads `text`; see [`crate::read`].
pub(crate) fn read(text: &str, caret: Option<usize>) -> Stream {
    if text.len() > MAX_INPUT {
        return refused(text, MAX_INPUT..text.len(), "the input is longer than 10 MiB");
    }
    let mut reader = Reader { text, caret, ..Reader::default() };
    let rest = reader.json();
    reader.yaml(rest);
    // Behind the last document.
    if let Some(last) = reader.stream.documents.last_mut() {
        last.add_comments(reader.comments);
    }
    reader.stream.lines = Some(LineIndex::new(text));
    reader.stream
}

/// A stream that is nothing but one error.
pub(crate) fn refused(text: &str, at: Range<usize>, message: &str) -> Stream {
    let shown = text.get(..floor(text, text.len().min(MAX_INPUT))).unwrap_or("");
    let error = SyntaxError::new(Span::new(at.start, at.end), 0, message)
        .with_hint("Split it into several files.");
    let lines = Some(LineIndex::new(shown));
    Stream { errors: [error].into(), lines, ..Stream::default() }
}

#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    caret: Option<usize>,
    stream: Stream,
    /// Documents so far, readable or not.
    count: usize,
    /// Values so far, in all documents.
    nodes: usize,
    budget: Budget,
    /// Comments that stand before the next document.
    comments: Vec<Comment>,
    /// A limit was hit; nothing more is read.
    full: bool,
}

impl Reader<'_> {
    /// Reads JSON values from the start of the text; returns where YAML begins.
    fn json(&mut self) -> usize {
        let mut at = 0;
        while !self.full {
            let rest = self.text.get(at..).unwrap_or("");
            // A byte order mark is no blank, so what follows one is YAML.
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            let value = rest.get(blanks..).unwrap_or("");
            if !value.starts_with('{') {
                break;
            }
            let mut source = Json::new(value);
            let syntax = Syntax::read(value, &mut source);
            if syntax.fault.is_some() {
                break;
            }
            let base = at + blanks;
            at = base + source.position();
            let resolved = resolve::resolve(&syntax, base, Vec::new());
            let read = self.text.get(base..at).unwrap_or("");
            self.finish(base, read, resolved);
        }
        at
    }

    fn yaml(&mut self, from: usize) {
        let text = self.text;
        let rest = text.get(from..).unwrap_or("");
        let mut chunks = split(rest).peekable();
        while let Some(chunk) = chunks.next() {
            if self.full {
                return;
            }
            match chunk {
                Chunk::BadSeparator(at) if self.count >= MAX_DOCUMENTS => {
                    self.too_many_documents(from + at.start);
                }
                Chunk::BadSeparator(at) => {
                    let fault = explain::bad_separator(at);
                    self.fail(from, fault);
                }
                Chunk::Document(at) => {
                    // kubectl loses the document before a separator that it cannot read.
                    let lost = match chunks.peek() {
                        Some(Chunk::BadSeparator(bad)) => Some(from + bad.start..from + bad.end),
                        _ => None,
                    };
                    self.document(from + at.start..from + at.end, lost);
                }
            }
        }
    }

    /// Reads one YAML document.
    fn document(&mut self, at: Range<usize>, lost: Option<Range<usize>>) {
        let base = at.start;
        let text = self.text.get(at).unwrap_or("");
        let recovered;
        let mut syntax = Syntax::read(text, &mut Yaml::new(text));
        if let (Some(_), Some(json)) = (&syntax.fault, json(text)) {
            syntax = json;
        }
        let caret = self.caret.and_then(|caret| caret.checked_sub(base));
        let fault = syntax.fault.clone();
        let mut holes: Vec<Range<usize>> = Vec::new();
        if let Some(fault) = &fault {
            let start = fault.at.start.min(text.len());
            recovered = recover::recover(text, &syntax, start, caret, &mut self.budget);
            if let Some(recovered) = &recovered {
                syntax = Syntax::read(&recovered.text, &mut Yaml::new(&recovered.text));
                recovered.colon.into_iter().for_each(|at| syntax.without_byte(at));
                holes.clone_from(&recovered.holes);
            } else {
                holes.push(start..text.len());
            }
        }
        let note =
            |kind, at: Range<usize>| Note { kind, span: Span::new(base + at.start, base + at.end) };
        let stopped = fault.is_some();
        // Strictness may need text that is in a hole, so only a tree of the whole text is asked.
        let refused = match fault {
            Some(fault) => Some(first(fault, crate::characters::check(text))),
            None => strict::check(text, &syntax),
        };
        if let (Some(fault), true) = (&refused, holes.is_empty()) {
            holes.push(fault.at.clone());
        }
        let mut notes: Vec<Note> = holes.into_iter().map(|at| note(NoteKind::Hole, at)).collect();
        if let Some(lost) = lost {
            notes.push(Note { kind: NoteKind::Hole, span: Span::new(lost.start, lost.end) });
        }
        let end = text.trim_end().len();
        let ignored = syntax.ignored.filter(|start| *start < end).map(|start| start..end);
        if let Some(at) = ignored.clone() {
            notes.push(note(NoteKind::IgnoredText, at));
        }
        self.comments.extend(comments::comments(text, &syntax, base));
        let mut resolved = resolve::resolve(&syntax, base, notes);
        resolved.fault = match (refused, resolved.fault) {
            // What recovery made of the text is not the author's offence.
            (Some(refused), _) if stopped => Some(refused),
            (Some(refused), found) => Some(first(refused, found)),
            (None, found) => found,
        };
        let value = resolved.document.as_ref().and_then(Document::root);
        if value.is_none_or(Node::is_null) && resolved.fault.is_none() {
            resolved.fault = ignored.map(explain::dropped);
        }
        self.finish(base, text, resolved);
    }

    /// Takes one document over, unless it is empty or one too many.
    fn finish(&mut self, base: usize, text: &str, resolved: Resolved) {
        let Resolved { document, fault } = resolved;
        let mut document = document.filter(|d| d.root().is_some_and(|root| !root.is_null()));
        if document.is_none() && fault.is_none() {
            if self.stream.empty.len() < MAX_DOCUMENTS {
                let end = base + text.trim_end().len();
                self.stream.empty.push(Span::new(base, end));
            }
            return;
        }
        self.nodes += document.as_ref().map_or(0, Document::len);
        if self.count >= MAX_DOCUMENTS {
            return self.too_many_documents(base);
        }
        if self.nodes > MAX_NODES {
            return self.stop(base, format!("the input has more than {MAX_NODES} values"));
        }
        match fault {
            Some(fault) => self.fail(base, template(text).unwrap_or(fault).widened(text)),
            None => self.count += 1,
        }
        if let Some(document) = &mut document {
            document.add_comments(mem::take(&mut self.comments));
        }
        self.stream.documents.extend(document);
    }

    fn fail(&mut self, base: usize, fault: Fault) {
        let error = fault.error(base, self.count);
        self.stream.errors.push(error);
        self.count += 1;
    }

    fn too_many_documents(&mut self, from: usize) {
        self.stop(from, format!("the input has more than {MAX_DOCUMENTS} documents"));
    }

    fn stop(&mut self, from: usize, message: String) {
        let span = Span::new(from, self.text.len());
        let error =
            SyntaxError::new(span, self.count, message).with_hint("Split it into several files.");
        self.stream.errors.push(error);
        self.full = true;
    }
}

/// The fault that stands first in the text.
fn first(fault: Fault, other: Option<Fault>) -> Fault {
    match other {
        Some(other) if other.at.start < fault.at.start => other,
        _ => fault,
    }
}

/// A text that is neither YAML nor JSON but starts like a JSON object, read as JSON: people who
/// write JSON want to be told about JSON.
fn json(text: &str) -> Option<Syntax<'_>> {
    let start = text.find(|c: char| !c.is_whitespace())?;
    text.get(start..)?.strip_prefix('{')?.trim_start().strip_prefix('"')?;
    let mut source = Json::new(text);
    let syntax = Syntax::read(text, &mut source);
    syntax.fault.is_some().then_some(syntax)
}

/// The first `{{` that a template engine would replace outside of quotes, if there is one.
fn template(text: &str) -> Option<Fault> {
    let mut base = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let found = content.find("{{").filter(|at| {
            let before = content.get(..*at).unwrap_or("");
            let quoted = before.contains(['"', '\'', '#']);
            !quoted && content.get(*at..).is_some_and(|rest| rest.contains("}}"))
        });
        if let Some(at) = found {
            let start = base + indent + at;
            let end = content.get(at..).and_then(|rest| rest.find("}}")).map_or(2, |len| len + 2);
            return Some(explain::template(start..start + end));
        }
        base += line.len();
    }
    None
}
