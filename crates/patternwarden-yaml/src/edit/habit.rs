//! How the author of a document indents.

use super::lines;
use super::parsed::Parsed;
use crate::syntax::{Content, Id, Node};
use patternwarden_tree::Style;

/// Indentation in blanks, as it is near one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Habit {
    /// How much deeper a map stands than its key.
    pub(crate) step: usize,
    /// How much deeper the `-` of a list stands than its key.
    pub(crate) list: usize,
}

/// Deepest indentation that is taken for a habit.
const DEEPEST: usize = 8;

impl Parsed<'_> {
    /// The habit nearest to the byte `at`, which stands in the map `map` if there is one.
    ///
    /// What the entries of the same map do comes first, then what was done last before `at`,
    /// then what is done first in the document, then what Kubernetes' documentation does.
    pub(crate) fn habit(&self, map: Option<Id>, at: usize) -> Habit {
        let mut steps = Nearest::default();
        let mut lists = Nearest::default();
        for (id, node) in (0..).zip(&self.syntax.nodes) {
            if !matches!(node.content, Content::Map) || node.is_flow() {
                continue;
            }
            for (key, value) in self.syntax.entries(id) {
                let value = self.node(value);
                let Some(deeper) = self.deeper(self.node(key), value) else { continue };
                let own = map == Some(id);
                match value.content {
                    Content::Seq => lists.meet(deeper, own, node_before(value, at)),
                    _ if deeper > 0 => steps.meet(deeper, own, node_before(value, at)),
                    _ => {}
                }
            }
        }
        Habit { step: steps.get().unwrap_or(2), list: lists.get().unwrap_or(0) }
    }

    /// How much deeper than its key a value stands that is written below it.
    fn deeper(&self, key: &Node<'_>, value: &Node<'_>) -> Option<usize> {
        let below = value.style == Style::Block
            && !lines::cut(self.text, key.start..value.start).is_empty();
        if !below || !lines::is_first_on_line(self.text, value.start) {
            return None;
        }
        let columns = lines::column(self.text, value.start)?;
        columns
            .checked_sub(lines::column(self.text, key.start)?)
            .filter(|deeper| *deeper <= DEEPEST)
    }
}

fn node_before(node: &Node<'_>, at: usize) -> bool {
    node.start < at
}

#[derive(Default)]
struct Nearest {
    own: Option<usize>,
    before: Option<usize>,
    first: Option<usize>,
}

impl Nearest {
    fn meet(&mut self, value: usize, own: bool, before: bool) {
        self.first.get_or_insert(value);
        if own {
            self.own.get_or_insert(value);
        }
        if before {
            self.before = Some(value);
        }
    }

    fn get(&self) -> Option<usize> {
        self.own.or(self.before).or(self.first)
    }
}
