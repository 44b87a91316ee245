//! Entries and items that go, with their lines.

use super::lines;
use super::parsed::Member;
use super::path::{Follow, Obstacle, Seat, Spot};
use super::pieces::Change;
use super::refuse;
use super::step::Step;
use super::write::New;
use crate::syntax::Content;
use alloc::{vec, vec::Vec};
use patternwarden_tree::Value;

type Changes = Result<Vec<Change>, Obstacle>;

impl Step<'_, '_> {
    /// Removes the value at `spot`, which `pointer` names, with its key or `-`.
    pub(crate) fn remove(&self, spot: Spot<'_>, pointer: &str) -> Changes {
        let (parent, index) = match spot.seat {
            Seat::Root => return Err(self.parsed.obstacle(spot, refuse::WHOLE)),
            Seat::Entry { map, index, .. } => (map, index),
            Seat::Item { seq, index } => (seq, index),
        };
        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        let holder = self.parsed.follow(above, Follow::Value)?;
        match holder.filter(|found| found.rest.is_empty() && found.spot.id == parent) {
            Some(holder) => self.remove_member(holder.spot, index),
            None => Err(self.parsed.obstacle(spot, refuse::LAYOUT)),
        }
    }

    /// Removes the member at `index`, as written, of a list or map.
    pub(crate) fn remove_member(&self, holder: Spot<'_>, index: usize) -> Changes {
        let parsed = self.parsed;
        let members = parsed.members(holder.id);
        let unusual = || parsed.obstacle(holder, refuse::LAYOUT);
        let own = members.get(index).ok_or_else(unusual)?;
        if parsed.shares_within(&(own.start..own.end.max(own.start + 1))) {
            return Err(parsed.obstacle(holder, refuse::SHARED));
        }
        if !parsed.is_block(holder.id) {
            return parsed.flow_remove(holder, index);
        }
        lines::column(parsed.text, own.start).ok_or_else(unusual)?;
        if members.len() == 1 {
            return self.empty(holder);
        }
        let is_map = matches!(parsed.node(holder.id).content, Content::Map);
        let near = [Some(own), members.get(index + 1)];
        if is_map && near.into_iter().flatten().any(|member| parsed.is_explicit(member.key)) {
            return Err(parsed.obstacle(holder, refuse::EXPLICIT));
        }
        if lines::is_first_on_line(parsed.text, own.start) {
            return Ok(vec![Change::delete(self.whole_lines(own))]);
        }
        let next = members.get(1).filter(|_| index == 0).ok_or_else(unusual)?;
        Ok(vec![self.pull_up(own, next)])
    }

    /// A block list or map whose last member goes.
    fn empty(&self, holder: Spot<'_>) -> Changes {
        let parsed = self.parsed;
        let node = parsed.node(holder.id);
        let is_map = matches!(node.content, Content::Map);
        if holder.seat != Seat::Root {
            let value = if is_map { Value::Map(Vec::new()) } else { Value::Seq(Vec::new()) };
            return self.replace(holder, &New::value(&value));
        }
        if node.properties {
            return Err(parsed.obstacle(holder, refuse::PROPERTIES));
        }
        let brackets = if is_map { "{}" } else { "[]" };
        Ok(vec![Change::text(node.start..parsed.end(holder.id), brackets)])
    }

    /// The lines of a member that begins one.
    fn whole_lines(&self, own: &Member) -> core::ops::Range<usize> {
        let text = self.parsed.text;
        let line = lines::line_start(text, own.start);
        let mark = lines::cut(text, line..own.start).trim_end_matches(' ').len();
        let kept = lines::is_behind_break(text, own.end);
        let mut end = if kept { own.end } else { lines::next_line(text, own.end) };
        // Blank lines would become part of a block scalar above that keeps them.
        if self.parsed.block_scalar_to(line).is_some() {
            while end < text.len() && lines::tail(text, end).trim().is_empty() {
                end = lines::next_line(text, end);
            }
        }
        line + mark..end
    }

    /// Removes the first member, which stands behind a `-`, and moves the second to its place.
    fn pull_up(&self, own: &Member, next: &Member) -> Change {
        let text = self.parsed.text;
        let kept = lines::is_behind_break(text, own.end);
        let end =
            if kept { lines::before_break(text, own.end) } else { lines::line_end(text, own.end) };
        if lines::cut(text, end..next.start).trim().is_empty() {
            return Change::delete(own.start..next.start);
        }
        // Comments between the two stay where they are, below the `-`.
        let line = lines::line_start(text, own.start);
        let dash = line + lines::cut(text, line..own.start).trim_end().len();
        Change::delete(dash..end)
    }
}
