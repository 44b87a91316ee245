//! Streams that begin with `{`: Go's JSON first, then YAML.

use patternwarden_tree::{Stream, write_json};
use patternwarden_yaml::read;

fn all(stream: &Stream) -> Vec<String> {
    let print = |document: &patternwarden_tree::Document| {
        let mut out = String::new();
        document.root().into_iter().for_each(|root| write_json(&mut out, root));
        out
    };
    stream.documents.iter().map(print).collect()
}

#[test]
fn json_is_read_by_its_own_rules() {
    let key = "k".repeat(2_000);
    for (text, values) in [
        ("{\"a\":1}{\"a\":2}\n{\"a\":3}", vec![r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]),
        ("{\"a\":\"\\/ \\ud83d\\ude00 \\u00e9\"}", vec![r#"{"a":"/ 😀 é"}"#]),
        ("{\"a\":\"\\ud83d\"}", vec!["{\"a\":\"\u{fffd}\"}"]),
        ("{\"a\":\"\\ud83dx\\ude00\"}", vec!["{\"a\":\"\u{fffd}x\u{fffd}\"}"]),
        (
            "{\"a\":\"yes\",\"b\":[null,true,1e3,-0.0,1.50]}",
            vec![r#"{"a":"yes","b":[null,true,1000,0,1.5]}"#],
        ),
        ("{\n\t\"a\":\t1\n}", vec![r#"{"a":1}"#]),
        ("{\"a\":\"\u{85}\u{7f}\u{2028}\"}", vec!["{\"a\":\"\u{85}\u{7f}\u{2028}\"}"]),
        ("{\"<<\":{\"a\":1}}", vec![r#"{"<<":{"a":1}}"#]),
        ("{}\n---\nb: yes\n---\nc: 1\n", vec!["{}", r#"{"b":true}"#, r#"{"c":1}"#]),
        ("{\"a\":1} # done\n", vec![r#"{"a":1}"#]),
        // Not JSON, so YAML from the start.
        ("{\"a\":1,}\n", vec![r#"{"a":1}"#]),
        ("{a: 0644}\n", vec![r#"{"a":420}"#]),
        ("{\"a\": 012}\n", vec![r#"{"a":10}"#]),
        (&format!("{{\"{key}\":1}}"), vec![&format!("{{\"{key}\":1}}")]),
    ] {
        let stream = read(text);
        assert!(stream.errors.is_empty(), "{text:?} {:?}", stream.errors);
        assert_eq!(all(&stream), values, "{text:?}");
    }
}

#[test]
fn broken_json_is_explained_as_json() {
    for (text, at, cause) in [
        ("{\"a\": 1 \"b\": 2}", "\"b\":", "comma"),
        ("{\"a\" 1}", "1}", "colon"),
        ("{\"a\": \"x}", "\"", "quote"),
        ("{\"a\": \"\\x\"}", "\\", "backslash"),
        ("{\"a\": 1e999}", "1e999", "no number"),
        ("{\"a\": 1}\n{\"b\": \"", "\"", "quote"),
    ] {
        let stream = read(text);
        assert_eq!(stream.errors.len(), 1, "{text:?}");
        let error = &stream.errors[0];
        assert!(error.message.contains(cause), "{text:?} {error:?}");
        assert_eq!(error.span.of(text), at, "{text:?} {error:?}");
    }
}

#[test]
fn duplicates_in_json_are_kept() {
    let stream = read("{\"a\":1,\"b\":2,\"a\":3}");
    assert_eq!(stream.documents[0].shadowed().count(), 1);
    assert_eq!(all(&stream), [r#"{"b":2,"a":3}"#]);
}
