//! Manifests that nobody meant: every rule and recogniser on damaged examples.
//!
//! Nothing may panic, every finding must stand in an object that exists, keys must be unique, and
//! every repair that is offered must be one that can be made.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]
#![expect(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "tests run where std is"
)]

use patternwarden::docs;
use patternwarden::report::Report;
use patternwarden::set::{Scope, Set};
use patternwarden::tree::{Builder, Document, Edit, Kind, Op, Place, Stream, Value, apply};
use patternwarden::{Minor, RULES, Settings, bundle::Bundle, check, engine};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// All rules, on a complete input.
fn all() -> Settings {
    Settings::default().only(|_| true).with_scope(Scope::Closed)
}

/// The examples of every rule.
fn examples() -> Vec<String> {
    let of = |docs| docs::examples(docs).into_iter().map(|example| example.text);
    RULES.iter().flat_map(|rule| of(rule.docs)).collect()
}

/// The manifests of the recognisers.
fn manifests() -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patterns");
    let files = std::fs::read_dir(dir).unwrap();
    files.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

/// Runs `work` over `items`, on as many threads as the machine has; says where one panicked.
fn each<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = Mutex::new(items.iter());
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(item) = next.lock().unwrap().next() else { break };
                    work(item);
                }
            });
        }
    });
}

/// Judges documents and holds the result to what every report promises.
fn judge(documents: Vec<Document>, told: &str) -> Report {
    let bundle = Bundle::new(&documents);
    let set = Set::new(&bundle, Scope::Closed);
    for finding in engine::run(&all(), &set) {
        let root = match finding.object {
            Some(index) => set.object(index).unwrap().node,
            None => set.documents().nth(finding.document).unwrap().root().unwrap(),
        };
        for fix in &finding.fixes {
            if let Err(error) = apply(root, &fix.edits) {
                let mut json = String::new();
                patternwarden::tree::write_json(&mut json, root);
                panic!("{}: `{}`: {error}\n{told}\n{json}", finding.rule.id, fix.title);
            }
        }
    }
    let report = check(&Stream { documents, ..Stream::default() }, &all());
    let keys: BTreeSet<&String> = report.findings.iter().map(|finding| &finding.key).collect();
    assert_eq!(keys.len(), report.findings.len(), "keys are unique\n{told}");
    let exists = |index: usize| index < report.resources.len();
    for finding in &report.findings {
        assert!(finding.resource.is_none_or(exists), "{told}\n{finding:?}");
        assert!(finding.related.iter().all(|related| exists(related.resource)), "{told}");
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding:?}");
    }
    for hit in &report.patterns {
        assert!(exists(hit.resource) && !hit.evidence.is_empty(), "{told}\n{hit:?}");
    }
    report
}

/// Pointers of all nodes below the root, but for those that a duplicate key hides.
fn pointers(document: &Document) -> Vec<String> {
    let root = document.root().unwrap();
    let nodes = (1..document.len() as u32).filter_map(|id| document.node(id));
    let pointers = nodes.map(|node| Place::from(node).pointer(root).to_string());
    pointers.filter(|pointer| root.lookup(pointer).is_some()).collect()
}

fn replacements() -> Vec<Value> {
    let word = || Value::from("x");
    vec![
        Value::Null,
        Value::from(true),
        Value::from(0),
        Value::from(-1),
        Value::from(i64::MAX),
        Value::from(i64::MIN),
        Value::from(""),
        Value::from("é🚀\u{0}"),
        Value::seq([]),
        Value::map([]),
        Value::seq([word(), Value::Null, Value::seq([]), Value::map([])]),
        Value::map([("name", word())]),
    ]
}

/// Judges the documents of a text with one node changed, the others as they are: every `step`th node
/// takes the values of `share` replacements, which go round from node to node, and is left out.
fn mutate(text: &str, step: usize, share: usize) {
    let documents = patternwarden_yaml::read(text).documents;
    let values = replacements();
    for (at, document) in documents.iter().enumerate() {
        for (turn, pointer) in pointers(document).into_iter().enumerate().step_by(step) {
            let taken = values.iter().cycle().skip(turn * share % values.len()).take(share);
            for op in taken.cloned().map(Op::Replace).chain([Op::Remove]) {
                let edit = Edit::new(&pointer, op);
                let told = format!("{edit:?}");
                let mut changed = documents.clone();
                changed[at] = apply(document.root().unwrap(), &[edit]).unwrap();
                judge(changed, &told);
            }
        }
    }
}

#[test]
fn examples_survive_missing_and_mistyped_fields() {
    each(&examples(), |text| mutate(text, 1, 2));
}

#[test]
fn manifests_of_patterns_survive_missing_and_mistyped_fields() {
    each(&manifests(), |text| mutate(text, 4, 1));
}

#[test]
fn texts_survive_being_cut_anywhere() {
    each(&examples(), |text| {
        for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
            let stream = patternwarden_yaml::read(&text[..end]);
            let report = check(&stream, &all());
            for finding in &report.findings {
                let range = finding.range.unwrap_or_else(|| panic!("no range: {finding:?}"));
                assert!(range.end.offset as usize <= end, "{finding:?}");
            }
        }
    });
}

#[test]
fn every_target_is_judged() {
    for minor in Minor::OLDEST.0..=Minor::NEWEST.0 {
        let settings = all().with_target(Minor(minor));
        each(&examples(), |text| {
            check(&patternwarden_yaml::read(text), &settings);
        });
    }
}

/// A document nested as deeply as the tree allows.
fn deepest(key: &str) -> Document {
    let mut builder = Builder::default();
    builder.open(Kind::Map, None).unwrap();
    for (key, value) in [("apiVersion", "v1"), ("kind", "Pod")] {
        builder.key(key).unwrap();
        builder.scalar(Kind::String, value).unwrap();
    }
    loop {
        builder.key(key).unwrap();
        if builder.open(Kind::Map, None).is_err() {
            break;
        }
    }
    builder.finish()
}

#[test]
fn depth_does_not_end_in_an_overflow() {
    for key in ["spec", "items", "metadata", "containers"] {
        judge(vec![deepest(key)], key);
    }
    let list = format!("{}{{kind: Pod}}{}", "{kind: List, items: [".repeat(120), "]}".repeat(120));
    judge(patternwarden_yaml::read(&list).documents, "lists");
}

#[test]
fn many_objects_end_in_time() {
    let start = Instant::now();
    let pod = "- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: a, \
               containers: [{name: a, image: i}, {name: b, image: i}]}}\n";
    let binding = "- {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {kind: \
                   Role, name: r}, subjects: [{kind: ServiceAccount, name: b}]}\n";
    let text =
        format!("apiVersion: v1\nkind: List\nitems:\n{}{}", pod.repeat(1_000), binding.repeat(50));
    let report = check(&patternwarden_yaml::read(&text), &Settings::default());
    assert_eq!(report.resources.len(), 1_050);
    assert!(report.findings.len() >= 1_000);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
