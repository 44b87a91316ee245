//! What an administrator exempts, what annotations may hide, and what is said of both, by the built
//! policy.

use crate::objects::{RULE, deployment, owned, pod, root_spec};
use crate::requests::create;
use crate::wapc_host::Policy;
use serde_json::{Value, json};

const REASON: &str = "reviewed by the platform team";
/// Fixes a Pod by saying what its user already means.
const MUTABLE: &str = "run-as-user-only";

/// Settings under which [`RULE`] has this effect and nothing else is judged, with more keys.
fn settings(admission: &str, more: &Value) -> Value {
    let mut out = json!({"profiles": ["none"], "rules": {RULE: {"admission": admission}}});
    for (key, value) in more.as_object().expect("a map") {
        match (key.as_str(), &mut out[key]) {
            ("rules", Value::Object(rules)) => {
                rules.extend(value.as_object().expect("a map").clone());
            }
            (_, place) => *place = value.clone(),
        }
    }
    out
}

fn exempt(matching: &Value, until: Option<&str>) -> Value {
    json!({"exemptions": [{"rules": [RULE], "match": matching, "reason": REASON, "until": until}]})
}

/// The Deployment `web` of the namespace `shop` with two containers as root.
fn web() -> Value {
    let mut spec = root_spec();
    let other = json!({"name": "proxy", "image": "registry.example/mirror/proxy:2"});
    spec["containers"].as_array_mut().expect("a list").push(other);
    let mut object = deployment(&spec);
    object["metadata"]["namespace"] = json!("shop");
    object["metadata"]["labels"] = json!({"team": "platform"});
    object
}

fn annotated(text: &str) -> Value {
    let mut object = web();
    let key = format!("ignore.patternwarden.dev/{RULE}");
    object["metadata"]["annotations"] = json!({key: text});
    object
}

fn validate(object: &Value, settings: &Value) -> Value {
    Policy::new().validate(&create(object), settings)
}

/// How many findings deny.
fn denying(answer: &Value) -> usize {
    let message = answer["message"].as_str().unwrap_or_default();
    assert_eq!(answer["accepted"], message.is_empty(), "{answer}");
    message.lines().skip(1).count()
}

#[test]
fn exemptions_cover_what_they_match_and_nothing_else() {
    // What is matched, and how many of the two findings still deny.
    let cases = [
        (json!({"namespaces": ["shop"]}), 0),
        (json!({"namespaces": ["sh*"]}), 0),
        (json!({"namespaces": ["store"]}), 2),
        (json!({"kinds": ["Deployment"]}), 0),
        (json!({"kinds": ["apps/Deployment"]}), 0),
        (json!({"kinds": ["argocd.io/Deployment", "Pod"]}), 2),
        (json!({"names": ["w*b"]}), 0),
        (json!({"names": ["web-*"]}), 2),
        (json!({"label_selector": {"matchLabels": {"team": "platform"}}}), 0),
        (json!({"label_selector": {"matchLabels": {"app": "web"}}}), 0),
        (json!({"label_selector": {"matchLabels": {"team": "shop"}}}), 2),
        (
            json!({"label_selector": {
                "matchExpressions": [{"key": "team", "operator": "In", "values": ["platform"]}],
            }}),
            0,
        ),
        (json!({"containers": ["app"]}), 1),
        (json!({"containers": ["app", "prox?"]}), 0),
        (json!({"images": ["registry.example/mirror"]}), 1),
        (json!({"images": ["registry.example/mir"]}), 2),
        // All keys must match, and of each list one entry.
        (json!({"namespaces": ["store", "shop"], "containers": ["proxy"]}), 1),
        (json!({"namespaces": ["store"], "names": ["web"]}), 2),
        // Files are not what a cluster sees.
        (json!({"files": ["**"]}), 2),
    ];
    for (matching, left) in cases {
        let answer = validate(&web(), &settings("deny", &exempt(&matching, None)));
        assert_eq!(denying(&answer), left, "{matching}: {answer}");
        let noted = &answer["audit_annotations"]["suppressed"];
        let expected = if left < 2 { json!(format!("{RULE}=settings")) } else { Value::Null };
        assert_eq!(*noted, expected, "{matching}");
    }
}

#[test]
fn an_exemption_by_name_covers_what_the_controller_makes() {
    let mut made = owned(pod(&root_spec()));
    made["metadata"]["name"] = json!("web-6d5f8-x2x2x");
    for (name, left) in [("web", 0), ("other", 1)] {
        let names = exempt(&json!({"names": [name]}), None);
        assert_eq!(denying(&validate(&made, &settings("deny", &names))), left, "{name}");
    }
}

#[test]
fn an_exemption_ends_with_its_last_day() {
    let at = |until: &str, more: &Value, object: &Value| {
        let mut written = settings("deny", &exempt(&json!({"names": ["web"]}), Some(until)));
        for (key, value) in more.as_object().expect("a map") {
            written["rules"][key] = value.clone();
        }
        if let Some(day) = more.get("as_of") {
            written["rules"].as_object_mut().expect("a map").remove("as_of");
            written["as_of"] = day.clone();
        }
        validate(object, &written)
    };
    let today = json!({"as_of": "2027-06-30"});
    assert_eq!(denying(&at("2027-06-29", &today, &web())), 2);
    assert_eq!(denying(&at("2027-06-30", &today, &web())), 0);
    // Whoever is denied for it learns why: the exemption is over.
    let told = json!({"as_of": "2027-06-30", "suppression-expired": {"admission": "warn"}});
    let answer = at("2027-06-29", &told, &web());
    let warning = answer["warnings"][0].as_str().expect("a warning");
    assert!(warning.starts_with("suppression-expired: "), "{warning}");
    // Without a day in the settings, the newest time that the API server wrote counts.
    let mut live = web();
    live["metadata"]["managedFields"] = json!([{"manager": "ci", "time": "2027-07-01T08:00:00Z"}]);
    assert_eq!(denying(&at("2027-06-30", &json!({}), &live)), 2);
    assert_eq!(denying(&at("2027-07-01", &json!({}), &live)), 0);
    // Nothing says which day it is: it holds, and auditors are told.
    let answer = at("2027-06-30", &json!({}), &web());
    assert_eq!((denying(&answer), &answer["audit_annotations"]["clock"]), (0, &json!("unknown")));
}

#[test]
fn annotations_hide_what_settings_let_them() {
    let none = json!({});
    let open = json!({"suppressions": {"annotations_at_admission": "all"}});
    let shut = json!({"suppressions": {"annotations_at_admission": "off"}});
    let locked = json!({"suppressions": {"locked": [RULE]}});
    let dated = json!({"suppressions": {"require_until": true}});
    let good = "the vendor's image runs as root";
    // The effect of the rule, the annotation, more settings, and whether it hides.
    let cases = [
        ("warn", good, &none, true),
        ("warn", "", &none, false),
        ("warn", "short", &none, false),
        ("deny", good, &none, false),
        ("deny", good, &open, true),
        ("warn", good, &shut, false),
        ("warn", good, &locked, false),
        ("warn", good, &dated, false),
        ("warn", "until=2099-01-01; the vendor's image runs as root", &dated, true),
    ];
    for (effect, text, more, hides) in cases {
        let answer = validate(&annotated(text), &settings(effect, more));
        let own = answer["warnings"].as_array().map_or(0, |warnings| {
            let own =
                |warning: &&Value| warning.as_str().is_some_and(|text| text.starts_with(RULE));
            warnings.iter().filter(own).count()
        });
        let spoke = own > 0 || answer["accepted"] == false;
        assert_eq!(spoke, !hides, "{effect} {text:?} {more}: {answer}");
        let noted = &answer["audit_annotations"]["suppressed"];
        assert_eq!(noted.is_string(), hides, "{effect} {text:?} {more}: {answer}");
    }
}

#[test]
fn what_hides_nothing_is_said() {
    let warned = |object: &Value, rule: &str, more: &Value| {
        let mut written = settings("deny", more);
        written["rules"][rule] = json!({"admission": "warn"});
        let answer = validate(object, &written);
        assert_eq!(denying(&answer), 2, "{answer}");
        let list = answer["warnings"].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().any(|text| text.as_str().is_some_and(|text| text.starts_with(rule)))
    };
    let none = json!({});
    assert!(warned(&annotated(""), "suppression-without-reason", &none));
    assert!(warned(
        &annotated("the vendor's image runs as root"),
        "suppression-not-allowed",
        &none
    ));
    let mut unknown = web();
    unknown["metadata"]["annotations"] = json!({"ignore.patternwarden.dev/run-as-non-rot-missing": "the vendor's image runs as root"});
    assert!(warned(&unknown, "suppression-unknown-rule", &none));
    // An unused one disturbs nobody at admission, and stands in the Report.
    let mut good = annotated("the vendor's image runs as root");
    good["spec"]["template"]["spec"]["securityContext"] = json!({"runAsNonRoot": true});
    let unused = "suppression-unused";
    let written = settings("deny", &json!({"rules": {unused: {"admission": "warn"}}}));
    assert_eq!(validate(&good, &written)["warnings"], Value::Null);
    let payload = json!({"request": create(&good), "settings": written});
    let report = Policy::new().call("report", &payload).expect("a Report");
    let found = report["findings"].as_array().expect("a list");
    assert!(found.iter().any(|finding| finding["rule"] == unused), "{report}");
}

#[test]
fn what_is_locked_hard_nobody_opens() {
    for (lock, left) in [("locked", 0), ("locked_hard", 2)] {
        for name in
            [RULE, "pattern:process-containment", "profile:pss-restricted", "severity:warning"]
        {
            let mut more = exempt(&json!({"names": ["web"]}), None);
            more["suppressions"] = json!({lock: [name]});
            let answer = validate(&web(), &settings("deny", &more));
            assert_eq!(denying(&answer), left, "{lock} {name}: {answer}");
        }
    }
}

#[test]
fn what_somebody_lives_with_is_not_repaired() {
    let mut object = pod(&root_spec());
    object["spec"]["securityContext"] = json!({"runAsUser": 1000});
    let written = |more: Value| {
        let mut out = json!({"profiles": ["none"], "mutate": [MUTABLE]});
        for (key, value) in more.as_object().expect("a map") {
            out[key] = value.clone();
        }
        out
    };
    let repaired = validate(&object, &written(json!({})));
    assert_eq!(repaired["mutated_object"]["spec"]["securityContext"]["runAsNonRoot"], true);
    let entry = json!({"rules": [MUTABLE], "match": {"names": ["web"]}, "reason": REASON});
    let kept = validate(&object, &written(json!({"exemptions": [entry]})));
    assert_eq!(kept.get("mutated_object"), None, "{kept}");
    let key = format!("ignore.patternwarden.dev/{MUTABLE}");
    object["metadata"]["annotations"] = json!({key: "the user is set by the image"});
    let kept = validate(&object, &written(json!({})));
    assert_eq!(kept.get("mutated_object"), None, "{kept}");
}

#[test]
fn exemptions_that_are_wrong_are_refused_with_every_offence() {
    let entry = |rules: &str, matching: Value, reason: &str| json!({"rules": [rules], "match": matching, "reason": reason});
    let wrong = json!({
        "as_of": "tomorrow",
        "exemptions": [
            entry("run-as-rot", json!({"names": ["web"]}), REASON),
            entry(RULE, json!({}), REASON),
            entry(RULE, json!({"name": ["web"]}), "x"),
            {"rules": ["*"], "match": {"names": ["web"]}},
        ],
        "suppressions": {"locked": ["severity:loud"]},
    });
    let answer = Policy::new().call("validate_settings", &wrong).expect("an answer");
    assert_eq!(answer["valid"], false);
    let message = answer["message"].as_str().expect("a message");
    for offence in [
        "/as_of: ",
        "/exemptions/0/rules/0: there is no rule `run-as-rot`; did you mean `run-as-root`?",
        "/exemptions/1/match: ",
        "/exemptions/2/match/name: ",
        "/exemptions/2/reason: ",
        "/exemptions/3/rules/0: ",
        "/exemptions/3: ",
        "/suppressions/locked/0: ",
    ] {
        assert!(message.lines().any(|line| line.starts_with(offence)), "{offence}\n{message}");
    }
}
