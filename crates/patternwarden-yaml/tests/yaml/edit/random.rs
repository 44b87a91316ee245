//! Random numbers, values and edits; the same ones in every run.

use patternwarden_tree::{Edit, Op, Value};
use serde_json::Value as Json;

/// A generator of random numbers (xorshift).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap() % count.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const STRINGS: [&str; 40] = [
    "web",
    "registry.example.com/shop:1.10",
    "yes",
    "no",
    "0644",
    "1_000",
    ".5",
    "null",
    "~",
    "<<",
    "=",
    "-",
    "- x",
    "?",
    "a: b",
    "x #y",
    "*x",
    "{{ x }}",
    "a\nb",
    "a\nb\n",
    "\n",
    " lead",
    "trail ",
    "",
    "🚀",
    "\u{85}",
    "\u{1}",
    "'",
    "\"",
    "it's",
    "--flag=1",
    "100m",
    "128Mi",
    "8080",
    "on",
    "a, b",
    "[x]",
    "x:",
    "line one\n\n  indented\nlast\n",
    "true",
];

const KEYS: [&str; 22] = [
    "name",
    "image",
    "securityContext",
    "resources",
    "labels",
    "metadata",
    "apiVersion",
    "x",
    "on",
    "0644",
    "a/b",
    "c~d",
    "",
    "with blank",
    "kubernetes.io/name",
    "ports",
    "zz",
    "é",
    "k: v",
    "-",
    "spec",
    "1",
];

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 => Value::Null,
        1 => (random.below(2) == 0).into(),
        2 => Value::from(i64::try_from(random.below(100_000)).unwrap() - 500),
        3 => Value::Placeholder((*random.of(&["<name>", "<an image digest>"])).to_owned()),
        7 | 8 => {
            let mut entries: Vec<(String, Value)> = Vec::new();
            for _ in 0..random.below(4) {
                let key = (*random.of(&KEYS)).to_owned();
                if entries.iter().all(|(other, _)| *other != key) {
                    entries.push((key, value(random, depth - 1)));
                }
            }
            Value::Map(entries)
        }
        9 => Value::Seq((0..random.below(4)).map(|_| value(random, depth - 1)).collect()),
        _ => (*random.of(&STRINGS)).into(),
    }
}

fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn pointers(json: &Json, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match json {
        Json::Object(map) => {
            map.iter()
                .for_each(|(key, value)| pointers(value, &format!("{at}/{}", token(key)), out));
        }
        Json::Array(items) => {
            let all = items.iter().enumerate();
            all.for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), out));
        }
        _ => {}
    }
}

/// One edit that a document with this value may get.
pub(super) fn edit(random: &mut Random, json: &Json) -> Edit {
    let mut all = Vec::new();
    pointers(json, "", &mut all);
    let at = random.of(&all).clone();
    let (up, down) = (random.below(3), random.below(10));
    match down {
        0 | 1 if !at.is_empty() => Edit::new(at, Op::Remove),
        2 | 3 if !at.is_empty() => Edit::new(at, Op::Replace(value(random, 2))),
        4 if !at.is_empty() => {
            let to = place(random, json, &all, up);
            Edit::new(to, Op::Move { from: at })
        }
        5 => {
            // What it holds already: nothing may change.
            let json = json.pointer(&at).unwrap();
            Edit::new(at, Op::Replace(own(json)))
        }
        _ => Edit::new(place(random, json, &all, up), Op::Add(value(random, 2))),
    }
}

/// A place that may be absent, up to some levels below one that is there.
fn place(random: &mut Random, json: &Json, all: &[String], levels: usize) -> String {
    let mut at = random.of(all).clone();
    if let Some(Json::Array(items)) = json.pointer(&at) {
        return match random.below(2) {
            0 => format!("{at}/-"),
            _ => format!("{at}/{}", random.below(items.len() + 1)),
        };
    }
    for _ in 0..=levels {
        at.push('/');
        at.push_str(&token(random.of::<&str>(&KEYS)));
    }
    at
}

fn own(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => text.clone().into(),
        Json::Array(items) => Value::Seq(items.iter().map(own).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(k, v)| (k.clone(), own(v))).collect()),
    }
}
