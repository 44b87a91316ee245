//! What a rule is: data plus one function.

use crate::engine::Cx;
use crate::kube::{Container, Object, PodSpec};
use crate::minor::Minor;
use crate::neighbours::Reads;
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use patternwarden_tree::{Document, Span, SyntaxError};

/// How much a finding matters to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[expect(clippy::exhaustive_enums, reason = "every face shows each of these differently")]
pub enum Severity {
    /// An improvement, or an opinion.
    Hint,
    /// Depends on facts outside the manifest.
    Info,
    /// Works today, with a known story of failure.
    Warning,
    /// Rejected by the API server, cannot work, or opens the node.
    Error,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Severity; 4] = [Self::Error, Self::Warning, Self::Info, Self::Hint];

    /// Lower-case name, as used in settings and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a finding does to an admission request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[expect(clippy::exhaustive_enums, reason = "an admission request ends in one of these ways")]
pub enum Admission {
    /// Nothing: the rule is for files and people.
    Off,
    /// The request is admitted with a warning.
    Warn,
    /// The request is denied.
    Deny,
}

impl Admission {
    /// Lower-case name, as used in settings and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// What a rule needs to see. A rule with several surfaces speaks on each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Surface {
    /// The text: keys, styles and positions that the API server never sees.
    Text,
    /// One object.
    Object,
    /// Several objects that are complete together.
    Bundle,
    /// An object at admission, after decoding and defaulting.
    Cluster,
}

/// How far a rule's repairs can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[expect(clippy::exhaustive_enums, reason = "every face treats each grade differently")]
pub enum Grade {
    /// Inserts placeholders that a person must fill.
    Template,
    /// Repairs, but may change what runs: a person must agree.
    Review,
    /// Cannot change what runs except as the rule demands.
    Safe,
}

/// What a rule is in the Pod Security Standards: the checks of the built-in admission plugin that it
/// stands for.
///
/// Source: `k8s.io/pod-security-admission/policy`: the level restricted has all checks of baseline,
/// less those that its own checks override.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pss {
    /// Check id at the level baseline; `None` for what only the level restricted demands.
    pub baseline: Option<&'static str>,
    /// Check id at the level restricted; `None` where the check of another rule replaces it.
    pub restricted: Option<&'static str>,
    /// First version of the standards that has the check.
    pub since: Minor,
    /// First version in which the level restricted has a check of its own.
    pub apart: Minor,
}

impl Pss {
    /// A check of the level baseline, which the level restricted has as well.
    pub const fn baseline(control: &'static str) -> Self {
        Self { baseline: Some(control), ..Self::restricted(control) }
    }

    /// A check of the level restricted alone.
    pub const fn restricted(control: &'static str) -> Self {
        let any = Minor(0);
        Self { baseline: None, restricted: Some(control), since: any, apart: any }
    }

    /// The lowest level that has it.
    pub const fn level(self) -> PssLevel {
        if self.baseline.is_some() { PssLevel::Baseline } else { PssLevel::Restricted }
    }

    /// The check id at a level, for a version of the standards.
    pub fn control(self, level: PssLevel, version: Minor) -> Option<&'static str> {
        match level {
            _ if version < self.since => None,
            PssLevel::Restricted if version >= self.apart => self.restricted,
            _ => self.baseline,
        }
    }

    /// The check id by which the rule is known: that of its lowest level.
    pub fn id(self) -> &'static str {
        self.baseline.or(self.restricted).unwrap_or_default()
    }
}

/// A level of the Pod Security Standards that restricts anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the standards define these two")]
pub enum PssLevel {
    /// Prevents known privilege escalations.
    Baseline,
    /// Follows hardening best practices.
    Restricted,
}

/// A rule: data plus one function. Declare it with [`rule!`](crate::rule!).
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Kebab-case name, equal to the file name; names the problem, so that "allow `<id>`" reads well.
    pub id: &'static str,
    /// One line, no full stop.
    pub title: &'static str,
    /// Markdown of the doc comment; empty without the feature `docs`.
    pub docs: &'static str,
    /// The patterns it guards; empty means that it guards reading any manifest.
    pub patterns: &'static [Pattern],
    /// Severity of a finding unless the rule or settings say otherwise.
    pub severity: Severity,
    /// What a finding does at admission, unless settings say otherwise.
    pub admission: Admission,
    /// Whether it runs without being asked for.
    pub enabled: bool,
    /// What it needs to see.
    pub surfaces: &'static [Surface],
    /// A parameter that lets it speak of an input that is not said to be complete, if it needs one.
    pub on_open: Option<&'static Flag>,
    /// First Kubernetes version it speaks for; `None` means any.
    pub since: Option<Minor>,
    /// Last Kubernetes version it speaks for; `None` means any.
    pub until: Option<Minor>,
    /// What it is in the Pod Security Standards.
    pub pss: Option<Pss>,
    /// What a user may tune.
    pub params: &'static [Param],
    /// The best grade its fixes reach; `None` when it offers none.
    pub fix: Option<Grade>,
    /// Whether its fixes are objects of their own, which the answer to a request has no place for.
    pub fix_beside: bool,
    /// Former ids that settings and suppressions may still use.
    pub aliases: &'static [&'static str],
    /// What it looks up in a cluster, or why it does not; nothing for rules that look at nothing but
    /// the object.
    pub reads: &'static [Reads],
    /// Whether an object with a finding of this rule of severity `error` is one that the API server
    /// refuses as well.
    pub refused: bool,
    /// When it runs and what it runs.
    pub check: Check,
}

/// A document, whether there is something in it or not.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a document has content or it has none")]
pub enum Part<'d> {
    /// With content.
    Full(&'d Document),
    /// Without; where it is in the text, if there is one.
    Empty(Option<Span>),
}

/// When a rule runs, and the function to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Check {
    /// Once per document, before it is taken apart into objects.
    Document(for<'d> fn(&mut Cx<'_, 'd>, &'d Document)),
    /// Once per document, with content or without.
    Part(for<'d> fn(&mut Cx<'_, 'd>, Part<'d>)),
    /// Once per object.
    Object(for<'d> fn(&mut Cx<'_, 'd>, Object<'d>)),
    /// Once per Pod spec, in Pods and in the templates of workloads.
    Pod(for<'d> fn(&mut Cx<'_, 'd>, PodSpec<'d>)),
    /// Once per container of every Pod spec, of every class.
    Container(for<'d> fn(&mut Cx<'_, 'd>, Container<'d>)),
    /// Once per place of a text that could not be read.
    Unreadable(fn(&mut Cx<'_, '_>, &SyntaxError)),
    /// The engine reports for it while it applies suppressions, when all others have run.
    Suppressions,
}

impl Rule {
    /// Values of the fields that a declaration leaves out.
    pub const BLANK: Rule = Rule {
        id: "",
        title: "",
        docs: "",
        patterns: &[],
        severity: Severity::Warning,
        admission: Admission::Off,
        enabled: true,
        surfaces: &[Surface::Object],
        on_open: None,
        since: None,
        until: None,
        pss: None,
        params: &[],
        fix: None,
        fix_beside: false,
        aliases: &[],
        reads: &[],
        refused: false,
        check: Check::Object(|_, _| {}),
    };

    /// Whether the rule speaks for this Kubernetes version.
    pub fn speaks_for(&self, target: Minor) -> bool {
        self.since.is_none_or(|since| since <= target)
            && self.until.is_none_or(|until| target <= until)
    }

    /// Whether the rule sees this surface.
    pub fn sees(&self, surface: Surface) -> bool {
        self.surfaces.contains(&surface)
    }

    /// Whether the rule can only speak about several objects that are complete together.
    pub fn needs_bundle(&self) -> bool {
        matches!(self.surfaces, [Surface::Bundle])
    }

    /// Whether the rule speaks about suppressions, and so cannot be suppressed.
    pub fn is_about_suppressions(&self) -> bool {
        matches!(self.check, Check::Suppressions)
    }

    /// Whether the rule speaks about what could not be read, which nothing in it can excuse.
    pub fn is_about_reading(&self) -> bool {
        matches!(self.check, Check::Unreadable(_))
    }

    /// Whether the rule judges containment: it also runs on objects that a controller made.
    pub fn is_security(&self) -> bool {
        self.pss.is_some() || self.patterns.contains(&Pattern::ProcessContainment)
    }
}

/// Declares the rule of a module: its doc comment becomes both rustdoc and user documentation.
///
/// At least one doc line is required, so a rule without documentation does not compile.
/// Fields that are left out have the values of [`Rule::BLANK`](crate::rule::Rule::BLANK).
#[macro_export]
macro_rules! rule {
    ( $(#[doc = $doc:literal])+ $id:literal, $title:literal, $( $field:ident: $value:expr ),+ $(,)? ) => {
        $(#[doc = $doc])+
        pub const RULE: $crate::rule::Rule = $crate::rule::Rule {
            id: $id,
            title: $title,
            docs: $crate::docs::text(concat!($($doc, "\n"),+)),
            $($field: $value,)+
            ..$crate::rule::Rule::BLANK
        };
    };
    ($id:literal $($rest:tt)*) => {
        compile_error!(concat!("rule `", $id, "` needs a doc comment: it is the user documentation"));
    };
}
