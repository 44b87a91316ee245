//! Repairs by the built policy: over the examples of every rule that may repair, what comes out is
//! not repaired again, and nothing is left that could be.

use crate::parity::objects;
use crate::wapc_host::Policy;
use patternwarden::{RULES, Rule, Settings, docs};
use serde_json::{Value, json};

/// Settings under which one rule runs and repairs, if it may.
fn settings_of(rule: &Rule, example: &docs::Example) -> Option<Value> {
    let params = example.settings().unwrap_or("{}");
    let mut params: Value = serde_json::from_str(params).expect("a fence carries JSON");
    params["severity"] = "warning".into();
    let settings = json!({"profiles": ["none"], "rules": {rule.id: params}, "mutate": [rule.id]});
    let document = patternwarden::tree::from_deserializer(&settings).expect("JSON");
    Settings::from_document(&document).is_ok().then_some(settings)
}

fn call(policy: &Policy, operation: &str, object: &Value, settings: &Value) -> Value {
    let request = json!({"operation": "CREATE", "object": object});
    let payload = json!({"request": request, "settings": settings}).to_string();
    let answer = policy.bytes(operation, payload.as_bytes());
    let answer = answer.unwrap_or_else(|error| panic!("{error}\n{payload}"));
    serde_json::from_slice(&answer).expect("an answer is JSON")
}

/// Findings for which a safe fix is offered, and all of them.
fn found(report: &Value) -> (usize, usize) {
    let findings = report["findings"].as_array().expect("a list");
    let safe = |finding: &&Value| {
        let fixes = finding["fixes"].as_array().expect("a list");
        fixes.iter().any(|fix| fix["grade"] == "safe")
    };
    (findings.iter().filter(safe).count(), findings.len())
}

#[test]
fn what_the_policy_repairs_is_clean() {
    let policy = Policy::new();
    let (mut rules, mut repaired) = (0, 0);
    for rule in RULES {
        let mut repairs = false;
        for example in docs::examples(rule.docs).into_iter().filter(|example| example.bad) {
            let Some(settings) = settings_of(rule, &example) else { continue };
            let stream = patternwarden_yaml::read(&example.text);
            let list: Vec<Value> = serde_json::from_str(&objects(&stream)).expect("JSON");
            for object in list {
                let before = found(&call(&policy, "report", &object, &settings));
                let answer = call(&policy, "validate", &object, &settings);
                let Some(mutated) = answer.get("mutated_object") else { continue };
                let after = found(&call(&policy, "report", mutated, &settings));
                if before.0 == before.1 {
                    assert_eq!(after.1, 0, "{}: {mutated}", rule.id);
                }
                let again = call(&policy, "validate", mutated, &settings);
                assert_eq!(again.get("mutated_object"), None, "{}: {mutated}", rule.id);
                for kept in ["apiVersion", "kind"] {
                    assert_eq!(mutated[kept], object[kept], "{}", rule.id);
                }
                assert_eq!(mutated["metadata"]["name"], object["metadata"]["name"], "{}", rule.id);
                repaired += 1;
                repairs = true;
            }
        }
        rules += usize::from(repairs);
    }
    assert!(rules > 2 && repaired > rules, "{rules} rules repaired {repaired} objects");
}
