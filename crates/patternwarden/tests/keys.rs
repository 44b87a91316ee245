//! The keys of the settings beside rules: what each accepts, refuses and does.

#![expect(clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use patternwarden::rules::find;
use patternwarden::settings::{OnUpdate, OwnedObjects};
use patternwarden::tree::from_deserializer;
use patternwarden::{Date, Settings, check};

fn read(json: &str) -> Result<Settings, Vec<String>> {
    let document = from_deserializer(&mut serde_json::Deserializer::from_str(json)).expect("JSON");
    Settings::from_document(&document).map_err(|all| all.iter().map(ToString::to_string).collect())
}

fn right(json: &str) -> Settings {
    read(json).unwrap_or_else(|errors| panic!("{json}: {errors:?}"))
}

fn wrong(json: &str) -> Vec<String> {
    read(json).err().unwrap_or_else(|| panic!("{json} is accepted"))
}

/// What rules find in a YAML text: rule and pointer.
fn found(text: &str, settings: &str) -> Vec<String> {
    let report = check(&patternwarden_yaml::read(text), &right(settings));
    report.findings.iter().map(|found| format!("{} {}", found.rule, found.path)).collect()
}

#[test]
fn what_is_not_written_has_a_default() {
    let settings = right("{}");
    assert_eq!(settings.today(), None);
    assert_eq!(settings.owned_objects(), OwnedObjects::Security);
    assert_eq!(settings.on_update(), OnUpdate::All);
    assert_eq!(settings.max_findings(), 10);
    assert_eq!(settings.docs_url(), None);
    assert!(!settings.mutates_any());
}

#[test]
fn what_is_written_counts() {
    let settings = right(
        r#"{"as_of": "2027-01-31", "owned_objects": "skip", "on_update": "worse", "max_findings": 3,
            "docs_url": "https://docs.example/rules/", "mutate": ["prestop-exceeds-grace"]}"#,
    );
    assert_eq!(settings.today(), Date::parse("2027-01-31"));
    assert_eq!(settings.with_today(Date::REVIEWED).today(), Date::parse("2027-01-31"));
    let settings = right(r#"{"as_of": null, "mutate": ["prestop-exceeds-grace"]}"#);
    assert!(settings.mutates_any());
    assert!(settings.mutates(find("prestop-exceeds-grace").expect("a rule")));
    assert!(!settings.mutates(find("image-tag-mutable").expect("a rule")));
    assert_eq!(settings.with_today(Date::REVIEWED).today(), Some(Date::REVIEWED));
    let settings = right(r#"{"docs_url": "https://docs.example/rules/", "on_update": "worse"}"#);
    assert_eq!(settings.docs_url(), Some("https://docs.example/rules"));
    assert_eq!(settings.on_update(), OnUpdate::Worse);
}

#[test]
fn every_offence_of_every_key_is_named_at_once() {
    let all = wrong(
        r#"{"as_of": "31.1.2027", "owned_objects": "all", "on_update": "never", "max_findings": 0,
            "docs_url": "http://docs.example", "exempt_hooks": "test", "max_finding": 1,
            "mutate": ["privilege-escalation-allowed", "image-tag-mutable", "prestop-exceeds-grac"],
            "pod_specs": [{"kind": "Shop", "specs": "/spec"}, {"group": "apps", "kind": "Deployment",
              "spec": "/spec/template/spec"}, {"group": "a", "kind": "B", "spec": "spec"}]}"#,
    );
    for expected in [
        "/as_of: expected a day such as 2027-06-30",
        "/owned_objects: expected one of security, skip",
        "/on_update: expected one of all, worse",
        "/max_findings: expected a whole number from 1 to 100",
        "/docs_url: expected an address with https://",
        "/exempt_hooks: expected a list of texts",
        "/max_finding: there is no setting `max_finding`; did you mean `max_findings`?",
        "/mutate/0: `privilege-escalation-allowed` has no safe fix that a policy could apply",
        "/mutate/1: `image-tag-mutable` has no safe fix that a policy could apply",
        "/mutate/2: there is no rule `prestop-exceeds-grac`; did you mean `prestop-exceeds-grace`?",
        "/pod_specs/0/specs: there is no key of `pod_specs` `specs`; did you mean `spec`?",
        "/pod_specs/0: `group` is missing",
        "/pod_specs/0: `spec` is missing",
        "/pod_specs/1: the rules read this kind already",
        "/pod_specs/2/spec: expected a JSON Pointer such as /spec/template/spec",
    ] {
        assert!(all.iter().any(|message| message == expected), "{expected}\n{all:#?}");
    }
    assert_eq!(all.len(), 15, "{all:#?}");
}

/// A container without a name keeps the template from being known by its shape.
const SHOP: &str = "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: shop}\nspec:\n  size: 3\n  \
    pod:\n    metadata: {labels: {app: shop}}\n    spec:\n      containers:\n        \
    - {image: registry.example/shop:latest}\n";

#[test]
fn a_custom_kind_is_read_by_all_rules_once_settings_name_it() {
    let only = r#""profiles": ["none"], "rules": {"image-tag-mutable": "on"}"#;
    assert_eq!(found(SHOP, &format!("{{{only}}}")), Vec::<String>::new());
    let kind = r#"{"group": "example.com", "kind": "Shop", "spec": "/spec/pod/spec", "replicas": "/spec/size"}"#;
    assert_eq!(
        found(SHOP, &format!(r#"{{{only}, "pod_specs": [{kind}]}}"#)),
        ["image-tag-mutable /spec/pod/spec/containers/0/image"]
    );
    let other = kind.replace("example.com", "example.org");
    assert_eq!(
        found(SHOP, &format!(r#"{{{only}, "pod_specs": [{other}]}}"#)),
        Vec::<String>::new()
    );
}

#[test]
fn hooks_that_test_a_release_need_no_probes() {
    let only = r#""profiles": ["none"],
        "rules": {"readiness-probe-missing": "on", "run-as-non-root-missing": "on"}"#;
    let text = |hook: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, annotations: {{helm.sh/hook: \"{hook}\"}}}}\n\
             spec:\n  selector: {{matchLabels: {{app: a}}}}\n  template:\n    metadata: {{labels: {{app: a}}}}\n    \
             spec: {{containers: [{{name: a, image: registry.example/a:1.0.0, ports: [{{containerPort: 80}}]}}]}}\n\
             ---\napiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{selector: {{app: a}}, ports: [{{port: 80}}]}}\n"
        )
    };
    let rules = |hook: &str, more: &str| {
        let settings = format!(r#"{{{only}, "input_complete": true{more}}}"#);
        let first = |found: String| found.split(' ').next().unwrap_or("").to_owned();
        let mut rules: Vec<String> = found(&text(hook), &settings).into_iter().map(first).collect();
        rules.dedup();
        rules
    };
    let both = ["readiness-probe-missing", "run-as-non-root-missing"];
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(rules("post-install", "")), both);
    assert_eq!(rules("pre-install, test", ""), ["run-as-non-root-missing"]);
    assert_eq!(sorted(rules("test", r#", "exempt_hooks": []"#)), both);
    assert_eq!(
        rules("post-install", r#", "exempt_hooks": ["post-install"]"#),
        ["run-as-non-root-missing"]
    );
}

#[test]
fn objects_of_a_controller_can_be_skipped() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: a, controller: true}]\nspec: {containers: [{name: a, image: a:latest}]}\n";
    assert!(!found(pod, "{}").is_empty());
    // That it was skipped is all that is said.
    assert_eq!(found(pod, r#"{"owned_objects": "skip"}"#), ["document-not-checked "]);
}

#[test]
fn a_pattern_switches_on_what_is_off_by_default_only_when_asked() {
    use patternwarden::{Pattern, RULES};
    for pattern in Pattern::ALL {
        let of: Vec<_> = RULES.iter().filter(|rule| rule.patterns.contains(pattern)).collect();
        if of.is_empty() {
            continue;
        }
        let id = pattern.id();
        let tuned = right(&format!(r#"{{"rules": {{"{id}/*": {{"admission": "warn"}}}}}}"#));
        let on = right(&format!(r#"{{"rules": {{"{id}/*": "on"}}}}"#));
        let severe = right(&format!(r#"{{"rules": {{"{id}/*": {{"severity": "info"}}}}}}"#));
        for rule in of {
            assert_eq!(tuned.is_enabled(rule), rule.enabled, "{}", rule.id);
            assert!(on.is_enabled(rule) && severe.is_enabled(rule), "{}", rule.id);
        }
    }
}
