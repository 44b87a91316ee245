//! Places that may be absent, and the JSON Pointers (RFC 6901) that name them.

use crate::document::Node;
use crate::text::Span;
use alloc::{borrow::Cow, string::String};
use core::fmt;

/// A place in a document that may not exist yet: a node plus the keys missing under it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'d> {
    /// Deepest node that exists.
    pub node: Node<'d>,
    /// Keys still missing below it; empty when the place exists.
    pub rest: &'static [&'static str],
}

impl<'d> Place<'d> {
    /// The node, when the place exists.
    pub fn node(self) -> Option<Node<'d>> {
        self.rest.is_empty().then_some(self.node)
    }

    /// JSON Pointer of this place, relative to `base`.
    pub fn pointer(self, base: Node<'d>) -> Pointer<'d> {
        Pointer { place: self, base }
    }

    /// Byte range to point a person at; see [`Node::anchor`].
    pub fn anchor(self) -> Option<Span> {
        self.node.anchor()
    }

    pub(crate) fn settled(mut self) -> Self {
        while let Some((key, rest)) = self.rest.split_first() {
            let Some(node) = self.node.get(key) else { break };
            self = Place { node, rest };
        }
        self
    }
}

impl<'d> From<Node<'d>> for Place<'d> {
    fn from(node: Node<'d>) -> Self {
        Place { node, rest: &[] }
    }
}

/// A place together with the value read there.
///
/// Three states: [`value`](Self::value) is `Some`; the place is absent; the
/// place exists but holds another type ([`is_mistyped`](Self::is_mistyped)).
/// A `null` counts as absent, as it does for the API server.
#[derive(Clone, Copy, Debug)]
pub struct At<'d, T> {
    /// The value, when present and of the right type.
    pub value: Option<T>,
    /// Where it is, or where it would be.
    pub place: Place<'d>,
}

impl<'d, T> At<'d, T> {
    /// Reads the value at `path` below `node` with `read`.
    pub fn read(
        node: Node<'d>,
        path: &'static [&'static str],
        read: impl FnOnce(Node<'d>) -> Option<T>,
    ) -> Self {
        let place = node.at(path);
        At { value: place.node().and_then(read), place }
    }

    /// Nothing, or `null`, at this place.
    pub fn is_absent(&self) -> bool {
        self.place.node().is_none_or(Node::is_null)
    }

    /// Something at this place, but not a `T`.
    pub fn is_mistyped(&self) -> bool {
        self.value.is_none() && !self.is_absent()
    }
}

/// Prints a [`Place`] as a JSON Pointer without allocating.
#[derive(Clone, Copy, Debug)]
pub struct Pointer<'d> {
    place: Place<'d>,
    base: Node<'d>,
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ancestors(f, self.place.node, self.base)?;
        for key in self.place.rest {
            f.write_str("/")?;
            escape(f, key)?;
        }
        Ok(())
    }
}

/// Prints the way from `base` down to a node. A document is nowhere deeper than its builder allows.
fn ancestors(f: &mut fmt::Formatter<'_>, node: Node<'_>, base: Node<'_>) -> fmt::Result {
    let Some(parent) = node.parent().filter(|_| node != base) else { return Ok(()) };
    ancestors(f, parent, base)?;
    f.write_str("/")?;
    match node.key() {
        Some(key) => escape(f, key),
        None => write!(f, "{}", node.index().unwrap_or(0)),
    }
}

fn escape(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    if !key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return f.write_str(key);
    }
    for (i, part) in key.split('~').enumerate() {
        if i > 0 {
            f.write_str("~0")?;
        }
        for (j, part) in part.split('/').enumerate() {
            if j > 0 {
                f.write_str("~1")?;
            }
            f.write_str(part)?;
        }
    }
    Ok(())
}

/// A reference token as the index of a list item: digits without a sign or a leading zero.
pub(crate) fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with(['0', '+']);
    canonical.then(|| token.parse().ok()).flatten()
}

/// A key as one reference token of a JSON Pointer, with `~` and `/` escaped.
pub fn escaped(key: &str) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| escape(f, key))
}

/// Whether of the places that two JSON Pointers name neither is the other, or lies in it.
pub fn apart(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    !long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One reference token of a JSON Pointer with `~1` and `~0` resolved.
pub fn unescape(token: &str) -> Cow<'_, str> {
    if !token.contains('~') {
        return Cow::Borrowed(token);
    }
    let mut out = String::with_capacity(token.len());
    let mut rest = token;
    while let Some(at) = rest.find('~') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let escaped = rest.get(at + 1..).unwrap_or("");
        match escaped.chars().next() {
            Some('0') => out.push('~'),
            Some('1') => out.push('/'),
            _ => {
                out.push('~');
                rest = escaped;
                continue;
            }
        }
        rest = escaped.get(1..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}
