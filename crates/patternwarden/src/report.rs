//! The Report: one schema for every face.
//!
//! Positions are UTF-16 offsets with 1-based lines and columns; they are absent for inputs without
//! text. Everything is sorted by document, position and rule, and depends on nothing but the
//! input, the settings and the version.

mod build;

use crate::neighbours::Neighbours;
use crate::recognise::Confidence;
use crate::rule::{Admission, Grade, Severity};
use crate::rules::yaml_syntax_invalid;
use crate::settings::Settings;
use alloc::{borrow::Cow, string::String, sync::Arc, vec::Vec};
use patternwarden_tree::{LineIndex, Range, Span, Stream, TextEditor};

pub(crate) use build::finding_keys;

/// Derives what a type of the Report needs: debug, clone, equality, serde in camel case.
macro_rules! report {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $ty:ty,)* })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
            #[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
            #[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
            #[non_exhaustive]
            pub struct $name {
                $($(#[$field_meta])* pub $field: $ty,)*
            }
        )+
    };
}

report! {
    /// Everything there is to say about one input.
    pub struct Report {
        /// Version of this schema.
        pub schema: u32,
        /// What made the report.
        pub engine: Engine,
        /// Name of the input, where there are several.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub input: Option<String>,
        /// The objects, in source order.
        pub resources: Vec<Resource>,
        /// What is wrong.
        pub findings: Vec<Finding>,
        /// The patterns in use.
        pub patterns: Vec<PatternHit>,
        /// What could not be read, whatever settings say of the rule `yaml-syntax-invalid`, whose
        /// findings say the same.
        pub syntax: Vec<Syntax>,
        /// Findings that somebody decided to live with.
        pub suppressed: Vec<Finding>,
        /// What was not looked at, and why.
        pub not_checked: Vec<NotChecked>,
        /// Counts.
        pub summary: Summary,
        /// What an admission policy with these settings would answer.
        pub verdict: Verdict,
    }

    /// What made the report.
    pub struct Engine {
        /// Version of the crate.
        pub version: String,
        /// Number of rules in the catalogue.
        pub rules: usize,
    }

    /// One object.
    pub struct Resource {
        /// Index of its document in the input, counting documents that were read.
        pub doc: usize,
        /// `apiVersion`, empty when absent.
        pub api_version: String,
        /// `kind`, empty when absent.
        pub kind: String,
        /// `metadata.name`.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub name: Option<String>,
        /// `metadata.namespace`.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub namespace: Option<String>,
        /// Whether some rule reads this kind.
        pub known: bool,
        /// What was assumed to read a fragment as this object.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub assumed: Option<String>,
        /// Where it starts.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub range: Option<Range>,
    }

    /// Something a rule found.
    pub struct Finding {
        /// Stable across edits elsewhere: rule, object and place.
        pub key: String,
        /// Id of the rule.
        pub rule: Cow<'static, str>,
        /// Title of the rule.
        pub title: Cow<'static, str>,
        /// Ids of the patterns it guards.
        pub patterns: Vec<Cow<'static, str>>,
        /// How much it matters.
        pub severity: Severity,
        /// What it does at admission.
        pub admission: Admission,
        /// Whether it would deny a request.
        pub blocking: bool,
        /// What is wrong here, one sentence.
        pub message: String,
        /// Why it matters, Markdown; absent where documentation is left out.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "str::is_empty"))]
        pub why: Arc<str>,
        /// Index of the object in `resources`.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub resource: Option<usize>,
        /// JSON Pointer in that object; may name a place that does not exist yet.
        pub path: String,
        /// Where to look.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub range: Option<Range>,
        /// Other places that take part.
        pub related: Vec<Related>,
        /// How to repair it, best first.
        pub fixes: Vec<Fix>,
        /// Check id in the Pod Security Standards.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub pss: Option<Cow<'static, str>>,
        /// Who decided to live with it, and why; absent for what counts.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub suppression: Option<Suppression>,
    }

    /// Why a finding does not count.
    pub struct Suppression {
        /// `comment`, `annotation` or `settings`.
        pub origin: Cow<'static, str>,
        /// JSON Pointer: of an annotation in the object, of an exemption in the settings; empty for
        /// a comment.
        pub location: String,
        /// Where it is written.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub range: Option<Range>,
        /// Id of an exemption.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub id: Option<String>,
        /// Why.
        pub reason: String,
        /// The last day on which it holds, such as `2027-06-30`.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub until: Option<String>,
        /// Whether it also holds when the object arrives in a cluster; where it does not, the
        /// finding counts for the verdict.
        pub in_cluster: bool,
    }

    /// Another place that takes part in a finding.
    pub struct Related {
        /// What it has to do with it.
        pub message: String,
        /// Index of the object in `resources`.
        pub resource: usize,
        /// JSON Pointer in that object.
        pub path: String,
        /// Where to look.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub range: Option<Range>,
    }

    /// A repair.
    pub struct Fix {
        /// Imperative, one line.
        pub title: String,
        /// How far it can be trusted.
        pub grade: Grade,
        /// Operations on the object, applied in order.
        pub operations: Vec<Operation>,
        /// The same as edits of the text, sorted, none overlapping; absent unless asked for.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub edits: Option<Vec<Edit>>,
        /// Why the text cannot be edited without a guess, one fragment; only where edits were
        /// asked for.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub refused: Option<String>,
    }

    /// An edit of the text.
    pub struct Edit {
        /// What goes; empty where something is only inserted.
        pub range: Range,
        /// What stands there afterwards.
        pub text: String,
        /// Parts of `text` that a person must fill.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
        pub placeholders: Vec<Placeholder>,
    }

    /// A part of a text that a person must fill.
    #[derive(Copy, Eq)]
    pub struct Placeholder {
        /// UTF-16 code units before it, in the text it is part of.
        pub start: u32,
        /// UTF-16 code units before its end.
        pub end: u32,
    }

    /// One operation of a repair.
    pub struct Operation {
        /// `add`, `replace`, `remove`, `test` or `move`, as in JSON Patch; `keep-last`: remove the
        /// earlier entries that a duplicate key hides; or `new-document`: put the value behind the
        /// document, as one of its own.
        pub op: Cow<'static, str>,
        /// JSON Pointer in the object.
        pub path: String,
        /// JSON text of the value to add, to put in place, or to test for.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub value: Option<String>,
        /// Where a moved value comes from.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub from: Option<String>,
    }

    /// A pattern in use.
    pub struct PatternHit {
        /// Id of the pattern.
        pub pattern: Cow<'static, str>,
        /// Its name.
        pub title: Cow<'static, str>,
        /// The part of the book it stands in.
        pub category: Cow<'static, str>,
        /// How sure that is.
        pub confidence: Confidence,
        /// Variants of the pattern.
        pub facets: Vec<String>,
        /// The places that show it.
        pub evidence: Vec<Evidence>,
        /// Index of the object in `resources`.
        pub resource: usize,
        /// The pattern's vocabulary is used against its intent.
        pub violated: bool,
    }

    /// A place that shows a pattern.
    pub struct Evidence {
        /// What it shows.
        pub label: String,
        /// Index of the object in `resources`.
        pub resource: usize,
        /// JSON Pointer in that object.
        pub path: String,
        /// Where to look.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub range: Option<Range>,
    }

    /// A place that could not be read.
    pub struct Syntax {
        /// What is wrong.
        pub message: String,
        /// What to do about it.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub hint: Option<String>,
        /// Index of the document in the text, counting all.
        pub doc: usize,
        /// Where.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub range: Option<Range>,
    }

    /// Something that was not looked at.
    pub struct NotChecked {
        /// The rule that stayed silent; absent for a document.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub rule: Option<String>,
        /// The document that is no Kubernetes object; absent for a rule.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        pub doc: Option<usize>,
        /// Why, one fragment.
        pub reason: String,
    }

    /// Counts.
    #[derive(Copy, Default)]
    pub struct Summary {
        /// Findings of severity error.
        pub error: usize,
        /// Findings of severity warning.
        pub warning: usize,
        /// Findings of severity info.
        pub info: usize,
        /// Findings of severity hint.
        pub hint: usize,
        /// Patterns in use, each counted once.
        pub patterns: usize,
        /// Objects that rules looked at.
        pub checked: usize,
        /// Objects that no rule looks at, and documents that are no objects or hold something that
        /// is none.
        pub not_checked: usize,
        /// Documents without content.
        pub empty: usize,
    }
}

impl Report {
    /// What the rule about unreadable text says of a place in `syntax`: a finding, or one that is
    /// suppressed; `None` where settings switch the rule off.
    pub fn said_of(&self, error: &Syntax) -> Option<&Finding> {
        let mut said = self.findings.iter().chain(&self.suppressed);
        said.find(|finding| finding.is_of_syntax() && finding.range == error.range)
    }

    /// The places in `syntax` that nobody decided to live with.
    pub fn unreadable(&self) -> impl Iterator<Item = &Syntax> {
        let counts = |error: &&Syntax| {
            self.said_of(error).is_none_or(|finding| finding.suppression.is_none())
        };
        self.syntax.iter().filter(counts)
    }
}

impl Finding {
    /// Whether it says what `syntax` says as well, so that faces show it once.
    pub fn is_of_syntax(&self) -> bool {
        self.rule == yaml_syntax_invalid::RULE.id
    }
}

impl Placeholder {
    /// Parts of a text, given in bytes.
    pub fn all(text: &str, spans: &[Span]) -> Vec<Self> {
        let lines = LineIndex::new(text);
        let units = |byte| lines.position(byte).offset;
        spans.iter().map(|span| Self { start: units(span.start), end: units(span.end) }).collect()
    }
}

/// What an admission policy would answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[expect(clippy::exhaustive_enums, reason = "every face shows each of these differently")]
pub enum Verdict {
    /// Admitted.
    Admit,
    /// Admitted with warnings.
    AdmitWithWarnings,
    /// Denied.
    Deny,
    /// Nothing to judge, or something could not be read.
    NotEvaluated,
}

impl Verdict {
    /// Kebab-case name, as in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::AdmitWithWarnings => "admit-with-warnings",
            Self::Deny => "deny",
            Self::NotEvaluated => "not-evaluated",
        }
    }
}

/// Judges everything that was read from one input.
pub fn check(stream: &Stream, settings: &Settings) -> Report {
    build::report(stream, settings, None, None)
}

/// The same for one object of a cluster, whose neighbours are looked at but not judged.
///
/// The stream is the object alone.
pub fn check_beside(stream: &Stream, settings: &Settings, neighbours: &Neighbours) -> Report {
    build::report(stream, settings, None, Some(neighbours))
}

/// [`check`], with every fix as edits of the text: `editor` plans them, which costs much more than
/// the check. [`fixes::plan`](crate::fixes::plan) plans one.
pub fn check_with(stream: &Stream, settings: &Settings, editor: &dyn TextEditor) -> Report {
    build::report(stream, settings, Some(editor), None)
}
