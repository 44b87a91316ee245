//! Recognisers: which patterns are in use, where, and how sure that is.

use crate::annotations;
use crate::kube::Object;
use crate::pattern::Pattern;
use crate::patterns::RECOGNISERS;
use crate::set::Set;
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use patternwarden_tree::{Place, Span};

/// How sure a recogniser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[expect(clippy::exhaustive_enums, reason = "the recogniser contract has these three")]
pub enum Confidence {
    /// Possible: shown, never used to judge.
    Possible,
    /// The structure and a weak signal say so.
    Likely,
    /// The structure proves it.
    Certain,
}

/// A recogniser: data plus one function. Declare it with [`pattern!`](crate::pattern!).
#[derive(Clone, Copy, Debug)]
pub struct Recogniser {
    /// The pattern it recognises.
    pub pattern: Pattern,
    /// Markdown of the doc comment; empty without the feature `docs`.
    pub docs: &'static str,
    /// Runs once per object.
    pub recognise: for<'d> fn(&mut Px<'_, 'd>, Object<'d>),
}

/// Declares the recogniser of a module: its doc comment becomes both rustdoc and user documentation.
#[macro_export]
macro_rules! pattern {
    ( $(#[doc = $doc:literal])+ $pattern:ident, $recognise:expr $(,)? ) => {
        $(#[doc = $doc])+
        pub const RECOGNISER: $crate::recognise::Recogniser = $crate::recognise::Recogniser {
            pattern: $crate::pattern::Pattern::$pattern,
            docs: $crate::docs::text(concat!($($doc, "\n"),+)),
            recognise: $recognise,
        };
    };
}

/// A pattern found in use.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recognised {
    /// The pattern.
    pub pattern: Pattern,
    /// How sure that is.
    pub confidence: Confidence,
    /// Index of the object that shows it.
    pub object: usize,
    /// Variants of the pattern, such as `readiness/grpc`; sorted.
    pub facets: Vec<String>,
    /// The places that prove it, in the order in which they explain it.
    pub evidence: Vec<Evidence>,
    /// The pattern's vocabulary is used against its intent.
    pub violated: bool,
}

/// A place that shows a pattern.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Evidence {
    /// What this place shows, a few words.
    pub label: String,
    /// Index of the object it stands in.
    pub object: usize,
    /// JSON Pointer relative to that object.
    pub pointer: String,
    /// Bytes to show; `None` for objects without text.
    pub span: Option<Span>,
}

/// What a recogniser sees, and where it reports.
#[derive(Debug)]
pub struct Px<'r, 'd> {
    set: &'r Set<'d>,
    pattern: Pattern,
    object: Object<'d>,
    hit: Option<Recognised>,
}

impl<'r, 'd> Px<'r, 'd> {
    /// What one recogniser says of one object.
    fn of(recogniser: &Recogniser, set: &'r Set<'d>, object: Object<'d>) -> Self {
        let mut px = Self { set, pattern: recogniser.pattern, object, hit: None };
        (recogniser.recognise)(&mut px, object);
        px
    }

    /// Takes the author of the object at their word.
    fn heed_author(&mut self) {
        let mut named = false;
        for note in annotations::naming(self.object, self.pattern) {
            self.hit(Confidence::Certain, note, "the author says so");
            named = true;
        }
        if !named && self.hit.as_ref().is_some_and(|hit| hit.confidence == Confidence::Possible) {
            self.hit = None;
        }
    }

    /// The objects that are judged together.
    pub fn set(&self) -> &'r Set<'d> {
        self.set
    }

    /// Says that the object shows the pattern, at least this surely, and why.
    ///
    /// Called again, it adds evidence and keeps the higher confidence.
    pub fn hit(
        &mut self,
        confidence: Confidence,
        place: impl Into<Place<'d>>,
        label: impl Into<String>,
    ) -> &mut Self {
        self.hit_at(confidence, place.into(), label.into())
    }

    /// [`hit`](Self::hit), compiled once.
    #[inline(never)]
    fn hit_at(&mut self, confidence: Confidence, place: Place<'d>, label: String) -> &mut Self {
        let hit = self.hit.get_or_insert_with(|| Recognised {
            pattern: self.pattern,
            confidence,
            object: self.object.index,
            facets: Vec::new(),
            evidence: Vec::new(),
            violated: false,
        });
        hit.confidence = hit.confidence.max(confidence);
        let holder = self.set.object_holding(place.node).unwrap_or(self.object);
        hit.evidence.push(Evidence {
            label,
            object: holder.index,
            pointer: place.pointer(holder.node).to_string(),
            span: place.anchor(),
        });
        self
    }

    /// Names a variant of the pattern that the object shows.
    pub fn facet(&mut self, facet: impl Into<String>) -> &mut Self {
        self.add_facet(facet.into())
    }

    #[inline(never)]
    fn add_facet(&mut self, facet: String) -> &mut Self {
        if let Some(hit) = self.hit.as_mut()
            && let Err(at) = hit.facets.binary_search(&facet)
        {
            hit.facets.insert(at, facet);
        }
        self
    }

    /// Says that the pattern's vocabulary is used against its intent.
    pub fn violated(&mut self) -> &mut Self {
        if let Some(hit) = self.hit.as_mut() {
            hit.violated = true;
        }
        self
    }

    /// Whether something was recognised so far.
    pub fn is_hit(&self) -> bool {
        self.hit.is_some()
    }
}

/// Runs every recogniser over `set`: by object, then in the order of the book.
///
/// The author of an object has the last word: a pattern that its annotation
/// `patternwarden.dev/pattern` names is certain, and what is merely possible and not named there is
/// left out.
pub fn recognise(set: &Set<'_>) -> Vec<Recognised> {
    let mut out = Vec::new();
    for object in set.objects() {
        let named = annotations::names_any(object);
        for recogniser in RECOGNISERS {
            let mut px = Px::of(recogniser, set, object);
            if named {
                px.heed_author();
            }
            out.extend(px.hit);
        }
    }
    out
}

/// Runs one recogniser over one object: how a rule asks for a pattern. What its author says of the
/// object is not heard, for rules are milder with some patterns, and an annotation must not hide
/// what denies.
pub fn recognise_one<'d>(
    recogniser: &Recogniser,
    set: &Set<'d>,
    object: Object<'d>,
) -> Option<Recognised> {
    Px::of(recogniser, set, object).hit
}
