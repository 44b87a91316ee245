//! Offsets: bytes inside, UTF-16 units and lines for people and editors.

use alloc::vec::Vec;

/// A half-open range of byte offsets in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`, in bytes; offsets beyond 4 GiB saturate.
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The text of this range; empty when it does not lie on character boundaries.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The same range, `by` bytes further on.
    #[must_use]
    pub fn shifted(self, by: u32) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// Whether no byte lies in the range.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A position as editors count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Position {
    /// UTF-16 code units before this position.
    pub offset: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-16 code units, from 1.
    pub column: u32,
}

/// Two positions: the start and one past the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Range {
    /// First position.
    pub start: Position,
    /// One past the last position.
    pub end: Position,
}

/// Turns byte offsets of one text into [`Position`]s.
///
/// Holds one entry per line and, for texts that are not ASCII, the characters
/// that take a different number of bytes than of UTF-16 units; a look-up is two
/// binary searches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineIndex {
    /// Byte offset of the first byte of each line.
    lines: Vec<u32>,
    /// For each non-ASCII character: byte offset past it, and bytes minus UTF-16 units so far.
    wide: Vec<(u32, u32)>,
    len: u32,
}

impl LineIndex {
    /// Indexes `text`. Lines end with LF, CRLF or a lone CR.
    pub fn new(text: &str) -> Self {
        let mut lines = alloc::vec![0];
        let mut wide = Vec::new();
        let mut surplus = 0;
        let bytes = text.as_bytes();
        for (at, c) in text.char_indices() {
            let next = at + c.len_utf8();
            match c {
                '\n' => lines.push(next as u32),
                '\r' if bytes.get(next) != Some(&b'\n') => lines.push(next as u32),
                _ if c.len_utf8() > 1 => {
                    surplus += (c.len_utf8() - c.len_utf16()) as u32;
                    wide.push((next as u32, surplus));
                }
                _ => {}
            }
        }
        Self { lines, wide, len: text.len() as u32 }
    }

    /// The position of a byte offset; offsets past the end name the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = byte.min(self.len);
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let (offset, line_start) = (self.utf16(byte), self.utf16(start));
        Position { offset, line: line as u32, column: offset.saturating_sub(line_start) + 1 }
    }

    /// Both ends of a span.
    pub fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    fn utf16(&self, byte: u32) -> u32 {
        let before = self.wide.partition_point(|(past, _)| *past <= byte);
        let surplus = before.checked_sub(1).and_then(|at| self.wide.get(at)).map_or(0, |w| w.1);
        byte - surplus
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units_and_every_line_end() {
        let text = "a: 1\r\nb: 🚀é\nc: x\rd";
        let index = LineIndex::new(text);
        for (at, _) in text.char_indices() {
            let before = text.get(..at).unwrap();
            assert_eq!(index.position(at as u32).offset as usize, before.encode_utf16().count());
        }
        let of = |needle: &str| {
            let p = index.position(text.find(needle).unwrap() as u32);
            (p.line, p.column)
        };
        assert_eq!(of("b"), (2, 1));
        assert_eq!(of("é"), (2, 6));
        assert_eq!(of("c"), (3, 1));
        assert_eq!(of("d"), (4, 1));
        assert_eq!(index.position(u32::MAX).line, 4);
    }
}
