//! Every preset is a policy that Kubewarden takes and whose settings the engine understands.

use crate::derived::MODULE;
use crate::{document, presets, text};
use patternwarden::bundle::Bundle;
use patternwarden::rule::Grade;
use patternwarden::set::Set;
use patternwarden::tree::{Document, Node, from_deserializer};
use patternwarden::{Admission, Settings, SettingsError, engine, rules};

/// Settings of a preset, and the name of the member in a group.
fn settings(preset: Node<'_>) -> Vec<(String, Document)> {
    let spec = preset.get("spec").expect("a spec");
    let copy = |node: Option<Node<'_>>| {
        let mut json = String::new();
        patternwarden::tree::write_json(&mut json, node.expect("settings"));
        from_deserializer(&mut serde_json::Deserializer::from_str(&json)).expect("JSON")
    };
    match spec.get("policies") {
        Some(members) => members
            .children()
            .map(|member| (member.key().unwrap().to_owned(), copy(member.get("settings"))))
            .collect(),
        None => vec![("the policy".into(), copy(spec.get("settings")))],
    }
}

/// What is wrong with the settings of a preset.
fn offences(errors: &[SettingsError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn presets_are_policies_that_kubewarden_takes() {
    for (name, text) in presets() {
        let document = document(&name, &text);
        let root = document.root().unwrap();
        let field =
            |pointer: &str| root.lookup(pointer).unwrap_or_else(|| panic!("{name}: {pointer}"));
        assert_eq!(field("/apiVersion").as_str(), Some("policies.kubewarden.io/v1"), "{name}");
        let stem = name.strip_suffix(".yml").expect("a preset ends in .yml");
        let called = field("/metadata/name").as_str().unwrap();
        assert!(called.starts_with("patternwarden"), "{name}: {called}");
        let mode = field("/spec/mode").as_str().unwrap();
        assert!(["monitor", "protect"].contains(&mode), "{name}: {mode}");
        assert!(field("/spec/rules").items().count() > 0, "{name}");
        assert!(text.starts_with("# "), "{name} says first when to use it");
        assert!(text.contains("Use it "), "{name} says when to use it");
        // Kubernetes' own parts are never judged, and what is going away can go.
        let namespaces = field("/spec/namespaceSelector/matchExpressions/0/values");
        assert!(namespaces.items().any(|value| value.as_str() == Some("kube-system")), "{name}");
        let gone = field("/spec/matchConditions/0/expression").as_str().unwrap();
        assert!(gone.contains("deletionTimestamp"), "{name}");

        if stem.starts_with("group-") {
            assert_eq!(field("/kind").as_str(), Some("ClusterAdmissionPolicyGroup"), "{name}");
            assert!(!field("/spec/message").as_str().unwrap().is_empty(), "{name}");
            let calls = field("/spec/expression").as_str().unwrap();
            let calls: Vec<_> =
                calls.split(" && ").map(|call| call.trim_end_matches("()")).collect();
            let members: Vec<_> = field("/spec/policies").children().collect();
            let names: Vec<_> = members.iter().map(|member| member.key().unwrap()).collect();
            assert_eq!(names, calls, "{name}");
            for member in members {
                let module = member.get("module").and_then(Node::as_str);
                assert_eq!(module, Some(MODULE), "{name}");
            }
            // A group only judges: a member that changes something counts as a denial.
            assert!(root.lookup("/spec/mutating").is_none(), "{name}");
        } else {
            assert_eq!(field("/kind").as_str(), Some("ClusterAdmissionPolicy"), "{name}");
            let module = field("/spec/module").as_str().unwrap();
            assert!(module.starts_with(MODULE), "{name}: {module}");
            let mutates = field("/spec/mutating").as_bool().unwrap();
            assert_eq!(mutates, stem == "hardening", "{name}");
            let asked = field("/spec/settings").get("mutate").is_some();
            assert_eq!(asked, mutates, "{name}: `mutating` and `mutate` go together");
            assert_eq!(module.ends_with("-mutating"), mutates, "{name}: {module}");
            // Who is granted something is the module that may ask for it.
            let granted = root.lookup("/spec/contextAwareResources").is_some();
            assert_eq!(granted, stem == "context-aware", "{name}");
            assert_eq!(module.ends_with("-context-aware"), granted, "{name}: {module}");
        }
    }
}

#[test]
fn the_engine_understands_the_settings_of_every_preset() {
    for (name, text) in presets() {
        let document = document(&name, &text);
        for (member, settings) in settings(document.root().unwrap()) {
            let read = Settings::from_document(&settings);
            let errors = read.as_ref().err().map(|errors| offences(errors)).unwrap_or_default();
            assert!(errors.is_empty(), "{name}, {member}: {errors:?}");
        }
    }
}

#[test]
fn a_mistake_in_a_preset_would_be_noticed() {
    let wrong = text("deploy/monitor.yml").replace("target:", "targt:");
    let document = document("monitor.yml", &wrong);
    let (_, settings) = settings(document.root().unwrap()).remove(0);
    assert!(Settings::from_document(&settings).is_err());
}

/// Ids of the rules that deny an object under the settings of a preset, over all members.
fn denies(preset: &str, manifest: &str) -> Vec<&'static str> {
    let preset_document = document(preset, &text(&format!("deploy/{preset}.yml")));
    let mut out = Vec::new();
    for (member, settings) in settings(preset_document.root().unwrap()) {
        let settings = Settings::from_document(&settings)
            .unwrap_or_else(|errors| panic!("{preset}, {member}: {:?}", offences(&errors)))
            .for_admission();
        let documents = patternwarden_yaml::read(manifest).documents;
        let bundle = Bundle::new(&documents);
        let set = Set::new(&bundle, settings.scope());
        let findings = engine::run(&settings, &set);
        let denied = findings.iter().filter(|f| settings.admission(f.rule) == Admission::Deny);
        out.extend(denied.map(|finding| finding.rule.id));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Runs as it should by every preset.
const GOOD: &str = include_str!("good.yaml");
/// Opens the node.
const PRIVILEGED: &str = include_str!("privileged.yaml");
/// Harmless to the node, and careless.
const CARELESS: &str = include_str!("careless.yaml");

#[test]
fn no_preset_denies_a_good_workload() {
    for (name, _) in presets() {
        let name = name.trim_end_matches(".yml");
        assert_eq!(denies(name, GOOD), [""; 0], "{name}");
    }
}

#[test]
fn each_preset_denies_what_it_promises() {
    // Monitoring and the default say the same; their mode differs.
    assert_eq!(denies("monitor", PRIVILEGED), denies("default", PRIVILEGED));
    assert_eq!(denies("default", CARELESS), [""; 0]);
    assert!(!denies("default", PRIVILEGED).is_empty());
    for (preset, rule) in [
        ("strict", "image-tag-mutable"),
        ("strict", "resource-requests-missing"),
        ("group-foundational", "resource-requests-missing"),
        ("group-behavioral", "singleton-rolling-update"),
        ("group-configuration", "image-tag-mutable"),
        ("group-security", "run-as-non-root-missing"),
    ] {
        let found = denies(preset, CARELESS);
        assert!(found.contains(&rule), "{preset}: {found:?}");
    }
}

#[test]
fn the_standards_deny_what_they_name_and_nothing_else() {
    let (baseline, restricted) =
        (denies("pss-baseline", PRIVILEGED), denies("pss-restricted", CARELESS));
    assert_eq!(denies("pss-baseline", CARELESS), [""; 0]);
    assert!(!baseline.is_empty());
    assert!(restricted.contains(&"run-as-non-root-missing"), "{restricted:?}");
    for id in baseline.iter().chain(&restricted) {
        assert!(rules::find(id).is_some_and(|rule| rule.pss.is_some()), "{id}");
    }
}

#[test]
fn hardening_changes_only_what_is_safe_to_change() {
    let preset = document("hardening", &text("deploy/hardening.yml"));
    let asked = preset.root().unwrap().lookup("/spec/settings/mutate").expect("`mutate`");
    assert!(asked.items().count() > 0);
    for id in asked.items() {
        let id = id.as_str().unwrap();
        let rule = rules::find(id).unwrap_or_else(|| panic!("there is no rule `{id}`"));
        assert_eq!(rule.fix, Some(Grade::Safe), "{id}");
        assert!(rule.is_security(), "{id}");
    }
}
