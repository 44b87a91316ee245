//! The same objects as YAML, as JSON and in a list are judged the same.

use crate::support::judge as judge_text;
use crate::{Found, cases, differences, found, judge, objects};
use patternwarden::{RULES, Surface};
use patternwarden::tree::write_json;

/// Whether a rule speaks of the text, which is another one in another form.
fn is_of_text(rule: &str) -> bool {
    let rule = patternwarden::rules::find(rule).expect("a rule");
    rule.surfaces.iter().all(|surface| *surface == Surface::Text)
}

fn of_objects(all: Vec<Found>) -> Vec<Found> {
    all.into_iter().filter(|f| !is_of_text(f.rule) && f.object.is_some()).collect()
}

/// The documents of a text as the items of a list, in YAML.
fn as_items(text: &str) -> String {
    let mut out = String::from("apiVersion: v1\nkind: List\nitems:\n");
    for part in text.split("---\n") {
        let read = patternwarden_yaml::read(part);
        if read.documents.first().and_then(|document| document.root()).is_none() {
            continue;
        }
        out.push_str("-\n");
        for line in part.lines() {
            if !line.is_empty() {
                out.push_str("  ");
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[test]
fn forms_of_the_same_objects_are_judged_the_same() {
    let mut broken = Vec::new();
    let mut compared = [0; 3];
    for case in cases() {
        let text = &case.example.text;
        let yaml = of_objects(found(&judge_text(text, &case.settings)));
        let alone = objects(text, &case.settings);
        let mut list = String::from(r#"{"apiVersion":"v1","kind":"List","items":["#);
        for (at, object) in alone.iter().enumerate() {
            list.push_str(if at > 0 { "," } else { "" });
            write_json(&mut list, object.root().expect("an object"));
        }
        list.push_str("]}");
        let forms = [
            ("JSON", judge(alone, &case.settings)),
            ("a list in JSON", judge(vec![crate::document(&list)], &case.settings)),
            ("a list in YAML", found(&judge_text(&as_items(text), &case.settings))),
        ];
        for (at, (form, other)) in forms.into_iter().enumerate() {
            let other = of_objects(other);
            let (lost, added) = differences(&yaml, &other);
            for (sign, f) in lost.iter().map(|f| ('-', f)).chain(added.iter().map(|f| ('+', f))) {
                broken.push(format!("{sign} as {form}: {f:?} in an example of {}", case.rule.id));
            }
            compared[at] += other.len();
        }
    }
    broken.sort();
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(compared.iter().all(|count| *count > RULES.len()), "{compared:?}");
}
