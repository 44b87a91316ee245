//! Texts while they are being typed: what can be read stays, and the rest is said.

use crate::examples;
use patternwarden_tree::{Document, NoteKind, Stream, write_json};
use patternwarden_yaml::{read, read_at_caret};

fn json_of(stream: &Stream, at: usize) -> String {
    let mut out = String::new();
    stream.documents[at].root().into_iter().for_each(|root| write_json(&mut out, root));
    out
}

/// Every document is whole, or has an error and says where its hole is.
fn check(stream: &Stream, text: &str) {
    let len = u32::try_from(text.len()).unwrap();
    let recovered = stream.documents.iter().filter(|d| d.is_recovered()).count();
    assert!(recovered <= stream.errors.len(), "{text:?}");
    for error in &stream.errors {
        assert!(error.span.start <= error.span.end && error.span.end <= len, "{error:?}");
        assert!(text.is_char_boundary(error.span.start as usize), "{error:?}");
        assert!(text.is_char_boundary(error.span.end as usize), "{error:?}");
        assert!(!error.span.is_empty() && !error.message.is_empty(), "{error:?} in {text:?}");
    }
    for document in &stream.documents {
        for note in document.notes() {
            assert!(note.span.start <= note.span.end && note.span.end <= len, "{note:?}");
        }
    }
}

#[test]
fn a_text_cut_anywhere_is_read_as_far_as_it_goes() {
    let (before, after) = ("kind: Before\n---\n", "\n---\nkind: After\n");
    let (mut states, mut errors, mut kept) = (0, 0, 0);
    for example in examples::ALL {
        for (cut, _) in example.char_indices() {
            let typed = &example[..cut];
            check(&read(typed), typed);
            let text = format!("{before}{typed}{after}");
            let stream = read(&text);
            check(&stream, &text);
            let last = stream.documents.len() - 1;
            assert_eq!(json_of(&stream, 0), r#"{"kind":"Before"}"#, "{text:?}");
            assert_eq!(json_of(&stream, last), r#"{"kind":"After"}"#, "{text:?}");
            assert!(!stream.documents[0].is_recovered() && !stream.documents[last].is_recovered());
            states += 1;
            errors += usize::from(!stream.errors.is_empty());
            kept += usize::from(!stream.errors.is_empty() && stream.documents.len() > 2);
        }
    }
    assert!(errors > states / 10, "{errors} of {states}");
    assert!(kept * 10 > errors * 9, "{kept} of {errors}");
}

/// A line of a document is being typed in the middle of it.
#[test]
fn an_unfinished_line_costs_little_more_than_itself() {
    let example = examples::DEPLOYMENT;
    let whole = read(example).documents[0].len();
    let (mut broken, mut share, mut caret_share) = (0_usize, 0, 0);
    let mut start = 0;
    for line in example.split_inclusive('\n') {
        for (cut, _) in line.trim_end().char_indices() {
            let caret = start + cut;
            let text =
                format!("{}{}", &example[..caret], &example[start + line.trim_end().len()..]);
            let stream = read(&text);
            check(&stream, &text);
            let typing = read_at_caret(&text, u32::try_from(caret).unwrap());
            check(&typing, &text);
            assert_eq!(typing.errors, stream.errors, "the caret changes no error");
            if !stream.errors.is_empty() {
                broken += 1;
                let nodes = |s: &Stream| s.documents.first().map_or(0, |d| d.len().min(whole));
                share += nodes(&stream) * 100 / whole;
                caret_share += nodes(&typing) * 100 / whole;
            }
        }
        start += line.len();
    }
    assert!(broken > 100, "{broken}");
    let (share, caret_share) = (share / broken, caret_share / broken);
    assert!(share >= 87, "{share} % without the caret, {broken} states");
    assert!(caret_share >= 93, "{caret_share} % with the caret, {broken} states");
}

#[test]
fn what_is_left_out_is_a_hole() {
    let text = "a: 1\nb: [x\nc: 3\nd: 4\n";
    let stream = read(text);
    assert_eq!(stream.errors.len(), 1);
    let document = &stream.documents[0];
    let root = document.root().unwrap();
    assert_eq!(root.get("a").unwrap().as_i64(), Some(1));
    assert_eq!(root.get("d").unwrap().as_i64(), Some(4));
    let holes: Vec<_> = document.notes().iter().map(|n| (n.kind, n.span.of(text))).collect();
    assert!(holes.contains(&(NoteKind::Hole, "b: [x")), "{holes:?}");
}

#[test]
fn one_bad_value_leaves_the_rest_alone() {
    for (text, hole) in [
        ("a: 1\nb: .inf\nc: 3\n", ".inf"),
        ("a: 1\nb: *nobody\nc: 3\n", "*nobody"),
        ("a: 1\n[x]: 2\nc: 3\n", "[x]: 2"),
        ("a: 1\nb:\n  <<: text\nc: 3\n", "text"),
        ("a: 1\nb: \"\\/\"\nc: 3\n", "\\/"),
        ("a: 1\nb: !!int x\nc: 3\n", "x"),
        ("a: 1\nb: &x [*x]\nc: 3\n", "*x"),
    ] {
        let stream = read(text);
        assert_eq!(stream.errors.len(), 1, "{text:?}");
        let document = &stream.documents[0];
        let root = document.root().unwrap();
        let number = |key: &str| root.get(key).and_then(patternwarden_tree::Node::as_i64);
        assert_eq!((number("a"), number("c")), (Some(1), Some(3)), "{text:?}");
        let holes: Vec<_> = document.notes().iter().map(|n| (n.kind, n.span.of(text))).collect();
        assert_eq!(holes, [(NoteKind::Hole, hole)], "{text:?}");
    }
}

#[test]
fn text_after_the_end_of_a_document_is_noted() {
    for (text, ignored) in [
        ("a: 1\n...\nb: 2\n", "b: 2"),
        ("a: 1\n...\n]]]{{\n", "]]]{{"),
        ("  a: 1\n b: 2\n", "b: 2"),
    ] {
        let stream = read(text);
        assert!(stream.errors.is_empty(), "{text:?} {:?}", stream.errors);
        let notes: Vec<_> = stream.documents[0].notes().to_vec();
        assert_eq!(notes.len(), 1, "{text:?}");
        assert_eq!(notes[0].kind, NoteKind::IgnoredText);
        assert_eq!(notes[0].span.of(text), ignored, "{text:?}");
    }
    for text in ["a: 1\n...\n", "a: 1\n... # x\n", "a: 1\n# end\n", "{\"a\":1}\n"] {
        assert!(read(text).documents[0].notes().is_empty(), "{text:?}");
    }
}

#[test]
fn a_bad_separator_spoils_what_stands_before_it() {
    let text = "a: 1\n---b: 2\nc: 3\n---\nd: 4\n";
    let stream = read(text);
    assert_eq!(stream.errors.len(), 1);
    assert_eq!(stream.errors[0].span.of(text), "---b: 2");
    let state: Vec<_> = stream.documents.iter().map(Document::is_recovered).collect();
    assert_eq!(state, [true, false, false]);
    assert_eq!(stream.errors[0].document, 1);
}
