//! One document's text, read: its syntax and its value side by side.

use super::habit::Indent;
use super::lines::{self, byte, cut};
use super::refuse;
use crate::events::{Event, Source as _, Yaml};
use crate::json::Json;
use crate::resolve;
use crate::strict;
use crate::syntax::{Content, Id, NONE, Node, Syntax};
use alloc::{borrow::Cow, vec::Vec};
use core::{cell::OnceCell, ops::Range};
use patternwarden_tree::{Document, Style};

/// A document that could be read in full.
pub(crate) struct Parsed<'t> {
    pub(crate) text: &'t str,
    /// Whether the text is read as JSON, not as YAML.
    pub(crate) json: bool,
    pub(crate) syntax: Syntax<'t>,
    pub(crate) document: Document,
    /// Nodes that an alias names.
    shared: Vec<Id>,
    /// How its author indents; found out when it is first asked for.
    pub(crate) indents: OnceCell<Vec<Indent>>,
}

/// An entry or an item, from its key or `-` to the end of its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// The key; of an item, the value.
    pub(crate) key: Id,
    pub(crate) value: Id,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'t> Parsed<'t> {
    /// Reads the text of one document.
    ///
    /// # Errors
    /// Why it cannot be edited.
    pub(crate) fn read(text: &'t str, json: bool) -> Result<Self, &'static str> {
        let syntax = if json {
            let mut source = Json::new(text);
            let syntax = Syntax::read(text, &mut source);
            if source.position() != text.len() {
                return Err(refuse::BROKEN);
            }
            syntax
        } else {
            Syntax::read(text, &mut Yaml::new(text))
        };
        if syntax.fault.is_some() || (!json && strict::check(text, &syntax).is_some()) {
            return Err(refuse::BROKEN);
        }
        if syntax.ignored.is_some_and(|start| start < text.trim_end().len()) {
            return Err(refuse::REST);
        }
        let resolved = resolve::resolve(&syntax, 0, Vec::new());
        let document = resolved.document.filter(|_| resolved.fault.is_none());
        let document = document.ok_or(refuse::BROKEN)?;
        let shared = syntax.nodes.iter().filter_map(|node| match node.content {
            Content::Alias(target) if target != NONE => Some(target),
            _ => None,
        });
        let shared = shared.collect();
        Ok(Self { text, json, syntax, document, shared, indents: OnceCell::new() })
    }

    pub(crate) fn node(&self, id: Id) -> &Node<'t> {
        self.syntax.node(id)
    }

    /// Whether an alias repeats what is written here.
    pub(crate) fn is_shared(&self, id: Id) -> bool {
        self.shared.contains(&id)
    }

    /// Whether an alias elsewhere repeats something that is written in this range.
    pub(crate) fn shares_within(&self, at: &Range<usize>) -> bool {
        self.shared.iter().any(|id| at.contains(&self.node(*id).start))
    }

    /// Entries of a map or items of a list, as they are written.
    pub(crate) fn members(&self, id: Id) -> Vec<Member> {
        let node = self.node(id);
        if matches!(node.content, Content::Map) {
            let entries = self.syntax.entries(id);
            let member = |(key, value): (Id, Id)| {
                let end = self.node(value).end.max(self.node(key).end);
                Member { key, value, start: self.node(key).start, end }
            };
            return entries.map(member).collect();
        }
        let mut from = node.start;
        let mut out = Vec::new();
        for value in self.syntax.children(id) {
            let (mut start, mut end) = (self.node(value).start, self.node(value).end);
            if !node.is_flow() {
                start = self.dash(from);
                end = end.max(start + 1);
            }
            out.push(Member { key: value, value, start, end });
            from = end;
        }
        out
    }

    /// The next `-` from `from` on, past blanks and comments.
    fn dash(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at = match byte(self.text, at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => at + 1,
                Some(b'#') => lines::line_end(self.text, at),
                _ => return at,
            };
        }
    }

    /// The name of a key.
    pub(crate) fn key(&self, id: Id) -> Option<Cow<'_, str>> {
        resolve::key_name(&self.syntax, id).ok()
    }

    /// Where the value of a key may begin: behind the colon on the key's line.
    pub(crate) fn colon(&self, key: Id) -> Option<usize> {
        let at = lines::blanks(self.text, self.node(key).end);
        (byte(self.text, at) == Some(b':')).then_some(at + 1)
    }

    /// Whether a blank or the end of a line stands at `at`.
    pub(crate) fn is_blank(&self, at: usize) -> bool {
        byte(self.text, at).is_none_or(|c| c.is_ascii_whitespace())
    }

    /// Whether a key is announced by a `?`.
    pub(crate) fn is_explicit(&self, key: Id) -> bool {
        let start = self.node(key).start;
        let before = cut(self.text, lines::line_start(self.text, start)..start);
        let marked = before.trim_end().ends_with('?') && before.ends_with([' ', '\t']);
        marked || (!self.node(key).in_flow && self.colon(key).is_none())
    }

    /// Where a value ends, before the line break that a kept block scalar ends with.
    pub(crate) fn end(&self, id: Id) -> usize {
        let node = self.node(id);
        if node.end > node.start && lines::is_behind_break(self.text, node.end) {
            return lines::before_break(self.text, node.end);
        }
        node.end
    }

    /// The block scalar that ends at `end`.
    pub(crate) fn block_scalar_to(&self, end: usize) -> Option<&Node<'t>> {
        let nodes = self.syntax.nodes.iter().rev();
        let mut scalars = nodes.filter(|n| matches!(n.style, Style::Literal | Style::Folded));
        scalars.find(|node| node.end == end)
    }

    /// Whether a list or map is written in brackets of its own.
    pub(crate) fn has_brackets(&self, id: Id) -> bool {
        let node = self.node(id);
        let last = node.end.checked_sub(1).and_then(|at| byte(self.text, at));
        matches!(
            (byte(self.text, node.start), last, &node.content),
            (Some(b'{'), Some(b'}'), Content::Map) | (Some(b'['), Some(b']'), Content::Seq)
        )
    }
}

/// Where the JSON value ends with which `text` begins, if it begins with one.
pub(crate) fn json_end(text: &str) -> Option<usize> {
    let mut source = Json::new(text);
    loop {
        match source.step() {
            Ok(step) if matches!(step.event, Event::StreamEnd) => return Some(source.position()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}
