//! What an update found as it was: findings that the old object had as well.

use crate::verdict::judge_all;
use crate::wording::Entry;
use alloc::{string::String, vec::Vec};
use patternwarden::Settings;
use patternwarden::bundle::Bundle;
use patternwarden::neighbours::Neighbours;
use patternwarden::set::Set;
use patternwarden::tree::{Document, sort_by};

/// The findings of the old object, sorted, each with how often it may be found again.
pub(crate) struct Before(Vec<(String, usize)>);

impl Before {
    pub(crate) fn of(settings: &Settings, old: &Document, neighbours: Option<&Neighbours>) -> Self {
        let bundle = Bundle::new(core::slice::from_ref(old)).with_kinds_of(settings);
        let set = Set::new(&bundle, settings.scope());
        let neighbours = neighbours.map(|neighbours| neighbours.beside(old.clone()));
        let mut keys = Vec::new();
        for finding in &judge_all(settings, &set, neighbours.as_ref()).findings {
            keys.push(Entry { finding, set: &set }.identity());
        }
        sort_by(&mut keys, String::cmp);
        let mut counts: Vec<(String, usize)> = Vec::new();
        for key in keys {
            match counts.last_mut() {
                Some((last, count)) if *last == key => *count += 1,
                _ => counts.push((key, 1)),
            }
        }
        Self(counts)
    }

    /// Whether the old object had this finding: the same rule said the same about the same place.
    /// Each of its findings answers for one.
    pub(crate) fn had(&mut self, entry: &Entry<'_, '_>) -> bool {
        let identity = entry.identity();
        let found = self.0.binary_search_by(|(key, _)| key.cmp(&identity));
        let count = found.ok().and_then(|at| self.0.get_mut(at)).map(|(_, count)| count);
        match count {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}
