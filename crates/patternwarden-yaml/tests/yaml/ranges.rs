//! Every range names the text of its key or value, whatever the line ends and characters.

use crate::{cases, examples};
use patternwarden_tree::{Document, Node, Origin, Place, Span, write_json};
use patternwarden_yaml::read;

fn print(node: Node<'_>) -> String {
    let mut out = String::new();
    write_json(&mut out, node);
    out
}

/// Reads one value out of its surroundings: the text of a range, at the column where it stood.
fn reread(text: &str, span: Span, flow: bool) -> Option<Document> {
    let written = span.of(text);
    let line = text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let before = &text[line..span.start as usize];
    // A block scalar is indented relative to what it stands in, so it gets a parent of its own.
    if written.starts_with(['|', '>']) {
        let indent = before.len() - before.trim_start_matches(' ').len();
        return read(&format!("{}k: {written}", " ".repeat(indent))).documents.into_iter().next();
    }
    let (open, close) = if flow { ("[", "]") } else { ("", "") };
    let alone = format!("{}{open}{written}{close}", " ".repeat(before.chars().count()));
    read(&alone).documents.into_iter().next()
}

/// Checks one node; the text is that of the whole input.
fn check(text: &str, node: Node<'_>, root: Node<'_>) -> bool {
    let origin = node.origin().unwrap_or_else(|| panic!("no origin: {}", print(node)));
    let pointer = Place::from(node).pointer(root).to_string();
    let written = origin.value.of(text);
    let value = print(node);
    let context = format!("{pointer} is {value} at {:?} {written:?} in {text:?}", origin.value);
    if node.is_null() && origin.value.is_empty() {
        let before = text[..origin.value.start as usize].trim_end();
        assert!(origin.key.is_none_or(|key| key.end <= origin.value.start), "{context}");
        assert!(!before.is_empty() || node.parent().is_none(), "{context}");
        return false;
    }
    if written.is_empty() {
        assert!(tagged(text, origin.value), "{context}");
        return false;
    }
    assert_eq!(written.trim_start(), written, "{context}");
    key(text, node, origin, &context);
    if written.starts_with('*') && origin.indirect {
        return true;
    }
    // Aliases and tags mean something in their own document only.
    if written.contains(['*', '&', '!']) || tagged(text, origin.value) {
        return false;
    }
    let scalar = !(node.is_map() || node.is_seq());
    let read_as = |flow: bool| {
        let again = reread(text, origin.value, flow)?;
        let top = again.root()?;
        let block = written.starts_with(['|', '>']);
        let inner = if flow && !block { top.items().next()? } else { top };
        Some(print(if block { inner.get("k")? } else { inner }))
    };
    let found = [read_as(false), scalar.then(|| read_as(true)).flatten()];
    assert!(found.contains(&Some(value)) || node.is_null(), "{context} read {found:?}");
    true
}

/// Whether a tag or an anchor precedes the value.
fn tagged(text: &str, value: Span) -> bool {
    let before = text[..value.start as usize].trim_end();
    before.rsplit([' ', '\n', '[']).next().is_some_and(|word| word.starts_with(['!', '&']))
}

/// The range of a key reads as the key.
fn key(text: &str, node: Node<'_>, origin: Origin, context: &str) {
    let Some(span) = origin.key else {
        assert!(node.key().is_none(), "{context}");
        return;
    };
    let written = span.of(text);
    let name = node.key().unwrap();
    assert!(span.end <= origin.value.start || origin.indirect, "{context}");
    if written.starts_with('*') {
        return;
    }
    let again = read(&format!("{written}: x")).documents.remove(0);
    let json = text.trim_start().starts_with('{');
    assert!(again.root().unwrap().get(name).is_some() || json, "{context}");
}

fn walk<'d>(node: Node<'d>, all: &mut Vec<Node<'d>>) {
    all.push(node);
    node.written_children().for_each(|child| walk(child, all));
}

/// Returns how many nodes were checked, and how many of them by reading them again.
fn check_all(text: &str) -> (usize, usize) {
    let (mut nodes, mut reread) = (0, 0);
    for document in read(text).documents.iter().filter(|document| !document.is_recovered()) {
        let root = document.root().unwrap();
        let mut all = Vec::new();
        walk(root, &mut all);
        for node in all {
            nodes += 1;
            reread += usize::from(check(text, node, root));
        }
    }
    (nodes, reread)
}

fn json_of(text: &str) -> Vec<String> {
    read(text).documents.iter().map(|document| print(document.root().unwrap())).collect()
}

#[test]
fn the_text_at_a_range_is_the_value() {
    let mut total = (0, 0);
    let texts = cases::texts().into_iter().chain(examples::ALL.map(str::to_owned));
    for text in texts.filter(|text| text.len() < 3000) {
        let (nodes, reread) = check_all(&text);
        total = (total.0 + nodes, total.1 + reread);
    }
    assert!(total.0 > 1200 && total.1 > 1090, "too few: {total:?}");
}

#[test]
fn line_ends_and_wide_characters_move_no_range() {
    for example in examples::ALL {
        let plain = json_of(example);
        let crlf = example.replace('\n', "\r\n");
        assert_eq!(json_of(&crlf), plain);
        assert!(check_all(&crlf).1 > 10);
        let wide = example.replace("shop", "🚀é").replace("kind", "k\u{a0}ind");
        assert!(check_all(&wide).1 > 10);
        if !example.starts_with('{') {
            let bom = format!("\u{feff}{example}");
            assert_eq!(json_of(&bom), plain);
            assert!(check_all(&bom).1 > 10);
        }
        assert!(check_all(example.trim_end()).1 > 10);
    }
}

/// The text of the key and the value at a pointer of the first document.
fn at<'t>(text: &'t str, pointer: &str) -> (&'t str, &'t str) {
    let stream = read(text);
    let node = stream.documents[0].root().unwrap().lookup(pointer).unwrap();
    let origin = node.origin().unwrap();
    (origin.key.map_or("", |key| key.of(text)), origin.value.of(text))
}

#[test]
fn indicators_belong_to_their_value() {
    let deployment = examples::DEPLOYMENT;
    let note = "|\n      first line\n        indented\n      last line";
    assert_eq!(at(deployment, "/metadata/annotations/note"), ("note", note));
    let kept = "|+\n      a\n\n";
    assert_eq!(at(deployment, "/metadata/annotations/kept"), ("kept", kept));
    assert_eq!(at(deployment, "/metadata/labels/tier"), ("\"tier\"", "'front'"));
    assert_eq!(at(deployment, "/metadata/labels/empty"), ("empty", ""));
    let args = at(deployment, "/spec/template/spec/containers/0/args").1;
    assert_eq!(args, "[\"--port\", \"8080\", '--verbose']");
    let command = at(deployment, "/spec/template/spec/containers/0/command").1;
    assert!(command.starts_with("- sh\n") && command.ends_with("shop.yaml"), "{command}");
    let second = at(deployment, "/spec/template/spec/containers/1").1;
    assert!(second.starts_with("image: ") && second.ends_with("/files"), "{second}");

    let nested = "- - a\n  - |\n    b\n  -\n-   c: d\n";
    assert_eq!(at(nested, "").1, "- - a\n  - |\n    b\n  -\n-   c: d");
    assert_eq!(at(nested, "/0").1, "- a\n  - |\n    b\n  -");
    assert_eq!(at(nested, "/0/1").1, "|\n    b");
    assert_eq!(at(nested, "/1").1, "c: d");

    for (text, value) in [
        ("a: # | no\n  |\n  x\n", "|\n  x"),
        ("a: !!str |-\n  x\n", "|-\n  x"),
        ("a: &x >2 # c\n    x\n", ">2 # c\n    x"),
        ("a:\n# c\n- 1\n", "- 1"),
        ("a: !!seq\n- 1\n", "- 1"),
        ("? a\n: - 1\n", "- 1"),
    ] {
        assert_eq!(at(text, "/a").1, value, "{text:?}");
    }
}

#[test]
fn an_empty_value_stands_behind_its_colon_or_dash() {
    let place = |text: &str, pointer: &str| {
        let stream = read(text);
        let node = stream.documents[0].root().unwrap().lookup(pointer).unwrap();
        node.origin().unwrap().value.start
    };
    assert_eq!(place("a:\nb: 1\n", "/a"), 2);
    assert_eq!(place("a:   # c\n", "/a"), 2);
    assert_eq!(place("a: &x\nb: 1\n", "/a"), 5);
    assert_eq!(place("- \n- a\n", "/0"), 1);
    assert_eq!(place("--- # c\n- \n- a\n", "/0"), 9);
    assert_eq!(place("x: {a: , b}\n", "/x/a"), 6);
    assert_eq!(place("x: {a: , b}\n", "/x/b"), 10);
}

#[test]
fn what_was_written_is_kept() {
    let stream = read("mode: 0644\nflag: yes\nnone: ~\nquoted: 'yes'\ntagged: !!int \"3\"\n");
    let root = stream.documents[0].root().unwrap();
    let pair = |key: &str| {
        let node = root.get(key).unwrap();
        (node.scalar_text().to_owned(), node.written().to_owned())
    };
    let pairs = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(pair("mode"), pairs("420", "0644"));
    assert_eq!(pair("flag"), pairs("true", "yes"));
    assert_eq!(pair("none"), pairs("", "~"));
    assert_eq!(pair("quoted"), pairs("yes", "yes"));
    assert_eq!(pair("tagged"), pairs("3", "3"));
}

#[test]
fn what_came_by_an_alias_is_indirect() {
    let stream = read(examples::SHARED);
    assert!(stream.errors.is_empty());
    let document = &stream.documents[0];
    let root = document.root().unwrap();
    let indirect = |pointer: &str| root.lookup(pointer).unwrap().origin().unwrap().indirect;
    for pointer in ["/again", "/again/cpu", "/merged/memory", "/merged/nested/x/0", "/list/1"] {
        assert!(indirect(pointer), "{pointer}");
    }
    for pointer in ["/base", "/base/cpu", "/merged", "/merged/cpu", "/merged/before", "/list/0"] {
        assert!(!indirect(pointer), "{pointer}");
    }
    assert_eq!(root.lookup("/merged/cpu").unwrap().as_i64(), Some(2));
    assert_eq!(document.shadowed().count(), 0, "replacing what was merged is no duplicate");
}

#[test]
fn duplicates_are_found_after_keys_are_resolved() {
    let hidden = |text: &str| {
        let stream = read(text);
        assert!(stream.errors.is_empty(), "{text}");
        let all = stream.documents[0]
            .shadowed()
            .map(|node| node.origin().unwrap().key.map_or("", |key| key.of(text)).to_owned());
        all.collect::<Vec<_>>()
    };
    assert_eq!(hidden("a: 1\nb: 2\na: 3\n"), ["a"]);
    assert_eq!(hidden("true: a\nyes: b\n'true': c\n"), ["true", "yes"]);
    assert_eq!(hidden("x: &x {a: 1}\ny: &y {b: 1}\nv:\n  <<: *x\n  <<: *y\n"), [""; 0]);
    // A merge that comes later wins over what was written before it.
    assert_eq!(hidden("x: &x {a: 1}\nv:\n  a: 2\n  <<: *x\n"), ["a"]);
}

#[test]
fn an_item_with_nothing_in_it_points_to_the_key_above() {
    for (text, expected) in [
        ("a:\n  -\n", "a"),
        ("a:\n  - -\n", "a"),
        ("a:\n  - b: 1\n  - - -\n", "a"),
        ("- -\n", ""),
        ("-\n", ""),
    ] {
        let stream = read(text);
        let document = &stream.documents[0];
        let last = document.node(document.len() as u32 - 1).unwrap();
        let span = last.anchor().unwrap();
        assert_eq!(&text[span.start as usize..span.end as usize], expected, "{text}");
    }
}
