//! One fix of one finding, on demand.

use super::{Offer, offer};
use crate::bundle::Bundle;
use crate::engine;
use crate::report::finding_keys;
use crate::set::Set;
use crate::settings::Settings;
use alloc::vec::Vec;
use patternwarden_tree::{Refusal, Stream, TextEdit, TextEditor};

/// What a fix would do to the text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// The fix.
    pub offer: Offer,
    /// Edits of the text, or why there are none.
    pub edits: Result<Vec<TextEdit>, Refusal>,
}

/// Plans one fix: number `fix`, from 0, of the finding with this
/// [key](crate::report::Finding::key).
///
/// `None` when these settings find nothing of this key in the stream, or it has fewer fixes.
pub fn plan(
    stream: &Stream,
    settings: &Settings,
    key: &str,
    fix: usize,
    editor: &dyn TextEditor,
) -> Option<Planned> {
    let bundle = Bundle::new(&stream.documents).with_kinds_of(settings);
    let set = Set::new(&bundle, settings.scope());
    let findings = engine::run(settings, &set);
    let at = finding_keys(&set, &findings).iter().position(|other| other == key)?;
    let finding = findings.get(at)?;
    let mut offer = offer(&set, finding, finding.fixes.get(fix)?);
    let edits = core::mem::replace(&mut offer.edits, Ok(Vec::new()));
    let edits = edits.and_then(|edits| editor.plan(finding.document, &edits));
    Some(Planned { offer, edits })
}
