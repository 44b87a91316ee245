//! Lines of a text: where they start and end, and what stands before a position.

use core::ops::Range;

/// The bytes of a range; nothing where it does not lie on character boundaries.
pub(crate) fn cut(text: &str, at: Range<usize>) -> &str {
    text.get(at).unwrap_or("")
}

/// The byte at `at`.
pub(crate) fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// Where the line that holds `at` starts.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    cut(text, 0..at).rfind(['\n', '\r']).map_or(0, |found| found + 1)
}

/// Where the line that holds `at` ends, before its line break.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let rest = cut(text, at..text.len());
    at + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// The line break at `at`: `\r\n`, `\n`, `\r`, or nothing at the end of the text.
pub(crate) fn break_at(text: &str, at: usize) -> &str {
    let rest = cut(text, at..text.len());
    let len = match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    cut(rest, 0..len)
}

/// Where the line after the one that holds `at` starts; the end of the text when there is none.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    end + break_at(text, end).len()
}

/// The break that ends the line of `at`, or else the first one of the text, or else `\n`.
pub(crate) fn line_break(text: &str, at: usize) -> &str {
    let own = break_at(text, line_end(text, at));
    if !own.is_empty() {
        return own;
    }
    match break_at(text, line_end(text, 0)) {
        "" => "\n",
        first => first,
    }
}

/// `end` without one line break that precedes it.
pub(crate) fn before_break(text: &str, end: usize) -> usize {
    let before = cut(text, 0..end);
    let rest = before.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest));
    rest.or_else(|| before.strip_suffix('\r')).map_or(end, str::len)
}

/// Whether the byte before `at` ends a line.
pub(crate) fn is_behind_break(text: &str, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|at| matches!(byte(text, at), Some(b'\n' | b'\r')))
}

/// Whether nothing but blanks (and a byte order mark) precede `at` on its line.
pub(crate) fn is_first_on_line(text: &str, at: usize) -> bool {
    let before = cut(text, line_start(text, at)..at);
    before.trim_start_matches('\u{feff}').bytes().all(|c| c == b' ')
}

/// Column of `at`, from 0; `None` when more than indentation and the `-` of lists precede it.
pub(crate) fn column(text: &str, at: usize) -> Option<usize> {
    let before = cut(text, line_start(text, at)..at).trim_start_matches('\u{feff}');
    let indents = before.bytes().all(|c| matches!(c, b' ' | b'-'));
    indents.then_some(before.len())
}

/// White space with which the line of `at` begins.
pub(crate) fn indent(text: &str, at: usize) -> &str {
    let line = cut(text, line_start(text, at)..line_end(text, at));
    let content = line.trim_start_matches([' ', '\t']);
    cut(line, 0..line.len() - content.len())
}

/// What follows `at` on its line.
pub(crate) fn tail(text: &str, at: usize) -> &str {
    cut(text, at..line_end(text, at))
}

/// Past blanks and tabs.
pub(crate) fn blanks(text: &str, at: usize) -> usize {
    let rest = cut(text, at..text.len());
    at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
}
