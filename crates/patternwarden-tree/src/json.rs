//! Writing documents as JSON (RFC 8259).

use crate::document::{Kind, Node};
use crate::edit::{Edit, EditError, apply};
use alloc::string::String;
use core::fmt::Write as _;

/// Appends `text` as a JSON string, quotes included.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    escape_string(out, text, |c| c < ' ');
    out.push('"');
}

/// Appends the inside of a string in double quotes, in escapes that JSON and YAML read alike.
///
/// `must` names the characters that need an escape besides the quote and the backslash. They are of
/// `U+0000` to `U+FFFF`: what is above would need a pair in JSON.
pub fn escape_string(out: &mut String, text: &str, must: fn(char) -> bool) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if must(c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

/// Appends a node as compact JSON. Values hidden by a duplicate key are left out.
pub fn write_json(out: &mut String, node: Node<'_>) {
    match node.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool | Kind::Number => out.push_str(node.scalar_text()),
        Kind::String => quote(out, node.scalar_text()),
        kind @ (Kind::Seq | Kind::Map) => {
            out.push(if kind == Kind::Seq { '[' } else { '{' });
            for (at, child) in node.children().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                if let Some(key) = child.key() {
                    quote(out, key);
                    out.push(':');
                }
                write_json(out, child);
            }
            out.push(if kind == Kind::Seq { ']' } else { '}' });
        }
    }
}

/// Appends a node as compact JSON with `edits` applied on the way out.
///
/// # Errors
/// The first edit that does not apply; nothing is written then.
pub fn write_edited(out: &mut String, node: Node<'_>, edits: &[Edit]) -> Result<(), EditError> {
    let edited = apply(node, edits)?;
    if let Some(root) = edited.root() {
        write_json(out, root);
    }
    Ok(())
}
