//! The twenty places where editing YAML goes wrong.

use super::support::{add, edited, edited_in, plan_in, refused, remove, rename, replace, values};
use patternwarden_tree::{Edit, Op, Value};
use patternwarden_yaml::{apply, read};

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries)
}

#[test]
fn p01_items_whose_first_key_stands_behind_the_dash() {
    let text = "c:\n- image: b # i\n  x: 1\n- name: n\n";
    assert_eq!(
        edited(text, &[add("/c/0/name", "web")]),
        "c:\n- name: web\n  image: b # i\n  x: 1\n- name: n\n"
    );
    assert_eq!(edited(text, &[remove("/c/0/image")]), "c:\n- x: 1\n- name: n\n");
    assert_eq!(edited(text, &[remove("/c/1/name")]), "c:\n- image: b # i\n  x: 1\n- {}\n");
    assert_eq!(
        edited(text, &[add("/c/1/image", "i")]),
        "c:\n- image: b # i\n  x: 1\n- name: n\n  image: i\n"
    );
    let commented = "c:\n- a: 1 # a\n  # about b\n  b: 2\n";
    assert_eq!(edited(commented, &[remove("/c/0/a")]), "c:\n-\n  # about b\n  b: 2\n");
    assert_eq!(edited(commented, &[remove("/c/0/b")]), "c:\n- a: 1 # a\n  # about b\n");
}

#[test]
fn p02_lists_at_and_below_the_column_of_their_key() {
    let item = || map([("name", "web".into()), ("v", 1.into())]);
    assert_eq!(
        edited("c:\n- a\nd: 1\n", &[add("/c/-", item())]),
        "c:\n- a\n- name: web\n  v: 1\nd: 1\n"
    );
    assert_eq!(
        edited("c:\n    - a\nd: 1\n", &[add("/c/-", item())]),
        "c:\n    - a\n    - name: web\n      v: 1\nd: 1\n"
    );
    assert_eq!(
        edited("c:\n  - a\n", &[add("/d", Value::seq(["b".into()]))]),
        "c:\n  - a\nd:\n  - b\n"
    );
    assert_eq!(edited("c:\n- a\n", &[add("/d", Value::seq(["b".into()]))]), "c:\n- a\nd:\n- b\n");
    let nested = "- - x\n  - y\n- z\n";
    assert_eq!(edited(nested, &[add("/0/0", "w")]), "- - w\n  - x\n  - y\n- z\n");
    assert_eq!(edited(nested, &[add("/0/-", "w")]), "- - x\n  - y\n  - w\n- z\n");
    assert_eq!(edited(nested, &[remove("/0/0")]), "- - y\n- z\n");
    assert_eq!(edited(nested, &[remove("/0")]), "- z\n");
    let below = "c:\n-\n  # first\n  a: 1\n-   b: 2\n";
    assert_eq!(edited(below, &[add("/c/0/z", 3)]), "c:\n-\n  # first\n  a: 1\n  z: 3\n-   b: 2\n");
    assert_eq!(
        edited(below, &[add("/c/1/z", 3)]),
        "c:\n-\n  # first\n  a: 1\n-   b: 2\n    z: 3\n"
    );
    assert_eq!(edited(below, &[remove("/c/0")]), "c:\n-   b: 2\n");
    assert_eq!(
        edited("c:\n- a # 1\n\n# two\n- b\n", &[add("/c/1", "x")]),
        "c:\n- a # 1\n- x\n\n# two\n- b\n"
    );
}

#[test]
fn p03_a_key_without_value() {
    let yes = || add("/s/runAsNonRoot", true);
    assert_eq!(edited("s:\nx: 1\n", &[yes()]), "s:\n  runAsNonRoot: true\nx: 1\n");
    assert_eq!(edited("s:   # c\nx: 1\n", &[yes()]), "s:   # c\n  runAsNonRoot: true\nx: 1\n");
    assert_eq!(edited("s: ~ # c\n", &[yes()]), "s: # c\n  runAsNonRoot: true\n");
    assert_eq!(edited("s: null\n", &[yes()]), "s:\n  runAsNonRoot: true\n");
    assert_eq!(edited("s:", &[yes()]), "s:\n  runAsNonRoot: true");
    assert_eq!(edited("s:\n# c\n\n", &[yes()]), "s:\n  runAsNonRoot: true\n# c\n\n");
    assert_eq!(edited("- s: # c\n", &[add("/0/s/a", 1)]), "- s: # c\n    a: 1\n");
    assert_eq!(edited("- # c\n- b\n", &[add("/0/s/a", 1)]), "- # c\n  s:\n    a: 1\n- b\n");
    assert_eq!(edited("-\n- b\n", &[add("/0/a", 1)]), "- a: 1\n- b\n");
    assert_eq!(edited("s:\n", &[replace("/s", "x")]), "s: x\n");
    assert_eq!(edited("s: # c\n", &[replace("/s", "x")]), "s: x # c\n");
    assert_eq!(edited("s: {}\n", &[yes()]), "s:\n  runAsNonRoot: true\n");
}

#[test]
fn p04_the_end_of_the_text() {
    assert_eq!(edited("a: 1", &[add("/b", 2)]), "a: 1\nb: 2");
    assert_eq!(edited("a: 1\nb: 2", &[remove("/b")]), "a: 1\n");
    assert_eq!(edited("a: 1\n\n\n", &[add("/b", 2)]), "a: 1\nb: 2\n\n\n");
    assert_eq!(edited("a: |\n  x", &[add("/b", 2)]), "a: |\n  x\nb: 2");
    assert_eq!(edited("a: |+ # c\n  x", &[add("/b", 2)]), "a: |+ # c\n  x\nb: 2");
    assert_eq!(edited("a: |2-\n   x", &[add("/b", 2)]), "a: |2-\n   x\nb: 2");
    assert_eq!(edited("a: |\n  x\n", &[add("/b", 2)]), "a: |\n  x\nb: 2\n");
    assert_eq!(edited("a: |+\n  x\n\n", &[add("/b", 2)]), "a: |+\n  x\n\nb: 2\n");
    assert_eq!(edited("a: >-\n  x\n\n", &[add("/b", 2)]), "a: >-\n  x\nb: 2\n\n");
    assert_eq!(edited("a: |+\n  x\nb: 1\n\nc: 2\n", &[remove("/b")]), "a: |+\n  x\nc: 2\n");
    assert_eq!(edited("a: |2- # c\n   x\nb: 1\n", &[replace("/b", 2)]), "a: |2- # c\n   x\nb: 2\n");
    assert_eq!(edited("a: |+ # c\n  x\n\n", &[replace("/a", 2)]), "a: 2\n");
    assert_eq!(edited("- |+\n  x\n\n- b\n", &[remove("/0")]), "- b\n");
    assert_eq!(edited("- |+\n  x\n\n- b\n", &[add("/1", "w")]), "- |+\n  x\n\n- w\n- b\n");
}

#[test]
fn p05_line_ends_byte_order_mark_and_wide_characters() {
    assert_eq!(edited("a:\r\n  b: 1\r\n", &[add("/a/c", 2)]), "a:\r\n  b: 1\r\n  c: 2\r\n");
    assert_eq!(edited("a: 1\rb: 2\r", &[add("/c/d", 3)]), "a: 1\rb: 2\rc:\r  d: 3\r");
    assert_eq!(edited("a: 1\nb: 2\r\nc: 3\n", &[remove("/b")]), "a: 1\nc: 3\n");
    assert_eq!(edited("\u{feff}a: 1\nb: 2\n", &[remove("/a")]), "\u{feff}b: 2\n");
    assert_eq!(edited("\u{feff}b:\n  c: 1\n", &[add("/b/d", 2)]), "\u{feff}b:\n  c: 1\n  d: 2\n");
    assert_eq!(
        edited("\u{feff}kind: x\n", &[add("/apiVersion", "v1")]),
        "\u{feff}apiVersion: v1\nkind: x\n"
    );
    assert_eq!(edited("a:\t# c\nb: 1\n", &[add("/a/x", 2)]), "a:\t# c\n  x: 2\nb: 1\n");
    assert_eq!(
        edited("é: {🚀: \"ü\"} # ö\n", &[replace("/é/🚀", "ä"), add("/é/k", 1)]),
        "é: {🚀: \"ä\", k: 1} # ö\n"
    );
    let stream = read("é: x\n");
    let plan = plan_in("é: x\n", 0, &[replace("/é", "yy")]).unwrap();
    let at = stream.lines.unwrap().range(plan[0].span);
    assert_eq!((at.start.offset, at.end.offset, at.start.column), (3, 4, 4));
}

#[test]
fn p06_four_blanks_and_mixed_steps() {
    let four = "spec:\n    template:\n        spec:\n            x: 1\n";
    assert_eq!(
        edited(four, &[add("/spec/template/spec/a/b", 2)]),
        "spec:\n    template:\n        spec:\n            x: 1\n            a:\n                b: 2\n"
    );
    let mixed = "a:\n  b:\n      c: 1\nd:\n    e: 1\n";
    assert_eq!(
        edited(mixed, &[add("/a/x/q", 2)]),
        "a:\n  b:\n      c: 1\n  x:\n      q: 2\nd:\n    e: 1\n"
    );
    assert_eq!(
        edited(mixed, &[add("/d/x/q", 2)]),
        "a:\n  b:\n      c: 1\nd:\n    e: 1\n    x:\n        q: 2\n"
    );
    assert_eq!(edited("a:\n   b: 1\n", &[add("/x/q", 2)]), "a:\n   b: 1\nx:\n   q: 2\n");
}

#[test]
fn p07_brackets() {
    assert_eq!(edited("x: {}\n", &[add("/x/a", 1)]), "x:\n  a: 1\n");
    assert_eq!(edited("x: [{}]\n", &[add("/x/0/a", 1)]), "x: [{a: 1}]\n");
    assert_eq!(edited("x: [ ]\n", &[add("/x/-", 1)]), "x:\n- 1\n");
    assert_eq!(edited("x: {\n  # c\n  }\n", &[add("/x/a", 1)]), "x: {\n  # c\n  a: 1}\n");
    assert_eq!(edited("x: {a: 1,}\n", &[add("/x/b", 2)]), "x: {a: 1, b: 2,}\n");
    assert_eq!(edited("x: {a: 1,}\n", &[remove("/x/a")]), "x: {}\n");
    assert_eq!(edited("x: {a: 1, b: 2, c: 3}\n", &[remove("/x/b")]), "x: {a: 1, c: 3}\n");
    assert_eq!(edited("x: {a: 1, b: 2}\n", &[remove("/x/b")]), "x: {a: 1}\n");
    assert_eq!(edited("x: {a: , b: 2}\n", &[replace("/x/a", 1)]), "x: {a: 1, b: 2}\n");
    assert_eq!(edited("x: {a, b: }\n", &[add("/x/c", 1)]), "x: {a, b: , c: 1}\n");
    assert_eq!(edited("x: {a}\n", &[replace("/x/a", 1)]), "x: {a: 1}\n");
    let lines = "x: {\n  a: 1, # one\n  b: 2  # two\n}\n";
    assert_eq!(
        edited(lines, &[add("/x/c", 3)]),
        "x: {\n  a: 1, # one\n  b: 2,  # two\n  c: 3\n}\n"
    );
    assert_eq!(edited(lines, &[remove("/x/a")]), "x: {\n  b: 2  # two\n}\n");
    assert_eq!(edited(lines, &[remove("/x/b")]), "x: {\n  a: 1 # one\n}\n");
    assert_eq!(edited("x: [a, # c\n  b]\n", &[remove("/x/0")]), "x: [ # c\n  b]\n");
    let deep = "x:\n- {a: [b, {c: 1}]}\n";
    assert_eq!(edited(deep, &[add("/x/0/a/1/d", 2)]), "x:\n- {a: [b, {c: 1, d: 2}]}\n");
    assert_eq!(edited(deep, &[add("/x/0/a/0", "z")]), "x:\n- {a: [z, b, {c: 1}]}\n");
    assert_eq!(edited("x: [\"a\", 'b']\n", &[add("/x/-", "c")]), "x: [\"a\", 'b', \"c\"]\n");
    assert_eq!(edited("x: {a: 1}\n", &[add("/x/l/m", "n, o")]), "x: {a: 1, l: {m: \"n, o\"}}\n");
    assert!(refused("x: [a: 1]\n", add("/x/0/b", 2)).contains("braces"));
}

#[test]
fn p07_json() {
    let json = "{\"a\":{\"b\":1,\"c\":[1,2]}}\n";
    assert_eq!(
        edited(json, &[add("/a/d/e", "x\u{1}/")]),
        "{\"a\":{\"b\":1,\"c\":[1,2],\"d\":{\"e\":\"x\\u0001/\"}}}\n"
    );
    assert_eq!(edited(json, &[add("/a/c/1", Value::Null)]), "{\"a\":{\"b\":1,\"c\":[1,null,2]}}\n");
    assert_eq!(edited(json, &[remove("/a/b")]), "{\"a\":{\"c\":[1,2]}}\n");
    assert_eq!(edited(json, &[remove("/a")]), "{}\n");
    let pretty = "{\n\t\"kind\": \"Pod\",\n\t\"spec\": {\n\t\t\"x\": 1\n\t}\n}\n";
    assert_eq!(
        edited(pretty, &[add("/spec/s/y", true), add("/apiVersion", "v1")]),
        "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\",\n\t\"spec\": {\n\t\t\"x\": 1,\n\t\t\"s\": {\n\t\t\t\"y\": true\n\t\t}\n\t}\n}\n"
    );
    assert_eq!(
        edited(pretty, &[remove("/spec/x")]),
        "{\n\t\"kind\": \"Pod\",\n\t\"spec\": {}\n}\n"
    );
    let stream = "{\"a\":1}{\"b\":\"\\ud83d\\ude00\"}\n{\"c\":3}\n---\nd: 4\n";
    assert_eq!(
        edited_in(stream, 1, &[add("/x", "\u{2028}")]),
        "{\"a\":1}{\"b\":\"\\ud83d\\ude00\",\"x\":\"\\u2028\"}\n{\"c\":3}\n---\nd: 4\n"
    );
    assert_eq!(
        edited_in(stream, 3, &[add("/x", 1)]),
        "{\"a\":1}{\"b\":\"\\ud83d\\ude00\"}\n{\"c\":3}\n---\nd: 4\nx: 1\n"
    );
    // Neither may a document become JSON whose neighbours would then be read by other rules.
    assert_eq!(edited("{a: 1}\n---\n{\"b\": 2}\n", &[remove("/a")]), "{}\n---\n{\"b\": 2}\n");
}

#[test]
fn p08_keys_that_are_not_plain_words() {
    let text = "'8080': a\n\"a/b\": c\nd~e: f\non: x\n1: y\n";
    assert_eq!(
        edited(text, &[replace("/8080", "A"), replace("/a~1b", "C"), replace("/d~0e", "F")]),
        "'8080': A\n\"a/b\": C\nd~e: F\non: x\n1: y\n"
    );
    assert_eq!(
        edited(text, &[replace("/true", "X"), remove("/1")]),
        "'8080': a\n\"a/b\": c\nd~e: f\non: X\n"
    );
    assert_eq!(edited("a: 1\n", &[add("/on", 1)]), "a: 1\n\"on\": 1\n");
    assert_eq!(
        edited("a: 1\n", &[add("/b~1c", 1), add("/", 2), add("/0644", 3), add("/<<", 4)]),
        "a: 1\nb/c: 1\n\"\": 2\n\"0644\": 3\n\"<<\": 4\n"
    );
}

#[test]
fn p09_values_over_several_lines() {
    let text = "a: one\n  two\n\n  three # c\nb: \"x\n  y\" # d\nc: 1\n";
    assert_eq!(edited(text, &[replace("/a", "z")]), "a: z # c\nb: \"x\n  y\" # d\nc: 1\n");
    assert_eq!(
        edited(text, &[replace("/b", "z")]),
        "a: one\n  two\n\n  three # c\nb: \"z\" # d\nc: 1\n"
    );
    assert_eq!(edited(text, &[remove("/b")]), "a: one\n  two\n\n  three # c\nc: 1\n");
    assert_eq!(
        edited(text, &[replace("/b", map([("k", 1.into())]))]),
        "a: one\n  two\n\n  three # c\nb: # d\n  k: 1\nc: 1\n"
    );
    assert_eq!(
        edited("a: |\n  one\n  two\n  three\n", &[replace("/a", "one\n2\nthree\n")]),
        "a: |\n  one\n  2\n  three\n"
    );
    assert_eq!(
        edited("a: x # c\nb: 1\n", &[replace("/a", "l\nm\n")]),
        "a: | # c\n  l\n  m\nb: 1\n"
    );
    assert_eq!(
        edited("a: >- # c\n  x\n  y\n", &[replace("/a", "l\n\nm")]),
        "a: |- # c\n  l\n\n  m\n"
    );
    assert_eq!(edited("a: 1\n", &[add("/b/c", "l\n m")]), "a: 1\nb:\n  c: |-\n    l\n     m\n");
}

#[test]
fn p10_comments_stay_with_what_they_are_about() {
    let text = "# head\na: 1 # one\n# about b\nb: 2 # two\n\n# about c\nc: 3\n# end\n";
    assert_eq!(
        edited(text, &[remove("/b")]),
        "# head\na: 1 # one\n# about b\n\n# about c\nc: 3\n# end\n"
    );
    assert_eq!(edited(text, &[replace("/b", 5)]), text.replace("b: 2", "b: 5"));
    assert_eq!(edited(text, &[add("/d", 4)]), text.replace("c: 3\n", "c: 3\nd: 4\n"));
    let list = "l:\n# first\n- a # A\n# second\n- b # B\n# last\n";
    assert_eq!(edited(list, &[remove("/l/0")]), "l:\n# first\n# second\n- b # B\n# last\n");
    assert_eq!(
        edited(list, &[add("/l/-", "c")]),
        "l:\n# first\n- a # A\n# second\n- b # B\n- c\n# last\n"
    );
    let block = "a: # A\n  # inside\n  b: 1 # B\nc: 1\n";
    assert_eq!(edited(block, &[replace("/a", 1)]), "a: 1 # A\n  # inside # B\nc: 1\n");
    assert_eq!(edited(block, &[remove("/a/b")]), "a: {} # A\n  # inside # B\nc: 1\n");
}

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
    assert_eq!(apply(text, &plan).unwrap(), "b: 5\nc: [1, 2, 3]\nd: 4\n");
    // A later edit may change what an earlier one wrote.
    assert_eq!(
        edited(text, &[add("/x/q", 1), add("/x/z", 2), replace("/x/q", 3), remove("/a")]),
        "b: 2\nc: [1, 2]\nx:\n  q: 3\n  z: 2\n"
    );
    assert_eq!(plan_in(text, 0, &[add("/x", 1), remove("/x")]).unwrap(), []);
    // Edits that overlap make no text.
    let one = plan_in(text, 0, &[replace("/b", 5)]).unwrap();
    assert_eq!(apply(text, &[one.clone(), one].concat()), None);
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
    let new = apply(text, &plan).unwrap();
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
    assert_eq!(apply(&new, &undo).unwrap(), text);
}

#[test]
fn p17_the_value_after_an_edit_is_the_value_of_the_edit() {
    // Every assertion of this module compares values; here is one that must not pass.
    let text = "a: 1\n";
    let plan = plan_in(text, 0, &[replace("/a", 2)]).unwrap();
    assert_ne!(values(&apply(text, &plan).unwrap()), values(text));
    // A number that no reading gives back is not written.
    assert!(refused(text, replace("/a", Value::Number("1e999".into()))).contains("exactly"));
    assert_eq!(edited_number(text, "1.0"), "a: 1.0\n");
}

/// The text with a number that reads back as the same number, but not as the same digits.
fn edited_number(text: &str, number: &str) -> String {
    let plan = plan_in(text, 0, &[replace("/a", Value::Number(number.into()))]).unwrap();
    // What reads the same need not be written at all.
    if plan.is_empty() { text.to_owned() } else { apply(text, &plan).unwrap() }
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
    assert_eq!(apply(text, &plan.unwrap()).unwrap(), text.replace("c: 1", "c: 2"));
    // Nor is a text that has changed since it was read.
    let old = read("a: 1\n");
    let source = patternwarden_yaml::Source::new("b: 1\na: 1\n", &old);
    let refusal = patternwarden_tree::TextEditor::plan(&source, 0, &[replace("/a", 2)]);
    assert!(refusal.unwrap_err().message.contains("no longer"));
}

#[test]
fn what_moves_keeps_its_text() {
    let text = "spec:\n  containers:\n  - name: a\n    image: x # pinned\n    # why\n    args: [1,  2]\n  - name: b\nstatus: 1\n";
    assert_eq!(
        edited(
            text,
            &[
                add("/spec/initContainers", Value::seq([])),
                rename("/spec/containers/0", "/spec/initContainers/-")
            ]
        ),
        "spec:\n  initContainers:\n  - name: a\n    image: x # pinned\n    # why\n    args: [1,  2]\n  containers:\n  - name: b\nstatus: 1\n"
    );
    assert_eq!(edited("a: 1 # c\nb: 2\n", &[rename("/a", "/x")]), "x: 1 # c\nb: 2\n");
    assert_eq!(
        edited("a:\n    b: 1 # c\n\n    d: |\n      x\nz:\n  y: 1\n", &[rename("/a", "/z/q")]),
        "z:\n  y: 1\n  q:\n    b: 1 # c\n\n    d: |\n      x\n"
    );
    assert_eq!(
        edited("l:\n- a\n- b # B\n- c\n", &[rename("/l/1", "/l/0")]),
        "l:\n- b # B\n- a\n- c\n"
    );
    assert_eq!(edited("{\"a\": 1, \"b\": {}}\n", &[rename("/a", "/b/c")]), "{\"b\": {\"c\": 1}}\n");
}

#[test]
fn of_a_key_that_stands_twice_the_last_one_stays() {
    let keep = |pointer: &str| Edit::new(pointer, Op::KeepLast);
    assert_eq!(
        edited("a: 1\nb: 2\na: 3\nc: 4\na: 5 # last\n", &[keep("/a")]),
        "b: 2\nc: 4\na: 5 # last\n"
    );
    assert_eq!(edited("- a: 1\n  a: 2\n", &[keep("/0/a")]), "- a: 2\n");
    assert_eq!(edited("x: {a: 1, a: 2}\n", &[keep("/x/a")]), "x: {a: 2}\n");
    let join = [keep("/l"), replace("/l", Value::seq(["a".into(), "b".into()]))];
    assert_eq!(edited("l:\n- a\nl:\n# why b\n- b\n", &join), "l:\n- a\n# why b\n- b\n");
}

#[test]
fn a_map_that_is_replaced_keeps_what_stays_the_same() {
    let text = "labels:\n  app: a # the app\n  tier: front\n  # old\n  x: 1\n";
    let value = map([("app", "a".into()), ("tier", "back".into()), ("new", "next".into())]);
    assert_eq!(
        edited(text, &[replace("/labels", value)]),
        "labels:\n  app: a # the app\n  tier: back\n  new: next\n  # old\n"
    );
}

#[test]
fn placeholders_are_ranges() {
    let hole = || Value::Placeholder("<image digest>".into());
    for (text, pointer) in
        [("a: 1\n", "/b"), ("a: [x]\n", "/a/-"), ("{\"a\": 1}", "/b"), ("a: <x>\n", "/a")]
    {
        let plan = plan_in(text, 0, &[add(pointer, hole())]).unwrap();
        let edit = &plan[0];
        assert_eq!((plan.len(), edit.placeholders.len()), (1, 1), "{plan:?}");
        assert_eq!(edit.placeholders[0].of(&edit.text), "<image digest>");
    }
}

#[test]
fn new_keys_follow_the_order_of_their_neighbours() {
    let text = "name: a\nimage: b\n# limits\nresources: {}\n";
    assert_eq!(
        edited(text, &[add("/command", Value::seq(["x".into()]))]),
        "name: a\nimage: b\ncommand:\n- x\n# limits\nresources: {}\n"
    );
    assert_eq!(
        edited("kind: Pod\nspec: {}\n", &[add("/metadata/name", "x")]),
        "kind: Pod\nmetadata:\n  name: x\nspec: {}\n"
    );
    assert_eq!(
        edited("{kind: Pod, spec: {}}\n", &[add("/metadata/name", "x")]),
        "{kind: Pod, metadata: {name: x}, spec: {}}\n"
    );
}
