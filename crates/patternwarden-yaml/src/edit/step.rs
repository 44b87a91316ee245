//! One edit of a text as it is by then.

use super::difference::difference;
use super::lines;
use super::parsed::Parsed;
use super::path::{Follow, Found, Obstacle, Seat, Spot, list_index};
use super::pieces::{Change, Written};
use super::quoting::{self, Quotes};
use super::refuse;
use super::write::{Carried, New, Writer};
use crate::syntax::{Content, Id};
use alloc::{borrow::Cow, borrow::ToOwned, string::String, vec, vec::Vec};
use patternwarden_tree::{Edit, Kind, Node, Op, Value, unescape};

/// Something to do at a place.
#[derive(Clone, Debug)]
pub(crate) struct Task<'e> {
    pub(crate) pointer: Cow<'e, str>,
    pub(crate) action: Action<'e>,
}

#[derive(Clone, Debug)]
pub(crate) enum Action<'e> {
    Add(Cow<'e, Value>, Option<Carried>),
    Replace(Cow<'e, Value>),
    Remove,
    KeepLast,
    Move(&'e str),
    /// It was tested before anything was done, or stands in a document of its own.
    Nothing,
}

impl<'e> From<&'e Edit> for Task<'e> {
    fn from(edit: &'e Edit) -> Self {
        let action = match &edit.op {
            Op::Add(value) => Action::Add(Cow::Borrowed(value), None),
            Op::Replace(value) => Action::Replace(Cow::Borrowed(value)),
            Op::Remove => Action::Remove,
            Op::KeepLast => Action::KeepLast,
            Op::Move { from } => Action::Move(from),
            Op::Test(_) | Op::NewDocument(_) => Action::Nothing,
        };
        Self { pointer: Cow::Borrowed(&edit.pointer), action }
    }
}

impl Task<'_> {
    /// Whether it changes nothing but the value at its pointer.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.action, Action::Add(_, None) | Action::Replace(_) | Action::Nothing)
    }

    fn owned(edit: Edit) -> Self {
        let action = match edit.op {
            Op::Add(value) => Action::Add(Cow::Owned(value), None),
            Op::Replace(value) => Action::Replace(Cow::Owned(value)),
            Op::Remove => Action::Remove,
            _ => Action::Nothing,
        };
        Self { pointer: Cow::Owned(edit.pointer), action }
    }
}

/// What comes of a task: changes of the text, then further tasks.
#[derive(Debug, Default)]
pub(crate) struct Outcome<'e> {
    pub(crate) changes: Vec<Change>,
    pub(crate) tasks: Vec<Task<'e>>,
    /// The items of a list count anew, so that pointers must be followed anew.
    pub(crate) shifts: bool,
}

impl From<Vec<Change>> for Outcome<'_> {
    fn from(changes: Vec<Change>) -> Self {
        Self { changes, ..Self::default() }
    }
}

/// How daring a plan is; what fails its check is tried again with less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// Text that moves keeps its layout.
    pub(crate) carry: bool,
    /// Strings of several lines become literal blocks.
    pub(crate) literal: bool,
}

/// One edit of one text.
pub(crate) struct Step<'p, 't> {
    pub(crate) parsed: &'p Parsed<'t>,
    pub(crate) carry: bool,
    pub(crate) literal: bool,
}

impl<'p, 't> Step<'p, 't> {
    pub(crate) fn new(parsed: &'p Parsed<'t>, manner: Manner) -> Self {
        Self { parsed, carry: manner.carry, literal: manner.literal }
    }

    /// How new text near the byte `at`, in the map `map`, is written.
    pub(crate) fn writer(&self, map: Option<Id>, at: usize) -> Writer<'p> {
        Writer {
            habit: self.parsed.habit(map, at),
            eol: lines::line_break(self.parsed.text, at),
            literal: self.literal,
            quotes: Quotes::Needed,
        }
    }

    /// What one task does to the text.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) fn run<'e>(&self, task: Task<'e>) -> Result<Outcome<'e>, Obstacle> {
        let pointer = task.pointer.as_ref();
        match task.action {
            Action::Nothing => Ok(Outcome::default()),
            Action::Add(value, carried) => self.add(pointer, &value, carried.as_ref()),
            Action::Replace(value) => {
                let spot = self.find(pointer)?;
                if is_spelled_anew(spot.node, &value) {
                    return Ok(self.replace(spot, &New::value(&value))?.into());
                }
                self.set(spot, pointer, &value, None)
            }
            Action::Remove => Ok(self.remove(self.find(pointer)?, pointer)?.into()),
            Action::KeepLast => self.keep_last(pointer),
            Action::Move(from) => self.relocate(from, pointer),
        }
    }

    /// The value at a pointer.
    fn find(&self, pointer: &str) -> Result<Spot<'_>, Obstacle> {
        let found = self.follow(pointer, Follow::Value)?;
        if found.rest.is_empty() {
            return Ok(found.spot);
        }
        Err(self.parsed.obstacle(found.spot, refuse::UNVERIFIED))
    }

    fn follow(&self, pointer: &str, how: Follow) -> Result<Found<'_>, Obstacle> {
        self.parsed.follow(pointer, how)?.ok_or_else(|| Obstacle {
            pointer: pointer.to_owned(),
            at: 0..0,
            message: refuse::NO_TEXT,
        })
    }

    fn add<'e>(
        &self,
        pointer: &str,
        value: &Value,
        carried: Option<&Carried>,
    ) -> Result<Outcome<'e>, Obstacle> {
        let Found { spot, rest } = self.follow(pointer, Follow::Gap)?;
        let Some((key, keys)) = rest.split_first() else {
            return self.set(spot, pointer, value, carried);
        };
        let new = New { keys: keys.to_vec(), carried, ..New::value(value) };
        let shifts = spot.node.is_seq();
        let changes = match spot.node.kind() {
            Kind::Map => self.insert_entry(spot, key, &new)?,
            Kind::Seq => {
                let index = list_index(key).unwrap_or_else(|| spot.node.items().count());
                self.insert_item(spot, index, &new)?
            }
            // A null parent is an absent one.
            _ => self.replace(spot, &New { keys: rest.clone(), ..new })?,
        };
        Ok(Outcome { changes, shifts, ..Outcome::default() })
    }

    /// Gives a place that exists a value.
    fn set<'e>(
        &self,
        spot: Spot<'_>,
        pointer: &str,
        value: &Value,
        carried: Option<&Carried>,
    ) -> Result<Outcome<'e>, Obstacle> {
        if value.matches(spot.node) {
            return Ok(Outcome::default());
        }
        let written = !matches!(self.parsed.node(spot.id).content, Content::Alias(_));
        if let Some(edits) = difference(spot.node, value, pointer).filter(|_| written) {
            let tasks = edits.into_iter().map(Task::owned).collect();
            return Ok(Outcome { tasks, ..Outcome::default() });
        }
        Ok(self.replace(spot, &New { carried, ..New::value(value) })?.into())
    }

    /// Removes the first of the entries that a later one hides, and comes back for the others.
    fn keep_last<'e>(&self, pointer: &str) -> Result<Outcome<'e>, Obstacle> {
        let Found { spot, rest } = self.follow(pointer, Follow::Duplicates)?;
        let Seat::Entry { map, .. } = spot.seat else { return Ok(Outcome::default()) };
        let name = spot.node.key().unwrap_or_default();
        let entries = self.parsed.syntax.entries(map).enumerate();
        let own = |key: Id| self.parsed.key(key).is_some_and(|key| key == name);
        let mut own = entries.filter(|(_, (key, _))| own(*key)).map(|(index, _)| index);
        let (Some(first), Some(_)) = (own.next(), own.next()) else {
            return Ok(Outcome::default());
        };
        if !rest.is_empty() || self.parsed.has_merge(map) {
            return Err(self.parsed.obstacle(spot, refuse::MERGED));
        }
        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        let changes = self.remove_member(self.find(above)?, first)?;
        let again = Task { pointer: Cow::Owned(pointer.to_owned()), action: Action::KeepLast };
        Ok(Outcome { changes, tasks: vec![again], shifts: true })
    }

    fn relocate<'e>(&self, from: &'e str, pointer: &str) -> Result<Outcome<'e>, Obstacle> {
        let spot = self.find(from)?;
        if from == pointer {
            return Ok(Outcome::default());
        }
        if let Some(change) = self.renamed(spot, from, pointer) {
            return Ok(vec![change].into());
        }
        let carried = if self.carry { self.parsed.carried(spot) } else { None };
        let add = Action::Add(Cow::Owned(Value::of(spot.node)), carried);
        Ok(Outcome {
            tasks: vec![
                Task { pointer: Cow::Borrowed(from), action: Action::Remove },
                Task { pointer: Cow::Owned(pointer.to_owned()), action: add },
            ],
            ..Outcome::default()
        })
    }

    /// The new key, where a value moves to a new key of its own map.
    fn renamed(&self, spot: Spot<'_>, from: &str, to: &str) -> Option<Change> {
        let (above, name) = to.rsplit_once('/')?;
        let Seat::Entry { map, key, .. } = spot.seat else { return None };
        let name: String = unescape(name).into_owned();
        let taken = spot.node.parent()?.get(&name).is_some();
        let node = self.parsed.node(key);
        let scalar = matches!(node.content, Content::Scalar(_)) && !node.properties;
        if taken || !scalar || from.rsplit_once('/')?.0 != above {
            return None;
        }
        let flow = self.parsed.node(map).is_flow();
        // In brackets a colon may touch its value, but only behind a quote.
        let tight = flow && self.parsed.colon(key).is_none_or(|at| !self.parsed.is_blank(at));
        let quotes = match flow {
            _ if tight => Quotes::Double,
            true => self.parsed.flow(map).quotes,
            false => Quotes::Needed,
        };
        let mut out = Written::default();
        quoting::key(&mut out, &name, quotes, flow);
        Some(Change::new(node.at(), out))
    }
}

/// Whether a number or a truth value is replaced by itself and is written in another way, `0644`
/// or `yes`: who asks for that wants what Kubernetes reads to be seen.
fn is_spelled_anew(node: Node<'_>, value: &Value) -> bool {
    let scalar = matches!(node.kind(), Kind::Bool | Kind::Number);
    scalar && value.matches(node) && node.written() != node.scalar_text()
}
