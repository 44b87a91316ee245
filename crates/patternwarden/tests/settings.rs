//! Settings as a person writes them: what is accepted, and what every mistake says.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

#[path = "support/forms.rs"]
mod forms;

use patternwarden::param::Param;
use patternwarden::rule::PssLevel;
use patternwarden::set::Scope;
use patternwarden::tree::{Document, from_deserializer};
use patternwarden::{Admission, Minor, Pattern, RULES, Rule, Settings, SettingsError, rules};

fn json(text: &str) -> Document {
    from_deserializer(&mut serde_json::Deserializer::from_str(text)).expect("JSON")
}

fn yaml(text: &str) -> Document {
    let mut stream = patternwarden_yaml::read(text);
    assert!(stream.errors.is_empty(), "{:?}", stream.errors);
    stream.documents.pop().unwrap_or_default()
}

fn errors(document: &Document) -> Vec<SettingsError> {
    Settings::from_document(document).expect_err("these settings are wrong")
}

/// Settings that are right.
fn settings(text: &str) -> Settings {
    Settings::from_document(&json(text)).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

/// Every error of JSON settings as `pointer: message`.
fn complaints(text: &str) -> Vec<String> {
    errors(&json(text)).iter().map(ToString::to_string).collect()
}

/// The one error of JSON settings.
fn complaint(text: &str) -> String {
    let mut all = complaints(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    all.remove(0)
}

fn rule(id: &str) -> &'static Rule {
    rules::find(id).unwrap()
}

fn enabled(settings: &Settings) -> Vec<&'static str> {
    RULES.iter().filter(|rule| settings.is_enabled(rule)).map(|rule| rule.id).collect()
}

fn defaults() -> Vec<&'static str> {
    RULES.iter().filter(|rule| rule.enabled).map(|rule| rule.id).collect()
}

#[test]
fn an_empty_document_is_the_defaults() {
    for text in ["{}", "null"] {
        let empty = settings(text);
        assert_eq!(empty.target(), Minor::DEFAULT);
        assert_eq!(empty.scope(), Scope::Open);
        assert_eq!(enabled(&empty), defaults());
    }
    for text in ["", "# nothing yet\n", "---\n", "{}\n", "~\n"] {
        assert!(Settings::from_document(&yaml(text)).is_ok(), "{text:?}");
    }
}

#[test]
fn every_offence_is_reported_at_once_with_its_pointer() {
    let found = complaints(
        r#"{
            "tarjet": "1.36",
            "target": "1.12",
            "profiles": ["defualt", 3],
            "input_complete": "yes",
            "rules": {
                "run-as-non-root-mising": "error",
                "run-as-non-root-missing": "eror",
                "service-selects-nothing": {"severity": "loud", "admission": "block", "max": 1},
                "health-prob/*": "off"
            }
        }"#,
    );
    for expected in [
        "/tarjet: there is no setting `tarjet`; did you mean `target`?",
        "/target: expected a Kubernetes version from \"1.29\" to \"1.37\"",
        "/profiles/0: there is no profile `defualt`; did you mean `default`?",
        "/profiles/1: expected the name of a profile",
        "/input_complete: expected true or false",
        "/rules/run-as-non-root-mising: there is no rule `run-as-non-root-mising`; did you mean \
         `run-as-non-root-missing`?",
        "/rules/run-as-non-root-missing: there is no severity `eror`; did you mean `error`?",
        "/rules/service-selects-nothing/severity: expected error, warning, info, hint or off",
        "/rules/service-selects-nothing/admission: expected off, warn or deny",
        "/rules/service-selects-nothing/max: there is no parameter of `service-selects-nothing` \
         `max`",
        "/rules/health-prob~1*: there is no pattern `health-prob`; did you mean `health-probe`?",
    ] {
        assert!(found.iter().any(|message| message == expected), "{expected}\n{found:#?}");
    }
    assert_eq!(found.len(), 11, "{found:#?}");
}

#[test]
fn wrong_types_say_what_was_expected() {
    for (text, expected) in [
        ("[]", "/: expected a map of settings"),
        (r#""default""#, "/: expected a map of settings"),
        (r#"{"rules": []}"#, "/rules: expected a map from rule to setting"),
        (r#"{"rules": null}"#, "/rules: expected a map from rule to setting"),
        (r#"{"profiles": "default"}"#, "/profiles: expected a list of profiles"),
        (r#"{"input_complete": 1}"#, "/input_complete: expected true or false"),
        (
            r#"{"rules": {"service-selects-nothing": 3}}"#,
            "/rules/service-selects-nothing: expected a severity, `off`, `on` or a map",
        ),
        (
            r#"{"rules": {"service-selects-nothing": null}}"#,
            "/rules/service-selects-nothing: expected a severity, `off`, `on` or a map",
        ),
        (
            r#"{"rules": {"service-selects-nothing": {"severity": true}}}"#,
            "/rules/service-selects-nothing/severity: expected error, warning, info, hint or off",
        ),
    ] {
        assert_eq!(complaint(text), expected, "{text}");
    }
}

#[test]
fn what_is_far_from_every_name_gets_no_guess() {
    let message = complaint(r#"{"rules": {"zzzzzz": "off"}}"#);
    assert_eq!(message, "/rules/zzzzzz: there is no rule `zzzzzz`");
}

#[test]
fn errors_of_text_say_where_they_stand() {
    let text = "rules:\n  no-such-rule: off\ntargte: \"1.36\"\n";
    let spans: Vec<&str> = errors(&yaml(text)).iter().map(|e| e.span.unwrap().of(text)).collect();
    assert_eq!(spans, ["no-such-rule", "targte"]);
    assert!(errors(&json(r#"{"x": 1}"#)).iter().all(|error| error.span.is_none()));
}

#[test]
fn a_key_that_appears_twice_is_an_error() {
    let twice = complaint(r#"{"target": "1.30", "target": "1.31"}"#);
    assert_eq!(twice, "/target: this key appears again below");
    let deep = complaint(
        r#"{"rules": {"service-selects-nothing": "off", "service-selects-nothing": "error"}}"#,
    );
    assert_eq!(deep, "/rules/service-selects-nothing: this key appears again below");
}

#[test]
fn off_and_on_may_be_booleans_as_yaml_reads_them() {
    let id = "service-selects-nothing";
    for off in ["off", "false", "\"off\"", "no", "{severity: off}", "{severity: \"off\"}"] {
        let settings = Settings::from_document(&yaml(&format!("rules: {{{id}: {off}}}\n")));
        assert!(!settings.unwrap().is_enabled(rule(id)), "{off}");
    }
    for on in ["on", "true", "error", "hint", "{}", "{admission: deny}", "{admission: off}"] {
        let text = format!("profiles: [none]\nrules: {{{id}: {on}}}\n");
        let settings = Settings::from_document(&yaml(&text)).unwrap();
        assert_eq!(enabled(&settings), [id], "{on}");
    }
    let text = format!("rules: {{{id}: {{admission: off}}}}\n");
    let settings = Settings::from_document(&yaml(&text)).unwrap();
    assert_eq!(settings.admission(rule(id)), Admission::Off);
}

#[test]
fn a_rule_is_more_specific_than_its_pattern_whatever_the_order() {
    let (pattern, id) = ("process-containment", "run-as-non-root-missing");
    assert!(rule(id).patterns.contains(&Pattern::ProcessContainment));
    for text in [
        format!(r#"{{"rules": {{"{pattern}/*": "off", "{id}": "error"}}}}"#),
        format!(r#"{{"rules": {{"{id}": "error", "{pattern}/*": "off"}}}}"#),
    ] {
        let settings = settings(&text);
        assert!(settings.is_enabled(rule(id)), "{text}");
        let of_pattern = RULES.iter().filter(|r| r.patterns.contains(&Pattern::ProcessContainment));
        for other in of_pattern.filter(|other| other.id != id) {
            assert!(!settings.is_enabled(other), "{text}: {}", other.id);
        }
    }
    let denied = settings(&format!(r#"{{"rules": {{"{pattern}/*": {{"admission": "deny"}}}}}}"#));
    for other in RULES {
        let guards = other.patterns.contains(&Pattern::ProcessContainment);
        let expected = if guards { Admission::Deny } else { other.admission };
        assert_eq!(denied.admission(other), expected, "{}", other.id);
    }
}

#[test]
fn a_mistake_in_a_pattern_entry_is_reported_once() {
    let message = complaint(r#"{"rules": {"process-containment/*": "of"}}"#);
    assert_eq!(
        message,
        "/rules/process-containment~1*: there is no severity `of`; did you mean `off`?"
    );
    assert!(complaint(r#"{"rules": {"health-probe/x": "off"}}"#).contains("there is no rule"));
    assert!(complaint(r#"{"rules": {"/*": "off"}}"#).contains("there is no pattern ``"));
}

#[test]
fn profiles_are_merged_in_order_and_rules_come_last() {
    let all: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let none: [&str; 0] = [];
    assert_eq!(enabled(&settings(r#"{"profiles": ["default"]}"#)), defaults());
    assert_eq!(enabled(&settings(r#"{"profiles": ["none"]}"#)), none);
    assert_eq!(enabled(&settings(r#"{"profiles": ["strict"]}"#)), all);
    assert_eq!(enabled(&settings(r#"{"profiles": ["none", "default"]}"#)), defaults());
    assert_eq!(enabled(&settings(r#"{"profiles": ["strict", "none"]}"#)), none);
    let id = "service-selects-nothing";
    for text in [
        format!(r#"{{"rules": {{"{id}": "on"}}, "profiles": ["none"]}}"#),
        format!(r#"{{"profiles": ["none"], "rules": {{"{id}": "on"}}}}"#),
    ] {
        assert_eq!(enabled(&settings(&text)), [id], "{text}");
    }
}

#[test]
fn learning_shows_everything_and_denies_nothing() {
    let learning = settings(r#"{"profiles": ["learning"]}"#);
    for rule in RULES {
        assert!(learning.is_enabled(rule) && learning.admission(rule) == Admission::Off);
    }
}

#[test]
fn the_pod_security_profiles_enforce_their_level_and_nothing_else() {
    for (name, level) in
        [("pss-baseline", PssLevel::Baseline), ("pss-restricted", PssLevel::Restricted)]
    {
        let held = settings(&format!(r#"{{"profiles": ["{name}"]}}"#));
        for rule in RULES {
            let control = rule.pss.and_then(|pss| pss.control(level, Minor::DEFAULT));
            assert_eq!(held.is_enabled(rule), control.is_some(), "{name}: {}", rule.id);
            if control.is_some() {
                assert_eq!(held.admission(rule), Admission::Deny, "{name}: {}", rule.id);
            }
        }
    }
    assert!(complaint(r#"{"profiles": ["pss-basline"]}"#).contains("did you mean `pss-baseline`?"));
    assert!(complaint(r#"{"profiles": ["stricct"]}"#).contains("did you mean `strict`?"));
}

#[test]
fn targets_are_versions_in_several_forms() {
    let target = |document: &Document| Settings::from_document(document).map(|s| s.target());
    for text in ["target: \"1.30\"", "target: 1.30", "target: v1.30", "target: v1.30.2"] {
        assert_eq!(target(&yaml(&format!("{text}\n"))), Ok(Minor(30)), "{text}");
    }
    assert_eq!(target(&json(r#"{"target": 1.36}"#)), Ok(Minor(36)));
    for minor in 29..=37 {
        assert_eq!(target(&json(&format!(r#"{{"target": "1.{minor}"}}"#))), Ok(Minor(minor)));
    }
    // JSON has no trailing zero to keep, so a number there is 1.3, which is too old to be meant.
    for wrong in [
        "1.30",
        "\"1.28\"",
        "\"1.38\"",
        "\"1.300\"",
        "\"1\"",
        "\"2.36\"",
        "\"1.\"",
        "\"1.+36\"",
        "\"latest\"",
        "\"\"",
        "36",
        "true",
        "null",
        "[\"1.36\"]",
        "{}",
        "-1.36",
    ] {
        let message = complaint(&format!(r#"{{"target": {wrong}}}"#));
        assert_eq!(
            message, "/target: expected a Kubernetes version from \"1.29\" to \"1.37\"",
            "{wrong}"
        );
    }
}

#[test]
fn whether_the_input_is_complete() {
    assert_eq!(settings(r#"{"input_complete": true}"#).scope(), Scope::Closed);
    assert_eq!(settings(r#"{"input_complete": false}"#).scope(), Scope::Open);
}

#[test]
fn the_settings_of_a_policy_can_be_pasted_whole() {
    for kind in ["ClusterAdmissionPolicy", "AdmissionPolicy"] {
        let policy = |settings: &str| {
            yaml(&format!(
                "apiVersion: policies.kubewarden.io/v1\nkind: {kind}\nmetadata:\n  name: p\n\
                 spec:\n  module: registry://registry.example/patternwarden:v1\n{settings}"
            ))
        };
        let read = Settings::from_document(&policy("  settings:\n    target: v1.31\n")).unwrap();
        assert_eq!(read.target(), Minor(31));
        for empty in ["", "  settings: {}\n", "  settings:\n"] {
            let read = Settings::from_document(&policy(empty)).unwrap();
            assert_eq!(read.target(), Minor::DEFAULT, "{empty:?}");
        }
        let found = errors(&policy("  settings:\n    tarjet: v1.31\n"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer, "/spec/settings/tarjet");
    }
    let found = complaints(r#"{"kind": "Pod", "target": "1.36"}"#);
    assert_eq!(found, ["/kind: there is no setting `kind`"]);
}

/// A value of a parameter as JSON text: one that is right, and some that are not.
fn samples(param: &Param) -> (String, Vec<String>) {
    let text = str::to_owned;
    match param {
        Param::Int(p) => {
            let past = |n: Option<i64>| n.map(|n| n.to_string());
            let outside = [past(p.max.checked_add(1)), past(p.min.checked_sub(1))];
            let mut wrong: Vec<String> = outside.into_iter().flatten().collect();
            wrong.extend([text("1.5"), text("\"1\""), text("null"), text("[]")]);
            (p.max.to_string(), wrong)
        }
        Param::Flag(_) => (text("true"), vec![text("\"true\""), text("1"), text("null")]),
        Param::Choice(p) => (format!("\"{}\"", p.options[0]), vec![text("\"\""), text("true")]),
        Param::Strings(_) => {
            (text("[\"a\", \"b*\"]"), vec![text("\"a\""), text("[1]"), text("{}"), text("null")])
        }
        Param::Entries(_, form) => {
            let (right, wrong) = forms::samples(*form);
            let list = |entry: &str| serde_json::json!([entry]).to_string();
            let wrong = wrong.into_iter().chain(forms::only_read(*form).iter().copied());
            let mut wrong: Vec<String> = wrong.map(list).collect();
            wrong.extend([text("\"a\""), text("[1]"), text("{}"), text("null")]);
            (serde_json::json!(right).to_string(), wrong)
        }
        _ => panic!("a new kind of parameter needs samples"),
    }
}

#[test]
fn every_parameter_accepts_its_own_values_and_refuses_others() {
    for rule in RULES {
        for param in rule.params {
            let (right, wrong) = samples(param);
            let with = |value: &str| {
                format!(r#"{{"rules": {{"{}": {{"{}": {value}}}}}}}"#, rule.id, param.name())
            };
            settings(&with(&right));
            for value in wrong {
                let message = complaint(&with(&value));
                // The entry that is wrong, where it is one of a list that looks like one.
                let entry = matches!(param, Param::Entries(..)) && value.starts_with("[\"");
                let entry = if entry { "/0" } else { "" };
                let place = format!("/rules/{}/{}{entry}: expected ", rule.id, param.name());
                assert!(message.starts_with(&place), "{value}: {message}");
            }
        }
    }
}

#[test]
fn defaults_of_parameters_are_values_that_they_accept() {
    for rule in RULES {
        for param in rule.params {
            match param {
                Param::Int(p) => assert!((p.min..=p.max).contains(&p.default), "{}", p.name),
                Param::Choice(p) => assert!(p.options.contains(&p.default), "{}", p.name),
                Param::Entries(p, form) => {
                    assert!(p.default.iter().all(|entry| form.holds(entry)), "{}", p.name);
                }
                _ => {}
            }
            let name = param.name();
            let snake =
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(snake && !["severity", "admission"].contains(&name), "{}: {name}", rule.id);
            assert!(param.doc().ends_with('.'), "{}: {}", rule.id, param.doc());
        }
    }
}

#[test]
fn former_names_of_rules_still_work() {
    for rule in RULES {
        for alias in rule.aliases {
            let settings = settings(&format!(r#"{{"rules": {{"{alias}": "off"}}}}"#));
            assert!(!settings.is_enabled(rule), "{alias}");
            assert_eq!(rules::find_or_alias(alias).map(|found| found.id), Some(rule.id));
        }
    }
}

#[test]
fn hostile_settings_end_in_errors_or_settings() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let wide =
        format!("{{{}}}", (0..2000).map(|n| format!("\"k{n}\": 1")).collect::<Vec<_>>().join(","));
    assert_eq!(complaint(&deep), "/: expected a map of settings");
    assert_eq!(complaints(&wide).len(), 2000);
    let long = format!(r#"{{"{}": 1}}"#, "x".repeat(100_000));
    assert_eq!(complaints(&long).len(), 1);
}
