//! The files that are deployed with the policy: metadata, the example, the README.

use crate::wapc_host::Policy;
use serde_json::{Value, json};

const METADATA: &str = include_str!("../../policies/patternwarden/metadata.yml");
const EXAMPLE: &str = include_str!("../../policies/patternwarden/cluster-admission-policy.yml");
const README: &str = include_str!("../../policies/patternwarden/README.md");

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("YAML")
}

/// `group/resource` of every resource that a list of webhook rules names.
fn resources(rules: &Value) -> Vec<String> {
    let texts = |list: &Value| -> Vec<String> {
        let items = list.as_array().expect("a list").iter();
        items.map(|item| item.as_str().expect("text").to_owned()).collect()
    };
    let of = |rule: &Value| {
        let resources = texts(&rule["resources"]);
        let groups = texts(&rule["apiGroups"]).into_iter();
        groups.flat_map(move |g| resources.clone().into_iter().map(move |r| format!("{g}/{r}")))
    };
    rules.as_array().expect("a list").iter().flat_map(of).collect()
}

#[test]
fn metadata_names_what_the_policy_judges() {
    let metadata = yaml(METADATA);
    assert_eq!(metadata["mutating"], false);
    assert_eq!(metadata["backgroundAudit"], true);
    assert_eq!(metadata["executionMode"], "kubewarden-wapc");
    assert_eq!(metadata["hostCapabilities"], json!([]));
    let version = &metadata["annotations"]["io.kubewarden.policy.version"];
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    let resources = resources(&metadata["rules"]);
    let workloads = [
        "/pods",
        "/pods/ephemeralcontainers",
        "/pods/resize",
        "/podtemplates",
        "/replicationcontrollers",
        "apps/deployments",
        "apps/replicasets",
        "apps/statefulsets",
        "apps/daemonsets",
        "batch/jobs",
        "batch/cronjobs",
    ];
    for resource in workloads {
        assert!(resources.iter().any(|r| r == resource), "{resource} is not in metadata.yml");
    }
    assert!(!resources.iter().any(|r| r == "/secrets" || r.ends_with("/leases")));
    // The audit scanner lists every resource that stands beside CREATE.
    for rule in metadata["rules"].as_array().expect("a list") {
        let creates = rule["operations"].to_string().contains("CREATE");
        assert!(!(creates && rule["resources"].to_string().contains('/')), "{rule}");
    }
}

#[test]
fn the_example_is_a_policy_with_valid_settings() {
    let example = yaml(EXAMPLE);
    assert_eq!(example["apiVersion"], "policies.kubewarden.io/v1");
    assert_eq!(example["kind"], "ClusterAdmissionPolicy");
    let known = resources(&yaml(METADATA)["rules"]);
    for resource in resources(&example["spec"]["rules"]) {
        assert!(known.contains(&resource), "{resource}");
    }
    let policy = Policy::new();
    // The settings alone, as the engine passes them; and the whole, as somebody pastes it.
    for settings in [&example["spec"]["settings"], &example] {
        let answer = policy.call("validate_settings", settings).expect("an answer");
        assert_eq!(answer, json!({"valid": true}), "{settings}");
    }
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
