//! The comments of one document: every `#` that the parser passed over.

use crate::syntax::{Content, Syntax};
use alloc::{borrow::ToOwned, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{Comment, Span, Style};

/// The comments of `text`, whose nodes `syntax` holds and which starts at `base` of the input.
///
/// A `#` begins a comment at the start of a line or behind a blank, outside of scalars. What stands
/// behind the end of the document is not read, and neither are its comments.
pub(crate) fn comments(text: &str, syntax: &Syntax<'_>, base: usize) -> Vec<Comment> {
    let mut finder = Finder { text, base, out: Vec::new() };
    let end = syntax.ignored.unwrap_or(text.len()).min(text.len());
    let mut from = 0;
    for node in &syntax.nodes {
        if !matches!(node.content, Content::Scalar(_)) || node.start < from || node.start >= end {
            continue;
        }
        finder.gap(from..node.start);
        if matches!(node.style, Style::Literal | Style::Folded) {
            // Behind the `|` or `>` there may be one.
            let header = finder.line_end(node.start).min(node.end);
            finder.gap(node.start..header);
        }
        from = node.end;
    }
    finder.gap(from..end);
    finder.out
}

struct Finder<'t> {
    text: &'t str,
    base: usize,
    out: Vec<Comment>,
}

impl Finder<'_> {
    /// Finds the comments in a part of the text that holds no scalar.
    fn gap(&mut self, gap: Range<usize>) {
        let mut at = gap.start;
        while let Some(found) = self.bytes(at..gap.end).iter().position(|byte| *byte == b'#') {
            let start = at + found;
            at = start + 1;
            let before = self.text.get(..start).unwrap_or("");
            if before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '\u{feff}']) {
                at = self.line_end(start);
                self.comment(start..at);
            }
        }
    }

    fn comment(&mut self, at: Range<usize>) {
        let before = self.text.get(..at.start).unwrap_or("");
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let lead = before.get(line..).unwrap_or("").trim_start_matches('\u{feff}');
        self.out.push(Comment {
            span: Span::new(self.base + at.start, self.base + at.end),
            line: Span::new(self.base + line, self.base + at.end),
            alone: lead.trim_matches([' ', '\t']).is_empty(),
            text: self.text.get(at).unwrap_or("").to_owned(),
        });
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes(from..self.text.len());
        from + rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len())
    }

    fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.text.as_bytes().get(range).unwrap_or_default()
    }
}
