//! No verdict depends on the order of objects, or of the keys of a map.

use crate::exceptions::{Exception, Exceptions};
use crate::support::{Judged, judge_documents};
use crate::{Found, apart, cases, document, found};
use patternwarden::tree::{Document, Node, quote, write_json};

const SEEDS: u64 = 3;

/// Findings about two objects, of which the later one is told and the first is named beside it.
const PAIRS: &[Exception] = &[
    Exception {
        rule: "object-duplicate",
        setting: "",
        place: "",
        reason: "the last one that is applied wins",
    },
    Exception {
        rule: "ingress-conflict",
        setting: "",
        place: "",
        reason: "of those that claim the same, the one that was there first keeps it",
    },
    Exception {
        rule: "port-invalid",
        setting: "",
        place: "/nodePort",
        reason: "the second Service that asks for a port of the nodes is refused",
    },
];

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

/// Findings under the indices that the objects had: `places[new]` is the old one.
fn told(judged: &Judged, places: &[usize]) -> Vec<Found> {
    let mut all = found(judged);
    for one in &mut all {
        one.object = one.object.map(|object| places[object]);
    }
    all.sort();
    all
}

/// Objects that an exception's findings tie together, and how many findings do; for two objects
/// also what they say.
fn groups(
    judged: &Judged,
    places: &[usize],
    exception: &Exception,
) -> Vec<(Vec<String>, Vec<String>)> {
    let own = judged.findings.iter().filter(|finding| finding.rule.id == exception.rule);
    let mut out: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for finding in own.filter(|finding| finding.pointer.ends_with(exception.place)) {
        let first = finding.object.map(|object| (object, &finding.pointer));
        let others = finding.related.iter().map(|other| (other.object, &other.pointer));
        let tied = first.into_iter().chain(others);
        let mut tied: Vec<String> =
            tied.map(|(object, pointer)| format!("{} {pointer}", places[object])).collect();
        let mut said = vec![format!("{} {}", finding.severity.id(), finding.message)];
        let joined: Vec<_> =
            out.extract_if(.., |(other, _)| tied.iter().any(|t| other.contains(t))).collect();
        for (other, words) in joined {
            tied.extend(other);
            said.extend(words);
        }
        tied.sort();
        tied.dedup();
        out.push((tied, said));
    }
    for (tied, said) in &mut out {
        said.sort();
        if tied.len() > 2 {
            said.fill(String::new());
        }
    }
    out.sort();
    out
}

#[test]
fn verdicts_do_not_depend_on_order() {
    let mut exceptions = Exceptions::new(PAIRS);
    let mut broken = Vec::new();
    let mut moved = 0;
    for case in cases() {
        let ordered = case.objects();
        let as_written: Vec<usize> = (0..ordered.len()).collect();
        let first = judge_documents(case.objects(), &case.settings);
        for seed in 1..=SEEDS {
            let random = &mut Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut places = as_written.clone();
            random.shuffle(&mut places);
            moved += usize::from(!places.is_sorted());
            let other = places.iter().map(|at| with_keys_shuffled(&ordered[*at], random)).collect();
            let second = judge_documents(other, &case.settings);
            let (mut before, mut after) = (told(&first, &as_written), told(&second, &places));
            for (exception, needed) in exceptions.each() {
                let nothing = serde_json::Value::Null;
                let taken = |from: &mut Vec<Found>| -> Vec<Found> {
                    from.extract_if(.., |found| exception.covers(found, &nothing)).collect()
                };
                *needed |= taken(&mut before) != taken(&mut after);
                let groups = |of, places: &[usize]| groups(of, places, exception);
                let (one, two) = (groups(&first, &as_written), groups(&second, &places));
                assert_eq!(one, two, "{}:\n{}", exception.rule, case.text);
            }
            broken.extend(apart(&before, &after, &case));
        }
    }
    broken.sort();
    broken.dedup();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(moved > 100, "{moved}");
    exceptions.close();
}
