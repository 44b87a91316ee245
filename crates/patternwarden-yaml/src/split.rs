//! Cuts YAML text into documents, as apimachinery's `YAMLReader` does.
//!
//! The cut is by lines, not by YAML: a line that begins with `---` separates,
//! even inside a quoted or block scalar
//! (k8s.io/apimachinery/pkg/util/yaml/decoder.go, `YAMLReader.Read`).

use core::ops::Range;

/// A piece of the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// The text of one document; it may still turn out to be empty.
    Document(Range<usize>),
    /// A line that begins with `---` and goes on with something else. kubectl stops there and
    /// loses the document before it.
    BadSeparator(Range<usize>),
}

/// Iterates over the pieces of `text`.
pub(crate) fn split(text: &str) -> Split<'_> {
    Split { text, at: 0, held: None }
}

pub(crate) struct Split<'t> {
    text: &'t str,
    at: usize,
    held: Option<Chunk>,
}

impl Iterator for Split<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        let start = self.at;
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            let line = rest.split_inclusive('\n').next().unwrap_or(rest);
            let line_start = self.at;
            if let Some(after) = line.strip_prefix("---") {
                let after = after.trim();
                let good = after.is_empty() || after.starts_with('#');
                // A separator before anything else is part of the document that it opens.
                if !good || line_start > start {
                    self.at += line.len();
                    let document = Chunk::Document(start..line_start);
                    let end = line_start + line.trim_end().len();
                    return match (good, line_start > start) {
                        (true, _) => Some(document),
                        (false, false) => Some(Chunk::BadSeparator(line_start..end)),
                        (false, true) => {
                            self.held = Some(Chunk::BadSeparator(line_start..end));
                            Some(document)
                        }
                    };
                }
            }
            self.at += line.len();
        }
        (self.at > start).then_some(Chunk::Document(start..self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    fn pieces(text: &str) -> Vec<&str> {
        split(text)
            .map(|chunk| match chunk {
                Chunk::Document(at) | Chunk::BadSeparator(at) => text.get(at).unwrap(),
            })
            .collect()
    }

    #[test]
    fn every_line_that_begins_with_dashes_separates() {
        assert_eq!(pieces("a\n---\nb"), vec!["a\n", "b"]);
        assert_eq!(pieces("---\na\n--- # c\nb\n"), vec!["---\na\n", "b\n"]);
        assert_eq!(pieces("a: \"x\n---\ny\"\n"), vec!["a: \"x\n", "y\"\n"]);
        assert_eq!(pieces("a\n ---\nb\n"), vec!["a\n ---\nb\n"]);
        assert_eq!(pieces("---\n---\nb\n"), vec!["---\n", "b\n"]);
        assert_eq!(pieces(""), Vec::<&str>::new());
    }

    #[test]
    fn text_behind_a_separator_is_reported() {
        let text = "a: 1\n--- {b: 2}\nc: 3\n";
        let bad = Chunk::BadSeparator(5..15);
        assert_eq!(
            split(text).collect::<Vec<_>>(),
            vec![Chunk::Document(0..5), bad, Chunk::Document(16..21)]
        );
    }
}
