//! Suppressions for other linters: translated, and honoured where settings say so.

use crate::support::settings;
use crate::{NONE, POD, WHY, only, report, tag};
use alloc::collections::BTreeSet;
use patternwarden::{Grade, Severity, check};

const HONOUR: &str = r#", "suppressions": {"honour_peers": true}"#;

fn annotated(key: &str, value: &str) -> String {
    let annotation = format!("name: shop\n  annotations: {{{key}: {value:?}}}\nspec");
    POD.replace("name: shop\nspec", &annotation)
}

/// Every form, with what is said as the reason.
fn forms() -> Vec<(String, &'static str)> {
    let comment = |text: &str| format!("# {text}\n{POD}");
    vec![
        (
            annotated("ignore-check.kube-linter.io/latest-tag", "pinned by the mirror"),
            "pinned by the mirror",
        ),
        (annotated("ignore-check.kube-linter.io/latest-tag", ""), "from kube-linter annotation"),
        (annotated("kube-score/ignore", "container-image-tag"), "from kube-score annotation"),
        (
            annotated("polaris.fairwinds.com/tagNotSpecified-exempt", "true"),
            "from polaris annotation",
        ),
        (annotated("checkov.io/skip1", "CKV_K8S_14=pinned by the mirror"), "pinned by the mirror"),
        (comment("checkov:skip=CKV_K8S_14:pinned by the mirror"), "pinned by the mirror"),
    ]
}

#[test]
fn a_suppression_for_another_linter_is_a_hint_with_its_translation() {
    for (text, _) in forms() {
        let report = report(&text, &only("image-tag-mutable", ""));
        assert_eq!(report.suppressed.len(), 0, "{text}");
        let hints: Vec<_> =
            report.findings.iter().filter(|f| f.rule == "suppression-malformed").collect();
        assert_eq!(hints.len(), 1, "{text}");
        assert_eq!(hints[0].severity, Severity::Hint);
        assert!(
            hints[0].message.contains("here it is `image-tag-mutable`"),
            "{}",
            hints[0].message
        );
    }
}

#[test]
fn a_suppression_for_another_linter_counts_where_settings_say_so() {
    for (text, why) in forms() {
        let report = report(&text, &only("image-tag-mutable", HONOUR));
        assert_eq!((report.findings.len(), report.suppressed.len()), (0, 2), "{text}");
        let hidden = report.suppressed[0].suppression.as_ref().unwrap();
        assert_eq!(hidden.reason, why, "{text}");
    }
    // What nobody asks here is still a hint, and of several each is translated.
    let list = annotated("kube-score/ignore", "no-such-check, container-image-tag");
    let (found, hidden) = tag(&list, HONOUR);
    assert_eq!((found.len(), hidden.len()), (1, 2), "{found:?}");
    // One that hides nothing is no matter of ours: the other linter may need it.
    let pinned =
        annotated("ignore-check.kube-linter.io/latest-tag", "").replace(":latest", ":1.4.2");
    assert_eq!(tag(&pinned, HONOUR), (Vec::new(), Vec::new()));
}

#[test]
fn what_settings_forbid_is_forbidden_to_other_linters_too() {
    for forbidden in [
        r#""locked": ["image-tag-mutable"]"#,
        r#""locked_hard": ["profile:default"]"#,
        r#""forms": {"annotation": false, "comment": false}"#,
        r#""require_until": true"#,
    ] {
        let settings = format!(r#", "suppressions": {{"honour_peers": true, {forbidden}}}"#);
        for (text, _) in forms() {
            let (found, hidden) = tag(&text, &settings);
            assert_eq!(hidden, NONE, "{forbidden} {text}");
            assert!(found.iter().any(|f| f.starts_with("suppression-malformed")), "{found:?}");
        }
    }
}

#[test]
fn a_translation_takes_the_reason_along() {
    let fix = |value: &str| {
        let text = annotated("ignore-check.kube-linter.io/latest-tag", value);
        let report = report(&text, &only("image-tag-mutable", ""));
        let hint = report.findings.iter().find(|f| f.rule == "suppression-malformed").unwrap();
        hint.fixes[0].grade
    };
    assert_eq!(fix("pinned by the mirror"), Grade::Review);
    assert_eq!(fix(""), Grade::Template);
    // Said for both, there is nothing left to say.
    let both = annotated("ignore-check.kube-linter.io/latest-tag", "pinned by the mirror").replace(
        "annotations: {",
        "annotations: {ignore.patternwarden.dev/image-tag-mutable: pinned by the mirror, ",
    );
    let (found, hidden) = tag(&both, "");
    assert_eq!((found, hidden.len()), (Vec::new(), 2));
}

#[test]
fn what_other_linters_read_counts_where_settings_say_so() {
    let noted = |note: &str| {
        POD.replace("name: shop\nspec", &format!("name: shop\n  annotations: {{{note}}}\nspec"))
    };
    let honour = r#"{"suppressions": {"honour_peers": true}}"#;
    let suppressed = |text: &str, json: &str| {
        let report = check(&patternwarden_yaml::read(text), &settings(json));
        let why = |f: &patternwarden::report::Finding| {
            (f.rule.to_string(), f.suppression.as_ref().unwrap().reason.clone())
        };
        report.suppressed.iter().map(why).collect::<BTreeSet<_>>()
    };
    let tag = "image-tag-mutable".to_owned();
    let linter = noted("ignore-check.kube-linter.io/latest-tag: pinned by the mirror");
    assert_eq!(suppressed(&linter, "{}"), BTreeSet::new(), "not unless it is asked for");
    assert_eq!(suppressed(&linter, honour), [(tag.clone(), WHY.to_owned())].into());
    let generated = "from kube-score annotation".to_owned();
    let score = noted("kube-score/ignore: 'container-image-tag,container-resources'");
    assert!(suppressed(&score, honour).contains(&(tag.clone(), generated)));
    let comment =
        POD.replace("metadata:", "# checkov:skip=CKV_K8S_14: pinned by the mirror\nmetadata:");
    assert!(suppressed(&comment, honour).contains(&(tag, WHY.to_owned())));
    // One of three namespaces is not all that the rule says.
    let host = noted("ignore-check.kube-linter.io/host-network: reads the node's network")
        .replace("spec:\n", "spec:\n  hostNetwork: true\n  hostPID: true\n");
    assert_eq!(suppressed(&host, honour), BTreeSet::new());
}
