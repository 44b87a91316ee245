//! The talk's manifests, sent as `kubectl create` would: the built policy rejects or warns with
//! the findings that the crate makes natively.

use crate::parity::{comparable, native, objects};
use crate::requests::create;
use crate::wapc_host::Policy;
use patternwarden::{Admission, RULES, Severity, Stream, Surface, rules};
use serde_json::{Value, json};

/// A slide, its manifests, and rules that must speak about them.
const SLIDES: [(&str, &str, &[&str]); 4] = [
    (
        "T3",
        include_str!("slides/t3-health-probe.yaml"),
        &["liveness-scope-too-wide", "probe-port-undeclared", "startup-probe-budget"],
    ),
    (
        "T12",
        include_str!("slides/t12-capabilities.yaml"),
        &["capability-not-dropped", "misplaced-field", "root-filesystem-writable"],
    ),
    (
        "T13",
        include_str!("slides/t13-read-only-root.yaml"),
        &["capability-ineffective", "image-tag-mutable", "run-as-non-root-missing"],
    ),
    ("T16", include_str!("slides/t16-crd.yaml"), &["crd-v1beta1-migrate"]),
];

/// Settings that give every rule an effect: what is an error denies, the rest warns.
fn effective() -> Value {
    let effect = |rule: &patternwarden::Rule| {
        let denies = rule.severity == Severity::Error;
        let effect = if denies { Admission::Deny } else { Admission::Warn };
        (rule.id.to_owned(), json!({"admission": effect.id()}))
    };
    json!({"rules": Value::Object(RULES.iter().map(effect).collect())})
}

/// One object of a slide, alone, as the API server sees it.
fn single(object: &Value) -> Stream {
    patternwarden_yaml::read(&object.to_string())
}

/// Rule ids of the findings that have this effect at admission, worst first.
fn expected(report: &Value, effect: Admission, everything: bool) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let counts = |finding: &&Value| {
        let rule = rules::find(finding["rule"].as_str().unwrap_or_default()).expect("a rule");
        finding["admission"] == effect.id() && (everything || rule.sees(Surface::Cluster))
    };
    let of = |severity: Severity| {
        let chosen = findings.iter().filter(counts).filter(move |f| f["severity"] == severity.id());
        chosen.map(|finding| finding["rule"].as_str().unwrap_or_default().to_owned())
    };
    Severity::ALL.into_iter().flat_map(of).collect()
}

/// Rule ids in the order in which an answer names them.
fn denied(answer: &Value) -> Vec<String> {
    let message = answer["message"].as_str().unwrap_or_default();
    let id = |line: &str| line.split(": ").next()?.split("] ").nth(1).map(str::to_owned);
    message.lines().skip(1).filter_map(id).collect()
}

fn warned(answer: &Value) -> Vec<String> {
    let warnings = answer["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let id = |warning: &Value| warning.as_str()?.split(": ").next().map(str::to_owned);
    warnings.iter().filter_map(id).collect()
}

#[test]
fn slides_are_answered_with_the_findings_of_the_crate() {
    let policy = Policy::new();
    for (slide, text, wanted) in SLIDES {
        let stream = patternwarden_yaml::read(text);
        assert!(stream.errors.is_empty(), "{slide}: {:?}", stream.errors);
        let mut spoken = Vec::new();
        let objects: Vec<Value> = serde_json::from_str(&objects(&stream)).expect("JSON");
        for object in objects {
            for (settings, everything) in [(json!({}), false), (effective(), true)] {
                let report = native(&single(&object), &settings);
                let answer = policy.validate(&create(&object), &settings);
                let deny = expected(&report, Admission::Deny, everything);
                let warn = expected(&report, Admission::Warn, everything);
                assert_eq!(denied(&answer), deny, "{slide}: {answer}");
                assert_eq!(warned(&answer), warn, "{slide}: {answer}");
                assert_eq!(answer["accepted"], deny.is_empty(), "{slide}: {answer}");
                spoken.extend(deny.into_iter().chain(warn));

                let payload = json!({"request": create(&object), "settings": settings});
                let guest = policy.call("report", &payload).expect("a report");
                assert_eq!(comparable(&guest), comparable(&report), "{slide}");
            }
        }
        for rule in wanted {
            assert!(spoken.iter().any(|id| id == rule), "{slide}: {rule} is silent: {spoken:?}");
        }
    }
}
