//! Repairing: from the fixes that findings offer to documents, and texts, that have them.
//!
//! [`fix_all`] repairs, judges again, and goes on until nothing is left or nothing changes. What it
//! repairs is behind [`Editable`]: [`Manuscript`] is a text, whose every other byte stays as it
//! was; [`Objects`] are documents without text, as at admission. Both are the same edits.
//!
//! [`plan`] is one fix on demand: who shows many findings need not plan all their fixes.

mod batch;
mod ground;
mod lines;
mod manuscript;
mod objects;
mod one;

pub use lines::{Line, Sign, changed_lines};
pub use manuscript::Manuscript;
pub use objects::Objects;
pub use one::{Planned, plan};

pub(crate) use ground::grounded;

use crate::bundle::Bundle;
use crate::engine;
use crate::finding::{Finding, Fix};
use crate::rule::{Check, Grade, Rule};
use crate::set::Set;
use crate::settings::Settings;
use alloc::{string::String, vec::Vec};
use batch::{fits, written};
use core::fmt;
use patternwarden_tree::{Document, Edit, Refusal, sort_by};

/// Rounds of repair after which it counts as never ending. One is the rule; more are needed where a
/// repair uncovers another finding, or where entries of one list go one after the other.
pub const MAX_ROUNDS: usize = 64;

/// Documents that can be changed.
pub trait Editable {
    /// The documents as they are now. A change may add some, and takes none away.
    fn documents(&self) -> &[Document];

    /// Makes all edits of each batch, or none of them where they are refused; one answer per batch.
    /// Batches are of different documents, in their order.
    fn edit(&mut self, batches: &[Batch]) -> Vec<Result<(), Refusal>>;
}

/// Edits of one document, in order; pointers are those of the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// Index of the document.
    pub document: usize,
    /// What to do to it.
    pub edits: Vec<Edit>,
}

/// Which fixes to make.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a question that callers write")]
pub struct Wanted<'w> {
    /// The least that a fix must be trusted.
    pub least: Grade,
    /// Which of these, of which rules.
    pub fix: &'w dyn Fn(&Rule, &Fix) -> bool,
}

impl fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").field("least", &self.least).finish_non_exhaustive()
    }
}

/// What was made of the fixes that were wanted.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The fixes that were made, in order.
    pub applied: Vec<Offer>,
    /// The fixes that could not be made, and why.
    pub refused: Vec<(Offer, Refusal)>,
    /// Whether the end was reached: without it, repairs call each other up for ever.
    pub settled: bool,
}

/// A fix of a finding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Offer {
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong, one sentence.
    pub message: String,
    /// What the fix does, imperative.
    pub title: String,
    /// How far it can be trusted.
    pub grade: Grade,
    /// Index of the document.
    pub document: usize,
    /// What it does to the document, if that can be said.
    edits: Result<Vec<Edit>, Refusal>,
}

/// Makes every fix that is wanted: the first of each finding that is trusted enough.
///
/// In one round all fixes are made that cannot get in each other's way; then everything is judged
/// again, until nothing is left, nothing changes, or [`MAX_ROUNDS`] are over.
pub fn fix_all(subject: &mut dyn Editable, settings: &Settings, wanted: &Wanted<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for _ in 0..MAX_ROUNDS {
        let offers = offers(subject.documents(), settings, wanted);
        let before = outcome.applied.len();
        outcome.refused = round(subject, offers, &mut outcome.applied);
        if outcome.applied.len() == before {
            outcome.settled = true;
            break;
        }
    }
    outcome
}

/// The fixes that are wanted now.
fn offers(documents: &[Document], settings: &Settings, wanted: &Wanted<'_>) -> Vec<Offer> {
    let bundle = Bundle::new(documents).with_kinds_of(settings);
    let set = Set::new(&bundle, settings.scope());
    let findings = engine::run(settings, &set);
    // Where two repairs meet, the first is made and the other has to wait. A new field is the last
    // one in a document without text and has its usual place in a text, so what comes first must
    // not depend on the order of fields: places go by name. Rules of documents precede all others,
    // for what they read, how a value is written, is gone once a document is built anew.
    let mut findings: Vec<&Finding> = findings.iter().collect();
    sort_by(&mut findings, |a, b| {
        let late = |found: &Finding| !matches!(found.rule.check, Check::Document(_));
        let key = |found: &Finding| (found.document, late(found), found.object);
        let place = key(a).cmp(&key(b)).then_with(|| a.pointer.cmp(&b.pointer));
        place.then_with(|| a.rule.id.cmp(b.rule.id))
    });
    let mut out = Vec::new();
    for finding in findings {
        let wanted = |fix: &&Fix| fix.grade >= wanted.least && (wanted.fix)(finding.rule, fix);
        if let Some(fix) = finding.fixes.iter().find(wanted) {
            out.push(offer(&set, finding, fix));
        }
    }
    out
}

fn offer(set: &Set<'_>, finding: &Finding, fix: &Fix) -> Offer {
    Offer {
        rule: finding.rule,
        message: finding.message.clone(),
        title: fix.title.clone(),
        grade: fix.grade,
        document: finding.document,
        edits: grounded(set, finding, &fix.edits),
    }
}

/// One round: at first everything of a document at once; where that is refused, one by one.
fn round(
    subject: &mut dyn Editable,
    offers: Vec<Offer>,
    applied: &mut Vec<Offer>,
) -> Vec<(Offer, Refusal)> {
    let mut refused = Vec::new();
    let (mut taken, mut batches): (Vec<Vec<Offer>>, Vec<Batch>) = (Vec::new(), Vec::new());
    for offer in offers {
        let edits = match &offer.edits {
            Ok(edits) => edits.clone(),
            Err(refusal) => {
                let refusal = refusal.clone();
                refused.push((offer, refusal));
                continue;
            }
        };
        // What several objects lack is written once.
        let again = |object| batches.iter().flat_map(|b| written(&b.edits)).any(|o| o == object);
        if written(&edits).any(again) {
            continue;
        }
        // Offers come sorted by document.
        match (batches.last_mut(), taken.last_mut()) {
            (Some(batch), Some(with)) if batch.document == offer.document => {
                // What does not fit is offered again in the next round, if it is still true then.
                if fits(&batch.edits, &edits) {
                    batch.edits.extend(edits);
                    with.push(offer);
                }
            }
            _ => {
                batches.push(Batch { document: offer.document, edits });
                taken.push(alloc::vec![offer]);
            }
        }
    }
    let answers = subject.edit(&batches);
    for (offers, answer) in taken.into_iter().zip(answers) {
        match answer {
            Ok(()) => applied.extend(offers),
            Err(refusal) if offers.len() == 1 => {
                refused.extend(offers.into_iter().map(|offer| (offer, refusal.clone())));
            }
            Err(_) => singly(subject, offers, applied, &mut refused),
        }
    }
    refused
}

/// Offers that fit each other, one after the other.
fn singly(
    subject: &mut dyn Editable,
    offers: Vec<Offer>,
    applied: &mut Vec<Offer>,
    refused: &mut Vec<(Offer, Refusal)>,
) {
    for offer in offers {
        let Ok(edits) = offer.edits.clone() else { continue };
        let answers = subject.edit(&[Batch { document: offer.document, edits }]);
        match answers.into_iter().next() {
            Some(Err(refusal)) => refused.push((offer, refusal)),
            _ => applied.push(offer),
        }
    }
}
