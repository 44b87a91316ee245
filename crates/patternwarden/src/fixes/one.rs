//! One fix of one finding, on demand.

use super::grounded;
use crate::bundle::Bundle;
use crate::engine;
use crate::report::finding_keys;
use crate::rule::Grade;
use crate::set::Set;
use crate::settings::Settings;
use alloc::{string::String, vec::Vec};
use patternwarden_tree::{Refusal, Stream, TextEdit, TextEditor};

/// What a fix would do to the text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// What it does, imperative.
    pub title: String,
    /// How far it can be trusted.
    pub grade: Grade,
    /// Edits of the text, or why there are none.
    pub edits: Result<Vec<TextEdit>, Refusal>,
}

/// Plans one fix: number `fix` of the finding with this [key](crate::report::Finding::key).
///
/// `None` when these settings find nothing of this key in the stream, or less fixes.
pub fn plan(
    stream: &Stream,
    settings: &Settings,
    key: &str,
    fix: usize,
    editor: &dyn TextEditor,
) -> Option<Planned> {
    let bundle = Bundle::new(&stream.documents);
    let set = Set::new(&bundle, settings.scope());
    let findings = engine::run(settings, &set);
    let at = finding_keys(&set, &findings).iter().position(|other| other == key)?;
    let finding = findings.get(at)?;
    let fix = finding.fixes.get(fix)?;
    let edits = grounded(&set, finding, &fix.edits);
    Some(Planned {
        title: fix.title.clone(),
        grade: fix.grade,
        edits: edits.and_then(|edits| editor.plan(finding.document, &edits)),
    })
}
