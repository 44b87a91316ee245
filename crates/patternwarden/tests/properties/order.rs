//! No verdict depends on the order of objects, or of the keys of a map.

use crate::exceptions::Exceptions;
use crate::{Found, cases, differences, document, judge, objects};
use patternwarden::tree::{Document, Node, quote, write_json};

const SEEDS: u64 = 3;

/// Rules for which the order of objects has a meaning.
const ORDERED: &[(&str, &str)] = &[];

/// A small generator of the same numbers every time (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// A node as JSON, the keys of every map in another order. Lists stay: their order means something.
fn shuffled(out: &mut String, node: Node<'_>, random: &mut Random) {
    if !node.is_map() && !node.is_seq() {
        return write_json(out, node);
    }
    let mut children: Vec<Node<'_>> = node.children().collect();
    let (open, close) = if node.is_map() { ('{', '}') } else { ('[', ']') };
    if node.is_map() {
        random.shuffle(&mut children);
    }
    out.push(open);
    for (at, child) in children.into_iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        if let Some(key) = child.key() {
            quote(out, key);
            out.push(':');
        }
        shuffled(out, child, random);
    }
    out.push(close);
}

fn with_keys_shuffled(object: &Document, random: &mut Random) -> Document {
    let mut json = String::new();
    shuffled(&mut json, object.root().expect("an object"), random);
    document(&json)
}

/// Findings of objects in another order, under the indices that the objects had: `places[new]` is
/// the old one.
fn renumbered(mut found: Vec<Found>, places: &[usize]) -> Vec<Found> {
    for one in &mut found {
        one.object = one.object.map(|object| places[object]);
    }
    found.sort();
    found
}

#[test]
fn verdicts_do_not_depend_on_order() {
    let mut exceptions = Exceptions::new(ORDERED);
    let mut broken = Vec::new();
    let mut moved = 0;
    for case in cases() {
        let before = judge(objects(&case.example.text, &case.settings), &case.settings);
        for seed in 1..=SEEDS {
            let random = &mut Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let objects = objects(&case.example.text, &case.settings);
            let mut places: Vec<usize> = (0..objects.len()).collect();
            random.shuffle(&mut places);
            moved += usize::from(!places.is_sorted());
            let other = places.iter().map(|at| with_keys_shuffled(&objects[*at], random)).collect();
            let after = renumbered(judge(other, &case.settings), &places);
            let (lost, added) = differences(&before, &after);
            for (sign, f) in lost.iter().map(|f| ('-', f)).chain(added.iter().map(|f| ('+', f))) {
                if !exceptions.allow(f.rule) {
                    broken.push(format!("{sign} {f:?} in an example of {}", case.rule.id));
                }
            }
        }
    }
    broken.sort();
    broken.dedup();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(moved > 100, "{moved}");
    exceptions.close();
}
