//! From places in an object to places in the document that was read.

use crate::finding::Finding;
use crate::set::Set;
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use patternwarden_tree::{Edit, Op, Place, Refusal};

/// Edits of the object of a finding as edits of its document: an object of a list stands below the
/// list, and a fragment is less than the object that it was read as.
pub(crate) fn grounded(
    set: &Set<'_>,
    finding: &Finding,
    edits: &[Edit],
) -> Result<Vec<Edit>, Refusal> {
    let object = finding.object.and_then(|index| set.object(index));
    let base = object.map_or_else(String::new, |object| {
        let root = object.node.document().root().unwrap_or(object.node);
        Place::from(object.node).pointer(root).to_string()
    });
    let assumed = finding.object.and_then(|index| set.assumed(index));
    let wrapping = assumed.map_or("", |assumed| assumed.prefix());
    let ground = |pointer: &str| {
        let inside = pointer.strip_prefix(wrapping);
        match inside.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            Some(rest) => Ok([base.as_str(), rest].concat()),
            None => Err(Refusal::new(
                pointer.to_owned(),
                finding.span,
                "the text is a fragment, and the repair belongs to what it leaves out".to_owned(),
            )),
        }
    };
    let mut out = Vec::with_capacity(edits.len());
    for edit in edits {
        if matches!(edit.op, Op::NewDocument(_)) {
            out.push(edit.clone());
            continue;
        }
        let op = match &edit.op {
            Op::Move { from } => Op::Move { from: ground(from)? },
            other => other.clone(),
        };
        out.push(Edit { pointer: ground(&edit.pointer)?, op });
    }
    Ok(out)
}
