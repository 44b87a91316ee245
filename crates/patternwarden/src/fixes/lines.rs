//! What edits of a text change, line by line, for a person to look at before they are made.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{TextEdit, splice};

/// Lines shown around a change.
const AROUND: usize = 1;
/// Most lines shown; a person who wants more makes the change and looks at the text.
const MOST: usize = 40;

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// What becomes of it.
    pub sign: Sign,
    /// Its number, from 1, in the text as it is; none for a line that is new.
    pub number: Option<usize>,
    /// The line, without its end.
    pub text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a line is there before, after, or both")]
pub enum Sign {
    /// It stays, and is shown for what is around it.
    Same,
    /// It is not there afterwards.
    Gone,
    /// It was not there before.
    New,
}

/// Lines `from..to`, counted from 0, that `edits` change together.
struct Stretch<'e> {
    from: usize,
    to: usize,
    edits: Vec<&'e TextEdit>,
}

/// The lines that sorted `edits` change, each change with the lines around it; at most 40.
pub fn changed_lines(text: &str, edits: &[TextEdit]) -> Vec<Line> {
    let starts: Vec<usize> =
        core::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line_of = |byte: u32| starts.partition_point(|start| *start <= byte as usize) - 1;
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    for edit in edits {
        let (from, to) = (line_of(edit.span.start), line_of(edit.span.end) + 1);
        match stretches.last_mut().filter(|last| from <= last.to) {
            Some(last) => {
                last.to = last.to.max(to);
                last.edits.push(edit);
            }
            None => stretches.push(Stretch { from, to, edits: alloc::vec![edit] }),
        }
    }
    let start = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    let all: Vec<&str> = text.split('\n').collect();
    let mut out = Vec::new();
    let mut shown = 0;
    for stretch in &stretches {
        let (begin, end) = (start(stretch.from), start(stretch.to));
        let old = text.get(begin..end).unwrap_or_default();
        let inside = stretch.edits.iter().map(|edit| moved(edit, begin)).collect::<Vec<_>>();
        let new = splice(old, &inside);
        change(&mut out, &all, &mut shown, stretch, &new);
    }
    out.truncate(MOST);
    out
}

/// The same edit of a text that begins `by` bytes later.
fn moved(edit: &TextEdit, by: usize) -> TextEdit {
    let mut edit = edit.clone();
    edit.span.start = edit.span.start.saturating_sub(by as u32);
    edit.span.end = edit.span.end.saturating_sub(by as u32);
    edit
}

/// A line without the first half of its end.
fn shown_of(line: &str) -> String {
    line.strip_suffix('\r').unwrap_or(line).to_owned()
}

fn change(out: &mut Vec<Line>, all: &[&str], shown: &mut usize, stretch: &Stretch<'_>, new: &str) {
    let old = all.get(stretch.from..stretch.to.min(all.len())).unwrap_or_default();
    let last = stretch.to >= all.len();
    let new = if last { new } else { new.strip_suffix('\n').unwrap_or(new) };
    let new: Vec<&str> = if new.is_empty() { Vec::new() } else { new.split('\n').collect() };
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let (from, to) = (stretch.from + head, stretch.from + old.len() - tail);
    let keep = |out: &mut Vec<Line>, lines: Range<usize>| {
        for at in lines {
            let text = shown_of(all.get(at).copied().unwrap_or_default());
            out.push(Line { sign: Sign::Same, number: Some(at + 1), text });
        }
    };
    keep(out, from.saturating_sub(AROUND).max(*shown)..from);
    for at in from..to {
        let text = shown_of(all.get(at).copied().unwrap_or_default());
        out.push(Line { sign: Sign::Gone, number: Some(at + 1), text });
    }
    for text in new.get(head..new.len() - tail).unwrap_or_default() {
        out.push(Line { sign: Sign::New, number: None, text: shown_of(text) });
    }
    // An empty line after the last line break is no line.
    let end = if all.last() == Some(&"") { all.len() - 1 } else { all.len() };
    let after = (to + AROUND).min(end).max(to);
    keep(out, to..after);
    *shown = after;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use patternwarden_tree::Span;

    fn shown(text: &str, edits: &[(usize, usize, &str)]) -> String {
        let edit = |(start, end, new): &(usize, usize, &str)| TextEdit {
            span: Span::new(*start, *end),
            text: (*new).to_owned(),
            placeholders: Vec::new(),
        };
        let edits: Vec<_> = edits.iter().map(edit).collect();
        let sign = |sign| match sign {
            Sign::Same => ' ',
            Sign::Gone => '-',
            Sign::New => '+',
        };
        let line = |line: &Line| format!("{}{}", sign(line.sign), line.text);
        changed_lines(text, &edits).iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn inserted_lines_and_changed_ones() {
        let text = "a: 1\nb: 2\nc: 3\nd: 4\n";
        assert_eq!(shown(text, &[(10, 10, "x: y\n")]), " b: 2\n+x: y\n c: 3");
        assert_eq!(shown(text, &[(9, 9, "\nx: y")]), " b: 2\n+x: y\n c: 3");
        assert_eq!(shown(text, &[(8, 9, "5")]), " a: 1\n-b: 2\n+b: 5\n c: 3");
        assert_eq!(shown(text, &[(5, 10, "")]), " a: 1\n-b: 2\n c: 3");
        assert_eq!(shown(text, &[(20, 20, "e: 5\n")]), " d: 4\n+e: 5");
    }

    #[test]
    fn changes_near_each_other_share_what_is_between() {
        let text = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n";
        let both = shown(text, &[(3, 4, "x"), (13, 14, "y")]);
        assert_eq!(both, "-a: 1\n+a: x\n b: 2\n-c: 3\n+c: y\n d: 4");
    }

    #[test]
    fn a_text_without_a_last_line_break() {
        assert_eq!(shown("a: 1", &[(4, 4, "\nb: 2")]), " a: 1\n+b: 2");
        assert_eq!(shown("a: 1", &[(0, 4, "")]), "-a: 1");
    }
}
