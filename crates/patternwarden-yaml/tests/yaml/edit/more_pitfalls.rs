//! The places where editing YAML goes wrong, 11 to 20: what an edit may do, and to what.

use super::support::{add, edited, edited_in, map, plan_in, refused, remove, replace, values};
use patternwarden_tree::Value;
use patternwarden_yaml::{apply, read};

#[test]
fn p11_what_would_need_a_guess_is_refused() {
    let shared = "base: &b\n  x: 1\nuse: *b\nmerged:\n  <<: *b\n  own: 1\n";
    assert!(refused(shared, replace("/base/x", 2)).contains("aliases repeat"));
    assert!(refused(shared, add("/base/y", 2)).contains("aliases repeat"));
    assert!(refused(shared, remove("/base")).contains("aliases repeat"));
    assert!(refused(shared, add("/use/y", 2)).contains("is an alias"));
    assert!(refused(shared, replace("/merged/x", 2)).contains("merge key"));
    assert_eq!(edited(shared, &[replace("/merged/own", 2)]), shared.replace("own: 1", "own: 2"));
    assert_eq!(edited(shared, &[add("/merged/z", 2)]), format!("{shared}  z: 2\n"));
    assert_eq!(edited(shared, &[replace("/use", 2)]), shared.replace("*b\nm", "2\nm"));
    assert!(refused("a: !!str 1\n", replace("/a", "2")).contains("tag"));
    assert!(refused("a: &x 1\n", replace("/a", "2")).contains("anchor"));
    assert!(refused("a: 1\na: 2\n", replace("/a", 3)).contains("more than once"));
    assert!(refused("a:\n  x: 1\na:\n  x: 2\n", replace("/a/x", 3)).contains("more than once"));
    assert!(refused("? a\n: 1\n", replace("/a", 2)).contains('?'));
    assert!(refused("? a\n: 1\n", add("/b", 2)).contains('?'));
    assert!(refused("a: 1\n...\nb: 2\n", replace("/a", 3)).contains("follows the end"));
    assert!(refused("a: 1\n", replace("", map([("b", 1.into())]))).contains("whole document"));
    assert!(refused("a: 1\n", remove("/b")).contains("does not fit"));
    let refusal =
        plan_in(&format!("x: 1\n---\n{shared}"), 1, &[replace("/base/x", 2)]).unwrap_err();
    assert_eq!((refusal.pointer.as_str(), refusal.span.map(|s| s.start)), ("/base", Some(9)));
}

#[test]
fn p12_values_that_other_readers_take_for_something_else() {
    let nasty = [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "0644",
        "1_000",
        "1e3",
        ".5",
        "null",
        "~",
        "<<",
        "=",
        "-",
        "?",
        "a: b",
        "x #y",
        "*x",
        "&x",
        "!x",
        "{{ x }}",
        "a\nb",
        "a\nb\n",
        "\n",
        "a\n\n",
        " lead",
        "trail ",
        "",
        "🚀",
        "\u{1}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
        "'",
        "\"",
        "\\",
        "a'b",
        "@x",
        "`x",
        "%x",
        "x:",
        ":x",
        "-x",
        "- x",
        "---",
        "...",
        "--- x",
        "[a]",
        "{a}",
        "a, b",
        "|",
        ">",
        "0x1F",
        "0o7",
        "1:30",
        "2001-12-14",
        ".inf",
        "+1",
        "\t",
        "a\tb",
        "x\u{a0}",
        "  a\nb",
        "a\n  b \nc",
        "true",
        "0b1",
        "1.",
        "0_7",
    ];
    for text in [
        "a: x\nl:\n- x\n",
        "{\"a\": \"x\", \"l\": [\"x\"]}\n",
        "a: 'x'\nl: [x, y]\n",
        "a: |\n  x\nl: ['x']\n",
    ] {
        for value in nasty {
            edited(text, &[replace("/a", value)]);
            edited(text, &[add("/b", value), add("/l/-", value)]);
            edited(text, &[add("/l/0", value), replace("/l/1", value)]);
            edited(text, &[add(&format!("/{}", value.replace('~', "~0").replace('/', "~1")), 1)]);
            edited(text, &[add("/deep/er", map([(value, value.into())]))]);
        }
        for value in [
            Value::Null,
            true.into(),
            1.into(),
            (-5).into(),
            Value::Number("0.5".into()),
            Value::Number("1e30".into()),
        ] {
            edited(text, &[replace("/a", value.clone()), add("/l/-", value)]);
        }
    }
}

#[test]
fn p13_one_document_of_several() {
    let text = "a: 1\n--- # two\na: 2\n---\n# nothing\n---\na: 3 # three\n---\na: 4\n---\na: 5";
    let third = edited_in(text, 2, &[replace("/a", 30), add("/b/c", 1)]);
    assert_eq!(third, text.replace("a: 3 # three\n", "a: 30 # three\nb:\n  c: 1\n"));
    let first = edited_in(text, 0, &[add("/b", 1)]);
    assert_eq!(first, text.replacen("a: 1\n", "a: 1\nb: 1\n", 1));
    let last = edited_in(text, 4, &[add("/b", 1)]);
    assert_eq!(last, format!("{text}\nb: 1"));
    let second = edited_in(text, 1, &[remove("/a")]);
    assert_eq!(second, text.replace("a: 2\n", "{}\n"));
    // A separator in a value would cut the document in two.
    let dashes = edited("- |\n x\n", &[replace("/0", "a\n---\nb\n")]);
    assert_eq!(values(&dashes), ["[\"a\\n---\\nb\\n\"]"]);
}

#[test]
fn p14_several_edits_at_once() {
    let text = "a: 1\nb: 2\nc: [1, 2]\n";
    let plan =
        plan_in(text, 0, &[remove("/a"), add("/d", 4), add("/c/-", 3), replace("/b", 5)]).unwrap();
    assert!(plan.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{plan:?}");
    assert_eq!(apply(text, &plan), "b: 5\nc: [1, 2, 3]\nd: 4\n");
    // A later edit may change what an earlier one wrote.
    assert_eq!(
        edited(text, &[add("/x/q", 1), add("/x/z", 2), replace("/x/q", 3), remove("/a")]),
        "b: 2\nc: [1, 2]\nx:\n  q: 3\n  z: 2\n"
    );
    assert_eq!(plan_in(text, 0, &[add("/x", 1), remove("/x")]).unwrap(), []);
    // Of edits that overlap the first one counts.
    let one = plan_in(text, 0, &[replace("/b", 5)]).unwrap();
    assert_eq!(apply(text, &[one.clone(), one].concat()), "a: 1\nb: 5\nc: [1, 2]\n");
}

#[test]
fn p15_the_same_fix_twice_is_one_fix() {
    let fix = [
        add("/s/runAsNonRoot", true),
        replace("/image", "x:1"),
        add("/l", Value::seq(["a".into()])),
    ];
    let text = "image: x\ns:\n  a: 1\n";
    let once = edited(text, &fix);
    assert_eq!(plan_in(&once, 0, &fix).unwrap(), []);
    let gone = edited(text, &[remove("/s/a")]);
    assert!(refused(&gone, remove("/s/a")).contains("does not fit"));
}

#[test]
fn p16_undo_is_the_reverse_edit() {
    let text = "a:\n  b: 1 # c\n  d: 2\n";
    let plan = plan_in(text, 0, &[add("/a/x", 3), remove("/a/b"), replace("/a/d", "e")]).unwrap();
    let new = apply(text, &plan);
    let mut shift = 0_i64;
    let undo: Vec<_> = plan
        .iter()
        .map(|edit| {
            let start = i64::from(edit.span.start) + shift;
            let end = start + i64::try_from(edit.text.len()).unwrap();
            shift += i64::try_from(edit.text.len()).unwrap()
                - i64::from(edit.span.end - edit.span.start);
            let span = patternwarden_tree::Span::new(
                usize::try_from(start).unwrap(),
                usize::try_from(end).unwrap(),
            );
            patternwarden_tree::TextEdit {
                span,
                text: edit.span.of(text).to_owned(),
                placeholders: Vec::new(),
            }
        })
        .collect();
    assert_eq!(apply(&new, &undo), text);
}

#[test]
fn p17_the_value_after_an_edit_is_the_value_of_the_edit() {
    // Every assertion of this module compares values; here is one that must not pass.
    let text = "a: 1\n";
    let plan = plan_in(text, 0, &[replace("/a", 2)]).unwrap();
    assert_ne!(values(&apply(text, &plan)), values(text));
    // A number that no reading gives back is not written.
    assert!(refused(text, replace("/a", Value::Number("1e999".into()))).contains("exactly"));
    assert_eq!(edited_number(text, "1.0"), "a: 1.0\n");
}

/// The text with a number that reads back as the same number, but not as the same digits.
fn edited_number(text: &str, number: &str) -> String {
    let plan = plan_in(text, 0, &[replace("/a", Value::Number(number.into()))]).unwrap();
    // What reads the same need not be written at all.
    if plan.is_empty() { text.to_owned() } else { apply(text, &plan) }
}

#[test]
fn p18_the_only_key_of_the_root() {
    assert_eq!(edited("a: 1\n", &[remove("/a")]), "{}\n");
    assert_eq!(edited("# c\na: 1 # d\n", &[remove("/a")]), "# c\n{} # d\n");
    assert_eq!(edited("- a\n", &[remove("/0")]), "[]\n");
    assert_eq!(edited("x: 1\n---\na: |+\n  b\n\n", &[remove("/x")]), "{}\n---\na: |+\n  b\n\n");
    assert_eq!(edited_in("x: 1\n---\na: |+\n  b\n\n", 1, &[remove("/a")]), "x: 1\n---\n{}\n");
    assert_eq!(edited_in("x: 1\n---\n{}\n", 1, &[add("/a", 1)]), "x: 1\n---\n{a: 1}\n");
}

#[test]
fn p19_long_lines_and_long_keys() {
    let long = "v".repeat(100_000);
    let text = format!("a: {long} # c\nb: 1\n");
    assert_eq!(edited(&text, &[replace("/b", 2)]), text.replace("b: 1", "b: 2"));
    assert_eq!(edited(&text, &[replace("/a", 2)]), "a: 2 # c\nb: 1\n");
    let key = "k".repeat(1_000);
    assert_eq!(edited("b: 1\n", &[add(&format!("/{key}"), 1)]), format!("b: 1\n{key}: 1\n"));
    assert!(refused("b: 1\n", add(&format!("/{}", "k".repeat(1_100)), 1)).contains("exactly"));
}

#[test]
fn p20_a_document_that_is_broken_is_not_edited() {
    let text = "a: 1\nb: [\n---\nc: 1\n";
    assert!(refused(text, replace("/a", 2)).contains("cannot be read"));
    let stream = read(text);
    let plan = patternwarden_tree::TextEditor::plan(
        &patternwarden_yaml::Source::new(text, &stream),
        1,
        &[replace("/c", 2)],
    );
    assert_eq!(apply(text, &plan.unwrap()), text.replace("c: 1", "c: 2"));
    // Nor is a text that has changed since it was read.
    let old = read("a: 1\n");
    let source = patternwarden_yaml::Source::new("b: 1\na: 1\n", &old);
    let refusal = patternwarden_tree::TextEditor::plan(&source, 0, &[replace("/a", 2)]);
    assert!(refusal.unwrap_err().message.contains("no longer"));
}
