//! How the author of a document indents.

use super::lines;
use super::parsed::Parsed;
use crate::syntax::{Content, Id, Node};
use alloc::vec::Vec;
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

/// One list or map that is written below its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indent {
    map: Id,
    start: usize,
    deeper: usize,
    list: bool,
}

impl Parsed<'_> {
    /// The habit nearest to the byte `at`, which stands in the map `map` if there is one.
    ///
    /// What the entries of the same map do comes first, then what was done last before `at`,
    /// then what is done first in the document, then what Kubernetes' documentation does.
    pub(crate) fn habit(&self, map: Option<Id>, at: usize) -> Habit {
        let mut steps = Nearest::default();
        let mut lists = Nearest::default();
        for indent in self.indents.get_or_init(|| self.indents()) {
            let (own, before) = (map == Some(indent.map), indent.start <= at);
            let nearest = if indent.list { &mut lists } else { &mut steps };
            nearest.meet(indent.deeper, own, before);
        }
        Habit { step: steps.get().unwrap_or(2), list: lists.get().unwrap_or(0) }
    }

    /// All of them, in text order.
    fn indents(&self) -> Vec<Indent> {
        let mut out = Vec::new();
        for (map, node) in (0..).zip(&self.syntax.nodes) {
            if !matches!(node.content, Content::Map) || node.is_flow() {
                continue;
            }
            for (key, value) in self.syntax.entries(map) {
                let value = self.node(value);
                let Some(deeper) = self.deeper(self.node(key), value) else { continue };
                let list = matches!(value.content, Content::Seq);
                if list || deeper > 0 {
                    out.push(Indent { map, start: value.start, deeper, list });
                }
            }
        }
        out
    }

    /// How much deeper than its key a value stands that is written below it.
    fn deeper(&self, key: &Node<'_>, value: &Node<'_>) -> Option<usize> {
        if value.style != Style::Block || !lines::is_first_on_line(self.text, value.start) {
            return None;
        }
        let columns = lines::column(self.text, value.start)?;
        columns
            .checked_sub(lines::column(self.text, key.start)?)
            .filter(|deeper| *deeper <= DEEPEST)
    }
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
