//! The places where editing YAML goes wrong, 1 to 10: how a text is laid out.

use super::support::{add, edited, edited_in, map, plan_in, refused, remove, rename, replace};
use patternwarden_tree::Value;
use patternwarden_yaml::read;

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
    let own = "a:\n  b:\n      c: 1\n";
    let deeper = "a:\n  b:\n      c: 1\n      x:\n          z: 2\n";
    assert_eq!(edited(own, &[add("/a/b/x/z", 2)]), deeper);
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
    assert_eq!(edited("x: {a: , b: 1}\n", &[remove("/x/b")]), "x: {a: }\n");
    assert_eq!(edited("x: {'a':b}\n", &[rename("/x/a", "/x/c")]), "x: {\"c\":b}\n");
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
