//! New entries of maps and new items of lists.

use super::flow::{self, quotes_of};
use super::lines;
use super::order;
use super::parsed::{Member, Parsed};
use super::path::{Obstacle, Seat, Spot};
use super::pieces::{Change, Written};
use super::quoting::Quotes;
use super::refuse;
use super::step::Step;
use super::write::New;
use crate::syntax::{Content, Id};
use alloc::{string::String, vec, vec::Vec};
use patternwarden_tree::Style;

type Changes = Result<Vec<Change>, Obstacle>;

impl Step<'_, '_> {
    /// Adds the entry `key` to a map that has none of that name.
    pub(crate) fn insert_entry(&self, map: Spot<'_>, key: &String, new: &New<'_>) -> Changes {
        let parsed = self.parsed;
        let members = parsed.members(map.id);
        let names: Vec<_> = members.iter().map(|m| parsed.key(m.key).unwrap_or_default()).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let index = order::position(&names, key);
        if parsed.node(map.id).is_flow() {
            if self.may_unfold(map, &members) {
                let keys = core::iter::once(key).chain(&new.keys).cloned().collect();
                return self.replace(map, &New { keys, ..new.clone() });
            }
            let member = flow::member(parsed.flow(map.id), Some(key), &new.wrapped());
            return parsed.flow_insert(map, index, &member);
        }
        let Some(first) = members.first() else {
            return Err(parsed.obstacle(map, refuse::LAYOUT));
        };
        let near =
            [Some(first), index.checked_sub(1).and_then(|at| members.get(at)), members.get(index)];
        if near.into_iter().flatten().any(|member| parsed.is_explicit(member.key)) {
            return Err(parsed.obstacle(map, refuse::EXPLICIT));
        }
        let column = self.column(map, first.start)?;
        let writer = self.writer(Some(map.id), first.start);
        let mut entry = Written::default();
        writer.entry(&mut entry, key, new, column);
        Ok(self.insert(map, &members, index, column, &entry))
    }

    /// Adds an item before the one at `index` of a list, or at its end.
    pub(crate) fn insert_item(&self, list: Spot<'_>, index: usize, new: &New<'_>) -> Changes {
        let parsed = self.parsed;
        let members = parsed.members(list.id);
        if parsed.node(list.id).is_flow() {
            if self.may_unfold(list, &members) {
                return self.replace(list, &New { listed: true, ..new.clone() });
            }
            let member = flow::member(parsed.flow(list.id), None, &new.wrapped());
            return parsed.flow_insert(list, index, &member);
        }
        let Some(first) = members.first() else {
            return Err(parsed.obstacle(list, refuse::LAYOUT));
        };
        let column = self.column(list, first.start)?;
        let mut writer = self.writer(None, first.start);
        writer.quotes = self.item_quotes(&members);
        let mut item = Written::default();
        writer.item(&mut item, new, column, parsed.dash_width(first));
        Ok(self.insert(list, &members, index, column, &item))
    }

    /// Whether empty brackets give way to block style: in a block, with nothing in them.
    fn may_unfold(&self, spot: Spot<'_>, members: &[Member]) -> bool {
        let parsed = self.parsed;
        let node = parsed.node(spot.id);
        let parent = match spot.seat {
            Seat::Root => return false,
            Seat::Entry { map, .. } => map,
            Seat::Item { seq, .. } => seq,
        };
        let inside = lines::cut(parsed.text, node.start + 1..node.end.saturating_sub(1));
        let plain = !node.properties && !parsed.node(parent).is_flow() && !parsed.json;
        members.is_empty() && plain && inside.bytes().all(|c| c == b' ')
    }

    /// Column of the first member, at which all others stand.
    pub(crate) fn column(&self, spot: Spot<'_>, start: usize) -> Result<usize, Obstacle> {
        let column = lines::column(self.parsed.text, start);
        column.ok_or_else(|| self.parsed.obstacle(spot, refuse::LAYOUT))
    }

    /// Strings of a list are quoted as its first string is.
    fn item_quotes(&self, members: &[Member]) -> Quotes {
        let mut values = members.iter().map(|member| self.parsed.node(member.value));
        let string = values.find(|node| matches!(node.content, Content::Scalar(_)));
        string.map_or(Quotes::Needed, |node| quotes_of(node.style))
    }

    /// Puts block text before the member at `index`, or behind the last one.
    fn insert(
        &self,
        holder: Spot<'_>,
        members: &[Member],
        index: usize,
        column: usize,
        new: &Written,
    ) -> Vec<Change> {
        let text = self.parsed.text;
        if let Some(before) = index.checked_sub(1).and_then(|index| members.get(index)) {
            return self.behind(before.end, column, new);
        }
        let Some(first) = members.first() else { return Vec::new() };
        // A comment between a key and its first member is about that member.
        if let Seat::Entry { key, .. } = holder.seat
            && let Some(colon) = self.parsed.colon(key)
            && lines::line_end(text, colon) < lines::line_start(text, first.start)
        {
            return self.behind(colon, column, new);
        }
        let mut out = new.clone();
        out.push(lines::line_break(text, first.start));
        out.blanks(column);
        vec![Change::insert(first.start, out)]
    }

    /// Puts block text on lines of its own, behind the line on which something ends.
    fn behind(&self, end: usize, column: usize, new: &Written) -> Vec<Change> {
        let text = self.parsed.text;
        let eol = lines::line_break(text, end);
        let mut out = Written::default();
        if lines::is_behind_break(text, end) {
            out.blanks(column);
            out.append(new);
            out.push(eol);
            return vec![Change::insert(end, out)];
        }
        out.push(eol);
        out.blanks(column);
        out.append(new);
        vec![Change::insert(lines::line_end(text, end), out)]
    }
}

impl Parsed<'_> {
    /// How far behind its `-` an item starts.
    pub(crate) fn dash_width(&self, item: &Member) -> usize {
        let value = self.node(item.value);
        let between = lines::cut(self.text, item.start + 1..value.start);
        let beside = !between.is_empty() && between.bytes().all(|c| c == b' ');
        if beside { between.len() + 1 } else { 2 }
    }

    /// Whether the list or map `id` is written by indentation.
    pub(crate) fn is_block(&self, id: Id) -> bool {
        let node = self.node(id);
        node.style == Style::Block && matches!(node.content, Content::Seq | Content::Map)
    }
}
