//! What changes inside of a list or map that is replaced by another one.
//!
//! A rule that replaces a map may change one key of it; the text of the others,
//! and their comments, need not be written again.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use patternwarden_tree::{Edit, Kind, Node, Op, Value, escaped};

/// Most edits that are taken for a change of what is there and not for something new.
const MOST: usize = 24;

/// Keys of a map beyond which looking for each of them takes too long.
const LARGE: usize = 500;

/// Edits that make `value` of what `node` holds; `None` when it is better written anew.
pub(crate) fn difference(node: Node<'_>, value: &Value, pointer: &str) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    inside(node, value, pointer, &mut edits).then_some(edits).filter(|edits| edits.len() <= MOST)
}

fn inside(node: Node<'_>, value: &Value, pointer: &str, out: &mut Vec<Edit>) -> bool {
    match (node.kind(), value) {
        (Kind::Map, Value::Map(entries)) => map(node, entries, pointer, out),
        (Kind::Seq, Value::Seq(items)) => list(node, items, pointer, out),
        _ => false,
    }
}

/// Changes one value: what is inside of it, if that is less.
fn change(node: Node<'_>, value: &Value, pointer: String, out: &mut Vec<Edit>) {
    if value.matches(node) {
        return;
    }
    let count = out.len();
    if !inside(node, value, &pointer, out) {
        out.truncate(count);
        out.push(Edit { pointer, op: Op::Replace(value.to_owned()) });
    }
}

fn map(node: Node<'_>, entries: &[(String, Value)], pointer: &str, out: &mut Vec<Edit>) -> bool {
    if entries.len().max(node.children().count()) > LARGE {
        return false;
    }
    let new = |key: &str| entries.iter().rev().find(|(other, _)| other == key);
    if !node.children().any(|child| child.key().and_then(new).is_some()) {
        return false;
    }
    for child in node.children() {
        let key = child.key().unwrap_or_default();
        let pointer = format!("{pointer}/{}", escaped(key));
        match new(key) {
            Some((_, value)) => change(child, value, pointer, out),
            None => out.push(Edit { pointer, op: Op::Remove }),
        }
    }
    for (key, value) in entries {
        if node.get(key).is_none() {
            let pointer = format!("{pointer}/{}", escaped(key));
            out.push(Edit { pointer, op: Op::Add(value.to_owned()) });
        }
    }
    true
}

fn list(node: Node<'_>, items: &[Value], pointer: &str, out: &mut Vec<Edit>) -> bool {
    let old: Vec<_> = node.items().collect();
    let same = |(value, node): &(&Value, &Node<'_>)| value.matches(**node);
    let prefix = items.iter().zip(&old).take_while(same).count();
    let (rest, old_rest) = (items.get(prefix..).unwrap_or(&[]), old.get(prefix..).unwrap_or(&[]));
    let suffix = rest.iter().rev().zip(old_rest.iter().rev()).take_while(same).count();
    let paired = old.len() == items.len() && old.iter().all(|node| node.is_map());
    if prefix + suffix == 0 && !paired {
        return false;
    }
    let rest = rest.get(..rest.len() - suffix).unwrap_or(&[]);
    let old_rest = old_rest.get(..old_rest.len() - suffix).unwrap_or(&[]);
    for (at, (value, node)) in rest.iter().zip(old_rest).enumerate() {
        change(*node, value, format!("{pointer}/{}", prefix + at), out);
    }
    for at in (rest.len()..old_rest.len()).rev() {
        out.push(Edit { pointer: format!("{pointer}/{}", prefix + at), op: Op::Remove });
    }
    for (at, value) in rest.iter().enumerate().skip(old_rest.len()) {
        let pointer = format!("{pointer}/{}", prefix + at);
        out.push(Edit { pointer, op: Op::Add(value.to_owned()) });
    }
    true
}
