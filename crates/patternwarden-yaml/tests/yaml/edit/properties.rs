//! Tens of thousands of random edits: every one has its effect and no other.

use super::corpus::{texts, varied};
use super::model::{applied, same};
use super::random::{Random, edit};
use super::second::agrees;
use patternwarden_tree::{Edit, Op, Refusal, Stream, TextEdit, TextEditor, write_json};
use patternwarden_yaml::{Source, apply, read};
use serde_json::Value as Json;
use std::collections::HashMap;

/// Edits to be planned; each is one or a few operations on one document.
const EDITS: usize = 24_000;

/// What happened to all of them.
#[derive(Default)]
struct Tally {
    applied: usize,
    unchanged: usize,
    refused: HashMap<String, usize>,
    opinions: usize,
    twice: usize,
    bytes: Vec<usize>,
}

fn value(node: patternwarden_tree::Node<'_>) -> Json {
    let mut out = String::new();
    write_json(&mut out, node);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

fn values(stream: &Stream) -> Vec<Json> {
    stream.documents.iter().map(|document| value(document.root().unwrap())).collect()
}

#[test]
fn random_edits_have_their_effect_and_no_other() {
    let texts = texts();
    assert!(texts.len() > 400, "{} texts", texts.len());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut tally = Tally::default();
    let mut count = 0;
    'all: loop {
        for (name, text) in &texts {
            let text = varied(text, &mut random);
            let stream = read(&text);
            let before = values(&stream);
            let baseline = stream.errors.is_empty() && agrees(&text, &before) == Some(true);
            for _ in 0..6 {
                if count == EDITS {
                    break 'all;
                }
                count += 1;
                one(name, &text, &stream, &before, baseline, &mut random, &mut tally);
            }
        }
    }
    tally.bytes.sort_unstable();
    let refused: usize = tally.refused.values().sum();
    println!(
        "{count} edits: {} applied, {} changed nothing, {refused} refused; {} second opinions, \
         {} repeated; median {} bytes changed",
        tally.applied,
        tally.unchanged,
        tally.opinions,
        tally.twice,
        tally.bytes[tally.bytes.len() / 2],
    );
    for (message, count) in &tally.refused {
        println!("{count:6} {message}");
    }
    assert!(tally.applied > EDITS * 6 / 10, "{} applied", tally.applied);
    assert!(tally.opinions > EDITS * 4 / 10, "{} second opinions", tally.opinions);
    assert!(tally.twice > EDITS / 5, "{} repeated", tally.twice);
    let unexplained =
        tally.refused.get("no small change of the text has exactly the intended effect");
    assert!(unexplained.copied().unwrap_or(0) < EDITS / 100, "{unexplained:?}");
}

fn one(
    name: &str,
    text: &str,
    stream: &Stream,
    before: &[Json],
    baseline: bool,
    random: &mut Random,
    tally: &mut Tally,
) {
    let document = random.below(before.len());
    let mut edits = Vec::new();
    let mut wanted = before[document].clone();
    for _ in 0..[1, 1, 1, 2, 4, 9][random.below(6)] {
        let next = edit(random, &wanted);
        if let Some(after) = applied(wanted.clone(), core::slice::from_ref(&next)) {
            wanted = after;
            edits.push(next);
        }
    }
    if edits.is_empty() {
        let next = edit(random, &wanted);
        let plan = Source::new(text, stream).plan(document, core::slice::from_ref(&next));
        match applied(wanted.clone(), core::slice::from_ref(&next)) {
            None => assert!(plan.is_err(), "{next:?} was planned in\n{text}"),
            Some(after) => {
                edits.push(next);
                wanted = after;
            }
        }
        if edits.is_empty() {
            *tally.refused.entry("(impossible)".into()).or_default() += 1;
            return;
        }
    }
    let context = || format!("{name}, document {document}: {edits:?} in\n{text}");
    let plan = match Source::new(text, stream).plan(document, &edits) {
        Ok(plan) => plan,
        Err(refusal) => {
            known(&refusal, text);
            *tally.refused.entry(refusal.message).or_default() += 1;
            return;
        }
    };
    shape(text, &plan, &context);
    if plan.is_empty() {
        assert!(same(&wanted, &before[document]), "nothing changed: {}", context());
        tally.unchanged += 1;
        return;
    }
    let out = apply(text, &plan);
    let after = read(&out);
    let mut all = before.to_vec();
    all[document] = wanted;
    // A document that becomes null is one that kubectl passes over.
    let found = values(&after);
    let equal = found.len() == all.len() && found.iter().zip(&all).all(|(a, b)| same(a, b));
    assert!(equal, "wrong value: {}\nmade\n{out}\n{found:?}", context());
    assert_eq!(after.errors.len(), stream.errors.len(), "{}\nmade\n{out}", context());
    untouched(text, stream, document, &edits, &plan, &context);
    if baseline && let Some(agreed) = agrees(&out, &all) {
        assert!(agreed, "another parser disagrees: {}\nmade\n{out}", context());
        tally.opinions += 1;
    }
    if let [Edit { pointer, op: Op::Add(_) | Op::Replace(_) }] = &edits[..]
        && before[document]
            .pointer(pointer.rsplit_once('/').map_or("", |(up, _)| up))
            .is_none_or(|up| !up.is_array())
    {
        let again = Source::new(&out, &after).plan(document, &edits);
        assert_eq!(again, Ok(Vec::new()), "not the same twice: {}\nmade\n{out}", context());
        tally.twice += 1;
    }
    tally.applied += 1;
    let changed = |edit: &TextEdit| edit.text.len() + (edit.span.end - edit.span.start) as usize;
    tally.bytes.push(plan.iter().map(changed).sum());
}

/// A refusal names a place that exists, in words.
fn known(refusal: &Refusal, text: &str) {
    assert!(refusal.message.len() > 10 && !refusal.message.ends_with('.'), "{refusal}");
    if let Some(span) = refusal.span {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{refusal:?}\n{text}");
    }
}

/// Sorted, apart, on characters, and never more than must be.
fn shape(text: &str, plan: &[TextEdit], context: &dyn Fn() -> String) {
    let mut end = 0;
    for edit in plan {
        let old = text.get(edit.span.start as usize..edit.span.end as usize);
        let old = old.unwrap_or_else(|| panic!("{edit:?}: {}", context()));
        assert!(edit.span.start >= end, "{plan:?}: {}", context());
        assert!(old != edit.text, "{edit:?} changes nothing: {}", context());
        end = edit.span.end;
        for mark in &edit.placeholders {
            assert!(mark.of(&edit.text).starts_with('<'), "{edit:?}: {}", context());
        }
    }
}

/// What an addition takes away is at most a `null`, empty brackets, blanks; what any other edit takes away is what it names.
fn untouched(
    text: &str,
    stream: &Stream,
    document: usize,
    edits: &[Edit],
    plan: &[TextEdit],
    context: &dyn Fn() -> String,
) {
    let [edit] = edits else { return };
    let root = stream.documents[document].root().unwrap();
    let named = |pointer: &str, gap: bool| {
        let node = root.lookup(pointer)?;
        // An index of a list names a gap, where something is put in.
        let gap = gap && node.parent().is_some_and(patternwarden_tree::Node::is_seq);
        let origin = node.origin().filter(|_| !gap)?;
        let start = origin.key.map_or(origin.value.start, |key| key.start) as usize;
        // A whole line may go, and the comment behind the value.
        let line_of = |at: usize| text[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let mut line = line_of(start);
        // And so may comments between the value and a `-` on a line of its own.
        let mut above = line;
        while origin.key.is_none() && above > 0 {
            above = line_of(above - 1);
            let written = text[above..line].lines().next().unwrap_or("").trim();
            let dash = written.split(" #").next().unwrap_or("").trim_end();
            if dash.ends_with('-') {
                line = above;
            }
            if !(written.is_empty() || written.starts_with('#')) {
                break;
            }
        }
        let end = origin.value.end as usize;
        Some(line..end + text[end..].find(['\n', '\r']).unwrap_or(text.len() - end))
    };
    let mut allowed = Vec::new();
    allowed.extend(named(&edit.pointer, matches!(edit.op, Op::Add(_) | Op::Move { .. })));
    if let Op::Move { from } = &edit.op {
        allowed.extend(named(from, false));
    }
    for edit in plan {
        let start = edit.span.start as usize;
        let removed = edit.span.of(text).char_indices().map(|(at, c)| (start + at, c));
        let outside: String = removed
            .filter(|(at, _)| !allowed.iter().any(|range| range.contains(at)))
            .map(|(_, c)| c)
            .collect();
        let blank = |c: char| c.is_whitespace() || "~nulNUL{}[],-".contains(c);
        assert!(outside.chars().all(blank), "{outside:?} is gone: {plan:?}: {}", context());
    }
}
