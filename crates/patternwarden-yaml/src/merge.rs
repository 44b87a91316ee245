//! Merge keys (`<<`), a YAML 1.1 feature that go-yaml has and positions matter in.

use crate::events::Tag;
use crate::resolve::Entry;
use crate::syntax::{Content, Node};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use patternwarden_tree::Style;

/// Whether a key is go-yaml's merge key: `<<` that no quote or tag makes a string.
pub(crate) fn is_merge_key(key: &Node<'_>) -> bool {
    let bare = key.style == Style::Plain && key.tag == Tag::Absent;
    matches!(&key.content, Content::Scalar(text) if text == "<<")
        && (bare || matches!(key.tag, Tag::NonSpecific | Tag::Merge))
}

/// Entries without those that came by a merge and that a later entry replaces.
///
/// Replacing what was merged is what merging is for. An entry that its author wrote stays, even
/// when a later one hides it: the tree marks it as shadowed.
pub(crate) fn visible(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    if !entries.iter().any(|entry| entry.merged) {
        return entries;
    }
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        last.insert(entry.key.as_ref().into(), at);
    }
    let mut at = 0;
    entries.retain(|entry| {
        let keep = !entry.merged || last.get(entry.key.as_ref()) == Some(&at);
        at += 1;
        keep
    });
    entries
}
