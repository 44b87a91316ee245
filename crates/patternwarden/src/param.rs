//! Parameters of rules, as data: settings, documentation and schema come from the same constants.

mod form;

pub use form::Form;

/// Something a user may tune in a rule.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Param {
    /// A whole number.
    Int(&'static Int),
    /// A list of strings.
    Strings(&'static Strings),
    /// A list of strings that all look alike.
    Entries(&'static Strings, Form),
    /// Yes or no.
    Flag(&'static Flag),
    /// One word of a list.
    Choice(&'static Choice),
}

/// A whole-number parameter.
#[derive(Debug)]
pub struct Int {
    /// Key in the rule's settings, in snake case.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub doc: &'static str,
    /// Unit, such as `seconds`; empty for a count.
    pub unit: &'static str,
    /// Smallest value accepted.
    pub min: i64,
    /// Largest value accepted.
    pub max: i64,
    /// Value when the user gives none.
    pub default: i64,
}

/// A string-list parameter. Entries are globs (`*` stands for any text) where the rule says so.
#[derive(Debug)]
pub struct Strings {
    /// Key in the rule's settings, in snake case.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub doc: &'static str,
    /// Value when the user gives none.
    pub default: &'static [&'static str],
}

impl Strings {
    /// A list that is empty when the user gives none.
    pub const fn empty(name: &'static str, doc: &'static str) -> Self {
        Self { name, doc, default: &[] }
    }
}

/// A yes-or-no parameter.
#[derive(Debug)]
pub struct Flag {
    /// Key in the rule's settings, in snake case.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub doc: &'static str,
    /// Value when the user gives none.
    pub default: bool,
}

/// A parameter that takes one of a few words.
#[derive(Debug)]
pub struct Choice {
    /// Key in the rule's settings, in snake case.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub doc: &'static str,
    /// The words.
    pub options: &'static [&'static str],
    /// Word when the user gives none; one of `options`.
    pub default: &'static str,
}

impl Param {
    /// Key in the rule's settings.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Int(p) => p.name,
            Self::Strings(p) | Self::Entries(p, _) => p.name,
            Self::Flag(p) => p.name,
            Self::Choice(p) => p.name,
        }
    }

    /// One sentence for the documentation.
    pub const fn doc(&self) -> &'static str {
        match self {
            Self::Int(p) => p.doc,
            Self::Strings(p) | Self::Entries(p, _) => p.doc,
            Self::Flag(p) => p.doc,
            Self::Choice(p) => p.doc,
        }
    }
}
