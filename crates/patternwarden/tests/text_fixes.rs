//! Every fix of every bad example, made in the text: as it is, and in other layouts.

#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

#[expect(dead_code, reason = "texts are judged by their report")]
mod support;

use patternwarden::docs;
use patternwarden::fixes::{Manuscript, Wanted, fix_all, plan};
use patternwarden::report::Fix;
use patternwarden::rule::Grade;
use patternwarden::set::Scope;
use patternwarden::tree::{Stream, splice, write_json};
use patternwarden::{RULES, Settings, check};
use patternwarden_yaml::{Source, Yaml, read};
use support::settings_of;

/// A text in the layouts that people hand in.
fn layouts(text: &str) -> Vec<(&'static str, String)> {
    let wider = |line: &str| {
        let content = line.trim_start_matches(' ');
        [&"  ".repeat(line.len() - content.len()), content, "\n"].concat()
    };
    let mut json = String::new();
    for document in &read(text).documents {
        document.root().into_iter().for_each(|root| write_json(&mut json, root));
        json.push('\n');
    }
    vec![
        ("as it is", text.to_owned()),
        ("CRLF", text.replace('\n', "\r\n")),
        ("no last line break", text.trim_end().to_owned()),
        ("four blanks", text.lines().map(wider).collect()),
        ("commented", text.lines().map(|line| [line, " # note\n"].concat()).collect()),
        ("JSON", json),
    ]
}

/// Values of all documents.
fn values(stream: &Stream) -> Vec<String> {
    let write = |document: &patternwarden::tree::Document| {
        let mut out = String::new();
        document.root().into_iter().for_each(|root| write_json(&mut out, root));
        out
    };
    stream.documents.iter().map(write).collect()
}

/// Whether a fix takes nothing away: it adds what no document has in that place.
fn only_adds(fix: &Fix, stream: &Stream) -> bool {
    let roots = || stream.documents.iter().filter_map(patternwarden::tree::Document::root);
    fix.operations.iter().all(|operation| {
        let there = roots().any(|root| root.lookup(&operation.path).is_some());
        operation.op == "add" && !there
    })
}

#[derive(Default)]
struct Tally {
    made: usize,
    refused: Vec<String>,
    placeholders: usize,
    bytes: Vec<usize>,
}

/// Makes every fix of one text, each alone.
fn each(layout: &str, text: &str, settings: &Settings, tally: &mut Tally) {
    let stream = read(text);
    let before = check(&stream, settings);
    for finding in &before.findings {
        for (number, fix) in finding.fixes.iter().enumerate() {
            let editor = Source::new(text, &stream);
            let planned = plan(&stream, settings, &finding.key, number, &editor);
            let planned = planned.expect("a fix of a finding that is there");
            let context = format!("{}: `{}` ({layout}) in\n{text}", finding.rule, fix.title);
            let edits = match planned.edits {
                Ok(edits) => edits,
                Err(refusal) => {
                    tally.refused.push(format!("{} ({layout}): {refusal}", finding.rule));
                    continue;
                }
            };
            let fixed = splice(text, &edits);
            let (old, stream) = (&stream, read(&fixed));
            assert!(stream.errors.is_empty(), "{:?}: {context}made\n{fixed}", stream.errors);
            assert!(!edits.is_empty(), "nothing changed: {context}");
            let after = check(&stream, settings);
            let same = |f: &&patternwarden::report::Finding| {
                f.path == finding.path && f.message == finding.message && f.key == finding.key
            };
            assert!(after.findings.iter().find(same).is_none(), "still there: {context}\n{fixed}");
            if only_adds(fix, old) && layout != "JSON" {
                comments_stay(text, &fixed, &context);
            }
            let holes: usize = edits.iter().map(|edit| edit.placeholders.len()).sum();
            assert!(fix.grade != Grade::Template || holes > 0, "nothing to fill: {context}");
            tally.placeholders += holes;
            let size = |span: patternwarden::tree::Span| (span.end - span.start) as usize;
            tally.bytes.push(edits.iter().map(|edit| edit.text.len() + size(edit.span)).sum());
            tally.made += 1;
        }
    }
}

/// Every line with a comment is there afterwards, as it was or with a value put before the comment.
fn comments_stay(before: &str, after: &str, context: &str) {
    let comments = |text: &str| {
        let found = text.lines().filter_map(|line| line.split_once('#'));
        found.map(|(_, comment)| comment.to_owned()).collect::<Vec<_>>()
    };
    let left = comments(after);
    for comment in comments(before) {
        assert!(left.contains(&comment), "`#{comment}` is lost: {context}made\n{after}");
    }
}

#[test]
fn every_fix_of_every_example_is_made_in_the_text() {
    let mut tally = Tally::default();
    for rule in RULES {
        for example in docs::examples(rule.docs).into_iter().filter(|example| example.bad) {
            let settings = settings_of(rule, &example);
            for (layout, text) in layouts(&example.text) {
                if text_reads_alike(&example.text, &text) {
                    each(layout, &text, &settings, &mut tally);
                }
            }
        }
    }
    tally.bytes.sort_unstable();
    let median = tally.bytes.get(tally.bytes.len() / 2).copied().unwrap_or(0);
    println!(
        "{} fixes made, {} refused, {} placeholders, median {median} bytes changed",
        tally.made,
        tally.refused.len(),
        tally.placeholders
    );
    for refused in &tally.refused {
        println!("refused: {refused}");
    }
    assert!(tally.made > 5 * RULES.len(), "{} fixes", tally.made);
    let share = tally.refused.len() * 50 / tally.made.max(1);
    assert!(share == 0, "more than 2 % refused: {:#?}", tally.refused);
}

/// Whether a layout changed no value; comments behind the lines of a text block do.
fn text_reads_alike(a: &str, b: &str) -> bool {
    let (a, b) = (read(a), read(b));
    b.errors.len() == a.errors.len() && values(&a) == values(&b)
}

#[test]
fn everything_at_once_in_the_text_is_what_it_is_without_text() {
    let all = || Settings::default().only(|_| true).with_scope(Scope::Closed);
    let mut made = 0;
    for rule in RULES {
        let texts = docs::examples(rule.docs).into_iter().map(|example| example.text);
        let text = texts.collect::<Vec<_>>().join("---\n");
        // Each round judges everything: the layouts that differ most are enough.
        let some = |layout: &str| matches!(layout, "as it is" | "CRLF" | "JSON");
        for (layout, text) in layouts(&text).into_iter().filter(|(layout, _)| some(layout)) {
            let wanted = Wanted { least: Grade::Review, fix: &|_, _| true };
            let mut script = Manuscript::new(text.as_str(), &Yaml);
            let outcome = fix_all(&mut script, &all(), &wanted);
            made += outcome.applied.len();
            assert!(outcome.settled, "{} ({layout})", rule.id);
            let once = script.into_text();
            let errors = [&once, &text].map(|text| read(text).errors.len());
            assert_eq!(errors[0], errors[1], "{} ({layout}): {once}", rule.id);
            // What was repaired twice is what was repaired once.
            let mut again = Manuscript::new(once.as_str(), &Yaml);
            let second = fix_all(&mut again, &all(), &wanted);
            assert!(second.applied.is_empty(), "{} ({layout}): {once}", rule.id);
            assert_eq!(again.into_text(), once);
        }
    }
    println!("{made} fixes made together");
    assert!(made > 5 * RULES.len(), "{made} fixes");
}
