//! Suppressions: the invariants, the three forms, what they cover, and until when.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod each_rule;
mod exemptions;
mod peers;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests apply fixes")]
mod support;
mod unread;
mod wording;

extern crate alloc;

use alloc::collections::BTreeSet;
use patternwarden::docs;
use patternwarden::report::{Report, Verdict};
use patternwarden::tree::{Edit, Op, Place, apply};
use patternwarden::{Date, RULES, Settings, Stream, check};
use support::settings;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n    - name: app\n      \
    image: registry.example/shop:latest\n    - name: log\n      image: registry.example/log:latest\n";

/// Settings with one rule, and the rules about suppressions.
fn only(rule: &str, more: &str) -> String {
    let about: Vec<String> = RULES
        .iter()
        .filter(|rule| rule.is_about_suppressions())
        .map(|rule| format!("\"{}\": \"on\"", rule.id))
        .collect();
    let rules = format!("\"{rule}\": \"on\", {}", about.join(", "));
    format!(r#"{{"profiles": ["none"], "rules": {{{rules}}}{more}}}"#)
}

fn report(text: &str, json: &str) -> Report {
    check(&patternwarden_yaml::read(text), &settings(json))
}

/// What counts and what is suppressed, each as `rule pointer`.
fn judged(text: &str, json: &str) -> (Vec<String>, Vec<String>) {
    let report = report(text, json);
    let name = |found: &patternwarden::report::Finding| format!("{} {}", found.rule, found.path);
    (report.findings.iter().map(name).collect(), report.suppressed.iter().map(name).collect())
}

fn tag(text: &str, more: &str) -> (Vec<String>, Vec<String>) {
    judged(text, &only("image-tag-mutable", more))
}

const FIRST: &str = "image-tag-mutable /spec/containers/0/image";
const SECOND: &str = "image-tag-mutable /spec/containers/1/image";
const NONE: [&str; 0] = [];
const WHY: &str = "pinned by the mirror";

#[test]
fn a_suppressed_finding_stays_in_the_report_and_counts_for_nothing() {
    let settings = only("image-tag-mutable", "");
    for (text, origin, location) in [
        (POD.replacen("shop:latest", "shop:latest # patternwarden: ignore image-tag-mutable -- pinned by the mirror", 1), "comment", ""),
        (POD.replace("name: shop\nspec", "name: shop\n  annotations:\n    app.ignore.patternwarden.dev/image-tag-mutable: \"until=2027-06-30; pinned by the mirror\"\nspec"),
            "annotation", "/metadata/annotations/app.ignore.patternwarden.dev~1image-tag-mutable"),
    ] {
        let report = report(&text, &settings);
        assert_eq!(report.findings.len(), 1, "{text}");
        assert_eq!(report.summary.warning, 1);
        let hidden = &report.suppressed[0];
        let why = hidden.suppression.as_ref().unwrap();
        assert_eq!((&*why.origin, why.location.as_str(), why.reason.as_str()), (origin, location, WHY));
        assert_eq!(why.until.as_deref(), (origin == "annotation").then_some("2027-06-30"));
        let range = why.range.unwrap();
        assert!(text[range.start.offset as usize..range.end.offset as usize].contains(WHY));
    }
    let exempt = r#", "exemptions": [{"id": "mirror", "rules": ["image-tag-mutable"], "match": {"containers": ["app"]}, "reason": "pinned by the mirror"}]"#;
    let report = report(POD, &only("image-tag-mutable", exempt));
    let why = report.suppressed[0].suppression.as_ref().unwrap();
    assert_eq!(
        (&*why.origin, why.location.as_str(), why.id.as_deref()),
        ("settings", "/exemptions/0", Some("mirror"))
    );
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn what_is_not_valid_has_no_effect_and_is_said() {
    for (id, value, rule) in [
        ("image-tag-mutabel", WHY, "suppression-unknown-rule"),
        ("*", WHY, "suppression-unknown-rule"),
        ("image-tag-mutable", "", "suppression-without-reason"),
        ("image-tag-mutable", "todo", "suppression-without-reason"),
        ("image-tag-mutable", "Image-Tag-Mutable", "suppression-without-reason"),
        ("image-tag-mutable", "until=2026-01-01; pinned by the mirror", "suppression-expired"),
        ("image-tag-mutable", "until=soon; pinned by the mirror", "suppression-malformed"),
    ] {
        let annotation = format!(
            "name: shop\n  annotations:\n    ignore.patternwarden.dev/{id}: \"{value}\"\nspec"
        );
        let text = POD.replace("name: shop\nspec", &annotation);
        let (findings, suppressed) = tag(&text, r#", "as_of": "2026-11-24""#);
        assert_eq!(suppressed, NONE, "{id} {value}");
        assert!(findings.contains(&FIRST.to_owned()) && findings.contains(&SECOND.to_owned()));
        assert!(findings.iter().any(|found| found.starts_with(rule)), "{rule}: {findings:?}");
    }
}

#[test]
fn a_comment_above_covers_what_starts_next_with_everything_inside() {
    let with =
        |before: &str, comment: &str| POD.replacen(before, &format!("{comment}\n{before}"), 1);
    let ignore = "# patternwarden: ignore image-tag-mutable -- pinned by the mirror";
    for (place, findings, suppressed) in [
        ("    - name: app", vec![SECOND], vec![FIRST]),
        ("      image: registry.example/shop", vec![SECOND], vec![FIRST]),
        ("  containers:", vec![], vec![FIRST, SECOND]),
        ("spec:", vec![], vec![FIRST, SECOND]),
    ] {
        let (found, hidden) = tag(&with(place, ignore), "");
        assert_eq!(
            (found, hidden),
            (
                findings.iter().map(ToString::to_string).collect(),
                suppressed.iter().map(ToString::to_string).collect()
            ),
            "{place}"
        );
    }
    // Above another key, the first of the document among them, it covers that key alone.
    for place in ["apiVersion", "metadata"] {
        let (found, hidden) = tag(&with(place, ignore), "");
        assert_eq!(hidden, NONE, "{place}");
        assert!(found.iter().any(|f| f.starts_with("suppression-unused")), "{found:?}");
    }
    let (_, hidden) = tag(&with("    - name: app", &format!("{ignore}\n\n# another comment")), "");
    assert_eq!(hidden, [FIRST]);
    let (found, _) = tag(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [\n    # patternwarden: ignore image-tag-mutable -- pinned by the mirror\n    {name: a, image: a:latest}]}\n",
        "",
    );
    assert!(found.iter().any(|f| f.starts_with("suppression-malformed")), "{found:?}");
}

#[test]
fn comments_for_an_object_and_for_a_file() {
    let object = "# patternwarden: ignore-object image-tag-mutable -- pinned by the mirror\n";
    let two = format!("{object}{POD}---\n{}", POD.replace("name: shop", "name: other"));
    let (found, hidden) = tag(&two, "");
    assert_eq!((found.len(), hidden.len()), (2, 2), "{found:?}");
    let (found, hidden) = tag(&format!("{object}---\n{POD}"), "");
    assert_eq!((found, hidden.len()), (Vec::new(), 2));
    let (found, hidden) = tag(
        &POD.replace(
            "spec:",
            "# patternwarden: ignore-object image-tag-mutable -- pinned by the mirror\nspec:",
        ),
        "",
    );
    assert_eq!((found, hidden.len()), (Vec::new(), 2));
    let file = two.replace("ignore-object", "ignore-file");
    let (found, hidden) = tag(&file, r#", "suppressions": {"forms": {"file": true}}"#);
    assert_eq!((found, hidden.len()), (Vec::new(), 4));
    let late = format!(
        "{POD}---\n# patternwarden: ignore-file image-tag-mutable -- pinned by the mirror\n{POD}"
    );
    let (found, hidden) = tag(&late, r#", "suppressions": {"forms": {"file": true}}"#);
    assert_eq!(hidden, NONE);
    assert!(found.iter().any(|f| f.starts_with("suppression-malformed")), "{found:?}");
}

#[test]
fn in_a_list_a_comment_is_about_the_item_around_it() {
    let item = |name: &str, first: &str| {
        format!(
            "  - apiVersion: v1\n    kind: Pod\n    metadata: {{name: {name}}}\n{first}    spec:\n      containers:\n        - name: a\n          image: a:latest\n"
        )
    };
    let ignore = "    # patternwarden: ignore-object image-tag-mutable -- pinned by the mirror\n";
    let head = "apiVersion: v1\nkind: List\nitems:\n";
    for (a, b, expected) in [(ignore, "", 0), ("", ignore, 1)] {
        let report = report(
            &format!("{head}{}{}", item("a", a), item("b", b)),
            &only("image-tag-mutable", ""),
        );
        assert_eq!(report.findings.len(), 1);
        assert_eq!(report.suppressed[0].resource, Some(expected));
    }
}

#[test]
fn odd_texts_keep_their_comments() {
    let ignore = "# patternwarden: ignore image-tag-mutable -- pinned by the mirror";
    let last = format!("{} {ignore}", POD.trim_end());
    assert_eq!(tag(&last, "").1, [SECOND], "no line break at the end");
    let crlf =
        POD.replacen("shop:latest", &format!("shop:latest {ignore}"), 1).replace('\n', "\r\n");
    assert_eq!(tag(&crlf, "").1, [FIRST], "CRLF");
    let folded = POD.replacen(
        "image: registry.example/shop:latest",
        &format!("image: >- {ignore}\n        registry.example/shop:latest"),
        1,
    );
    assert_eq!(tag(&folded, "").1, [FIRST], "folded scalar");
    let long = POD.replacen("    - name: app", "    # patternwarden: ignore image-tag-mutable -- pinned\n    #   by the mirror\n    - name: app", 1);
    let report = report(&long, &only("image-tag-mutable", ""));
    assert_eq!(report.suppressed[0].suppression.as_ref().unwrap().reason, WHY);
    let alias = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n    # patternwarden: ignore image-tag-mutable -- pinned by the mirror\n    - &c\n      name: a\n      image: a:latest\n  containers:\n    - *c\n";
    assert_eq!(tag(alias, "").1.len(), 2, "the definition covers its uses");
    let alias = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n    - &c\n      name: a\n      image: a:latest\n  containers:\n    # patternwarden: ignore image-tag-mutable -- pinned by the mirror\n    - *c\n";
    assert_eq!(tag(alias, "").1, [FIRST], "a use covers itself");
}

/// A workload of this kind, with annotations of the object, of its template and of its Job.
fn workload(kind: &str, object: &str, template: &str, job: &str) -> String {
    let (object, template, job) = (
        format!("metadata: {{name: shop, annotations: {{{object}}}}}"),
        format!("metadata: {{labels: {{app: shop}}, annotations: {{{template}}}}}"),
        format!("metadata: {{annotations: {{{job}}}}}"),
    );
    let pod = "spec: {containers: [{name: app, image: \"registry.example/shop:latest\"}]}";
    match kind {
        "Pod" => format!("apiVersion: v1\nkind: Pod\n{object}\n{pod}\n"),
        "PodTemplate" => format!(
            "apiVersion: v1\nkind: PodTemplate\n{object}\ntemplate:\n  {template}\n  {pod}\n"
        ),
        "CronJob" => format!(
            "apiVersion: batch/v1\nkind: CronJob\n{object}\nspec:\n  jobTemplate:\n    {job}\n    spec:\n      template:\n        {template}\n        {pod}\n"
        ),
        "Job" => format!(
            "apiVersion: batch/v1\nkind: Job\n{object}\nspec:\n  template:\n    {template}\n    {pod}\n"
        ),
        "ReplicationController" => format!(
            "apiVersion: v1\nkind: {kind}\n{object}\nspec:\n  template:\n    {template}\n    {pod}\n"
        ),
        _ => format!(
            "apiVersion: apps/v1\nkind: {kind}\n{object}\nspec:\n  template:\n    {template}\n    {pod}\n"
        ),
    }
}

#[test]
fn annotations_count_at_every_place_of_every_workload() {
    let note = "ignore.patternwarden.dev/image-tag-mutable: pinned by the mirror";
    for kind in [
        "Pod",
        "PodTemplate",
        "Deployment",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
    ] {
        for at in 0..3 {
            let place = |n| if n == at { note } else { "" };
            let text = workload(kind, place(0), place(1), place(2));
            let there = text.contains(note);
            let (found, hidden) = tag(&text, "");
            assert_eq!(hidden.len(), usize::from(there), "{kind} {at}: {found:?}");
            assert_eq!(found.len(), usize::from(!there), "{kind} {at}: {found:?}");
        }
    }
}

#[test]
fn dates_are_the_last_day_and_come_from_settings_clock_or_object() {
    let pod = |until: &str, more: &str| {
        let annotation = format!(
            "name: shop{more}\n  annotations: {{ignore.patternwarden.dev/image-tag-mutable: \"until={until}; pinned by the mirror\"}}\nspec"
        );
        POD.replace("name: shop\nspec", &annotation)
    };
    for (until, held) in [("2026-11-23", false), ("2026-11-24", true), ("2026-11-25", true)] {
        assert_eq!(
            tag(&pod(until, ""), r#", "as_of": "2026-11-24""#).1.len(),
            if held { 2 } else { 0 },
            "{until}"
        );
        let clock =
            settings(&only("image-tag-mutable", "")).with_today(Date::parse("2026-11-24").unwrap());
        let report = check(&patternwarden_yaml::read(&pod(until, "")), &clock);
        assert_eq!(report.suppressed.len(), if held { 2 } else { 0 }, "{until}");
    }
    // Without a clock, the newest time that the API server wrote counts, but never one before this
    // version's own day.
    let written = "\n  creationTimestamp: \"2027-01-05T10:00:00Z\"\n  managedFields: [{time: \"2027-02-01T10:00:00Z\"}, {time: \"2026-01-01T10:00:00Z\"}]";
    assert_eq!(tag(&pod("2027-01-31", written), "").1, NONE);
    assert_eq!(tag(&pod("2027-02-01", written), "").1.len(), 2);
    let forged = "\n  creationTimestamp: \"2020-01-05T10:00:00Z\"";
    assert_eq!(tag(&pod("2026-11-23", forged), "").1, NONE);
    // Nothing says which day it is.
    assert_eq!(tag(&pod("2020-01-01", ""), "").1.len(), 2);
    let bundle = patternwarden_yaml::read(&pod("2020-01-01", ""));
    let bundle = patternwarden::bundle::Bundle::new(&bundle.documents);
    let set = patternwarden::set::Set::new(&bundle, patternwarden::set::Scope::Open);
    assert!(patternwarden::engine::judge(&settings("{}"), &set).undated);
    assert!(!patternwarden::engine::judge(&settings(r#"{"as_of": "2026-11-24"}"#), &set).undated);
}

fn at_admission(text: &str, json: &str) -> (Vec<String>, Vec<String>) {
    let stream = patternwarden_yaml::read(text);
    let mut json_text = String::new();
    patternwarden::tree::write_json(&mut json_text, stream.documents[0].root().unwrap());
    let document =
        patternwarden::tree::from_deserializer(&mut serde_json::Deserializer::from_str(&json_text))
            .unwrap();
    let report = check(
        &Stream { documents: vec![document], ..Stream::default() },
        &settings(json).for_admission(),
    );
    let name =
        |found: &patternwarden::report::Finding| format!("{} {}", found.rule, found.severity.id());
    (report.findings.iter().map(name).collect(), report.suppressed.iter().map(name).collect())
}

#[test]
fn at_admission_annotations_hide_what_warns_and_not_what_denies() {
    let note = "ignore.patternwarden.dev/image-tag-mutable: pinned by the mirror";
    let text = workload("Pod", note, "", "");
    let with = |admission: &str, allowed: &str| {
        format!(
            r#"{{"profiles": ["none"], "rules": {{"image-tag-mutable": {{"admission": "{admission}"}}, "suppression-not-allowed": "on"}},
            "suppressions": {{"annotations_at_admission": "{allowed}"}}}}"#
        )
    };
    for (admission, allowed, held) in [
        ("warn", "warn-only", true),
        ("deny", "warn-only", false),
        ("warn", "off", false),
        ("deny", "all", true),
    ] {
        let (found, hidden) = at_admission(&text, &with(admission, allowed));
        assert_eq!(hidden.len(), usize::from(held), "{admission} {allowed}: {found:?}");
        // The attempt is a warning: the finding itself decides.
        let said = found.contains(&"suppression-not-allowed warning".to_owned());
        assert_eq!(said, !held, "{admission} {allowed}: {found:?}");
        // In a file it is hidden, and the verdict says what the cluster will do.
        let report = report(&text, &with(admission, allowed));
        assert_eq!((report.findings.len(), report.suppressed.len()), (0, 1));
        assert_eq!(report.suppressed[0].suppression.as_ref().unwrap().in_cluster, held);
        let expected = if held {
            Verdict::Admit
        } else if admission == "deny" {
            Verdict::Deny
        } else {
            Verdict::AdmitWithWarnings
        };
        assert_eq!(report.verdict, expected, "{admission} {allowed}");
    }
    let exempt = r#"{"profiles": ["none"], "rules": {"image-tag-mutable": {"admission": "deny"}}, "exemptions": [{"rules": ["image-tag-mutable"], "match": {"names": ["shop"]}, "reason": "reviewed by the platform team"}]}"#;
    assert_eq!(at_admission(&workload("Pod", "", "", ""), exempt).0, NONE);
    assert_eq!(report(&workload("Pod", "", "", ""), exempt).verdict, Verdict::Admit);
}

#[test]
fn a_comment_never_gets_to_the_cluster() {
    let text = POD.replace(
        "spec:",
        "# patternwarden: ignore-object image-tag-mutable -- pinned by the mirror\nspec:",
    );
    let json = r#"{"profiles": ["none"], "rules": {"image-tag-mutable": {"admission": "deny"}}}"#;
    let report = report(&text, json);
    assert_eq!((report.findings.len(), report.verdict), (0, Verdict::Deny));
    assert!(!report.suppressed[0].suppression.as_ref().unwrap().in_cluster);
}

#[test]
fn locks_hold_against_comments_and_annotations_and_hard_ones_against_exemptions() {
    let note = "ignore.patternwarden.dev/image-tag-mutable: pinned by the mirror";
    let text = workload("Pod", note, "", "");
    let exempt = r#", "exemptions": [{"rules": ["image-tag-mutable"], "match": {"kinds": ["Pod"]}, "reason": "reviewed by the platform team"}]"#;
    for lock in [
        "image-tag-mutable",
        "severity:warning",
        "pattern:declarative-deployment",
        "profile:default",
    ] {
        let locked = format!(r#", "suppressions": {{"locked": ["{lock}"]}}"#);
        let (found, hidden) = tag(&text, &locked);
        assert_eq!(hidden, NONE, "{lock}");
        assert!(found.iter().any(|f| f.starts_with("suppression-not-allowed")), "{lock}");
        assert_eq!(tag(&text, &format!("{locked}{exempt}")).1, [FIRST], "{lock}");
        let hard = locked.replace("locked", "locked_hard");
        assert_eq!(tag(&text, &format!("{hard}{exempt}")).1, NONE, "{lock}");
    }
}

#[test]
fn two_suppressions_of_one_finding_are_both_of_use() {
    let text = POD
        .replace("name: shop\nspec", "name: shop\n  annotations: {app.ignore.patternwarden.dev/image-tag-mutable: pinned by the mirror}\nspec")
        .replacen("shop:latest", "shop:latest # patternwarden: ignore image-tag-mutable -- pinned by the mirror", 1);
    let (found, hidden) = tag(&text, "");
    assert_eq!((found, hidden), (vec![SECOND.to_owned()], vec![FIRST.to_owned()]));
}

#[test]
fn without_suppressions_nothing_but_what_they_hid_is_added() {
    let all: Settings =
        settings(r#"{"profiles": ["strict"], "input_complete": true, "as_of": "2026-11-24"}"#);
    for rule in RULES.iter().filter(|rule| rule.is_about_suppressions()) {
        for example in docs::examples(rule.docs) {
            let stream = patternwarden_yaml::read(&example.text);
            let stripped = |document: &patternwarden::tree::Document| {
                let root = document.root().unwrap();
                let ids = 0..document.len() as u32;
                let ours = ids.filter_map(|id| document.node(id)).filter(|node| {
                    node.key().is_some_and(|key| key.contains("patternwarden.dev/"))
                });
                let edit = |node: patternwarden::tree::Node<'_>| {
                    Edit::new(Place::from(node).pointer(root).to_string(), Op::Remove)
                };
                apply(root, &ours.map(edit).collect::<Vec<_>>()).unwrap()
            };
            let bare = stream.documents.iter().map(stripped).collect();
            let about = |findings: Vec<patternwarden::finding::Finding>| {
                let counts = findings.into_iter().filter(|found| {
                    !found.rule.is_about_suppressions() && found.rule.id != "misplaced-field"
                });
                counts.map(|found| (found.rule.id, found.pointer)).collect::<BTreeSet<_>>()
            };
            let with = about(support::judge_documents(stream.documents.clone(), &all).findings);
            let without = about(support::judge_documents(bare, &all).findings);
            assert!(with.is_subset(&without), "{}: {with:?}\n{without:?}", example.text);
        }
    }
}

#[test]
fn every_rule_fits_the_key_of_an_annotation() {
    for rule in RULES {
        assert!(rule.id.len() <= 63, "{}", rule.id);
    }
    // The longest id that a key can have is read as one, and known to nobody.
    let long = "a".repeat(63);
    let text = workload("Pod", &format!("ignore.patternwarden.dev/{long}: {WHY}"), "", "");
    let (found, hidden) = tag(&text, "");
    assert!(found.iter().any(|f| f.starts_with("suppression-unknown-rule")), "{found:?}");
    assert_eq!(hidden, NONE);
}
