//! Reads around an error: lines are blanked until the rest of the document parses.
//!
//! Blanking keeps every offset; a key that still lacks its colon is lent one, so
//! that what stands below it is not lost. The more is read, the better the guess
//! was, so the attempt that yields most nodes wins; the tree up to the error is
//! the attempt that is always there.

use crate::events::Yaml;
use crate::fault::floor;
use crate::syntax::Syntax;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::ops::Range;

/// Longest document that is read again.
const MAX_TEXT: usize = 256 * 1024;

/// Most lines that one attempt blanks.
const MAX_LINES: usize = 3;

/// A tree of a text with holes.
pub(crate) struct Recovered {
    /// The text that can be read.
    pub(crate) text: String,
    /// Where this text has a colon that the original has not.
    pub(crate) colon: Option<usize>,
    /// What was blanked or never reached.
    pub(crate) holes: Vec<Range<usize>>,
}

/// Bytes that may still be read again, over a whole input.
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(16 * MAX_TEXT)
    }
}

impl Budget {
    fn take(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.checked_sub(text.len())?;
        Some(())
    }
}

/// Finds lines without which `text` can be read.
///
/// `partial` is the tree up to its fault, which is at `fault`; `caret` is where the author types.
/// `None` when nothing beats the partial tree.
pub(crate) fn recover(
    text: &str,
    partial: &Syntax<'_>,
    fault: usize,
    caret: Option<usize>,
    budget: &mut Budget,
) -> Option<Recovered> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut best = None;
    // A tree up to the error knows nothing of what follows: a tie goes to the whole text.
    let mut most = partial.nodes.len().saturating_sub(1);
    let error_line = line_at(text, fault);
    let opener = partial.last_open(fault).map(|at| line_at(text, at));
    let above = written_before(text, error_line.start);
    let caret_line = caret.filter(|at| *at <= text.len()).map(|at| line_at(text, at));
    let mut tried: Vec<Range<usize>> = Vec::new();
    for line in [caret_line, Some(error_line), above, opener].into_iter().flatten() {
        if tried.contains(&line) || line.is_empty() {
            continue;
        }
        for (nodes, attempt) in
            [with_colon(text, &line, budget), without(text, &line, budget)].into_iter().flatten()
        {
            if nodes > most {
                most = nodes;
                best = Some(attempt);
            }
        }
        tried.push(line);
        // What the author types is not finished, so nothing else needs to be suspected.
        if caret.is_some() && tried.len() == 1 && best.is_some() {
            break;
        }
    }
    best
}

/// Blanks `first` and then the lines of the errors that remain.
fn without(text: &str, first: &Range<usize>, budget: &mut Budget) -> Option<(usize, Recovered)> {
    let mut text = text.to_owned();
    let mut holes = Vec::new();
    let mut line = first.clone();
    for _ in 0..MAX_LINES {
        budget.take(&text)?;
        blank(&mut text, &line);
        holes.push(line);
        let syntax = Syntax::read(&text, &mut Yaml::new(&text));
        let Some(fault) = syntax.fault else {
            return Some((syntax.nodes.len(), Recovered { text, colon: None, holes }));
        };
        let at = line_at(&text, fault.at.start);
        let blank = text.get(at.clone()).is_none_or(|line| line.trim().is_empty());
        line = if blank { written_before(&text, at.start)? } else { at };
    }
    None
}

/// Reads `line` as a key that lacks its colon.
fn with_colon(text: &str, line: &Range<usize>, budget: &mut Budget) -> Option<(usize, Recovered)> {
    let key = text.get(line.clone())?.trim_end();
    if key.is_empty() || key.ends_with(':') {
        return None;
    }
    budget.take(text)?;
    let colon = line.start + key.len();
    let (before, after) = text.split_at_checked(colon)?;
    let text = [before, ":", after].concat();
    let syntax = Syntax::read(&text, &mut Yaml::new(&text));
    let nodes = syntax.fault.is_none().then_some(syntax.nodes.len())?;
    Some((nodes, Recovered { text, colon: Some(colon), holes: [line.clone()].into() }))
}

/// Overwrites a line with as many blanks as it has bytes.
fn blank(text: &mut String, line: &Range<usize>) {
    let blanks: String = core::iter::repeat_n(' ', line.len()).collect();
    text.replace_range(line.clone(), &blanks);
}

/// The line that holds the offset `at`, without its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let at = floor(text, at.min(text.len()));
    let (before, after) = text.split_at(at);
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = at + after.find(['\n', '\r']).unwrap_or(after.len());
    start..end
}

/// The last line before `at` that is not blank.
fn written_before(text: &str, at: usize) -> Option<Range<usize>> {
    let written = text.get(..at)?.trim_end();
    (!written.is_empty()).then(|| line_at(text, written.len()))
}
