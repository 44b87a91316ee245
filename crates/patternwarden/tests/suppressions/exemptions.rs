//! Exemptions of the settings: what they match, and what is refused.

use crate::support::settings;
use crate::{NONE, POD, judged, only, tag};
use patternwarden::{Settings, check};

#[test]
fn exemptions_match_what_they_say() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop-5f6d-x2\n  namespace: team-a\n  labels: {app: shop}\n  \
        ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: shop-5f6d, controller: true}]\n\
        spec: {containers: [{name: app, image: \"registry.example/team/shop:1.0\"}]}\n";
    let hides = |matching: &str| {
        let exempt = format!(
            r#", "exemptions": [{{"rules": ["pattern:process-containment"], "match": {{{matching}}}, "reason": "reviewed by the platform team"}}]"#
        );
        judged(pod, &only("run-as-non-root-missing", &exempt)).1.len() == 1
    };
    for right in [
        r#""namespaces": ["team-*"]"#,
        r#""kinds": ["DaemonSet", "Pod"]"#,
        r#""kinds": ["/Pod"]"#,
        r#""names": ["shop-5f6d-x2"]"#,
        r#""names": ["shop"]"#,
        r#""names": ["shop-5f6d"]"#,
        r#""label_selector": {"matchLabels": {"app": "shop"}}"#,
        r#""label_selector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}"#,
        r#""containers": ["ap?"]"#,
        r#""images": ["registry.example/team"]"#,
        r#""namespaces": ["team-a"], "names": ["shop*"], "images": ["registry.example"]"#,
    ] {
        assert!(hides(right), "{right}");
    }
    for wrong in [
        r#""namespaces": ["team"]"#,
        r#""kinds": ["apps/Pod"]"#,
        r#""names": ["sho"]"#,
        r#""label_selector": {"matchLabels": {"app": "other"}}"#,
        r#""containers": ["log"]"#,
        r#""images": ["registry.example/tea"]"#,
        r#""files": ["**"]"#,
        r#""namespaces": ["team-a"], "names": ["other"]"#,
    ] {
        assert!(!hides(wrong), "{wrong}");
    }
    let by_file = r#"{"profiles": ["none"], "rules": {"image-tag-mutable": "on"}, "exemptions": [{"rules": ["image-tag-mutable"], "match": {"files": ["vendor/**"]}, "reason": "reviewed by the platform team"}]}"#;
    for (path, count) in [("vendor/a/b.yaml", 0), ("own/b.yaml", 2)] {
        let report = check(&patternwarden_yaml::read(POD), &settings(by_file).with_file(path));
        assert_eq!(report.findings.len(), count, "{path}");
    }
    assert!(settings(by_file).exempts_files() && !settings("{}").exempts_files());
    let everywhere = r#", "default_namespace": "shop", "exemptions": [{"rules": ["image-tag-mutable"], "match": {"namespaces": ["shop"]}, "reason": "reviewed by the platform team"}]"#;
    assert_eq!(tag(POD, everywhere).1.len(), 2);
    assert_eq!(tag(POD, &everywhere.replace(r#", "default_namespace": "shop""#, "")).1, NONE);
}

#[test]
fn exemptions_that_are_wrong_are_refused_whole() {
    let document = |json: &str| {
        patternwarden::tree::from_deserializer(&mut serde_json::Deserializer::from_str(json))
            .expect("JSON")
    };
    let wrong = r#"{
        "suppressions": {"require_until": true, "locked": ["profile:pss-baselin", "severity:fatal"], "lockd": [], "max_days": -1},
        "exemptions": [
            {"id": "a", "rules": ["no-such-rule", "*"], "match": {}, "reason": ""},
            {"id": "a", "rules": [], "match": {"labelSelector": {}, "names": []}, "until": "30.6.2027"},
            {"rules": ["image-tag-mutable"], "match": {"label_selector": {"matchLabels": {"a": 1}}}, "reason": "reviewed", "until": "2027-06-30", "extra": 1}
        ]}"#;
    let errors = Settings::from_document(&document(wrong)).unwrap_err();
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    for expected in [
        "/suppressions/locked/0: there is no profile `pss-baselin`; did you mean `pss-baseline`?",
        "/suppressions/locked/1: there is no severity `fatal`",
        "/suppressions/lockd: there is no key of `suppressions` `lockd`; did you mean `locked`?",
        "/suppressions/max_days: expected a whole number from 0 to 36500",
        "/exemptions/0: `until` is missing, which `suppressions.require_until` demands",
        "/exemptions/0/rules/0: there is no rule `no-such-rule`",
        "/exemptions/0/rules/1: expected rules; `*` needs `suppressions.allow_all`",
        "/exemptions/0/match: expected at least one key",
        "/exemptions/0/reason: expected a text",
        "/exemptions/1: another exemption has the id `a`",
        "/exemptions/1: `reason` is missing",
        "/exemptions/1/rules: expected at least one entry",
        "/exemptions/1/match/labelSelector: there is no key of `match` `labelSelector`; did you mean `label_selector`?",
        "/exemptions/1/match/names: expected at least one entry",
        "/exemptions/1/until: expected a day such as 2027-06-30",
        "/exemptions/2/match/label_selector: expected a label selector: matchLabels, matchExpressions",
        "/exemptions/2/extra: there is no key of `exemptions` `extra`",
    ] {
        assert!(all.iter().any(|message| message == expected), "{expected}\n{all:#?}");
    }
    assert_eq!(all.len(), 17, "{all:#?}");
}

#[test]
fn a_word_that_says_no_reason_is_none() {
    let json = r#"{"suppressions": {"min_reason_chars": 1}, "exemptions": [
        {"rules": ["image-tag-mutable"], "match": {"kinds": ["Pod"]}, "reason": "Todo"},
        {"rules": ["image-tag-mutable"], "match": {"kinds": ["Pod"]}, "reason": "OK-1"}]}"#;
    let mut input = serde_json::Deserializer::from_str(json);
    let document = patternwarden::tree::from_deserializer(&mut input).expect("JSON");
    let errors = Settings::from_document(&document).unwrap_err();
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(all, ["/exemptions/0/reason: `Todo` says no reason"]);
}

#[test]
fn images_are_matched_as_by_the_rule_about_their_sources() {
    let hides = |pattern: &str| {
        let exempt = format!(
            r#", "exemptions": [{{"rules": ["image-tag-mutable"], "match": {{"images": ["{pattern}"]}}, "reason": "reviewed by the platform team"}}]"#
        );
        tag(POD, &exempt).1.len()
    };
    for (pattern, count) in [
        ("registry.example", 2),
        ("registry.example/shop", 1),
        ("registry.example/*", 2),
        ("registry.example/s*", 1),
        ("**/log", 1),
        ("*", 2),
        ("registry.example/shop:latest", 1),
        ("registry.example/shop:1.*", 0),
        ("registry.example/sho", 0),
        ("registry", 0),
    ] {
        assert_eq!(hides(pattern), count, "{pattern}");
    }
}
