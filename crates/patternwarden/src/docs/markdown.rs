//! The Markdown of documentation, taken apart for pages and terminals: paragraphs, lists, code;
//! within a line code, emphasis and links. Anything else is text, and only `https:` is an address.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// A block of Markdown. The texts of paragraphs and items are one line each, see [`spans`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows documentation must show every block")]
pub enum Block {
    /// Running text.
    Paragraph(String),
    /// The items of a list.
    List(Vec<String>),
    /// A fenced block, without the marks that speak to the tests; every line ends in a line feed.
    Code(String),
    /// A heading below the sections' own.
    Heading(String),
}

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows documentation must show every part")]
pub enum Span<'t> {
    /// As it is.
    Text(&'t str),
    /// Code, never taken apart further.
    Code(&'t str),
    /// Strong; may hold other parts.
    Strong(&'t str),
    /// Emphasised; may hold other parts.
    Emphasis(&'t str),
    /// A link; the label may hold other parts, the address starts with `https://`.
    Link {
        /// What to show.
        label: &'t str,
        /// Where it leads.
        url: &'t str,
    },
}

/// The blocks of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut code: Option<String> = None;
    // Whether the line before this one can go on here.
    let mut open = false;
    for line in text.lines() {
        if let Some(body) = code.as_mut() {
            if line.starts_with("```") {
                out.push(Block::Code(code.take().unwrap_or_default()));
            } else if !super::is_mark(line) {
                body.push_str(line);
                body.push('\n');
            }
            continue;
        }
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        if line.starts_with("```") {
            code = Some(String::new());
            open = false;
        } else if let Some(heading) = line.strip_prefix("### ") {
            out.push(Block::Heading(heading.trim().to_owned()));
            open = false;
        } else if let Some(item) = item {
            match out.last_mut() {
                Some(Block::List(items)) if open => items.push(item.trim().to_owned()),
                _ => out.push(Block::List(alloc::vec![item.trim().to_owned()])),
            }
            open = true;
        } else if line.trim().is_empty() {
            open = false;
        } else {
            match out.last_mut() {
                Some(Block::Paragraph(text)) if open => join(text, line),
                Some(Block::List(items)) if open => {
                    if let Some(last) = items.last_mut() {
                        join(last, line);
                    }
                }
                _ => out.push(Block::Paragraph(line.trim().to_owned())),
            }
            open = true;
        }
    }
    out.extend(code.map(Block::Code));
    out
}

fn join(text: &mut String, line: &str) {
    text.push(' ');
    text.push_str(line.trim());
}

/// The parts of a line, in order; together they hold all of its words.
pub fn spans(line: &str) -> Vec<Span<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((span, length)) = special(rest) {
            if let Some(text) = line.get(start..at).filter(|text| !text.is_empty()) {
                out.push(Span::Text(text));
            }
            out.push(span);
            at += length;
            start = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out.extend(line.get(start..).filter(|text| !text.is_empty()).map(Span::Text));
    out
}

/// What starts here, if it is more than text, and its length.
fn special(rest: &str) -> Option<(Span<'_>, usize)> {
    if let Some(code) = between(rest, "`", "`") {
        return Some((Span::Code(code), code.len() + 2));
    }
    if let Some(strong) = between(rest, "**", "**") {
        return Some((Span::Strong(strong), strong.len() + 4));
    }
    if let Some(emphasis) = between(rest, "*", "*") {
        return Some((Span::Emphasis(emphasis), emphasis.len() + 2));
    }
    if let Some(inner) = between(rest, "<", ">").filter(|inner| inner.starts_with("https://")) {
        return Some((Span::Link { label: inner, url: inner }, inner.len() + 2));
    }
    let label = between(rest, "[", "](")?;
    let (url, _) = rest.get(label.len() + 3..)?.split_once(')')?;
    let length = label.len() + url.len() + 4;
    let span =
        if url.starts_with("https://") { Span::Link { label, url } } else { Span::Text(label) };
    Some((span, length))
}

/// The text between two marks, if there is any.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let (inner, _) = text.strip_prefix(open)?.split_once(close)?;
    (!inner.is_empty() && !inner.starts_with(' ')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_their_lines_together() {
        let text = "One line\nand more.\n\n- first\n  goes on\n- second\n\n```yaml,bad\n# finding: /a\na: 1\n\
                    ```\nAfter `it`.\n### Deeper\n* star\n";
        assert_eq!(
            blocks(text),
            [
                Block::Paragraph("One line and more.".into()),
                Block::List(alloc::vec!["first goes on".into(), "second".into()]),
                Block::Code("a: 1\n".into()),
                Block::Paragraph("After `it`.".into()),
                Block::Heading("Deeper".into()),
                Block::List(alloc::vec!["star".into()]),
            ]
        );
        assert_eq!(blocks("```\nopen"), [Block::Code("open\n".into())]);
        assert_eq!(blocks("\n\n"), []);
    }

    #[test]
    fn spans_name_what_is_more_than_text() {
        let link = |label, url| Span::Link { label, url };
        assert_eq!(
            spans("Ein *ä* and **`b`**, `c*d`: [x](https://a.example/b), <https://c.example>."),
            [
                Span::Text("Ein "),
                Span::Emphasis("ä"),
                Span::Text(" and "),
                Span::Strong("`b`"),
                Span::Text(", "),
                Span::Code("c*d"),
                Span::Text(": "),
                link("x", "https://a.example/b"),
                Span::Text(", "),
                link("https://c.example", "https://c.example"),
                Span::Text("."),
            ]
        );
        assert_eq!(spans("2 * 3 * 4 < 5 ` a"), [Span::Text("2 * 3 * 4 < 5 ` a")]);
        // Another scheme is no address.
        assert_eq!(spans("[x](javascript:y)"), [Span::Text("x")]);
        assert_eq!(spans(""), []);
    }
}
