//! Edits as data: the operations of RFC 6902 that repairs need.
//!
//! Unlike RFC 6902, `add` creates the maps that are missing on the way to its
//! place, so that a repair can name `/spec/securityContext/runAsNonRoot` on an
//! object that has no `securityContext`.

use crate::builder::{Builder, Limit};
use crate::document::{Document, Kind, Node};
use crate::place::{index, unescape};
use crate::value::Value;
use alloc::{
    borrow::{Cow, ToOwned},
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// One operation at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// JSON Pointer relative to the root that the edit is applied to.
    pub pointer: String,
    /// What to do there.
    pub op: Op,
}

/// What an [`Edit`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an applier must know every operation")]
pub enum Op {
    /// Sets a map entry, or inserts a list item (`-` appends); creates missing parent maps.
    Add(Value),
    /// Replaces a value that exists.
    Replace(Value),
    /// Removes a value that exists; the root cannot be removed.
    Remove,
    /// Fails unless the place holds this value.
    Test(Value),
    /// Moves the value at the JSON Pointer `from` here, as `Remove` and `Add` would; a value
    /// cannot move into itself.
    Move {
        /// Where the value is now.
        from: String,
    },
    /// Removes the earlier entries of the same map with the same key, which this one hides.
    ///
    /// The value does not change; only text has something to lose. Not part of RFC 6902, which
    /// cannot name a hidden entry.
    KeepLast,
    /// Puts a document of its own behind this one, whose value does not change. The pointer is
    /// empty. Not part of RFC 6902, which knows one document.
    NewDocument(Value),
}

/// Why an edit does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditError {
    /// The pointer that could not be followed.
    pub pointer: String,
    /// What was expected there.
    pub expected: &'static str,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.pointer, self.expected)
    }
}

impl core::error::Error for EditError {}

impl Edit {
    /// `op` at `pointer`.
    #[expect(clippy::needless_pass_by_value, reason = "pointers, literals and strings alike")]
    pub fn new(pointer: impl ToString, op: Op) -> Self {
        Self { pointer: pointer.to_string(), op }
    }
}

/// Applies `edits` in order and returns the changed document.
///
/// # Errors
/// The first edit whose place cannot be reached or whose test fails; the input is untouched.
pub fn apply(root: Node<'_>, edits: &[Edit]) -> Result<Document, EditError> {
    let mut doc = rebuild(root, None)?;
    for edit in edits {
        let step = |doc: &Document, pointer: &str, change: Change<'_>| {
            let root = doc.root().ok_or_else(|| error(pointer, "a document"))?;
            at_place(root, pointer, change)
        };
        doc = match &edit.op {
            Op::Add(value) => step(&doc, &edit.pointer, Change::Add(value))?,
            Op::Replace(value) => step(&doc, &edit.pointer, Change::Replace(value))?,
            Op::Remove => step(&doc, &edit.pointer, Change::Remove)?,
            Op::Test(value) => {
                let found = doc.root().and_then(|root| root.lookup(&edit.pointer));
                if !found.is_some_and(|node| value.matches(node)) {
                    return Err(error(&edit.pointer, "another value"));
                }
                continue;
            }
            // What is copied is what Kubernetes reads: hidden entries are gone already.
            Op::KeepLast => {
                let found = doc.root().and_then(|root| root.lookup(&edit.pointer));
                found.ok_or_else(|| error(&edit.pointer, "a value"))?;
                continue;
            }
            Op::NewDocument(_) => continue,
            Op::Move { from } => {
                let found = doc.root().and_then(|root| root.lookup(from));
                let value = Value::of(found.ok_or_else(|| error(from, "a value to move"))?);
                let inside = edit.pointer.strip_prefix(from.as_str());
                if inside.is_some_and(|rest| rest.starts_with('/')) {
                    return Err(error(&edit.pointer, "a place outside of what moves"));
                }
                let without = step(&doc, from, Change::Remove)?;
                step(&without, &edit.pointer, Change::Add(&value))?
            }
        };
    }
    Ok(doc)
}

#[derive(Clone, Copy)]
enum Change<'v> {
    Add(&'v Value),
    Replace(&'v Value),
    Remove,
}

fn error(pointer: &str, expected: &'static str) -> EditError {
    EditError { pointer: pointer.to_owned(), expected }
}

/// One change, resolved to the node whose copy differs.
struct Target<'d, 'v> {
    node: Node<'d>,
    action: Action<'v>,
}

enum Action<'v> {
    Replace(&'v Value),
    Remove,
    /// Adds an entry to the map `node`: first the key that is missing, then the keys below it.
    Entry(Vec<String>, &'v Value),
    /// Inserts before this index of the list `node`.
    Insert(usize, &'v Value),
}

fn at_place(root: Node<'_>, pointer: &str, change: Change<'_>) -> Result<Document, EditError> {
    if !(pointer.is_empty() || pointer.starts_with('/')) {
        return Err(error(pointer, "a JSON Pointer"));
    }
    let target = match change {
        Change::Replace(value) => {
            let node = root.lookup(pointer).ok_or_else(|| error(pointer, "a value"))?;
            Target { node, action: Action::Replace(value) }
        }
        Change::Remove => {
            let node = root.lookup(pointer).ok_or_else(|| error(pointer, "a value"))?;
            if node == root {
                return Err(error(pointer, "a value below the root"));
            }
            Target { node, action: Action::Remove }
        }
        Change::Add(value) => add_target(root, pointer, value)?,
    };
    rebuild(root, Some(&target))
}

fn add_target<'d, 'v>(
    root: Node<'d>,
    pointer: &str,
    value: &'v Value,
) -> Result<Target<'d, 'v>, EditError> {
    let mut node = root;
    let mut tokens = pointer.split('/').skip(1).map(unescape).peekable();
    while let Some(token) = tokens.next() {
        let child = match node.kind() {
            Kind::Map => node.get(&token),
            Kind::Seq => {
                let len = node.items().count();
                let at = if token == "-" { Some(len) } else { index(&token) };
                let at =
                    at.filter(|at| *at <= len).ok_or_else(|| error(pointer, "a list index"))?;
                if tokens.peek().is_none() {
                    return Ok(Target { node, action: Action::Insert(at, value) });
                }
                let item = node.items().nth(at);
                Some(item.ok_or_else(|| error(pointer, "a list item"))?)
            }
            // A null parent is an absent one.
            Kind::Null => None,
            _ => return Err(error(pointer, "a list or a map on the way")),
        };
        let Some(child) = child else {
            let missing = core::iter::once(token).chain(tokens).map(Cow::into_owned);
            return Ok(Target { node, action: Action::Entry(missing.collect(), value) });
        };
        node = child;
    }
    Ok(Target { node, action: Action::Replace(value) })
}

fn rebuild(root: Node<'_>, target: Option<&Target<'_, '_>>) -> Result<Document, EditError> {
    let mut builder = Builder::default();
    match copy(&mut builder, root, target) {
        Ok(()) => Ok(builder.finish()),
        Err(Limit::Depth) => Err(error("", "less nesting")),
        Err(_) => Err(error("", "a smaller document")),
    }
}

fn copy(
    builder: &mut Builder,
    node: Node<'_>,
    target: Option<&Target<'_, '_>>,
) -> Result<(), Limit> {
    let action = target.filter(|t| t.node == node).map(|t| &t.action);
    if let Some(Action::Replace(value)) = action {
        return value.build(builder);
    }
    if !matches!(node.kind(), Kind::Seq | Kind::Map) && action.is_none() {
        return builder.scalar(node.kind(), node.scalar_text());
    }
    let kind = if node.kind() == Kind::Seq { Kind::Seq } else { Kind::Map };
    builder.open(kind, None)?;
    for (at, child) in node.children().enumerate() {
        if let Some(Action::Insert(index, value)) = action
            && *index == at
        {
            value.build(builder)?;
        }
        if target.is_some_and(|t| t.node == child && matches!(t.action, Action::Remove)) {
            continue;
        }
        if let Some(key) = child.key() {
            builder.key(key)?;
        }
        copy(builder, child, target)?;
    }
    match action {
        Some(Action::Insert(index, value)) if *index >= node.children().count() => {
            value.build(builder)?;
        }
        Some(Action::Entry(keys, value)) => entry(builder, keys, value)?,
        _ => {}
    }
    builder.close(None);
    Ok(())
}

/// Writes `keys[0]: {keys[1]: … value}` into the open map.
fn entry(builder: &mut Builder, keys: &[String], value: &Value) -> Result<(), Limit> {
    let Some((key, deeper)) = keys.split_first() else { return Ok(()) };
    builder.key(key)?;
    if deeper.is_empty() {
        return value.build(builder);
    }
    builder.open(Kind::Map, None)?;
    entry(builder, deeper, value)?;
    builder.close(None);
    Ok(())
}
