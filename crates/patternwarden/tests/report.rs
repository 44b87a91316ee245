//! The Report as its readers rely on it.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
#![expect(clippy::std_instead_of_alloc, reason = "tests run where std is")]

use patternwarden::docs::{self, Example};
use patternwarden::report::{Finding, Verdict};
use patternwarden::set::Scope;
use patternwarden::tree::{Document, Kind, Stream, from_deserializer, write_json};
use patternwarden::{Admission, RULES, Report, Settings, Severity, check, rules};
use std::collections::BTreeSet;

const ROOT: &str = "run-as-non-root-missing";

fn all() -> Settings {
    Settings::default().only(|_| true).with_scope(Scope::Closed)
}

fn read(text: &str) -> Report {
    check(&patternwarden_yaml::read(text), &all())
}

fn with(text: &str, settings: &str) -> Report {
    let document = from_deserializer(&mut serde_json::Deserializer::from_str(settings)).unwrap();
    let settings = Settings::from_document(&document).unwrap();
    check(&patternwarden_yaml::read(text), &settings)
}

/// Every example of every rule, and all of one rule together.
fn corpus() -> Vec<String> {
    let mut out = Vec::new();
    for rule in RULES {
        let examples: Vec<Example> = docs::examples(rule.docs);
        let texts: Vec<String> = examples.into_iter().map(|example| example.text).collect();
        out.push(texts.join("---\n"));
        out.extend(texts);
    }
    out
}

fn keys(report: &Report) -> Vec<String> {
    report.findings.iter().map(|finding| finding.key.clone()).collect()
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: \
    app\n    image: r/app:1\n    securityContext:\n      runAsNonRoot: false\n";

#[test]
fn the_same_input_gives_the_same_report() {
    for text in corpus() {
        let json = |report: &Report| serde_json::to_string(report).unwrap();
        assert_eq!(json(&read(&text)), json(&read(&text)));
    }
}

#[test]
fn a_report_survives_the_way_through_json() {
    for text in corpus() {
        let report = read(&text);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report, "{json}");
    }
    let json = serde_json::to_value(read(POD)).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(json["schema"], 1);
    assert_eq!(json["verdict"], "admit-with-warnings");
    assert_eq!(json["resources"][0]["apiVersion"], "v1");
    assert!(json["notChecked"].is_array() && finding["range"]["start"]["line"].is_u64());
    assert!(json.get("input").is_none() && json["resources"][0].get("namespace").is_none());
}

#[test]
fn findings_are_sorted_as_they_stand_in_the_text() {
    for text in corpus() {
        let report = read(&text);
        let place = |finding: &Finding| {
            let doc = finding.resource.map(|index| report.resources[index].doc);
            (doc, finding.resource)
        };
        // What is in no object has no document in a report.
        let placed = report.findings.iter().filter(|found| found.resource.is_some());
        assert!(placed.map(place).is_sorted(), "{text}");
        let starts = |resource: usize| {
            let of = report.findings.iter().filter(move |f| f.resource == Some(resource));
            of.map(|f| (f.path.clone(), f.rule.clone())).collect::<Vec<_>>()
        };
        for resource in 0..report.resources.len() {
            // At one place, findings stand in the order of their rules.
            let found = starts(resource);
            for pair in found.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
                assert!(pair[0].1 <= pair[1].1, "{found:?}");
            }
        }
    }
}

#[test]
fn keys_are_unique() {
    let twins = format!("{POD}---\n{POD}---\n{POD}");
    for text in corpus().iter().chain([&twins]) {
        let keys = keys(&read(text));
        let unique: BTreeSet<&String> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len(), "{keys:#?}");
    }
    assert!(keys(&read(&twins)).iter().any(|key| key.ends_with("#3")));
}

#[test]
fn keys_stay_when_something_else_changes() {
    let before = keys(&read(POD));
    assert!(before.iter().any(|key| key.starts_with(ROOT)), "{before:?}");
    let other =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec: {containers: [{name: a}]}\n";
    for text in [
        format!("# a comment\n\n{POD}"),
        format!("{other}---\n{POD}"),
        format!("{POD}---\n{other}"),
        format!("{POD}  schedulerName: other\n"),
        POD.replace("name: web\n", "labels: {a: b}\n  name: web\n"),
        POD.replace('\n', "\r\n"),
        POD.replace("r/app:1", "r/app:2"),
    ] {
        let after = keys(&read(&text));
        for key in &before {
            assert!(after.contains(key), "{key} is gone\n{text}\n{after:#?}");
        }
    }
}

#[test]
fn keys_tell_namespaces_apart() {
    let inside =
        |namespace: &str| POD.replace("name: web", &format!("name: web\n  namespace: {namespace}"));
    let both = keys(&read(&format!("{}---\n{}", inside("a"), inside("b"))));
    assert_eq!(both.iter().filter(|key| key.contains('#')).count(), 0, "{both:?}");
    let b = keys(&read(&inside("b")));
    assert!(b.iter().all(|key| both.contains(key)), "{b:?}\n{both:?}");
}

#[test]
fn positions_count_utf16_units_whatever_ends_the_lines() {
    for text in [
        POD.replace("name: web", "name: web # 🚀🚀 é"),
        POD.replace("  - name: app", "  - name: \"🚀\""),
        POD.replace('\n', "\r\n"),
        format!("# 🦀\r\n{}", POD.replace('\n', "\r\n")),
        POD.replace("runAsNonRoot: false", "runAsNonRoot: false # ✓"),
    ] {
        let report = read(&text);
        let finding = report.findings.iter().find(|finding| finding.rule == ROOT).unwrap();
        let range = finding.range.unwrap();
        let utf16: Vec<u16> = text.encode_utf16().collect();
        let (start, end) = (range.start.offset as usize, range.end.offset as usize);
        assert_eq!(String::from_utf16(&utf16[start..end]).unwrap(), "false", "{text}");
        let line = text.lines().nth(range.start.line as usize - 1).unwrap();
        let column = range.start.column as usize - 1;
        let units: Vec<u16> = line.encode_utf16().collect();
        assert_eq!(String::from_utf16(&units[column..column + 5]).unwrap(), "false");
    }
}

#[test]
fn every_range_lies_in_the_text() {
    for text in corpus() {
        let len = text.encode_utf16().count() as u32;
        let report = read(&text);
        let findings = report.findings.iter().map(|finding| finding.range);
        let related = report.findings.iter().flat_map(|f| f.related.iter().map(|r| r.range));
        let evidence = report.patterns.iter().flat_map(|p| p.evidence.iter().map(|e| e.range));
        for range in findings.chain(related).chain(evidence) {
            let range = range.unwrap_or_else(|| panic!("no range\n{text}"));
            assert!(range.start.offset < range.end.offset && range.end.offset <= len, "{range:?}");
        }
    }
}

#[test]
fn without_text_there_are_no_ranges_and_the_same_findings() {
    for mut text in corpus() {
        // What is missing near a place that cannot be read is held back, and a document without
        // text has no such places.
        if !patternwarden_yaml::read(&text).errors.is_empty() {
            assert!(read(&text).findings.iter().any(Finding::is_of_syntax), "{text}");
            continue;
        }
        // Comments that suppress are text.
        let read_once = patternwarden_yaml::read(&text);
        let comments = read_once.documents.iter().flat_map(Document::comments);
        let mut ours: Vec<_> = comments.filter(|c| c.text.contains("patternwarden")).collect();
        while let Some(comment) = ours.pop() {
            text.replace_range(comment.span.start as usize..comment.span.end as usize, "");
        }
        let stream = patternwarden_yaml::read(&text);
        let plain = |document: &Document| {
            let mut json = String::new();
            write_json(&mut json, document.root().unwrap());
            from_deserializer(&mut serde_json::Deserializer::from_str(&json)).unwrap()
        };
        let documents: Vec<Document> = stream.documents.iter().map(plain).collect();
        let bare = check(&Stream { documents, ..Stream::default() }, &all());
        assert!(bare.findings.iter().all(|finding| finding.range.is_none()));
        let read = read(&text);
        // What only text shows (duplicates, styles, unread text) is not there to be found; what
        // lacks quotes in text is a wrong type without it.
        let trapped = |finding: &Finding| {
            finding.rule == "field-type-invalid"
                && read.findings.iter().any(|other| {
                    let place = (other.resource, &other.path) == (finding.resource, &finding.path);
                    other.rule == "yaml-scalar-trap" && place
                })
        };
        let of_objects = |report: &Report| {
            let told = |id: &str| {
                let surfaces = rules::find(id).unwrap().surfaces;
                surfaces != [patternwarden::Surface::Text]
            };
            let kept = report.findings.iter().filter(|f| told(&f.rule) && !trapped(f));
            kept.map(|finding| finding.key.clone()).collect::<BTreeSet<_>>()
        };
        assert_eq!(of_objects(&bare), of_objects(&read), "{text}");
    }
}

#[test]
fn the_verdict_follows_the_worst_finding() {
    let rule = |admission: &str| {
        format!(
            r#"{{"profiles": ["none"], "rules": {{"{ROOT}": {{"admission": "{admission}"}}}}}}"#
        )
    };
    let clean = POD.replace("runAsNonRoot: false", "runAsNonRoot: true");
    for (text, settings, expected) in [
        (POD, rule("deny"), Verdict::Deny),
        (POD, rule("warn"), Verdict::AdmitWithWarnings),
        (POD, rule("off"), Verdict::Admit),
        (clean.as_str(), rule("deny"), Verdict::Admit),
        ("", rule("deny"), Verdict::NotEvaluated),
        ("# nothing\n", rule("deny"), Verdict::NotEvaluated),
        ("not: an object\n", rule("deny"), Verdict::NotEvaluated),
        ("apiVersion: v1\nkind: List\nitems: []\n", rule("deny"), Verdict::NotEvaluated),
        ("kind: Pod\nspec: {\n", rule("deny"), Verdict::NotEvaluated),
        // What could be read is judged, but nobody may take it for the whole.
        (&format!("{POD}---\na: b: c\n"), rule("deny"), Verdict::NotEvaluated),
    ] {
        let report = with(text, &settings);
        assert_eq!(report.verdict, expected, "{settings}\n{text}");
        let blocking = report.findings.iter().any(|finding| finding.blocking);
        let deny = report.findings.iter().any(|finding| finding.admission == Admission::Deny);
        assert_eq!(blocking, deny);
    }
}

#[test]
fn the_summary_counts_what_is_there() {
    for text in corpus() {
        let report = read(&text);
        let count = |severity| report.findings.iter().filter(|f| f.severity == severity).count();
        let s = report.summary;
        let found: Vec<usize> = Severity::ALL.into_iter().map(count).collect();
        assert_eq!(found, [s.error, s.warning, s.info, s.hint]);
        let patterns: BTreeSet<&str> = report.patterns.iter().map(|hit| &*hit.pattern).collect();
        assert_eq!(s.patterns, patterns.len());
        assert_eq!(report.engine.rules, RULES.len());
    }
}

#[test]
fn a_severity_in_settings_holds_for_every_finding() {
    for word in ["error", "warning", "info", "hint"] {
        let report =
            with(POD, &format!(r#"{{"profiles": ["none"], "rules": {{"{ROOT}": "{word}"}}}}"#));
        assert_eq!(report.findings.len(), 1);
        assert_eq!(report.findings[0].severity.id(), word);
    }
}

#[test]
fn what_may_stand_in_unread_text_is_not_called_missing() {
    let whole = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: a\n    \
        image: r/a:1\n    securityContext:\n      privileged: false\n";
    let missing = |text: &str| {
        let report = read(text);
        let found = report.findings.iter().filter(|finding| finding.rule == ROOT);
        (found.map(|finding| finding.path.clone()).collect::<Vec<_>>(), report.syntax.len())
    };
    let path = |n: u8| format!("/spec/containers/{n}/securityContext/runAsNonRoot");
    assert_eq!(missing(whole), (vec![path(0)], 0));

    // The broken line may have been the very field.
    let broken = format!("{whole}      runAsNonRoot true: [\n");
    assert_eq!(missing(&broken), (vec![], 1));

    // Another document is as good as ever.
    let (found, errors) = missing(&format!("{broken}---\n{whole}"));
    assert_eq!((found, errors), (vec![path(0)], 1));

    // What is written is judged also beside the hole.
    let wrong = whole.replace("privileged: false", "runAsNonRoot: false");
    let (found, errors) = missing(&format!("{wrong}      x: [\n"));
    assert_eq!((found, errors), (vec![path(0)], 1));
}

#[test]
fn what_cannot_be_read_is_a_finding_once_per_place_whatever_else_is_there() {
    let whole = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";
    for (text, count) in [
        ("kind: Pod\nname x\na: 1\n".to_owned(), 1),
        ("a: [\n".to_owned(), 1),
        // Nothing of it is a document.
        ("---b: 2\n".to_owned(), 1),
        (format!("{whole}---\na: 'b\n---\n{whole}---\n\tc: 1\n---\n{whole}"), 2),
        ("\0".to_owned(), 1),
        (format!("{}1{}", "[".repeat(2_000), "]".repeat(2_000)), 1),
    ] {
        let report = read(&text);
        assert_eq!(report.syntax.len(), count, "{text:.60}");
        let said: Vec<&Finding> = report.findings.iter().filter(|f| f.is_of_syntax()).collect();
        assert_eq!(said.len(), count, "{text:.60}");
        for (error, finding) in report.syntax.iter().zip(said) {
            assert_eq!((&error.message, error.range), (&finding.message, finding.range));
            assert_eq!(report.said_of(error), Some(finding));
            assert_eq!((finding.resource, finding.path.as_str()), (None, ""));
            assert_eq!(finding.severity, Severity::Error);
        }
        assert_eq!(report.verdict, Verdict::NotEvaluated);
    }
    let broken = "kind: Pod\nname x\na: 1\n";
    // The key that lacks its colon is a guess, and no field that is judged.
    assert!(read(broken).findings.iter().all(|f| !f.message.contains("name x")));
    let id = "yaml-syntax-invalid";
    let tuned = with(
        broken,
        &format!(r#"{{"rules": {{"{id}": {{"severity": "info", "admission": "deny"}}}}}}"#),
    );
    let said: Vec<&Finding> = tuned.findings.iter().filter(|f| f.is_of_syntax()).collect();
    assert_eq!((said.len(), said[0].severity, said[0].blocking), (1, Severity::Info, true));
    // Silence would look like praise: what could not be read stays in the report.
    let off = with(broken, &format!(r#"{{"rules": {{"{id}": "off"}}}}"#));
    assert!(!off.findings.iter().any(Finding::is_of_syntax));
    assert_eq!((off.syntax.len(), off.verdict), (1, Verdict::NotEvaluated));
    assert_eq!(off.said_of(&off.syntax[0]), None);
    assert_eq!(off.unreadable().count(), 1);
}

#[test]
fn a_key_whose_value_cannot_be_read_is_not_called_empty() {
    let rules = |text: &str| {
        let findings = read(text).findings;
        findings.iter().filter(|found| found.rule == "required-field-missing").count()
    };
    let whole = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n";
    assert_eq!(rules(whole), 1);
    assert_eq!(rules(&whole.replace("containers:", "containers: [a")), 0);
    assert_eq!(rules(&whole.replace("containers:", "containers: []")), 1);
}

#[test]
fn documents_that_are_no_objects_are_named() {
    let report = read("a: 1\n---\nkind: Pod\nspec: {}\n---\n- b\n");
    let named: Vec<usize> = report.not_checked.iter().filter_map(|entry| entry.doc).collect();
    assert_eq!(named, [0, 2]);
    assert!(report.not_checked.iter().all(|n| n.rule.is_some() != n.doc.is_some()));
}

/// Every text that a report says to people, apart from names of objects.
fn said(report: &Report) -> String {
    let mut report = report.clone();
    report.resources.clear();
    serde_json::to_string(&report).unwrap()
}

#[test]
fn the_value_of_a_secret_is_never_said() {
    const SECRET: &str = "s3cr3t-V4lue-0123456789";
    const BASE64: &str = "czNjcjN0LVY0bHVlLTAxMjM0NTY3ODk=";
    let values = [SECRET, BASE64];
    let secret = |body: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ntype: Opaque\n{body}")
    };
    for text in [
        secret(&format!("data:\n  password: {BASE64}\n")),
        secret(&format!("stringData:\n  password: {SECRET}\n")),
        secret(&format!("immutable: true\nstringData: {{a: {SECRET}, a: {SECRET}}}\n")),
        secret(&format!("data: {SECRET}\n")),
        secret(&format!("stringData: [{SECRET}]\n")),
        secret(&format!("immutable: {SECRET}\n")),
        secret(&format!("stringData: {{password: \"{SECRET}\nother: [\n")),
        format!(
            "kind: List\napiVersion: v1\nitems: [{{kind: Secret, stringData: {{p: {SECRET}}}}}]\n"
        ),
        format!(
            "{{\"kind\": \"Secret\", \"stringData\": {{\"p\": \"{SECRET}\", \"p\": \"{SECRET}\"}}}}\n"
        ),
        // Whatever a Pod carries in the place of a secret.
        POD.replace(
            "image: r/app:1",
            &format!(
                "image: r/app:1\n    env:\n    - {{name: DB_PASSWORD, value: {SECRET}}}\n    \
             - {{name: DB_PASSWORD, value: {SECRET}}}"
            ),
        ),
    ] {
        let told = said(&read(&text));
        for value in values {
            assert!(!told.contains(value), "{text}\n{told}");
        }
    }
}

#[test]
fn maps_of_any_kind_are_read_as_they_are() {
    // Keys that JSON Pointer and the key of a finding treat in a special way.
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a#1/b~c\", annotations: {\"x/y~z#\": 1}}\n\
        spec:\n  containers:\n  - {name: \"#\", image: r/a:1}\n  - {name: \"#\", image: r/a:1}\n";
    let report = read(text);
    let unique: BTreeSet<String> = keys(&report).into_iter().collect();
    assert_eq!(unique.len(), report.findings.len());
    let document = &patternwarden_yaml::read(text).documents[0];
    for finding in &report.findings {
        // The deepest part that exists is where the finding stands.
        let mut path = finding.path.as_str();
        while document.root().unwrap().lookup(path).is_none() {
            path = path.rsplit_once('/').unwrap().0;
        }
        assert_ne!(document.root().unwrap().lookup(path).unwrap().kind(), Kind::Null);
        assert!(!path.is_empty(), "{}", finding.path);
    }
}
