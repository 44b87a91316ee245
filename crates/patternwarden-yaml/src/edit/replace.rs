//! Values that take the place of others.

use super::flow::quotes_of;
use super::lines;
use super::path::{Obstacle, Seat, Spot};
use super::pieces::{Change, Written};
use super::quoting::{self, Quotes};
use super::refuse;
use super::step::Step;
use super::write::New;
use crate::syntax::Content;
use alloc::{vec, vec::Vec};
use patternwarden_tree::{Style, Value};

type Changes = Result<Vec<Change>, Obstacle>;

/// Where a value of a block list or map hangs.
struct Hook {
    /// Behind the colon or the `-`.
    head: usize,
    /// Column of the key or the `-`.
    base: usize,
    /// Column of a new value that begins on the same line; `None` behind a key.
    beside: Option<usize>,
}

impl Step<'_, '_> {
    /// Replaces the value at `spot`.
    pub(crate) fn replace(&self, spot: Spot<'_>, new: &New<'_>) -> Changes {
        let parsed = self.parsed;
        let node = parsed.node(spot.id);
        if node.properties {
            return Err(parsed.obstacle(spot, refuse::PROPERTIES));
        }
        if parsed.shares_within(&node.at()) {
            return Err(parsed.obstacle(spot, refuse::SHARED));
        }
        let parent = match spot.seat {
            Seat::Root => return Err(parsed.obstacle(spot, refuse::WHOLE)),
            Seat::Entry { map, .. } => map,
            Seat::Item { seq, .. } => seq,
        };
        if !parsed.is_block(parent) {
            if !parsed.has_brackets(parent) {
                return Err(parsed.obstacle(spot, refuse::PAIR));
            }
            let quotes = quotes_of(node.style);
            return Ok(vec![parsed.flow_replace(parent, spot.id, &new.wrapped(), quotes)]);
        }
        let hook = self.hook(spot)?;
        if new.is_block() {
            self.unfold(spot, new, &hook)
        } else {
            Ok(self.inline(spot, new, &hook))
        }
    }

    fn hook(&self, spot: Spot<'_>) -> Result<Hook, Obstacle> {
        let parsed = self.parsed;
        let unusual = || parsed.obstacle(spot, refuse::LAYOUT);
        match spot.seat {
            Seat::Root => Err(unusual()),
            Seat::Entry { key, .. } => {
                let head = parsed.colon(key).ok_or_else(unusual)?;
                Ok(Hook { head, base: self.column(spot, parsed.node(key).start)?, beside: None })
            }
            Seat::Item { seq, index } => {
                let members = parsed.members(seq);
                let item = members.get(index).ok_or_else(unusual)?;
                let base = self.column(spot, item.start)?;
                let beside = Some(base + parsed.dash_width(item));
                Ok(Hook { head: item.start + 1, base, beside })
            }
        }
    }

    /// Whether a value stands on a line below its key or `-`.
    fn is_below(&self, spot: Spot<'_>, hook: &Hook) -> bool {
        let node = self.parsed.node(spot.id);
        node.start < node.end && lines::line_start(self.parsed.text, node.start) > hook.head
    }

    /// A list or a map in block style.
    fn unfold(&self, spot: Spot<'_>, new: &New<'_>, hook: &Hook) -> Changes {
        let parsed = self.parsed;
        let text = parsed.text;
        let node = parsed.node(spot.id);
        let map = match spot.seat {
            Seat::Entry { map, .. } => Some(map),
            _ => None,
        };
        let writer = self.writer(map, hook.head);
        let column = hook.beside.unwrap_or_else(|| new.column(hook.base, writer.habit));
        let end = parsed.end(spot.id);
        let mut out = Written::default();
        if self.is_below(spot, hook) {
            if !lines::is_first_on_line(text, node.start) {
                return Err(parsed.obstacle(spot, refuse::LAYOUT));
            }
            out.blanks(column);
            writer.body(&mut out, new, column);
            return Ok(vec![Change::new(lines::line_start(text, node.start)..end, out)]);
        }
        let comment = lines::tail(text, end).trim_start().starts_with('#');
        if hook.beside.is_some() && !comment {
            if node.start == hook.head {
                out.push(" ");
            }
            writer.body(&mut out, new, column);
            return Ok(vec![Change::new(node.start..end, out)]);
        }
        // A comment behind the old value stays on its line.
        writer.line(&mut out, column);
        writer.body(&mut out, new, column);
        let at = lines::line_end(text, end);
        Ok(vec![Change::delete(hook.head..end), Change::insert(at, out)])
    }

    /// A scalar, or an empty list or map.
    fn inline(&self, spot: Spot<'_>, new: &New<'_>, hook: &Hook) -> Vec<Change> {
        let parsed = self.parsed;
        let text = parsed.text;
        let node = parsed.node(spot.id);
        let end = parsed.end(spot.id);
        if let Some(changes) = self.literal(spot, new, hook) {
            return changes;
        }
        let mut writer = self.writer(None, hook.head);
        // A literal block would need a line of its own, which this value has not.
        writer.literal = false;
        let string = matches!(node.content, Content::Scalar(_)) && spot.node.as_str().is_some();
        writer.quotes = if string { quotes_of(node.style) } else { Quotes::Needed };
        let mut out = Written::default();
        let block = parsed.is_block(spot.id);
        if node.start == node.end || (block && self.is_below(spot, hook)) {
            out.push(" ");
        }
        writer.body(&mut out, new, hook.base);
        if block && self.is_below(spot, hook) {
            // The lines of the old value go; a comment behind the key stays there.
            let from = lines::before_break(text, lines::line_start(text, node.start));
            return vec![Change::insert(hook.head, out), Change::delete(from..end)];
        }
        vec![Change::new(node.start..end, out)]
    }

    /// A string of several lines as a literal block, if it can be one.
    fn literal(&self, spot: Spot<'_>, new: &New<'_>, hook: &Hook) -> Option<Vec<Change>> {
        let parsed = self.parsed;
        let text = parsed.text;
        let node = parsed.node(spot.id);
        let Value::String(value) = new.value else { return None };
        let scalar = matches!(node.style, Style::Literal | Style::Folded);
        if !self.literal || new.carried.is_some() || !(scalar || value.contains('\n')) {
            return None;
        }
        let (sign, lines) = quoting::literal(value)?;
        let writer = self.writer(None, hook.head);
        let end = parsed.end(spot.id);
        let mut out = Written::default();
        if scalar {
            let header = lines::tail(text, node.start);
            let signs = |c: char| !(c.is_ascii_digit() || matches!(c, '|' | '>' | '+' | '-'));
            let rest = header.find(signs).and_then(|at| header.get(at..)).unwrap_or("");
            out.push(sign);
            out.push(rest);
            let first = lines::next_line(text, node.start);
            let own = lines::column(text, first + lines::indent(text, first).len());
            let column = own.filter(|column| *column > hook.base);
            writer.literal_lines(&mut out, lines, column.unwrap_or(hook.base + writer.habit.step));
            return Some(vec![Change::new(node.start..end, out)]);
        }
        if parsed.is_block(spot.id) {
            return None;
        }
        if node.start == node.end {
            out.push(" ");
        }
        out.push(sign);
        let header = Change::new(node.start..end, out);
        let mut body = Written::default();
        let column = hook.beside.unwrap_or(hook.base + writer.habit.step);
        writer.literal_lines(&mut body, lines, column);
        Some(vec![header, Change::insert(lines::line_end(text, end), body)])
    }
}
