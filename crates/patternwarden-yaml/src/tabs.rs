//! Tabs where go-yaml refuses them and YAML 1.2 does not.

use crate::fault::Fault;
use crate::syntax::{Content, Syntax};
use core::ops::Range;
use patternwarden_tree::Style;

/// The first tab that go-yaml refuses: in the indentation of a line, or behind a `-`.
pub(crate) fn check(text: &str, syntax: &Syntax<'_>) -> Option<Fault> {
    if !text.contains('\t') {
        return None;
    }
    let mut inside = opaque(syntax).peekable();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let lead = line.len() - line.trim_start_matches([' ', '\t']).len();
        let mut tab = line.get(..lead).and_then(|lead| lead.find('\t')).map(|at| (at, INDENT));
        if tab.is_none() {
            tab = after_dash(line, lead).map(|at| (at, DASH));
        }
        if let Some((at, (message, hint))) = tab {
            let at = line_start + at;
            while inside.next_if(|range| range.end <= at).is_some() {}
            if inside.peek().is_none_or(|range| range.start >= at) {
                return Some(Fault::new(at..at + 1, message).hint(hint));
            }
        }
        line_start += line.len();
    }
    None
}

const INDENT: (&str, &str) =
    ("a tab stands where only blanks may indent", "Replace the tab with blanks.");
const DASH: (&str, &str) =
    ("a tab follows the `-` of a list item", "Replace the tab with a blank.");

/// A tab in the run of `- ` with which a line begins.
fn after_dash(line: &str, lead: usize) -> Option<usize> {
    let mut at = lead;
    let byte = |at: usize| line.as_bytes().get(at).copied();
    while byte(at) == Some(b'-') && matches!(byte(at + 1), Some(b' ' | b'\t')) {
        at += 1;
        while byte(at) == Some(b' ') {
            at += 1;
        }
        if byte(at) == Some(b'\t') {
            return Some(at);
        }
    }
    None
}

/// Ranges in which a tab is text: quoted and block scalars, everything in brackets.
fn opaque<'s>(syntax: &'s Syntax<'_>) -> impl Iterator<Item = Range<usize>> + 's {
    let mut end = 0;
    syntax.nodes.iter().filter_map(move |node| {
        let scalar = matches!(node.content, Content::Scalar(_)) && node.style != Style::Plain;
        if (scalar || node.is_flow()) && node.start >= end {
            end = node.end;
            return Some(node.at());
        }
        None
    })
}
