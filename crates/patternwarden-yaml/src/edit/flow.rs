//! Lists and maps in brackets, JSON among them.

use super::lines::{self, byte, cut};
use super::parsed::{Member, Parsed};
use super::path::{Obstacle, Spot};
use super::pieces::{Change, Written};
use super::quoting::{self, Quotes};
use super::refuse;
use crate::syntax::{Content, Id};
use alloc::{string::String, vec, vec::Vec};
use patternwarden_tree::{Style, Value};

/// How one list or map in brackets is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow<'w> {
    pub(crate) quotes: Quotes,
    colon: &'static str,
    comma: &'static str,
    lines: Option<Lines<'w>>,
}

/// Members stand on lines of their own.
#[derive(Clone, Copy, Debug)]
struct Lines<'w> {
    /// White space before a member.
    indent: &'w str,
    /// What a level adds to it.
    unit: &'w str,
    eol: &'w str,
}

impl Parsed<'_> {
    /// How the list or map `id` is laid out.
    pub(crate) fn flow(&self, id: Id) -> Flow<'_> {
        let members = self.members(id);
        let node = self.node(id);
        let is_map = matches!(node.content, Content::Map);
        let first = members.first();
        let quotes = match first.map(|member| self.node(member.key)) {
            _ if self.json => Quotes::Double,
            Some(key) if key.style == Style::DoubleQuoted => Quotes::Double,
            Some(item) if key_is_single(item.style) && !is_map => Quotes::Single,
            _ => Quotes::Needed,
        };
        // Brackets with nothing in them are like the others of the document.
        let like = self.syntax.nodes.iter().zip(0..).find(|(node, id)| {
            node.is_flow()
                && matches!(node.content, Content::Map)
                && self.syntax.entries(*id).next().is_some()
        });
        let sample = if is_map && first.is_some() { Some(id) } else { like.map(|(_, id)| id) };
        let sample = sample.and_then(|id| self.syntax.entries(id).next());
        let tight = quotes == Quotes::Double
            && sample.is_some_and(|(key, value)| self.node(key).end + 1 == self.node(value).start);
        let parted =
            members.first().zip(members.get(1)).map(|(a, b)| cut(self.text, a.end..b.start));
        let comma = match parted.map(|between| between.ends_with(',')) {
            Some(true) => ",",
            None if tight => ",",
            Some(false) | None => ", ",
        };
        let lines =
            first.filter(|first| cut(self.text, node.start..first.start).contains(['\n', '\r']));
        let lines = lines.map(|first| {
            let indent = lines::indent(self.text, first.start);
            let unit = indent.strip_prefix(lines::indent(self.text, node.start));
            let unit = unit.filter(|unit| !unit.is_empty()).unwrap_or("  ");
            Lines { indent, unit, eol: lines::line_break(self.text, node.start) }
        });
        Flow { quotes, colon: if tight { ":" } else { ": " }, comma, lines }
    }
}

fn key_is_single(style: Style) -> bool {
    style == Style::SingleQuoted
}

impl Flow<'_> {
    /// JSON without blanks, as it is sent.
    pub(crate) const COMPACT: Flow<'static> =
        Flow { quotes: Quotes::Double, colon: ":", comma: ",", lines: None };

    /// The same, with the quotes that an older value had.
    pub(crate) fn quoted(self, quotes: Quotes) -> Self {
        Self { quotes: if self.quotes == Quotes::Needed { quotes } else { self.quotes }, ..self }
    }

    pub(crate) fn value(self, out: &mut Written, value: &Value) {
        self.deep(out, value, 0);
    }

    pub(crate) fn entry(self, out: &mut Written, key: &str, value: &Value) {
        self.key(out, key);
        self.deep(out, value, 0);
    }

    fn key(self, out: &mut Written, key: &str) {
        // A tight colon is a colon only behind a quote.
        quoting::key(out, key, self.quotes, true);
        out.push(self.colon);
    }

    fn deep(self, out: &mut Written, value: &Value, depth: usize) {
        // Only JSON spreads everything over lines once it spreads something.
        let wide = self.lines.filter(|_| self.quotes == Quotes::Double);
        let part = |out: &mut Written, at: usize, count: usize| {
            if at > 0 {
                out.push(if wide.is_some() { "," } else { self.comma });
            }
            if let Some(lines) = wide {
                out.push(lines.eol);
                out.push(lines.indent);
                let levels = if at < count { depth + 1 } else { depth };
                (0..levels).for_each(|_| out.push(lines.unit));
            }
        };
        match value {
            Value::Map(entries) if !entries.is_empty() => {
                out.push("{");
                for (at, (key, value)) in entries.iter().enumerate() {
                    part(out, at, entries.len());
                    self.key(out, key);
                    self.deep(out, value, depth + 1);
                }
                self.close(out, depth, "}");
            }
            Value::Seq(items) if !items.is_empty() => {
                out.push("[");
                for (at, item) in items.iter().enumerate() {
                    part(out, at, items.len());
                    self.deep(out, item, depth + 1);
                }
                self.close(out, depth, "]");
            }
            value => quoting::scalar(out, value, self.quotes, true),
        }
    }

    fn close(self, out: &mut Written, depth: usize, bracket: &str) {
        if let Some(lines) = self.lines.filter(|_| self.quotes == Quotes::Double) {
            out.push(lines.eol);
            out.push(lines.indent);
            (0..depth).for_each(|_| out.push(lines.unit));
        }
        out.push(bracket);
    }
}

impl Parsed<'_> {
    /// Puts a member before the one at `index`, or at the end.
    pub(crate) fn flow_insert(
        &self,
        spot: Spot<'_>,
        index: usize,
        member: &Written,
    ) -> Result<Vec<Change>, Obstacle> {
        if !self.has_brackets(spot.id) {
            return Err(self.obstacle(spot, refuse::PAIR));
        }
        let flow = self.flow(spot.id);
        let node = self.node(spot.id);
        let members = self.members(spot.id);
        let mut new = Written::default();
        let between = |new: &mut Written| match flow.lines {
            Some(lines) => {
                new.push(",");
                new.push(lines.eol);
                new.push(lines.indent);
            }
            None => new.push(flow.comma),
        };
        let Some(before) = index.checked_sub(1).and_then(|index| members.get(index)) else {
            let Some(first) = members.first() else {
                let inside = node.start + 1..node.end - 1;
                let blank = cut(self.text, inside.clone()).trim().is_empty();
                let at = if blank { inside } else { inside.end..inside.end };
                return Ok(vec![Change::new(at, member.clone())]);
            };
            if self.node(first.key).properties {
                return Err(self.obstacle(spot, refuse::PROPERTIES));
            }
            new.append(member);
            between(&mut new);
            return Ok(vec![Change::insert(first.start, new)]);
        };
        if let (Some(lines), Some((comma, end))) = (flow.lines, self.comment_behind(before.end)) {
            // The comment stays with the member that it follows.
            new.push(lines.eol);
            new.push(lines.indent);
            new.append(member);
            if comma {
                new.push(",");
                return Ok(vec![Change::insert(end, new)]);
            }
            let comma = Change::text(before.end..before.end, ",");
            return Ok(vec![comma, Change::insert(end, new)]);
        }
        let mut at = before.end;
        if self.is_bare(before) {
            match byte(self.text, at) {
                Some(b' ') => at += 1,
                _ => new.push(" "),
            }
        }
        between(&mut new);
        new.append(member);
        Ok(vec![Change::insert(at, new)])
    }

    /// Whether a member ends with a colon, which must not touch a comma.
    fn is_bare(&self, member: &Member) -> bool {
        member.end.checked_sub(1).and_then(|at| byte(self.text, at)) == Some(b':')
    }

    /// Whether a comma precedes the comment behind a member, and where the line ends.
    fn comment_behind(&self, end: usize) -> Option<(bool, usize)> {
        let rest = lines::tail(self.text, end).trim_start();
        let after = rest.strip_prefix(',');
        let comment = after.unwrap_or(rest).trim_start().starts_with('#');
        comment.then(|| (after.is_some(), lines::line_end(self.text, end)))
    }

    /// Takes the member at `index` out.
    pub(crate) fn flow_remove(
        &self,
        spot: Spot<'_>,
        index: usize,
    ) -> Result<Vec<Change>, Obstacle> {
        let node = self.node(spot.id);
        if !self.has_brackets(spot.id) {
            return Err(self.obstacle(spot, refuse::PAIR));
        }
        let members = self.members(spot.id);
        let (Some(own), next) = (members.get(index), members.get(index + 1)) else {
            return Err(self.obstacle(spot, refuse::LAYOUT));
        };
        let properties = |member: &Member| self.node(member.key).properties;
        if properties(own) || next.is_some_and(properties) {
            return Err(self.obstacle(spot, refuse::PROPERTIES));
        }
        let comments = cut(self.text, node.start..node.end).contains('#');
        let before = index.checked_sub(1).and_then(|index| members.get(index));
        if comments {
            return Ok(self.remove_between_comments(own, next.is_some(), before));
        }
        Ok(vec![Change::delete(match (before, next) {
            (_, Some(next)) => own.start..next.start,
            // A colon must not touch the bracket either.
            (Some(before), None) => before.end + usize::from(self.is_bare(before))..own.end,
            (None, None) => node.start + 1..node.end - 1,
        })])
    }

    /// The member and its comma, and its line if nothing else stands there; comments stay.
    fn remove_between_comments(
        &self,
        own: &Member,
        followed: bool,
        before: Option<&Member>,
    ) -> Vec<Change> {
        let text = self.text;
        let mut end = own.end;
        let mut out = Vec::new();
        let comma = lines::blanks(text, own.end);
        if byte(text, comma) == Some(b',') {
            end = comma + 1;
        } else if let (false, Some(before)) = (followed, before) {
            let comma = before.end + self.comma_behind(before.end);
            out.push(Change::delete(comma..comma + 1));
        }
        let first = cut(text, lines::line_start(text, own.start)..own.start).trim().is_empty();
        let rest = lines::tail(text, end).trim_start();
        let alone = first && (rest.is_empty() || rest.starts_with('#'));
        if alone {
            out.push(Change::delete(
                lines::line_start(text, own.start)..lines::next_line(text, end),
            ));
        } else {
            // A comment needs the blank before it.
            let next = if rest.starts_with('#') { end } else { lines::blanks(text, end) };
            out.push(Change::delete(own.start..next));
        }
        out
    }

    /// How far behind `from` the next comma stands, comments passed over.
    fn comma_behind(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(c) = byte(self.text, at).filter(|c| *c != b',') {
            at = if c == b'#' { lines::line_end(self.text, at) } else { at + 1 };
        }
        at - from
    }

    /// Puts a value where another one stands in brackets.
    pub(crate) fn flow_replace(&self, parent: Id, id: Id, value: &Value, quotes: Quotes) -> Change {
        let node = self.node(id);
        let flow = self.flow(parent).quoted(quotes);
        let mut new = Written::default();
        let mut at = node.at();
        if at.is_empty() {
            let colon = at.start.checked_sub(1).and_then(|at| byte(self.text, at)) == Some(b':');
            if colon && byte(self.text, at.start) == Some(b' ') {
                at = at.start + 1..at.end + 1;
            } else {
                new.push(if colon { " " } else { ": " });
            }
        }
        flow.value(&mut new, value);
        Change::new(at, new)
    }
}

/// The quotes of an older string.
pub(crate) fn quotes_of(style: Style) -> Quotes {
    match style {
        Style::SingleQuoted => Quotes::Single,
        Style::DoubleQuoted => Quotes::Double,
        _ => Quotes::Needed,
    }
}

/// A member of brackets: `key: value` or a value.
pub(crate) fn member(flow: Flow<'_>, key: Option<&String>, value: &Value) -> Written {
    let mut out = Written::default();
    match key {
        Some(key) => flow.entry(&mut out, key, value),
        None => flow.value(&mut out, value),
    }
    out
}
