//! JSON documents, as Go's `encoding/json` accepts them, told as events.
//!
//! kubectl reads a stream that begins with `{` as JSON until that fails. JSON is
//! not quite a part of YAML 1.1 (`\/`, surrogate pairs, keys of any length), so
//! it is read by its own rules here, with the same ranges.

use crate::events::{Event, Source, Step, Tag};
use crate::explain;
use crate::fault::Fault;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{Limit, MAX_DEPTH, Style};

/// A parser of the first JSON value of a text.
pub(crate) struct Json<'t> {
    text: &'t str,
    at: usize,
    /// Open collections: `true` for a map.
    open: Vec<bool>,
    expect: Expect,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value or the end of the list that has just begun.
    FirstItem,
    /// A key or the end of the map that has just begun.
    FirstKey,
    Key,
    /// A comma or the end of the innermost collection.
    Next,
    End,
}

impl<'t> Json<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, open: Vec::new(), expect: Expect::Value }
    }

    /// Where reading stands: the end of the value once it is read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fail<T>(&self, what: &'static str) -> Result<T, Fault> {
        Err(explain::json(self.at..self.at, what))
    }

    fn closed(&mut self) -> Event<'t> {
        self.at += 1;
        self.open.pop();
        self.expect = if self.open.is_empty() { Expect::End } else { Expect::Next };
        Event::Close
    }

    fn value(&mut self) -> Result<Event<'t>, Fault> {
        match self.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(explain::limit(self.at..self.at + 1, Limit::Depth, false));
                }
                self.at += 1;
                let map = bracket == b'{';
                self.open.push(map);
                self.expect = if map { Expect::FirstKey } else { Expect::FirstItem };
                return Ok(if map { Event::Map(true) } else { Event::Seq(true) });
            }
            Some(b'"') => {
                let text = self.string()?;
                self.after_value();
                return Ok(Event::Scalar(text, Style::DoubleQuoted));
            }
            _ => {}
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let word = rest.get(..rest.find(end).unwrap_or(rest.len())).unwrap_or("");
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            return self.fail("a JSON value is expected here");
        }
        self.at += word.len();
        self.after_value();
        Ok(Event::Scalar(Cow::Borrowed(word), Style::Plain))
    }

    fn after_value(&mut self) {
        self.expect = if self.open.is_empty() { Expect::End } else { Expect::Next };
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let open = self.at;
        self.at += 1;
        let start = self.at;
        let mut owned: Option<String> = None;
        loop {
            let from = self.at;
            let rest = self.text.as_bytes().get(from..).unwrap_or(&[]);
            let stop = |c: &u8| matches!(c, b'"' | b'\\' | 0..0x20);
            let Some(len) = rest.iter().position(stop) else {
                return Err(explain::json(open..open + 1, "a quote is opened and never closed"));
            };
            self.at += len;
            let piece = self.text.get(from..self.at).unwrap_or("");
            if let Some(owned) = &mut owned {
                owned.push_str(piece);
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    let whole = self.text.get(start..self.at - 1).unwrap_or("");
                    return Ok(owned.map_or(Cow::Borrowed(whole), Cow::Owned));
                }
                Some(b'\\') => {
                    let text = owned.get_or_insert_with(|| piece.into());
                    let (c, len) = escape(self.text, self.at).ok_or_else(|| {
                        let at = self.at..self.at + 1;
                        explain::json(at, "a backslash starts no known escape")
                    })?;
                    text.push(c);
                    self.at += len;
                }
                _ => return self.fail("a control character stands in a string"),
            }
        }
    }
}

impl<'t> Source<'t> for Json<'t> {
    fn step(&mut self) -> Result<Step<'t>, Fault> {
        self.blanks();
        let map = self.open.last() == Some(&true);
        if self.expect == Expect::Next {
            match (self.peek(), map) {
                (Some(b','), _) => {
                    self.at += 1;
                    self.blanks();
                    self.expect = if map { Expect::Key } else { Expect::Value };
                }
                (Some(b'}'), true) | (Some(b']'), false) => {}
                (_, true) => return self.fail("a comma or `}` is expected here"),
                (_, false) => return self.fail("a comma or `]` is expected here"),
            }
        }
        let start = self.at;
        let closes = matches!(
            (self.peek(), self.expect, map),
            (Some(b'}'), Expect::FirstKey | Expect::Next, true)
                | (Some(b']'), Expect::FirstItem | Expect::Next, false)
        );
        let event = match self.expect {
            _ if closes => self.closed(),
            Expect::End => {
                // Everything after one value belongs to the next.
                let at = self.at..self.at;
                return Ok(Step { event: Event::StreamEnd, at, anchor: 0, tag: Tag::Absent });
            }
            Expect::Key | Expect::FirstKey => {
                if self.peek() != Some(b'"') {
                    return self.fail("a key in double quotes is expected here");
                }
                let key = self.string()?;
                let at = start..self.at;
                self.blanks();
                if self.peek() != Some(b':') {
                    return self.fail("a colon is missing after a key");
                }
                self.at += 1;
                self.expect = Expect::Value;
                return Ok(scalar_step(key, at));
            }
            Expect::Value | Expect::FirstItem | Expect::Next => self.value()?,
        };
        let number = matches!(&event, Event::Scalar(word, Style::Plain) if is_number(word));
        let tag = if number { Tag::Number } else { Tag::Absent };
        Ok(Step { event, at: start..self.at, anchor: 0, tag })
    }
}

fn scalar_step(text: Cow<'_, str>, at: Range<usize>) -> Step<'_> {
    let event = Event::Scalar(text, Style::DoubleQuoted);
    Step { event, at, anchor: 0, tag: Tag::Absent }
}

/// The character that the escape at `at` stands for, and how many bytes it takes.
///
/// Like Go, half a surrogate pair becomes U+FFFD.
fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        let hex = digits.bytes().all(|c| c.is_ascii_hexdigit());
        hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let c = match text.as_bytes().get(at + 1)? {
        c @ (b'"' | b'\\' | b'/') => char::from(*c),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = unit(at)?;
            let units = [first, unit(at + 6).unwrap_or(0)];
            return match char::decode_utf16(units).next()? {
                Ok(c) => Some((c, 6 * c.len_utf16())),
                Err(_) => Some((char::REPLACEMENT_CHARACTER, 6)),
            };
        }
        _ => return None,
    };
    Some((c, 2))
}

/// JSON's number grammar (RFC 8259, section 6).
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
