//! Texts meant to exhaust: each ends with an error or a result.

use core::fmt::Write as _;
use patternwarden_tree::{MAX_DEPTH, Stream};
use patternwarden_yaml::{MAX_DOCUMENTS, MAX_INPUT, read};

fn message(stream: &Stream) -> &str {
    stream.errors.first().map_or("", |error| error.message.as_str())
}

#[test]
fn depth_ends_with_an_error() {
    let flow = |depth: usize| format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&flow(MAX_DEPTH - 1)).errors.is_empty());
    let map = |depth: usize| format!("{}1{}\n", "{a: ".repeat(depth), "}".repeat(depth));
    let block = |depth: usize| (0..depth).map(|i| " ".repeat(i) + "a:\n").collect::<String>();
    for text in [
        flow(MAX_DEPTH),
        flow(10_000),
        map(MAX_DEPTH + 1),
        map(3_000),
        block(2_000),
        "- ".repeat(5_000) + "x\n",
        "[".repeat(1_000_000),
        "{\"a\":".repeat(200_000),
        "a: ".to_owned() + &"{".repeat(500_000),
    ] {
        let stream = read(&text);
        assert_eq!(stream.errors.len(), 1, "{}…", &text[..20]);
        assert!(message(&stream).contains("nested deeper"), "{}: {}", &text[..9], message(&stream));
    }
}

#[test]
fn nesting_by_aliases_and_merges_ends_with_an_error() {
    let mut lists = "a0: &a0 [x]\n".to_owned();
    let mut merges = "a0: &a0 {k: x}\n".to_owned();
    for i in 1..1_000 {
        writeln!(lists, "a{i}: &a{i} [*a{}]", i - 1).unwrap();
        writeln!(merges, "a{i}: &a{i} {{<<: *a{}, k{i}: x}}", i - 1).unwrap();
    }
    for text in [lists, merges] {
        let stream = read(&text);
        assert_eq!(stream.errors.len(), 1);
        let message = message(&stream);
        assert!(message.contains("nested deeper") || message.contains("aliases"), "{message}");
    }
}

#[test]
fn alias_bombs_end_with_an_error() {
    let bomb = |first: &str, open: &str, item: &dyn Fn(usize) -> String, close: &str| {
        let mut text = format!("a0: &a0 {first}\n");
        for i in 1..12 {
            let items: Vec<String> = (0..9).map(|_| item(i - 1)).collect();
            writeln!(text, "a{i}: &a{i} {open}{}{close}", items.join(", ")).unwrap();
        }
        text
    };
    let nested = bomb("[x, x, x]", "[", &|i| format!("*a{i}"), "]");
    let merged = bomb("{k: v}", "{<<: [", &|i| format!("*a{i}"), "]}");
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(9_000), "*a, ".repeat(9_000));
    for text in [nested, merged, wide] {
        let stream = read(&text);
        assert_eq!(stream.errors.len(), 1);
        assert!(message(&stream).contains("aliases"), "{}", message(&stream));
    }
    assert!(read("a: &a [1, 2]\nb: [*a, *a]\nc: {d: *a}\n").errors.is_empty());
}

#[test]
fn long_inputs_end_in_time() {
    let mega = 1_000_000;
    for text in [
        "[a,".repeat(mega / 3),
        "a: [".to_owned() + &"b, ".repeat(mega / 3) + "]\n",
        "# comment\n".repeat(mega / 10) + "a: 1\n",
        "a: ".to_owned() + &"x".repeat(mega) + "\nb: 2\n",
        "x".repeat(mega) + ": 1\n",
        "a: \"".to_owned() + &"x\n ".repeat(mega / 3),
        "\t\n".repeat(mega / 2),
        "a: 1\n".repeat(mega / 5),
        "- \n".repeat(mega / 3),
        "- - - -\n".repeat(mega / 8),
        "? a\n: b\n".repeat(mega / 8),
        "a: |\n".to_owned() + &" \n".repeat(mega / 2),
        "&a ".repeat(mega / 3),
        "*a ".repeat(mega / 3),
        "!!str ".repeat(mega / 6),
        "{\"a\":1}".repeat(4_000),
        "{\"a\": [1, {\"b\": \"\\/\"}]}\n".repeat(4_000),
        "é\u{85}🚀".repeat(mega / 8),
        "'".repeat(mega),
        "{{ x }}\n".repeat(mega / 8),
        "a: {? b, }\n".repeat(mega / 11),
    ] {
        let stream = read(&text);
        assert!(!stream.documents.is_empty() || !stream.errors.is_empty(), "{}", &text[..2]);
        assert!(stream.lines.is_some());
    }
}

#[test]
fn more_input_than_the_limit_is_an_error() {
    let line = "a: 1 # and a comment to fill the line up\n---\n";
    let fits = "# ".to_owned() + &"x".repeat(MAX_INPUT - 8) + "\na: 1\n";
    assert_eq!(fits.len(), MAX_INPUT);
    let stream = read(&fits);
    assert!(stream.errors.is_empty());
    assert_eq!(stream.documents.len(), 1);

    let stream = read(&(fits + " "));
    assert_eq!(stream.errors.len(), 1);
    assert!(stream.documents.is_empty());
    assert!(message(&stream).contains("10 MiB"));

    let many = line.repeat(MAX_DOCUMENTS);
    let stream = read(&many);
    assert_eq!((stream.documents.len(), stream.errors.len()), (MAX_DOCUMENTS, 0));
    let stream = read(&(many + line));
    assert_eq!((stream.documents.len(), stream.errors.len()), (MAX_DOCUMENTS, 1));
    assert!(message(&stream).contains("5000 documents"), "{}", message(&stream));

    let empty = "---\n".repeat(100_000) + "a: 1\n";
    assert_eq!(read(&empty).documents.len(), 1);

    let separators = "----\n".repeat(1_000_000);
    assert_eq!(read(&separators).errors.len(), MAX_DOCUMENTS + 1);

    let broken = "a: [\n---\n".repeat(MAX_DOCUMENTS + 1);
    let stream = read(&broken);
    assert_eq!(stream.errors.len(), MAX_DOCUMENTS + 1);
}

#[test]
fn values_are_counted_over_all_documents() {
    let list = format!("a: [{}]\n---\n", "1,".repeat(1_000));
    let stream = read(&list.repeat(600));
    assert_eq!(stream.errors.len(), 1);
    assert!(message(&stream).contains("500000 values"), "{}", message(&stream));
    assert!(stream.documents.len() > 490 && stream.documents.len() < 500);
}
