//! Values as block text, in the manner of their neighbours.

use super::habit::Habit;
use super::pieces::Written;
use super::quoting::{self, Quotes};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use patternwarden_tree::{Kind, Value};

/// Text that moves with its comments.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    /// Its lines, relative to where it stands.
    pub(crate) lines: Vec<String>,
    /// What is written in block style; a scalar stands behind its key.
    pub(crate) kind: Kind,
}

/// A value to be written, below keys that do not exist yet.
#[derive(Clone, Debug)]
pub(crate) struct New<'v> {
    pub(crate) keys: Vec<String>,
    /// It becomes the only item of a list below the keys.
    pub(crate) listed: bool,
    pub(crate) value: &'v Value,
    pub(crate) carried: Option<&'v Carried>,
}

impl<'v> New<'v> {
    pub(crate) fn value(value: &'v Value) -> Self {
        Self { keys: Vec::new(), listed: false, value, carried: None }
    }

    /// Whether it is written on lines of its own, below its key.
    pub(crate) fn is_block(&self) -> bool {
        !self.keys.is_empty() || matches!(self.kind(), Kind::Map | Kind::Seq)
    }

    /// What it is below its keys; [`Kind::String`] is all that stands on one line.
    fn kind(&self) -> Kind {
        match self.carried {
            _ if self.listed => Kind::Seq,
            Some(carried) => carried.kind,
            None => kind(self.value),
        }
    }

    /// The column at which it stands below a key at the column `base`.
    pub(crate) fn column(&self, base: usize, habit: Habit) -> usize {
        base + if self.keys.is_empty() && self.kind() == Kind::Seq {
            habit.list
        } else {
            habit.step
        }
    }

    /// The value with the maps above it.
    pub(crate) fn wrapped(&self) -> Value {
        let value = self.value.clone();
        let value = if self.listed { Value::Seq([value].into()) } else { value };
        self.keys
            .iter()
            .rev()
            .fold(value, |value, key| Value::Map([(key.to_owned(), value)].into()))
    }
}

/// A list or map that has something in it; everything else stands on one line.
fn kind(value: &Value) -> Kind {
    match value {
        Value::Map(entries) if !entries.is_empty() => Kind::Map,
        Value::Seq(items) if !items.is_empty() => Kind::Seq,
        _ => Kind::String,
    }
}

/// Writes block text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer<'w> {
    pub(crate) habit: Habit,
    pub(crate) eol: &'w str,
    /// Strings of several lines may become literal blocks.
    pub(crate) literal: bool,
    /// Quotes of the value itself; what lies deeper has those it needs.
    pub(crate) quotes: Quotes,
}

impl Writer<'_> {
    pub(crate) fn line(self, out: &mut Written, column: usize) {
        out.push(self.eol);
        out.blanks(column);
    }

    /// `key: value`, at a column where the output stands already.
    pub(crate) fn entry(self, out: &mut Written, key: &str, new: &New<'_>, column: usize) {
        self.chain(out, key, &new.keys, new, column);
    }

    /// `- value`, at a column where the output stands already.
    pub(crate) fn item(self, out: &mut Written, new: &New<'_>, column: usize, width: usize) {
        out.push("-");
        out.blanks(width.saturating_sub(1).max(1));
        // A carried scalar goes on relative to the `-`, all else to what stands behind it.
        let scalar = new.carried.is_some() && !new.is_block();
        self.body(out, new, column + if scalar { 0 } else { width.max(2) });
    }

    /// A value that begins where the output stands and goes on at `column`.
    pub(crate) fn body(self, out: &mut Written, new: &New<'_>, column: usize) {
        if let Some((key, deeper)) = new.keys.split_first() {
            return self.chain(out, key, deeper, new, column);
        }
        match new.carried {
            _ if new.listed => self.item(out, &New { listed: false, ..new.clone() }, column, 2),
            Some(carried) => self.carried(out, carried, column),
            None => self.value(out, new.value, column),
        }
    }

    fn chain(self, out: &mut Written, key: &str, deeper: &[String], new: &New<'_>, column: usize) {
        quoting::key(out, key, Quotes::Needed, false);
        out.push(":");
        if let Some((key, deeper)) = deeper.split_first() {
            self.line(out, column + self.habit.step);
            return self.chain(out, key, deeper, new, column + self.habit.step);
        }
        let leaf = New { keys: Vec::new(), ..new.clone() };
        if leaf.is_block() {
            let column = leaf.column(column, self.habit);
            self.line(out, column);
            self.body(out, &leaf, column);
        } else if let Some(carried) = new.carried {
            out.push(" ");
            self.carried(out, carried, column);
        } else {
            self.behind_key(out, new.value, column);
        }
    }

    fn carried(self, out: &mut Written, carried: &Carried, column: usize) {
        for (at, line) in carried.lines.iter().enumerate() {
            if at > 0 {
                // An empty line needs no indentation.
                self.line(out, if line.is_empty() { 0 } else { column });
            }
            out.push(line);
        }
    }

    /// The value of a key that stands at `column`.
    fn behind_key(self, out: &mut Written, value: &Value, column: usize) {
        match kind(value) {
            Kind::Map => self.line(out, column + self.habit.step),
            Kind::Seq => self.line(out, column + self.habit.list),
            _ => {
                out.push(" ");
                return self.one(out, value, column + self.habit.step);
            }
        }
        let list = kind(value) == Kind::Seq;
        let deeper = if list { self.habit.list } else { self.habit.step };
        self.value(out, value, column + deeper);
    }

    fn value(self, out: &mut Written, value: &Value, column: usize) {
        let inner = Self { quotes: Quotes::Needed, ..self };
        match value {
            Value::Map(entries) if !entries.is_empty() => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        self.line(out, column);
                    }
                    quoting::key(out, key, Quotes::Needed, false);
                    out.push(":");
                    inner.behind_key(out, value, column);
                }
            }
            Value::Seq(items) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.line(out, column);
                    }
                    out.push("- ");
                    inner.value(out, item, column + 2);
                }
            }
            value => self.one(out, value, column),
        }
    }

    /// A scalar, or an empty list or map; lines of a literal block stand at `column`.
    fn one(self, out: &mut Written, value: &Value, column: usize) {
        if let Value::String(text) = value
            && self.literal
            && text.contains('\n')
            && let Some((header, lines)) = quoting::literal(text)
        {
            out.push(header);
            return self.literal_lines(out, lines, column);
        }
        quoting::scalar(out, value, self.quotes, false);
    }

    /// The lines of a literal block, each behind a line break.
    pub(crate) fn literal_lines<'l>(
        self,
        out: &mut Written,
        lines: impl Iterator<Item = &'l str>,
        column: usize,
    ) {
        for line in lines {
            self.line(out, if line.is_empty() { 0 } else { column });
            out.push(line);
        }
    }
}
