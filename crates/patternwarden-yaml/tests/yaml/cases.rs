//! What kubectl's own parser makes of 398 traps (`cases.json`), and what we make of them.
//!
//! The answers come from Kubernetes' code: apimachinery 0.36.3, sigs.k8s.io/yaml 1.6.0,
//! go.yaml.in/yaml/v2 2.4.3. `expected` is what kubectl does with the whole stream: it stops at
//! the first error, and we go on.

use patternwarden_tree::{Stream, write_json};
use patternwarden_yaml::{read, read_bytes};
use serde_json::{Value, json};

/// Cases that kubectl accepts and that are refused here on purpose.
const REFUSED: &[(&str, &str)] = &[
    (
        "comment no space",
        "a comment without a blank before it is a typing error more often than not",
    ),
    ("alias key no space", "YAML 1.2 and kubectl disagree on where the alias ends"),
    ("flow question", "YAML 1.2 and kubectl disagree on `[?x]`"),
    ("nel char", "an invisible line break hides keys from every other tool"),
    ("tag !!timestamp 2001-12-14", "the tag has no effect but on whether the text is accepted"),
    ("utf16be bom", "kubectl reads UTF-16 only in one byte order and by chance"),
    ("deep flow 9999", "deeper than the tree's limit"),
    ("deep block 2000", "deeper than the tree's limit"),
    ("deep dash 5000", "deeper than the tree's limit"),
    ("deep map flow 3000", "deeper than the tree's limit"),
];

/// Cases that the table can only describe.
fn generated(name: &str) -> String {
    match name {
        "deep flow 9999" => format!("a: {}{}\n", "[".repeat(9999), "]".repeat(9999)),
        "deep flow 10001" => format!("a: {}{}\n", "[".repeat(10001), "]".repeat(10001)),
        "deep block 2000" => (0..2000).map(|i| " ".repeat(i) + "a:\n").collect(),
        "deep dash 5000" => format!("{}x\n", "- ".repeat(5000)),
        "deep unclosed flow 20000" => "[".repeat(20000),
        "deep map flow 3000" => format!("{}1{}\n", "{a: ".repeat(3000), "}".repeat(3000)),
        _ => panic!("no text for {name}"),
    }
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut out = Vec::new();
    let digits = text.trim_end_matches('=');
    for (i, c) in digits.chars().enumerate() {
        bits = bits << 6 | u32::try_from(ALPHABET.find(c).unwrap()).unwrap();
        if i % 4 != 0 {
            out.push((bits >> (6 - 2 * (i % 4))).to_be_bytes()[3]);
        }
    }
    out
}

/// What kubectl would get of our reading: values up to the first error.
fn answers(stream: &Stream) -> Vec<Value> {
    let mut all: Vec<(u32, u8, Value)> = Vec::new();
    for document in stream.documents.iter().filter(|document| !document.is_recovered()) {
        let root = document.root().unwrap();
        let mut text = String::new();
        write_json(&mut text, root);
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        all.push((root.origin().unwrap().value.start, 1, json!({ "json": value })));
    }
    for error in &stream.errors {
        all.push((error.span.start, 0, json!("refused")));
    }
    all.sort_by_key(|(at, order, _)| (*at, *order));
    let end = all.iter().position(|(_, _, answer)| answer == "refused");
    all.truncate(end.map_or(all.len(), |end| end + 1));
    all.into_iter().map(|(_, _, answer)| answer).collect()
}

fn expected(case: &Value) -> Vec<Value> {
    let answers = case["expected"].as_array().unwrap().iter();
    answers
        .filter(|answer| answer.get("skip").is_none())
        .map(|answer| if answer.get("error").is_some() { json!("refused") } else { answer.clone() })
        .collect()
}

/// Equal as JSON, whatever way a number is written.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (!(a.is_i64() && b.is_i64()) && a.as_f64() == b.as_f64())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn stream(case: &Value) -> Stream {
    match (case["input"].as_str(), case["b64"].as_str()) {
        (Some(text), _) => read(text),
        (_, Some(bytes)) => read_bytes(&base64(bytes)),
        _ => read(&generated(case["name"].as_str().unwrap())),
    }
}

/// The texts of all cases that are text.
pub(crate) fn texts() -> Vec<String> {
    let cases: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    cases.iter().filter_map(|case| case["input"].as_str().map(str::to_owned)).collect()
}

#[test]
fn every_case_is_read_as_kubectl_reads_it() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    assert_eq!(cases.len(), 398);
    let mut wrong = Vec::new();
    let mut refused = 0;
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let got = answers(&stream(case));
        let want = expected(case);
        if REFUSED.iter().any(|(on_purpose, _)| *on_purpose == name) {
            assert!(!want.contains(&json!("refused")), "{name}: kubectl refuses it too");
            assert_eq!(got.last(), Some(&json!("refused")), "{name}");
            refused += 1;
            continue;
        }
        let equal = got.len() == want.len() && got.iter().zip(&want).all(|(a, b)| same(a, b));
        if !equal {
            wrong.push(format!("{name}: {:?}\n  got  {got:?}\n  want {want:?}", case["input"]));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(refused, REFUSED.len());
}
