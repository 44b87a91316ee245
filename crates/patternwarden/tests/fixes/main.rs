//! Repairs: every fix through the text, and all of them until nothing is left.

#[path = "../support/added.rs"]
mod added;
mod text;

use added::{Said, added};
use patternwarden::docs;
use patternwarden::fixes::{MAX_ROUNDS, Objects, Outcome, Wanted, fix_all};
use patternwarden::rule::Grade;
use patternwarden::set::Scope;
use patternwarden::tree::{Document, Stream, write_json};
use patternwarden::{RULES, Report, Settings, check};

fn all() -> Settings {
    Settings::default().only(|_| true).with_scope(Scope::Closed)
}

fn judge(documents: &[Document]) -> Report {
    check(&Stream { documents: documents.to_vec(), ..Stream::default() }, &all())
}

fn said(report: &Report) -> Vec<Said> {
    let said = |f: &patternwarden::report::Finding| Said {
        rule: f.rule.to_string(),
        place: f.path.clone(),
        message: f.message.clone(),
        severity: f.severity,
    };
    report.findings.iter().map(said).collect()
}

fn repair(documents: Vec<Document>, least: Grade) -> (Vec<Document>, Outcome) {
    let mut objects = Objects::new(documents);
    let outcome = fix_all(&mut objects, &all(), &Wanted { least, fix: &|_, _| true });
    (objects.into_documents(), outcome)
}

fn json(documents: &[Document]) -> Vec<String> {
    let write = |document: &Document| {
        let mut out = String::new();
        document.root().into_iter().for_each(|root| write_json(&mut out, root));
        out
    };
    documents.iter().map(write).collect()
}

/// Every example of every rule, and each rule's examples together.
fn corpus() -> Vec<String> {
    let mut out = Vec::new();
    // A comment that suppresses is lost where documents are repaired without their text, and so is
    // the place that could not be read; the command leaves such a text as it is.
    let kept =
        |rule: &&patternwarden::Rule| !rule.is_about_suppressions() && !rule.is_about_reading();
    for rule in RULES.iter().filter(kept) {
        let texts: Vec<String> =
            docs::examples(rule.docs).into_iter().map(|example| example.text).collect();
        out.push(texts.join("---\n"));
        out.extend(texts);
    }
    out
}

#[test]
fn repairs_come_to_rest_and_leave_nothing_that_they_could_repair() {
    for least in [Grade::Safe, Grade::Review] {
        let mut applied = 0;
        for text in corpus() {
            let documents = patternwarden_yaml::read(&text).documents;
            let (fixed, outcome) = repair(documents, least);
            let left = judge(&fixed);
            let names = |o: &Outcome| {
                o.applied
                    .iter()
                    .map(|offer| (offer.rule.id, offer.title.clone()))
                    .collect::<Vec<_>>()
            };
            assert!(outcome.settled, "{MAX_ROUNDS} rounds: {:?}\n{text}", names(&outcome));
            let repairable =
                left.findings.iter().filter(|f| f.fixes.iter().any(|x| x.grade >= least));
            assert_eq!(repairable.count(), outcome.refused.len(), "{text}");
            applied += outcome.applied.len();

            let (again, outcome) = repair(fixed.clone(), least);
            assert!(outcome.applied.is_empty(), "{:?}", names(&outcome));
            assert_eq!(json(&again), json(&fixed));
        }
        assert!(applied > RULES.len(), "{applied} fixes");
    }
}

#[test]
fn safe_repairs_together_add_no_finding_that_matters() {
    for text in corpus() {
        let documents = patternwarden_yaml::read(&text).documents;
        // What wrong types hide together has been there all along.
        let gives_type = |rule: &patternwarden::Rule, _: &_| rule.id == "field-type-invalid";
        let mut typed = Objects::new(documents.clone());
        fix_all(&mut typed, &all(), &Wanted { least: Grade::Safe, fix: &gives_type });
        let mut known = said(&judge(&documents));
        known.extend(said(&judge(&typed.into_documents())));
        let (fixed, _) = repair(documents, Grade::Safe);
        let added = added(&known, &said(&judge(&fixed)), &[]);
        assert!(added.is_empty(), "{added:?}\n{text}");
    }
}

#[test]
fn only_the_rules_that_are_asked_for_are_repaired() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: r/a:1}\n";
    let mut objects = Objects::new(patternwarden_yaml::read(text).documents);
    let only = |rule: &patternwarden::Rule| rule.id == "privilege-escalation-allowed";
    let wanted = Wanted { least: Grade::Review, fix: &|rule, _| only(rule) };
    let outcome = fix_all(&mut objects, &all(), &wanted);
    assert!(outcome.settled && !outcome.applied.is_empty());
    assert!(outcome.applied.iter().all(|offer| only(offer.rule)));
}
