//! Comments: which `#` begins one, and where it stands.

#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

use patternwarden_yaml::read;

/// Every comment of every document as `document line text`, with `+` for one behind something.
fn comments(text: &str) -> Vec<String> {
    let stream = read(text);
    let lines = stream.lines.expect("a text has lines");
    let mut out = Vec::new();
    for (index, document) in stream.documents.iter().enumerate() {
        for comment in document.comments() {
            assert_eq!(comment.span.of(text), comment.text);
            assert!(comment.line.of(text).ends_with(&comment.text));
            assert!(!comment.line.of(text).contains(['\n', '\r']));
            let line = lines.range(comment.span).start.line;
            let plus = if comment.alone { "" } else { "+" };
            out.push(format!("{index} {line}{plus} {}", comment.text));
        }
    }
    out
}

#[test]
fn comments_stand_alone_or_behind_something() {
    let text = "# first\na: 1 # behind\n  # indented\nb: # key\n  - c # item\n# last";
    assert_eq!(
        comments(text),
        [
            "0 1 # first",
            "0 2+ # behind",
            "0 3 # indented",
            "0 4+ # key",
            "0 5+ # item",
            "0 6 # last"
        ]
    );
    assert_eq!(comments("a: 1 # x\r\n# y\r\nb: 2\r\n"), ["0 1+ # x", "0 2 # y"]);
    assert_eq!(comments("\u{feff}# x\na: 1\n"), ["0 1 # x"]);
}

#[test]
fn what_is_text_is_no_comment() {
    let text = "a: x#y\nb: 'q # r'\nc: \"s # t\"\nd: |\n  # text\n  more\ne: >- # header\n  folded # text\nf: &g#h 1\n";
    assert_eq!(comments(text), ["0 7+ # header"]);
    assert_eq!(comments("a: {b: 1, # in\n  c: 2} # out\n"), ["0 1+ # in", "0 2+ # out"]);
    assert_eq!(comments("a: \"x\n  # text\n  y\"\nb: plain # end\n"), ["0 4+ # end"]);
    assert_eq!(comments("a: |\n  text\n# below\nb: 1\n"), ["0 3 # below"]);
}

#[test]
fn comments_between_documents_belong_to_the_next_and_at_the_end_to_the_last() {
    let text = "# file\n---\n# one\na: 1\n---\n# two\nb: 2\n---\n# end\n";
    assert_eq!(comments(text), ["0 1 # file", "0 3 # one", "1 6 # two", "1 9 # end"]);
    assert!(read("# nothing else\n").documents.is_empty());
}

#[test]
fn a_text_with_an_error_keeps_its_comments() {
    let text = "# one\na: 1\nb: [1, 2\nc: 3 # two\n";
    assert!(!read(text).errors.is_empty());
    assert!(comments(text).contains(&"0 1 # one".to_owned()));
}
