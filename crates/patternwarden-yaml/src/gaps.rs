//! The text between nodes: finds the indicators that the parser's spans leave out.
//!
//! The parser places a block scalar at its first content line, a block list at
//! its first item and an empty value at the end of its key. People and edits
//! need the `|`, the `-` and the place behind the colon.

/// The collection that a node stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    Root,
    BlockSeq,
    Map,
    FlowSeq,
}

/// Where the node after `from` starts, past its indicator, comments, tag and anchor.
///
/// `from` is the end of what precedes the node.
pub(crate) fn node_start(text: &str, from: usize, within: Within) -> usize {
    let mut at = blanks(text, from);
    if within == Within::BlockSeq && next(text, at) == Some(b'-') {
        at = blanks(text, at + 1);
    }
    let marker = |rest: &str| rest.starts_with("---") || rest.starts_with("...");
    while within == Within::Root && text.get(at..).is_some_and(marker) {
        at = blanks(text, at + 3);
    }
    loop {
        at = match next(text, at) {
            Some(b'?' | b':') if within == Within::Map => blanks(text, at + 1),
            Some(b',') if matches!(within, Within::Map | Within::FlowSeq) => blanks(text, at + 1),
            Some(b'&' | b'!') => blanks(text, word(text, at)),
            _ => return at,
        };
    }
}

/// Where an empty node stands: right behind its indicator, tag or anchor.
pub(crate) fn empty_start(text: &str, from: usize, within: Within) -> usize {
    let mut last = from;
    let mut at = from;
    loop {
        at = blanks(text, at);
        at = match (next(text, at), within) {
            (Some(b':'), Within::Map) | (Some(b'-'), Within::BlockSeq) if last == from => at + 1,
            (Some(b'&' | b'!'), _) => word(text, at),
            _ => return last,
        };
        last = at;
    }
}

fn next(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// Past white space, line ends and comments.
fn blanks(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        at = match next(text, at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at + 1,
            Some(b'#') => {
                let rest = text.as_bytes().get(at..).unwrap_or(&[]);
                at + rest.iter().position(|c| matches!(c, b'\n' | b'\r')).unwrap_or(rest.len())
            }
            Some(0xef) if text.get(at..).is_some_and(|rest| rest.starts_with('\u{feff}')) => at + 3,
            _ => return at,
        };
    }
}

/// Past a tag or an anchor.
fn word(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or(&[]);
    let ends =
        |c: &u8| matches!(c, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b']' | b'{' | b'}');
    from + rest.iter().position(ends).unwrap_or(rest.len())
}
