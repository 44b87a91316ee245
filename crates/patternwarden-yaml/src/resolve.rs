//! From the syntax tree to values: aliases, keys, numbers, as go-yaml decodes them.

use crate::explain;
use crate::fault::Fault;
use crate::merge;
use crate::number::{self, Number};
use crate::scalar::{self, Scalar};
use crate::syntax::{Content, Id, NONE, Node, Syntax};
use alloc::{borrow::Cow, string::ToString, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{
    Builder, Document, Kind, Limit, MAX_DEPTH, MAX_NODES, Note, NoteKind, Origin, Span,
};

/// A document, and the first thing in it that Kubernetes refuses.
pub(crate) struct Resolved {
    /// `None` when there is no value, or too much of it.
    pub(crate) document: Option<Document>,
    pub(crate) fault: Option<Fault>,
}

/// Builds the document of `syntax`, whose text starts at `base` of the whole input.
pub(crate) fn resolve(syntax: &Syntax<'_>, base: usize, notes: Vec<Note>) -> Resolved {
    let mut resolver = Resolver {
        syntax,
        base,
        out: Builder::default(),
        fault: None,
        decoded: 0,
        aliased: 0,
        active: Vec::new(),
    };
    if syntax.nodes.is_empty() {
        return Resolved { document: None, fault: None };
    }
    for note in notes {
        resolver.out.note(note);
    }
    match resolver.value(0, None) {
        Ok(()) => Resolved { document: Some(resolver.out.finish()), fault: resolver.fault },
        // What is left would be an arbitrary part of something too large to judge.
        Err(stop) => Resolved { document: None, fault: resolver.fault.or(Some(stop)) },
    }
}

/// A value of a map, with the key that names it.
pub(crate) struct Entry<'s> {
    pub(crate) key: Cow<'s, str>,
    pub(crate) key_id: Id,
    pub(crate) value: Id,
    pub(crate) merged: bool,
}

pub(crate) struct Resolver<'s, 't> {
    pub(crate) syntax: &'s Syntax<'t>,
    base: usize,
    out: Builder,
    fault: Option<Fault>,
    /// Nodes decoded so far, and how many of them inside an alias, as go-yaml counts.
    decoded: usize,
    aliased: usize,
    /// Aliases and merged maps that are being followed.
    active: Vec<Id>,
}

impl<'s, 't> Resolver<'s, 't> {
    /// Decodes the node `id` as the next value; `key` is where its key stands.
    ///
    /// # Errors
    /// Only for limits; any other offence is recorded, and the value becomes a hole.
    fn value(&mut self, id: Id, key: Option<Range<usize>>) -> Result<(), Fault> {
        let node = self.syntax.node(id);
        self.count(node)?;
        let Content::Alias(target) = node.content else {
            return self.content(id, node, self.origin(node, node.at(), key));
        };
        if target == NONE {
            let fault = explain::unknown_anchor(node.at());
            return self.hole(node, key, fault);
        }
        if !self.enter(target, node)? {
            return self.hole(node, key, explain::recursive_anchor(node.at()));
        }
        let aim = self.syntax.node(target);
        self.count(aim)?;
        // Where the value is used is where a person looks for it.
        let origin = Origin { indirect: true, ..self.origin(aim, node.at(), key) };
        let result = self.content(target, aim, origin);
        self.leave();
        result
    }

    fn content(&mut self, id: Id, node: &'s Node<'t>, origin: Origin) -> Result<(), Fault> {
        let aliased = !self.active.is_empty();
        let limit = |limit: Limit| explain::limit(node.at(), limit, aliased);
        match &node.content {
            Content::Seq => {
                self.out.open(Kind::Seq, Some(origin)).map_err(limit)?;
                for item in self.syntax.children(id) {
                    self.value(item, None)?;
                }
            }
            Content::Map => {
                self.out.open(Kind::Map, Some(origin)).map_err(limit)?;
                for entry in self.map(id)? {
                    self.out.key(&entry.key).map_err(limit)?;
                    let key = self.syntax.node(entry.key_id).at();
                    if entry.merged {
                        self.active.push(NONE);
                    }
                    self.value(entry.value, Some(key))?;
                    if entry.merged {
                        self.active.pop();
                    }
                }
            }
            Content::Scalar(text) => return self.scalar(text, node, origin),
            Content::Alias(_) => return Ok(()),
        }
        self.out.close(None);
        Ok(())
    }

    fn scalar(&mut self, text: &str, node: &Node<'_>, origin: Origin) -> Result<(), Fault> {
        let resolved = scalar::resolve(text, node.style, node.tag);
        let number;
        let (kind, value) = match &resolved {
            Ok(Scalar::Null) => (Kind::Null, ""),
            Ok(Scalar::Bool(value)) => (Kind::Bool, if *value { "true" } else { "false" }),
            Ok(Scalar::Number(value)) => {
                number = value.json();
                (Kind::Number, number.as_str())
            }
            Ok(Scalar::Str(value)) => (Kind::String, value.as_ref()),
            Ok(Scalar::NotFinite(_)) => {
                self.offence(node, explain::not_finite(node.at(), text));
                (Kind::Null, "")
            }
            Err(misfit) => {
                self.offence(node, explain::misfit(node.at(), *misfit));
                (Kind::Null, "")
            }
        };
        self.out
            .scalar_from(kind, value, text, origin)
            .map_err(|limit| explain::limit(node.at(), limit, !self.active.is_empty()))
    }

    /// The entries of a map, merge keys followed; the last of a key is the one that counts.
    fn map(&mut self, id: Id) -> Result<Vec<Entry<'s>>, Fault> {
        let mut entries = Vec::new();
        self.entries(id, false, &mut entries)?;
        Ok(merge::visible(entries))
    }

    /// Appends the entries of one map in text order, each merge in its place.
    fn entries(&mut self, id: Id, merged: bool, out: &mut Vec<Entry<'s>>) -> Result<(), Fault> {
        for (key, value) in self.syntax.entries(id) {
            let node = self.syntax.node(key);
            if merge::is_merge_key(node) {
                self.merge(value, out)?;
                continue;
            }
            self.count(node)?;
            match key_name(self.syntax, key) {
                Ok(name) => out.push(Entry { key: name, key_id: key, value, merged }),
                Err(fault) => {
                    let end = self.syntax.node(value).end.max(node.end);
                    self.leave_out(node.start..end, fault);
                }
            }
        }
        Ok(())
    }

    /// Appends what `<<` names: a map, an alias to one, or a list of these, of which the first wins.
    fn merge(&mut self, id: Id, out: &mut Vec<Entry<'s>>) -> Result<(), Fault> {
        let node = self.syntax.node(id);
        match node.content {
            Content::Map => {
                self.count(node)?;
                if self.enter(id, node)? {
                    self.entries(id, true, out)?;
                    self.leave();
                }
                Ok(())
            }
            Content::Alias(target) => {
                self.count(node)?;
                let aim = self.syntax.node(target);
                if !matches!(aim.content, Content::Map) {
                    let fault = match target {
                        NONE => explain::unknown_anchor(node.at()),
                        _ => explain::not_mergeable(node.at()),
                    };
                    self.leave_out(node.at(), fault);
                } else if self.enter(target, node)? {
                    self.count(aim)?;
                    self.entries(target, true, out)?;
                    self.leave();
                } else {
                    self.leave_out(node.at(), explain::recursive_anchor(node.at()));
                }
                Ok(())
            }
            Content::Seq => {
                let items: Vec<Id> = self.syntax.children(id).collect();
                for item in items.into_iter().rev() {
                    let one = self.syntax.node(item);
                    if matches!(one.content, Content::Map | Content::Alias(_)) {
                        self.merge(item, out)?;
                    } else {
                        self.leave_out(one.at(), explain::not_mergeable(one.at()));
                    }
                }
                Ok(())
            }
            Content::Scalar(_) => {
                self.leave_out(node.at(), explain::not_mergeable(node.at()));
                Ok(())
            }
        }
    }

    /// Counts one decoded node against go-yaml's ratio of aliased nodes and our own total.
    fn count(&mut self, node: &Node<'_>) -> Result<(), Fault> {
        self.decoded += 1;
        if !self.active.is_empty() {
            self.aliased += 1;
        }
        // go-yaml's `allowedAliasRatio`: 99 % up to 400,000 nodes, falling to 10 % at 4,000,000.
        // Our own limit on nodes ends the document before the ratio falls.
        let excessive = self.aliased > 100
            && self.decoded > 1_000
            && self.aliased.saturating_mul(100) > self.decoded.saturating_mul(99);
        if excessive || self.aliased > MAX_NODES {
            return Err(explain::excessive_aliases(node.at()));
        }
        Ok(())
    }

    /// Starts to follow an alias or a merged map; `false` when that would never end.
    fn enter(&mut self, target: Id, node: &Node<'_>) -> Result<bool, Fault> {
        if self.active.contains(&target) {
            return Ok(false);
        }
        if self.active.len() >= MAX_DEPTH {
            return Err(explain::limit(node.at(), Limit::Depth, true));
        }
        self.active.push(target);
        Ok(true)
    }

    fn leave(&mut self) {
        self.active.pop();
    }

    fn origin(&self, node: &Node<'_>, at: Range<usize>, key: Option<Range<usize>>) -> Origin {
        Origin {
            key: key.map(|key| self.span(key)),
            value: self.span(at),
            style: node.style,
            indirect: !self.active.is_empty(),
        }
    }

    fn span(&self, at: Range<usize>) -> Span {
        Span::new(self.base + at.start, self.base + at.end)
    }

    /// A value that cannot be read: `null`, and a hole so that nobody takes it for one.
    fn hole(
        &mut self,
        node: &Node<'_>,
        key: Option<Range<usize>>,
        fault: Fault,
    ) -> Result<(), Fault> {
        self.offence(node, fault);
        let origin = self.origin(node, node.at(), key);
        self.out
            .scalar_from(Kind::Null, "", "", origin)
            .map_err(|limit| explain::limit(node.at(), limit, !self.active.is_empty()))
    }

    fn offence(&mut self, node: &Node<'_>, fault: Fault) {
        self.leave_out(node.at(), fault);
    }

    /// Records an offence and that the text at `at` was left out.
    fn leave_out(&mut self, at: Range<usize>, fault: Fault) {
        let span = self.span(at);
        self.out.note(Note { kind: NoteKind::Hole, span });
        self.fault.get_or_insert(fault);
    }
}

/// The text of a key: resolved like a value, then printed.
///
/// # Errors
/// For a key that Kubernetes cannot print: `null`, a list, a map, a number that is too large.
pub(crate) fn key_name<'s>(syntax: &'s Syntax<'_>, id: Id) -> Result<Cow<'s, str>, Fault> {
    let node = syntax.node(id);
    let aim = match node.content {
        Content::Alias(NONE) => return Err(explain::unknown_anchor(node.at())),
        Content::Alias(target) => syntax.node(target),
        _ => node,
    };
    let Content::Scalar(text) = &aim.content else {
        return Err(explain::key_collection(node.at()));
    };
    match scalar::resolve(text, aim.style, aim.tag) {
        Ok(Scalar::Str(text)) => Ok(text),
        Ok(Scalar::Bool(value)) => Ok(if value { "true" } else { "false" }.into()),
        Ok(Scalar::Number(Number::Int(value))) => Ok(value.to_string().into()),
        Ok(Scalar::Number(Number::Float(value)) | Scalar::NotFinite(value)) => {
            Ok(number::key(value).into())
        }
        Ok(Scalar::Null) => Err(explain::key_null(node.at())),
        Ok(Scalar::Number(Number::Big(_))) => Err(explain::key_too_large(node.at())),
        Err(misfit) => Err(explain::misfit(node.at(), misfit)),
    }
}
