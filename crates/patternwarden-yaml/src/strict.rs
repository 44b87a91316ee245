//! What go-yaml refuses or reads differently and `granit-parser` accepts.

use crate::events::Tag;
use crate::fault::Fault;
use crate::syntax::{Content, Node, Syntax};
use crate::{characters, tabs};
use patternwarden_tree::Style;

/// The first offence that is no offence in YAML 1.2, in the order in which go-yaml meets them:
/// characters, then tokens in text order.
pub(crate) fn check(text: &str, syntax: &Syntax<'_>) -> Option<Fault> {
    if let Some(fault) = characters::check(text) {
        return Some(fault);
    }
    let escapes = text.contains('\\');
    let nodes = syntax.nodes.iter().find_map(|node| scalar(text, node, escapes));
    let keys = (0..).zip(&syntax.nodes).find_map(|(id, node)| {
        let is_flow_map = matches!(node.content, Content::Map) && node.is_flow();
        let mut entries = is_flow_map.then(|| syntax.entries(id)).into_iter().flatten();
        entries.find_map(|(key, _)| flow_key(text, syntax.node(key)))
    });
    [document_end(text), nodes, keys, tabs::check(text, syntax)]
        .into_iter()
        .flatten()
        .min_by_key(|fault| fault.at.start)
}

/// A `...` before any content is no empty document for go-yaml.
fn document_end(text: &str) -> Option<Fault> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start_matches('\u{feff}').trim_ascii();
        if words.starts_with("...") && line.trim_start_matches('\u{feff}').starts_with("...") {
            return Some(
                Fault::new(at..at + line.trim_end().len(), "a document ends here before it began")
                    .hint("Delete this line, or write `---`."),
            );
        }
        if !words.is_empty() && !words.starts_with('#') {
            return None;
        }
        at += line.len();
    }
    None
}

fn scalar(text: &str, node: &Node<'_>, escapes: bool) -> Option<Fault> {
    if node.tag == Tag::Timestamp {
        return Some(
            Fault::new(node.at(), "`!!timestamp` is not supported")
                .hint("Write the time as a quoted string."),
        );
    }
    match (&node.content, node.style) {
        (Content::Scalar(_), Style::DoubleQuoted) if escapes => escape(text, node),
        (Content::Scalar(_), Style::Plain) if node.in_flow => {
            text.get(node.at()).filter(|written| written.starts_with('?'))?;
            Some(
                Fault::new(node.start..node.start + 1, "`?` starts an unquoted value in brackets")
                    .hint("Put the value in quotes."),
            )
        }
        _ => None,
    }
}

/// `\/` and halves of surrogate pairs, which JSON has and YAML 1.1 has not.
fn escape(text: &str, node: &Node<'_>) -> Option<Fault> {
    let written = text.get(node.at())?;
    let mut chars = written.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let start = node.start + at;
        match chars.next() {
            Some((_, '/')) => {
                return Some(
                    Fault::new(start..start + 2, "`\\/` is no escape in YAML")
                        .hint("Write `/` without the backslash."),
                );
            }
            Some((_, 'u')) => {
                let digits = written.get(at + 2..at + 6).unwrap_or("");
                let code = u32::from_str_radix(digits, 16).unwrap_or(0);
                if (0xd800..0xe000).contains(&code) {
                    return Some(
                        Fault::new(
                            start..start + 6,
                            "half a character: YAML has no surrogate pairs",
                        )
                        .hint("Write the character itself, or `\\U` with eight digits."),
                    );
                }
            }
            _ => {}
        }
    }
    None
}

fn flow_key(text: &str, key: &Node<'_>) -> Option<Fault> {
    let written = text.get(key.at())?;
    if matches!(key.content, Content::Scalar(_)) && written.contains('\n') {
        return Some(
            Fault::new(key.at(), "a key in brackets goes over several lines")
                .hint("Write the key on one line."),
        );
    }
    // go-yaml reads the colon of `{a:}` as part of the key.
    let mut after = text.get(key.end..)?.bytes();
    let plain = key.style == Style::Plain && !written.is_empty();
    let glued = after.next() == Some(b':') && matches!(after.next(), Some(b',' | b']' | b'}'));
    (plain && glued).then(|| {
        Fault::new(key.end..key.end + 2, "Kubernetes reads this colon as part of the key")
            .hint("Put a blank behind the colon.")
    })
}
