//! From a pointer to the place in the syntax that it names, past everything that forbids an edit.

use super::parsed::Parsed;
use super::refuse;
use crate::merge;
use crate::syntax::{Content, Id};
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use core::ops::Range;
use patternwarden_tree::{Kind, Node, Place, unescape};

/// Where a value stands in what holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    Root,
    /// An entry of a map, counted as written.
    Entry {
        map: Id,
        index: usize,
        key: Id,
    },
    /// An item of a list.
    Item {
        seq: Id,
        index: usize,
    },
}

/// A value in the text and in the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'p> {
    pub(crate) id: Id,
    pub(crate) node: Node<'p>,
    pub(crate) seat: Seat,
}

/// The deepest value on the way of a pointer, and the tokens that it does not have.
#[derive(Clone, Debug)]
pub(crate) struct Found<'p> {
    pub(crate) spot: Spot<'p>,
    pub(crate) rest: Vec<String>,
}

/// A refusal in the text of the step: pointer, range, words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    pub(crate) pointer: String,
    pub(crate) at: Range<usize>,
    pub(crate) message: &'static str,
}

/// How to follow a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// To the value it names.
    Value,
    /// The same, but an index at its end names a gap of the list.
    Gap,
    /// The same, but a key at its end may stand there more than once.
    Duplicates,
}

impl Parsed<'_> {
    /// An obstacle at a value.
    pub(crate) fn obstacle(&self, spot: Spot<'_>, message: &'static str) -> Obstacle {
        let root = self.document.root().unwrap_or(spot.node);
        let node = self.node(spot.id);
        let at = match spot.seat {
            Seat::Entry { key, .. } => self.node(key).start..node.end.max(self.node(key).end),
            _ => node.at(),
        };
        Obstacle { pointer: Place::from(spot.node).pointer(root).to_string(), at, message }
    }

    /// Follows a pointer as far as there are values.
    ///
    /// # Errors
    /// When the way leads through something that stands in the text elsewhere, or twice.
    pub(crate) fn follow(&self, pointer: &str, how: Follow) -> Result<Option<Found<'_>>, Obstacle> {
        let Some(root) = self.document.root() else { return Ok(None) };
        let mut spot = Spot { id: 0, node: root, seat: Seat::Root };
        let mut tokens = pointer.split('/').skip(1).map(unescape).peekable();
        while let Some(token) = tokens.next() {
            self.is_own(spot)?;
            let last = tokens.peek().is_none();
            let next = match spot.node.kind() {
                Kind::Map => self.entry(spot, &token, last && how == Follow::Duplicates)?,
                Kind::Seq if last && how == Follow::Gap => None,
                Kind::Seq => self.item(spot, &token),
                _ => None,
            };
            let Some(next) = next else {
                let rest =
                    core::iter::once(token).chain(tokens).map(|token| token.as_ref().to_owned());
                return Ok(Some(Found { spot, rest: rest.collect() }));
            };
            spot = next;
        }
        if self.is_shared(spot.id) {
            return Err(self.obstacle(spot, refuse::SHARED));
        }
        Ok(Some(Found { spot, rest: Vec::new() }))
    }

    /// Whether what is inside of a value is written there, and there alone.
    fn is_own(&self, spot: Spot<'_>) -> Result<(), Obstacle> {
        let node = self.node(spot.id);
        if matches!(node.content, Content::Alias(_)) {
            return Err(self.obstacle(spot, refuse::ALIAS));
        }
        if self.is_shared(spot.id) {
            return Err(self.obstacle(spot, refuse::SHARED));
        }
        if node.is_flow() && !self.has_brackets(spot.id) {
            return Err(self.obstacle(spot, refuse::PAIR));
        }
        Ok(())
    }

    fn entry<'p>(
        &'p self,
        spot: Spot<'p>,
        name: &str,
        duplicates: bool,
    ) -> Result<Option<Spot<'p>>, Obstacle> {
        let child = spot.node.get(name);
        let entries = self.syntax.entries(spot.id).enumerate();
        let mut own = entries.filter(|(_, (key, _))| self.key(*key).is_some_and(|key| key == name));
        let first = own.next();
        let last = own.last();
        let (index, (key, id)) = match (first, last) {
            (None, _) if child.is_some() => return Err(self.obstacle(spot, refuse::MERGED)),
            (None, _) => return Ok(None),
            (Some(_), Some(_)) if !duplicates => {
                let at = child.map_or(spot, |node| Spot { node, ..spot });
                return Err(self.obstacle(at, refuse::DUPLICATE));
            }
            (_, Some(last)) => last,
            (Some(only), None) => only,
        };
        let Some(node) = child else { return Ok(None) };
        let found = Spot { id, node, seat: Seat::Entry { map: spot.id, index, key } };
        let alias = matches!(self.node(id).content, Content::Alias(_));
        if node.origin().is_some_and(|origin| origin.indirect) && !alias {
            return Err(self.obstacle(found, refuse::MERGED));
        }
        if self.is_explicit(key) {
            return Err(self.obstacle(found, refuse::EXPLICIT));
        }
        Ok(Some(found))
    }

    fn item<'p>(&'p self, spot: Spot<'p>, token: &str) -> Option<Spot<'p>> {
        let index = list_index(token)?;
        let node = spot.node.items().nth(index)?;
        let id = self.syntax.children(spot.id).nth(index)?;
        Some(Spot { id, node, seat: Seat::Item { seq: spot.id, index } })
    }

    /// Whether a map is continued by a merge key.
    pub(crate) fn has_merge(&self, map: Id) -> bool {
        self.syntax.entries(map).any(|(key, _)| merge::is_merge_key(self.node(key)))
    }
}

/// A reference token as the index of a list item: digits without a sign or a leading zero.
pub(crate) fn list_index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with(['0', '+']);
    canonical.then(|| token.parse().ok()).flatten()
}
