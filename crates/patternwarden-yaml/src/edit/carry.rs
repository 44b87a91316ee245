//! Values that move: their text comes along, comments and all.

use super::lines;
use super::parsed::Parsed;
use super::path::{Seat, Spot};
use super::write::Carried;
use crate::syntax::Content;
use alloc::{borrow::ToOwned, vec::Vec};
use patternwarden_tree::{Kind, Style};

impl Parsed<'_> {
    /// The text of a block value, relative to its place; `None` where its layout is not kept.
    pub(crate) fn carried(&self, spot: Spot<'_>) -> Option<Carried> {
        let node = self.node(spot.id);
        let end = self.end(spot.id);
        let kept = end < node.end;
        if node.in_flow || node.properties || kept || node.start == node.end {
            return None;
        }
        let (base, kind) = match (&node.content, node.style) {
            (Content::Alias(_), _) => return None,
            (Content::Map, Style::Block) => (lines::column(self.text, node.start)?, Kind::Map),
            (Content::Seq, Style::Block) => (lines::column(self.text, node.start)?, Kind::Seq),
            _ => (self.seat_column(spot)?, Kind::String),
        };
        // A comment behind the last line belongs to what moves.
        let text = lines::cut(self.text, node.start..lines::line_end(self.text, end)).trim_end();
        let mut lines = text.lines();
        let mut out: Vec<_> = lines.next().map(ToOwned::to_owned).into_iter().collect();
        for line in lines {
            let indented = line.len() - line.trim_start_matches(' ').len();
            let line = if line.trim().is_empty() { "" } else { line.get(base..)? };
            if !line.is_empty() && indented < base {
                return None;
            }
            out.push(line.to_owned());
        }
        let folds = out.len() > 1 && kind == Kind::String;
        if folds && !matches!(node.style, Style::Literal | Style::Folded) {
            return None;
        }
        Some(Carried { lines: out, kind })
    }

    /// Column of the key or `-` before a value.
    fn seat_column(&self, spot: Spot<'_>) -> Option<usize> {
        match spot.seat {
            Seat::Root => None,
            Seat::Entry { key, .. } => lines::column(self.text, self.node(key).start),
            Seat::Item { seq, index } => {
                lines::column(self.text, self.members(seq).get(index)?.start)
            }
        }
    }
}
