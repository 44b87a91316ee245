//! Findings to which a property does not apply, each with the reason. What is not needed must go.

use crate::Found;

/// What a property does not apply to.
pub(crate) struct Exception {
    pub(crate) rule: &'static str,
    /// Under this parameter alone; empty for any settings.
    pub(crate) setting: &'static str,
    /// At places that end so alone; empty for any place.
    pub(crate) place: &'static str,
    /// What the specification of the rule says.
    pub(crate) reason: &'static str,
}

impl Exception {
    /// Whether it is about this finding, under settings that write these parameters of the rule.
    pub(crate) fn covers(&self, found: &Found, written: &serde_json::Value) -> bool {
        self.rule == found.rule
            && found.pointer.ends_with(self.place)
            && (self.setting.is_empty()
                || written.pointer(&format!("/rules/{}/{}", self.rule, self.setting)).is_some())
    }
}

/// A table of exceptions, and which of them were needed.
pub(crate) struct Exceptions {
    table: &'static [Exception],
    needed: Vec<bool>,
}

impl Exceptions {
    pub(crate) fn new(table: &'static [Exception]) -> Self {
        Self { table, needed: vec![false; table.len()] }
    }

    /// The exceptions, each with a note that is set where it was needed.
    pub(crate) fn each(&mut self) -> impl Iterator<Item = (&'static Exception, &mut bool)> {
        self.table.iter().zip(&mut self.needed)
    }

    /// Fails where an exception was not needed, or says no reason.
    pub(crate) fn close(self) {
        for (exception, needed) in self.table.iter().zip(self.needed) {
            let Exception { rule, setting, place, reason } = exception;
            assert!(needed, "`{rule}` {setting} {place}: no exception is needed");
            assert!(!reason.is_empty(), "`{rule}` {setting} {place}");
        }
    }
}
