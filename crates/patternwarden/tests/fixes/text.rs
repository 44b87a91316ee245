//! Every fix of every bad example, made in the text by the edits that a Report carries.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use crate::added::added;
use crate::{all, said};
use core::ops::Range;
use patternwarden::bundle::Bundle;
use patternwarden::docs::{self, Example};
use patternwarden::fixes::{Manuscript, Wanted, fix_all, plan};
use patternwarden::report::{Edit, Finding, Fix, Operation};
use patternwarden::rule::Grade;
use patternwarden::set::{Scope, Set};
use patternwarden::tree::{from_deserializer, placeholders, splice};
use patternwarden::{RULES, Report, Rule, Settings, check, check_with};
use patternwarden_yaml::{Source, Yaml};

fn judge(text: &str, settings: &Settings) -> Report {
    let stream = patternwarden_yaml::read(text);
    check_with(&stream, settings, &Source::new(text, &stream))
}

/// One rule alone, on a complete input, as the example's fence says.
fn settings_of(rule: &Rule, example: &Example) -> Settings {
    let id = rule.id;
    let params = example.settings().unwrap_or("{}");
    let json = format!(r#"{{"rules":{{"{id}":{params}}}}}"#);
    let document = from_deserializer(&mut serde_json::Deserializer::from_str(&json)).unwrap();
    let settings = Settings::from_document(&document).unwrap();
    settings.only(|other| other.id == id).with_scope(Scope::Closed)
}

/// The text after some edits, which count in UTF-16 units: from the last to the first, as an
/// editor makes them.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    for edit in edits.iter().rev() {
        let (start, end) = (edit.range.start.offset as usize, edit.range.end.offset as usize);
        units.splice(start..end, edit.text.encode_utf16());
    }
    String::from_utf16(&units).unwrap()
}

/// The example as it is, and as an object of a list. (Other layouts are a matter of the text alone,
/// and `text_fixes` tries them.)
fn shapes(example: &Example) -> Vec<String> {
    let text = &example.text;
    let mut out = vec![text.clone()];
    let is_object = patternwarden_yaml::read(text).documents.iter().all(|document| {
        let kind = document.root().and_then(|root| root.get("kind")?.as_str());
        kind.is_some_and(|kind| !kind.ends_with("List"))
    });
    if is_object && !text.contains("\n---") && !text.starts_with(['-', '{', '%']) {
        let inside: Vec<&str> = text.lines().collect();
        let inside = inside.join("\n    ");
        out.push(format!("apiVersion: v1\nkind: List\nitems:\n  -\n    {inside}\n"));
    }
    out
}

/// Runs `test` on every fix of every bad example in every shape.
fn every_fix(mut test: impl FnMut(&'static Rule, &str, &Settings, &Finding, &Fix)) {
    for rule in RULES {
        for example in docs::examples(rule.docs).into_iter().filter(|example| example.bad) {
            let settings = settings_of(rule, &example);
            for text in shapes(&example) {
                for finding in &judge(&text, &settings).findings {
                    for fix in &finding.fixes {
                        test(rule, &text, &settings, finding, fix);
                    }
                }
            }
        }
    }
}

#[test]
fn every_fix_edits_the_text_and_removes_its_finding() {
    let (mut made, mut refused) = (0, Vec::new());
    every_fix(|rule, text, settings, finding, fix| {
        let Some(edits) = &fix.edits else {
            refused.push((
                rule.id,
                fix.title.clone(),
                fix.refused.clone().unwrap(),
                text.to_owned(),
            ));
            return;
        };
        made += 1;
        let after = edited(text, edits);
        let report = check(&patternwarden_yaml::read(&after), settings);
        assert_eq!(report.syntax, [], "{}: `{}`\n{after}", rule.id, fix.title);
        let still =
            report.findings.iter().any(|f| f.path == finding.path && f.message == finding.message);
        assert!(!still, "{}: `{}`\n{after}", rule.id, fix.title);
        let marks = edits.iter().map(|edit| edit.placeholders.len()).sum::<usize>();
        assert_eq!(marks > 0, fix.grade == Grade::Template, "{}: `{}`", rule.id, fix.title);
    });
    assert!(made > 2 * RULES.len(), "{made} fixes");
    assert!(refused.is_empty(), "{refused:#?}");
}

/// What an operation may take comments along from: the lines of a value that goes, with the comments
/// right above that are about it, and the inside of a value that another one replaces. What is only
/// added or moved takes nothing along.
fn losses(text: &str, finding: &Finding, fix: &Fix) -> Vec<Range<usize>> {
    let stream = patternwarden_yaml::read(text);
    let bundle = Bundle::new(&stream.documents);
    let set = Set::new(&bundle, Scope::Closed);
    let Some(object) = finding.resource.and_then(|index| set.object(index)) else {
        return Vec::new();
    };
    let line = |at: usize| text[..at].rfind('\n').map_or(0, |at| at + 1);
    let next = |at: usize| text[at..].find('\n').map_or(text.len(), |more| at + more + 1);
    let range = |operation: &Operation| {
        let node = object.node.lookup(&operation.path)?;
        let origin = node.origin()?;
        let value = origin.value.start as usize..origin.value.end as usize;
        match &*operation.op {
            "replace" => Some(value),
            "remove" | "keep-last" => {
                let key = origin.key.map_or(value.start, |key| key.start as usize);
                let mut start = line(key);
                while start > 0 && text[line(start - 1)..].trim_start().starts_with('#') {
                    start = line(start - 1);
                }
                Some(start..next(value.end))
            }
            _ => None,
        }
    };
    fix.operations.iter().filter_map(range).collect()
}

#[test]
fn every_comment_survives() {
    every_fix(|rule, text, _, finding, fix| {
        let Some(edits) = &fix.edits else { return };
        let (after, losses) = (edited(text, edits), losses(text, finding, fix));
        for (at, _) in text.match_indices('#') {
            let comment = text[at..].lines().next().unwrap();
            let begins = at == 0 || text[..at].ends_with([' ', '\n']);
            if begins && !losses.iter().any(|lost| lost.contains(&at)) {
                assert!(after.contains(comment), "{}: `{}` loses {comment}", rule.id, fix.title);
            }
        }
    });
}

#[test]
fn a_safe_fix_of_the_text_adds_no_finding_that_matters() {
    every_fix(|rule, text, _, _, fix| {
        let (Grade::Safe, Some(edits)) = (fix.grade, &fix.edits) else { return };
        // What may be suppressed is in the settings of the example.
        if rule.is_about_suppressions() {
            return;
        }
        let found = |text: &str| said(&check(&patternwarden_yaml::read(text), &all()));
        let added = added(&found(text), &found(&edited(text, edits)), &[rule.id]);
        assert!(added.is_empty(), "{}: `{}` adds {added:?}\n{text}", rule.id, fix.title);
    });
}

#[test]
fn a_plan_on_demand_is_what_the_report_carries() {
    every_fix(|rule, text, settings, finding, fix| {
        let stream = patternwarden_yaml::read(text);
        let at = finding.fixes.iter().position(|other| other == fix).unwrap();
        let source = Source::new(text, &stream);
        let planned = plan(&stream, settings, &finding.key, at, &source).unwrap();
        assert_eq!((planned.offer.rule.id, &planned.offer.title), (rule.id, &fix.title));
        match (planned.edits, &fix.edits) {
            (Ok(edits), Some(shown)) => {
                let after = splice(text, &edits);
                assert_eq!(after, edited(text, shown));
                let marked: Vec<_> =
                    placeholders(&edits).iter().map(|span| span.of(&after).to_owned()).collect();
                assert!(marked.iter().all(|text| !text.is_empty()), "{}: {marked:?}", rule.id);
            }
            (Err(refusal), None) => assert_eq!(Some(refusal.message), fix.refused),
            (edits, shown) => panic!("{}: {edits:?}, but {shown:?}", rule.id),
        }
        assert!(plan(&stream, settings, "nothing", 0, &source).is_none());
        assert!(plan(&stream, settings, &finding.key, finding.fixes.len(), &source).is_none());
    });
}

#[test]
fn all_fixes_of_a_text_at_once_are_those_of_its_documents() {
    for least in [Grade::Safe, Grade::Review] {
        for text in crate::corpus() {
            let mut manuscript = Manuscript::new(text.as_str(), &Yaml);
            let outcome = fix_all(&mut manuscript, &all(), &Wanted { least, fix: &|_, _| true });
            assert!(outcome.settled, "{text}");
            let left = check(manuscript.stream(), &all());
            let repairable =
                left.findings.iter().filter(|f| f.fixes.iter().any(|fix| fix.grade >= least));
            assert_eq!(repairable.count(), outcome.refused.len(), "{text}");
            if outcome.refused.is_empty() {
                let documents = patternwarden_yaml::read(&text).documents;
                let (fixed, _) = crate::repair(documents, least);
                let (new, old) = (crate::json(&manuscript.stream().documents), crate::json(&fixed));
                let read = |json: &String| serde_json::from_str::<serde_json::Value>(json).unwrap();
                let values = |json: &[String]| json.iter().map(read).collect::<Vec<_>>();
                assert_eq!(values(&new), values(&old), "{text}");
            }
            let mut again = Manuscript::new(manuscript.text(), &Yaml);
            fix_all(&mut again, &all(), &Wanted { least, fix: &|_, _| true });
            assert_eq!(again.text(), manuscript.text(), "twice is once");
        }
    }
}

/// A fragment is read as part of an object that the text does not hold.
#[test]
fn fragments_are_repaired_where_they_stand() {
    let text = "# mine\n- name: a  # first\n  image: r/a:1\n- {name: b, image: r/b:1}\n";
    let report = judge(text, &all());
    let of = |path: &str| {
        let wanted =
            |f: &&Finding| f.rule == "privilege-escalation-allowed" && f.path.starts_with(path);
        report.findings.iter().find(wanted).and_then(|f| f.fixes.first()).unwrap()
    };
    let first = of("/spec/containers/0").edits.as_ref().unwrap();
    assert_eq!(
        edited(text, first),
        "# mine\n- name: a  # first\n  image: r/a:1\n  securityContext:\n    \
         allowPrivilegeEscalation: false\n- {name: b, image: r/b:1}\n"
    );
    let outside = report.findings.iter().flat_map(|f| &f.fixes);
    let refused: Vec<_> = outside.filter_map(|fix| fix.refused.as_deref()).collect();
    assert!(refused.iter().any(|why| why.starts_with("the text is a fragment")), "{refused:?}");
}
