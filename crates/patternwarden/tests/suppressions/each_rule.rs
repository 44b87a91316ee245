//! Every rule of the catalogue, suppressed in every form: exactly what was asked for is hidden.

use crate::support::{self, judge, settings, settings_of};
use alloc::collections::BTreeSet;
use patternwarden::docs;
use patternwarden::fixes::{Objects, Wanted, fix_all};
use patternwarden::report::Report;
use patternwarden::tree::{Document, Edit, Op, Value, apply, escaped};
use patternwarden::{Grade, RULES, Rule, Severity, check};

/// Every bad example of every rule that suppressions are for, with its settings.
fn cases() -> Vec<(&'static Rule, docs::Example)> {
    let mut out = Vec::new();
    let hides = |rule: &&Rule| !rule.is_about_suppressions() && !rule.is_about_reading();
    for rule in RULES.iter().filter(hides) {
        let examples = docs::examples(rule.docs);
        out.extend(
            examples.into_iter().filter(|example| example.bad).map(|example| (rule, example)),
        );
    }
    out
}

/// Whether no comment and no annotation hides a finding: nobody could read what it is about.
fn stays(rule: &Rule, severity: Severity, has_object: bool) -> bool {
    rule.id == "document-not-checked" && (severity >= Severity::Warning || !has_object)
}

fn keys(findings: &[patternwarden::finding::Finding]) -> BTreeSet<(Option<usize>, String, String)> {
    findings.iter().map(|f| (f.object, f.pointer.clone(), f.message.clone())).collect()
}

#[test]
fn an_annotation_hides_each_rule_for_its_object_and_no_other() {
    let mut hidden = 0;
    for (rule, example) in cases() {
        if rule.surfaces == [patternwarden::Surface::Text] {
            continue;
        }
        let settings = settings_of(rule, &example);
        let before = judge(&example.text, &settings);
        let stream = patternwarden_yaml::read(&example.text);
        for found in &before.findings {
            let Some(object) = found.object else { continue };
            let key = format!("ignore.patternwarden.dev/{}", rule.id);
            // One document per object, unless it holds a list.
            let Some(root) = stream.documents[found.document].root() else { continue };
            if root.get("items").is_some() || root.get("metadata").is_none() {
                continue;
            }
            let edit = Edit::new(
                format!("/metadata/annotations/{}", escaped(&key)),
                Op::Add(Value::from("a reason that is long enough")),
            );
            let mut documents = stream.documents.clone();
            documents[found.document] = apply(root, &[edit]).unwrap();
            let after = support::judge_documents(documents, &settings);
            // What could not be read stays.
            let stays = before.findings.iter().filter(|f| f.object != Some(object) || !f.excusable);
            let expected = keys(&stays.cloned().collect::<Vec<_>>());
            assert_eq!(keys(&after.findings), expected, "{}\n{}", rule.id, example.text);
            hidden += 1;
        }
    }
    assert!(hidden > 100, "{hidden}");
}

#[test]
fn an_exemption_hides_each_rule_for_its_object_and_no_other() {
    for (rule, example) in cases() {
        let before = judge(&example.text, &settings_of(rule, &example));
        let report = check(&patternwarden_yaml::read(&example.text), &settings_of(rule, &example));
        for found in &before.findings {
            let Some(object) = found.object else { continue };
            let name = report.resources[object].name.as_deref().filter(|name| !name.is_empty());
            let kind = &report.resources[object].kind;
            let Some(name) = name.filter(|_| !kind.is_empty()) else { continue };
            let params = example.settings().map_or_else(|| "\"on\"".to_owned(), str::to_owned);
            let json = format!(
                r#"{{"rules": {{"{0}": {params}}}, "input_complete": true, "exemptions":
                [{{"rules": ["{0}"], "match": {{"names": ["{name}"], "kinds": ["{kind}"]}}, "reason": "reviewed by the platform team"}}]}}"#,
                rule.id
            );
            if example.all_settings().is_some() {
                continue;
            }
            let after = judge(&example.text, &settings(&json).only(|other| other.id == rule.id));
            let same = |of: Option<usize>| {
                of.is_some_and(|of| {
                    report.resources[of].name.as_deref() == Some(name)
                        && report.resources[of].kind == *kind
                })
            };
            let expected: BTreeSet<_> =
                keys(&before.findings).into_iter().filter(|(of, ..)| !same(*of)).collect();
            assert_eq!(keys(&after.findings), expected, "{}\n{}", rule.id, example.text);
        }
    }
}

#[test]
fn a_comment_hides_each_rule_on_its_line_and_no_other() {
    let mut hidden = 0;
    for (rule, example) in cases() {
        let settings = settings_of(rule, &example);
        let before = check(&patternwarden_yaml::read(&example.text), &settings);
        let judged = judge(&example.text, &settings).findings;
        assert_eq!(judged.len(), before.findings.len());
        for (found, judged) in before.findings.iter().zip(judged) {
            let Some(range) = found.range.filter(|_| judged.excusable) else { continue };
            let line = range.start.line as usize;
            let lines: Vec<&str> = example.text.lines().collect();
            // Behind brackets that are open, in block scalars and behind comments there is no place.
            if lines[line - 1].contains(['#', '{', '[', '|', '>', '"']) {
                continue;
            }
            let comment =
                format!(" # patternwarden: ignore {} -- a reason that is long enough", rule.id);
            let mut text: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            text[line - 1].push_str(&comment);
            let after = check(&patternwarden_yaml::read(&(text.join("\n") + "\n")), &settings);
            let by_line = |report: &Report, wanted: bool| {
                let on = |f: &&patternwarden::report::Finding| {
                    let start = |range: Option<patternwarden::tree::Range>| {
                        range.is_some_and(|range| range.start.line as usize == line)
                    };
                    let of_object =
                        |r: &&patternwarden::report::Related| Some(r.resource) == f.resource;
                    (start(f.range) || f.related.iter().filter(of_object).any(|r| start(r.range)))
                        == wanted
                };
                report.findings.iter().filter(on).map(|f| f.key.clone()).collect::<BTreeSet<_>>()
            };
            let unread = stays(rule, found.severity, found.resource.is_some());
            let left = if unread { by_line(&before, true) } else { BTreeSet::new() };
            assert_eq!(by_line(&after, true), left, "{}\n{}", rule.id, text.join("\n"));
            assert_eq!(by_line(&after, false), by_line(&before, false), "{}", rule.id);
            hidden += 1;
        }
    }
    assert!(hidden > 50, "{hidden}");
}

#[test]
fn what_is_suppressed_is_not_repaired() {
    let mut kept = 0;
    for (rule, example) in cases() {
        let text_only = rule.surfaces == [patternwarden::Surface::Text];
        if rule.fix.is_none() || text_only || rule.id == "document-not-checked" {
            continue;
        }
        let settings = settings_of(rule, &example);
        let stream = patternwarden_yaml::read(&example.text);
        let key = format!("ignore.patternwarden.dev/{}", rule.id);
        let pointer = format!("/metadata/annotations/{}", escaped(&key));
        let annotated = |document: &Document| {
            let root = document.root().filter(|root| root.get("items").is_none())?;
            root.get("metadata")?;
            let edit =
                Edit::new(pointer.clone(), Op::Add(Value::from("a reason that is long enough")));
            apply(root, &[edit]).ok()
        };
        let Some(documents) = stream.documents.iter().map(annotated).collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let wanted = Wanted { least: Grade::Template, fix: &|of, _| of.id == rule.id };
        let outcome = fix_all(&mut Objects::new(documents), &settings, &wanted);
        assert!(outcome.applied.is_empty(), "{}\n{}", rule.id, example.text);
        let outcome = fix_all(&mut Objects::new(stream.documents), &settings, &wanted);
        kept += usize::from(!outcome.applied.is_empty());
    }
    assert!(kept > 100, "{kept}");
}

#[test]
fn nothing_in_a_text_hides_that_it_cannot_be_read() {
    let id = "yaml-syntax-invalid";
    let why = "a reason that is long enough";
    for text in [
        format!("# patternwarden: ignore-object {id} -- {why}\nkind: Pod\nname x\na: 1\n"),
        format!("kind: Pod\nname x # patternwarden: ignore {id} -- {why}\na: 1\n"),
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    ignore.patternwarden.dev/{id}: {why}\n  name: [\n"
        ),
    ] {
        let report = check(&patternwarden_yaml::read(&text), &settings("{}"));
        let said = |wanted: &str| report.findings.iter().filter(|f| f.rule == wanted).count();
        assert_eq!((report.syntax.len(), said(id)), (1, 1), "{text}");
        assert_eq!(said("suppression-not-allowed"), 1, "{text}: {:?}", report.findings);
        assert!(report.suppressed.is_empty(), "{text}");
    }
}

#[test]
fn an_exemption_of_files_covers_what_cannot_be_read_and_what_is_no_object() {
    let exempt = |what: &str| {
        settings(&format!(
            r#"{{"exemptions": [{{"rules": ["yaml-syntax-invalid", "document-not-checked"],
            "match": {what}, "reason": "templates of a chart"}}]}}"#
        ))
        .with_file("chart/templates/shop.yaml")
    };
    let stream = patternwarden_yaml::read("replicas: {{ .Values.replicas }}\n---\nreplicas: 1\n");
    let report = check(&stream, &exempt(r#"{"files": ["chart/**"]}"#));
    // What is left of the first document is no object either.
    assert_eq!((report.suppressed.len(), report.syntax.len()), (3, 1), "{:?}", report.findings);
    assert_eq!(report.unreadable().count(), 0);
    assert_eq!(report.verdict, patternwarden::report::Verdict::NotEvaluated);
    for other in [r#"{"files": ["other/**"]}"#, r#"{"files": ["chart/**"], "kinds": ["Pod"]}"#] {
        let report = check(&stream, &exempt(other));
        assert_eq!((report.suppressed.len(), report.unreadable().count()), (0, 1), "{other}");
    }
}
