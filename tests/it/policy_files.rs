//! The files that are deployed with the policy: metadata, presets, the README.
//!
//! What follows from the catalogue is compared in `crates/patternwarden/tests/deploy`; here the built
//! module reads them.

use crate::wapc_host::Policy;
use serde_json::{Value, json};
use std::fs;

const METADATA: &str = include_str!("../../policies/patternwarden/metadata.yml");
const GOOD: &str = include_str!("../../crates/patternwarden/tests/deploy/good.yaml");
const CARELESS: &str = include_str!("../../crates/patternwarden/tests/deploy/careless.yaml");
const README: &str = include_str!("../../policies/patternwarden/README.md");

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("YAML")
}

/// The presets: name of the file and what it holds.
fn presets() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/patternwarden/deploy");
    let entries = fs::read_dir(folder).expect("the presets").map(|entry| entry.expect("a file"));
    let mut out: Vec<_> = entries
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("text");
            (entry.file_name().to_string_lossy().into_owned(), yaml(&text))
        })
        .collect();
    out.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(out.len() > 10);
    out
}

/// The settings that the host passes: of the policy, or of each member of the group.
fn settings(preset: &Value) -> Vec<&Value> {
    match preset["spec"]["policies"].as_object() {
        Some(members) => members.values().map(|member| &member["settings"]).collect(),
        None => vec![&preset["spec"]["settings"]],
    }
}

/// Whether the module lets an object in by these settings.
fn admits(policy: &Policy, settings: &Value, manifest: &str) -> bool {
    let object = yaml(manifest);
    let api = object["apiVersion"].as_str().expect("apiVersion");
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let request = json!({
        "uid": "1",
        "operation": "CREATE",
        "kind": {"group": group, "version": version, "kind": object["kind"]},
        "resource": {"group": group, "version": version, "resource": object["kind"]},
        "userInfo": {},
        "object": object,
    });
    policy.validate(&request, settings)["accepted"].as_bool().expect("a verdict")
}

#[test]
fn metadata_is_of_this_version_and_asks_for_nothing() {
    let metadata = yaml(METADATA);
    assert_eq!(metadata["mutating"], false);
    assert_eq!(metadata["backgroundAudit"], true);
    assert_eq!(metadata["executionMode"], "kubewarden-wapc");
    assert_eq!(metadata["hostCapabilities"], json!([]));
    let version = &metadata["annotations"]["io.kubewarden.policy.version"];
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_module_understands_every_preset() {
    let policy = Policy::new();
    for (name, preset) in presets() {
        for settings in settings(&preset) {
            let answer = policy.call("validate_settings", settings).expect("an answer");
            assert!(answer == json!({"valid": true}), "{name}: {answer}");
        }
        // And the whole of a policy, as somebody pastes it.
        if preset["kind"] == "ClusterAdmissionPolicy" {
            let answer = policy.call("validate_settings", &preset).expect("an answer");
            assert!(answer == json!({"valid": true}), "{name}: {answer}");
        }
    }
}

#[test]
fn the_module_judges_by_every_preset() {
    let policy = Policy::new();
    let mut refused = Vec::new();
    for (name, preset) in presets() {
        let settings = settings(&preset);
        let all_admit =
            |manifest| settings.iter().all(|settings| admits(&policy, settings, manifest));
        assert!(all_admit(GOOD), "{name} refuses a good workload");
        if !all_admit(CARELESS) {
            refused.push(name);
        }
    }
    // These refuse what works and will not work well; the others warn about it, or say nothing.
    for name in [
        "group-behavioral.yml",
        "group-configuration.yml",
        "group-foundational.yml",
        "group-security.yml",
        "strict.yml",
    ] {
        assert!(refused.iter().any(|refused| refused == name), "{name} lets it in: {refused:?}");
    }
    for name in ["default.yml", "hardening.yml", "monitor.yml", "pss-baseline.yml"] {
        assert!(!refused.iter().any(|refused| refused == name), "{name} refuses it");
    }
}

#[test]
fn hardening_writes_what_is_safe_into_the_object() {
    let (_, preset) =
        presets().into_iter().find(|(name, _)| name == "hardening.yml").expect("the preset");
    let object = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {
            "securityContext": {"runAsUser": 10001},
            "containers": [{"name": "app", "image": "registry.example/app:1.4.2"}],
        },
    });
    let request = json!({
        "uid": "1",
        "operation": "CREATE",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "object": object,
    });
    let answer = Policy::new().validate(&request, settings(&preset)[0]);
    assert_eq!(answer["accepted"], true, "{answer}");
    let spec = &answer["mutated_object"]["spec"];
    assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{answer}");
    assert_eq!(spec["containers"], object["spec"]["containers"], "nothing else changes");
    // Auditors see what was changed, as the preset says.
    assert_eq!(answer["audit_annotations"]["repaired"], "run-as-user-only", "{answer}");
}

#[test]
fn settings_in_the_readme_are_valid() {
    let policy = Policy::new();
    let mut checked = 0;
    for block in README.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let settings = yaml(block);
        // The other blocks are rules of a webhook, which are a list.
        if settings["rules"].is_array() {
            continue;
        }
        let answer = policy.call("validate_settings", &settings).expect("an answer");
        assert_eq!(answer, json!({"valid": true}), "{block}");
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn workflows_run_what_they_name_and_nothing_newer() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/workflows");
    let mut actions = 0;
    for entry in fs::read_dir(folder).expect("the workflows") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        assert!(yaml(&text)["jobs"].is_object(), "{}", path.display());
        for line in text.lines().filter_map(|line| line.split_once("uses: ")) {
            let (name, version) = line.1.split_once('@').expect("an action and its version");
            let (commit, comment) = version.split_once(" # v").expect("a commit and its version");
            let hexadecimal = commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(commit.len() == 40 && hexadecimal && !comment.is_empty(), "{name}: {version}");
            actions += 1;
        }
        for tool in text.lines().filter(|line| line.contains("cargo install")) {
            assert!(tool.contains("--locked") && tool.contains("--version"), "{tool}");
        }
    }
    assert!(actions > 4);
    // The recipe for people has the versions of the workflow.
    let release = include_str!("../../.github/workflows/release.yml");
    let version = release.lines().find_map(|line| line.trim().strip_prefix("CYCLONEDX_VERSION: "));
    let recipe = include_str!("../../policies/patternwarden/RELEASE.md");
    assert!(recipe.contains(&format!("--version {}", version.expect("a version"))));
}
