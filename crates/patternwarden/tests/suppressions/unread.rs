//! What could not be read, which nobody may call well.

use crate::support::settings;
use crate::{NONE, judged, only};
use patternwarden::check;

#[test]
fn what_could_not_be_read_is_never_suppressed() {
    let comment = "# patternwarden: ignore-object document-not-checked -- nobody looks at this\n";
    let of =
        |object: &str| judged(&format!("{comment}{object}"), &only("document-not-checked", ""));
    // Of a kind that no rule reads, it may be said that this is well.
    let (found, hidden) =
        of("apiVersion: example.com/v1\nkind: Certificate\nmetadata: {name: a}\n");
    assert_eq!((found, hidden.len()), (Vec::new(), 1));
    for unread in
        ["apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n", "image: {}\nport: 80\n"]
    {
        let (found, hidden) = of(unread);
        assert_eq!(hidden, NONE, "{unread}");
        assert!(found.iter().any(|f| f.starts_with("document-not-checked")), "{found:?}");
        assert!(found.iter().any(|f| f.starts_with("suppression-")), "{found:?}");
    }
}

#[test]
fn what_could_not_be_read_is_hidden_by_exemptions_alone() {
    let id = "document-not-checked";
    let wrong = |version: &str, kind: &str| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: shop\n  annotations:\n    \
             ignore.patternwarden.dev/{id}: another tool reads it\n"
        )
    };
    let said = |text: &str, json: &str| {
        let report = check(&patternwarden_yaml::read(text), &settings(json));
        let of = |list: &[patternwarden::report::Finding], rule: &str| {
            list.iter().filter(|found| found.rule == rule).count()
        };
        let refused = of(&report.findings, "suppression-not-allowed");
        (of(&report.findings, id), of(&report.suppressed, id), refused)
    };
    assert_eq!(
        said(&wrong("example.com/v1", "Fountain"), "{}"),
        (0, 1, 0),
        "nothing is known of it"
    );
    let text = wrong("v1", "Deployment");
    assert_eq!(said(&text, "{}"), (1, 0, 1), "it is a Deployment, and nobody looked");
    let exempt = format!(
        r#"{{"exemptions": [{{"rules": ["{id}"], "match": {{"names": ["shop"]}}, "reason": "reviewed by us"}}]}}"#
    );
    assert_eq!(said(&text, &exempt).1, 1);
}
