//! The same objects as YAML, as JSON and in a list are judged the same.

use crate::support::judge as judge_text;
use crate::{Found, apart, cases, document, found, is_directive, judge};
use patternwarden::tree::{Document, write_json};
use patternwarden::{RULES, Surface};

/// Whether a rule speaks of the text, which is another one in another form.
fn is_of_text(rule: &str) -> bool {
    let rule = patternwarden::rules::find(rule).expect("a rule");
    rule.surfaces.iter().all(|surface| *surface == Surface::Text)
}

fn of_objects(all: Vec<Found>) -> Vec<Found> {
    all.into_iter().filter(|f| !is_of_text(f.rule) && f.object.is_some()).collect()
}

/// The documents of a text as the items of a list, in YAML. What is said of a file stays on top.
fn as_items(text: &str) -> String {
    let of_file = |line: &&str| is_directive(line) && line.contains("ignore-file");
    let mut out: String = text.lines().filter(of_file).flat_map(|line| [line, "\n"]).collect();
    out.push_str("apiVersion: v1\nkind: List\nitems:\n");
    for part in text.split("---\n") {
        let read = patternwarden_yaml::read(part);
        if read.documents.first().and_then(Document::root).is_none() {
            continue;
        }
        out.push_str("-\n");
        for line in part.lines().filter(|line| !of_file(line)) {
            if !line.is_empty() {
                out.push_str("  ");
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// A plain scalar that YAML reads as another type is told as such where there is a text, and as a
/// wrong type where there is none.
fn without_traps(mut found: Vec<Found>, traps: &[Found]) -> Vec<Found> {
    let is_trap = |one: &Found| {
        let mut told = traps.iter().filter(|trap| trap.rule == "yaml-scalar-trap");
        told.any(|trap| trap.object == one.object && trap.pointer == one.pointer)
    };
    found.retain(|one| one.rule != "field-type-invalid" || !is_trap(one));
    found
}

#[test]
fn forms_of_the_same_objects_are_judged_the_same() {
    let mut broken = Vec::new();
    let mut compared = [0; 3];
    for case in cases() {
        let text = &case.text;
        let told = found(&judge_text(text, &case.settings));
        let yaml = of_objects(told.clone());
        let mut forms =
            vec![("a list in YAML", found(&judge_text(&as_items(text), &case.settings)))];
        // JSON has no comments, and so nothing that they suppress, and no place that is broken.
        let whole = patternwarden_yaml::read(text).errors.is_empty();
        if whole && !text.lines().any(is_directive) {
            let alone = case.objects();
            let mut list = String::from(r#"{"apiVersion":"v1","kind":"List","items":["#);
            for (at, object) in alone.iter().enumerate() {
                list.push_str(if at > 0 { "," } else { "" });
                write_json(&mut list, object.root().expect("an object"));
            }
            list.push_str("]}");
            forms.push(("JSON", judge(alone, &case.settings)));
            forms.push(("a list in JSON", judge(vec![document(&list)], &case.settings)));
        }
        for (at, (form, other)) in forms.into_iter().enumerate() {
            let other = without_traps(of_objects(other), if at > 0 { &told } else { &[] });
            let apart = apart(&yaml, &other, &case);
            broken.extend(apart.into_iter().map(|what| format!("{form}: {what}")));
            compared[at] += other.len();
        }
    }
    broken.sort();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(compared.iter().all(|count| *count > RULES.len()), "{compared:?}");
}
