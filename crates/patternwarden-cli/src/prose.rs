//! Documentation in a terminal: wrapped to its width, headings and words in bold, code as it is.

use anstyle::{AnsiColor, Style};
use patternwarden::docs::markdown::{Block, Span, blocks, spans};
use std::io::{Result, Write};
use textwrap::{Options, WordSplitter, WrapAlgorithm};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
const CODE: Style = AnsiColor::Cyan.on_default();
const LINK: Style = Style::new().underline();

/// Wider lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;
const NARROWEST: usize = 30;

/// A heading with a blank line before and after it.
pub(crate) fn heading(out: &mut impl Write, text: &str) -> Result<()> {
    writeln!(out, "\n{BOLD}{text}{BOLD:#}\n")
}

/// Prints documentation at one width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prose {
    width: usize,
}

impl Prose {
    /// For the terminal; 80 columns where there is none.
    pub(crate) fn new() -> Self {
        Self { width: textwrap::termwidth().clamp(NARROWEST, WIDEST) }
    }

    /// Markdown with a blank line between its blocks, all of it indented.
    pub(crate) fn markdown(self, out: &mut impl Write, text: &str) -> Result<()> {
        for (at, block) in blocks(text).iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            match block {
                Block::Paragraph(text) => self.wrapped(out, text, "  ", "  ")?,
                Block::Heading(text) => writeln!(out, "  {BOLD}{}{BOLD:#}", styled(text, BOLD))?,
                Block::List(items) => {
                    for item in items {
                        self.wrapped(out, item, "  - ", "    ")?;
                    }
                }
                Block::Code(code) => {
                    for line in code.lines() {
                        writeln!(out, "{}", format!("      {line}").trim_end())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// One paragraph, with what stands before its first line and before the others.
    pub(crate) fn wrapped(
        self,
        out: &mut impl Write,
        text: &str,
        first: &str,
        others: &str,
    ) -> Result<()> {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(others)
            .break_words(false)
            // Ids and options have hyphens of their own.
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        for line in textwrap::wrap(&styled(text, Style::new()), options) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

/// A line of Markdown with terminal codes for its parts. Each word carries its own, so that a line
/// break leaves no colour behind.
fn styled(text: &str, base: Style) -> String {
    let mut out = String::new();
    for span in spans(text) {
        match span {
            Span::Text(text) => words(&mut out, text, base),
            Span::Code(code) => words(&mut out, code, CODE),
            Span::Strong(text) => out.push_str(&styled(text, BOLD)),
            Span::Emphasis(text) => out.push_str(&styled(text, Style::new().italic())),
            Span::Link { label, url } if label == url => words(&mut out, url, LINK),
            Span::Link { label, url } => {
                out.push_str(&styled(label, base));
                out.push_str(" <");
                words(&mut out, url, LINK);
                out.push('>');
            }
        }
    }
    out
}

fn words(out: &mut String, text: &str, style: Style) {
    if style == Style::new() {
        return out.push_str(text);
    }
    for part in text.split_inclusive(' ') {
        let word = part.trim_end_matches(' ');
        if !word.is_empty() {
            out.push_str(&format!("{style}{word}{style:#}"));
        }
        out.extend(part.get(word.len()..));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: usize, text: &str) -> String {
        let mut out = Vec::new();
        Prose { width }.markdown(&mut out, text).unwrap();
        anstream::adapter::strip_bytes(&out).into_vec().into_iter().map(char::from).collect()
    }

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let text = "A word and `run-as-non-root-missing` and **more of them** here.\n\n- item one of the list\n\n\
                    ```yaml,bad\n# finding: /a\na: a line of code that is longer than the width\n```\n";
        let lines: Vec<String> = plain(30, text).lines().map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "  A word and",
                "  run-as-non-root-missing and",
                "  more of them here.",
                "",
                "  - item one of the list",
                "",
                "      a: a line of code that is longer than the width",
            ]
        );
    }

    #[test]
    fn links_show_where_they_lead_once() {
        assert_eq!(
            plain(80, "See [here](https://a.example)."),
            "  See here <https://a.example>.\n"
        );
        assert_eq!(plain(80, "<https://a.example>"), "  https://a.example\n");
    }

    #[test]
    fn colours_do_not_count_as_width() {
        let code = "`a` `b` `c` `d` `e` `f` `g` `h` `i` `j`";
        assert_eq!(plain(30, code).lines().count(), 1);
    }
}
