//! Sorting through one compiled function.
//!
//! The standard library's sorts are compiled anew for every type and every comparison, several
//! kilobytes each; a policy module has no room for that.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorts numbers, such as indices of a list that is to be sorted, by `compare`; equal ones by value.
#[inline(never)]
pub fn sort_ids(ids: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    ids.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
}

/// Sorts a list; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    sort_ids(&mut order, &|a, b| match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut target = alloc::vec![0; order.len()];
    for (to, from) in order.into_iter().enumerate() {
        if let Some(cell) = target.get_mut(from as usize) {
            *cell = to;
        }
    }
    // Each swap brings one item to where it belongs.
    for at in 0..target.len() {
        while let Some(to) = target.get(at).copied().filter(|to| *to != at) {
            items.swap(at, to);
            target.swap(at, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_like_the_standard_library() {
        let mut seed = 7_u32;
        for len in 0..60 {
            let mut random = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 28
            };
            let mut items: Vec<_> = (0..len).map(|at| (random(), at)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_by(&mut items, |a, b| a.0.cmp(&b.0));
            assert_eq!(items, expected);
        }
    }
}
