//! Rules to which a property does not apply, each with the reason. What is not needed must go.

use std::collections::BTreeSet;

/// Rules that a property exempts, and which of them needed it.
pub(crate) struct Exceptions {
    table: &'static [(&'static str, &'static str)],
    needed: BTreeSet<&'static str>,
}

impl Exceptions {
    pub(crate) fn new(table: &'static [(&'static str, &'static str)]) -> Self {
        Self { table, needed: BTreeSet::new() }
    }

    /// Whether a rule that breaks the property may; to be asked when it does.
    pub(crate) fn allow(&mut self, rule: &str) -> bool {
        let entry = self.table.iter().find(|(id, _)| *id == rule);
        self.needed.extend(entry.map(|(id, _)| *id));
        entry.is_some()
    }

    /// Fails where an entry was not needed, or says no reason.
    pub(crate) fn close(self) {
        for (id, reason) in self.table {
            assert!(self.needed.contains(id), "`{id}` keeps the property: no exception is needed");
            assert!(!reason.is_empty(), "{id}");
        }
    }
}
