//! Scalars as text that Kubernetes reads as the same scalar.

use super::pieces::Written;
use crate::scalar::{self, Scalar};
use alloc::{borrow::Cow, string::String};
use patternwarden_tree::{Value, escape_string};

/// Which quotes a string gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// None where the text reads as a string without them, else double ones.
    #[default]
    Needed,
    Single,
    Double,
}

/// Appends a scalar; `flow` where it stands in brackets.
pub(crate) fn scalar(out: &mut Written, value: &Value, quotes: Quotes, flow: bool) {
    match value {
        Value::Bool(true) => out.push("true"),
        Value::Bool(false) => out.push("false"),
        Value::Number(text) => out.push(text),
        Value::String(text) => string(out, text, quotes, flow, false),
        Value::Placeholder(text) => string(out, text, quotes, flow, true),
        // Lists and maps that have something are written elsewhere.
        Value::Seq(_) => out.push("[]"),
        Value::Map(_) => out.push("{}"),
        Value::Null => out.push("null"),
    }
}

/// Appends a key.
pub(crate) fn key(out: &mut Written, name: &str, quotes: Quotes, flow: bool) {
    string(out, name, quotes, flow, false);
}

fn string(out: &mut Written, text: &str, quotes: Quotes, flow: bool, mark: bool) {
    let (quote, body): (&str, Cow<'_, str>) = match quotes {
        Quotes::Needed if is_plain(text, flow) => ("", text.into()),
        Quotes::Single if !text.chars().any(must_escape) => ("'", text.replace('\'', "''").into()),
        _ => ("\"", escaped(text).into()),
    };
    out.push(quote);
    let start = out.text.len();
    out.push(&body);
    if mark {
        out.marks.push(start..out.text.len());
    }
    out.push(quote);
}

/// Whether a string may stand without quotes and is still this string.
fn is_plain(text: &str, flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let mut after = text.chars().skip(1);
    let indicates = match first {
        // Words like `--verbose`; but not the `- ` of a list or a separator.
        '-' => after.next().is_none_or(|c| c == ' ') || text.starts_with("---"),
        '.' => text.starts_with("..."),
        _ => "?:,[]{}#&*!|>'\"%@`=<~".contains(first),
    };
    let breaks = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    let closes = flow && text.contains([',', '[', ']', '{', '}', '?', ':']);
    let blank = text.trim() != text;
    let reads = matches!(scalar::plain(text), Scalar::Str(_));
    reads && !(indicates || breaks || closes || blank || text.chars().any(must_escape))
}

/// Whether a character stands in a YAML text only as an escape.
fn must_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The inside of double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_string(&mut out, text, must_escape);
    out
}

/// The lines of a string that can be written as a literal block, and the sign for its end.
pub(crate) fn literal(text: &str) -> Option<(&'static str, impl Iterator<Item = &str>)> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let starts = body.starts_with([' ', '\t', '\n']);
    let ends = body.ends_with(['\n', ' ', '\t']);
    let odd = |c: char| c != '\n' && c != '\t' && must_escape(c);
    if body.is_empty() || starts || ends || text.chars().any(odd) {
        return None;
    }
    Some((if body.len() == text.len() { "|-" } else { "|" }, body.split('\n')))
}
