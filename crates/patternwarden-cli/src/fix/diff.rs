//! What would change, as a unified diff that `patch -p0` and `git apply -p0` take.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use std::io::{Result, Write};

const BOLD: Style = Style::new().bold();
const HUNK: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
const GONE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const NEW: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));

/// Lines that are shown around a change.
const AROUND: usize = 3;

/// Prints the difference of two texts of one name; nothing where there is none.
pub(crate) fn print(out: &mut impl Write, name: &str, before: &str, after: &str) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let diff = TextDiff::from_lines(before, after);
    writeln!(out, "{BOLD}--- {name}{BOLD:#}\n{BOLD}+++ {name}{BOLD:#}")?;
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        writeln!(out, "{HUNK}{}{HUNK:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', GONE),
                ChangeTag::Insert => ('+', NEW),
                ChangeTag::Equal => (' ', Style::new()),
            };
            // The line's own end stays outside of the colour, CRLF included.
            let line = change.value();
            let end = line.trim_end_matches(['\r', '\n']).len();
            let (text, end) = line.split_at(end);
            write!(out, "{style}{sign}{text}{style:#}{end}")?;
            if change.missing_newline() {
                writeln!(out, "\n\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}
