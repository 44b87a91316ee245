//! Annotations of our own that say something wrong.

use crate::POD;
use crate::support::settings;
use patternwarden::check;

#[test]
fn what_names_no_pattern_is_said_and_where_it_is_near_repaired() {
    let said = |notes: &str| {
        let text = POD.replace("name: shop\nspec", &format!("name: shop\n  {notes}\nspec"));
        let report = check(&patternwarden_yaml::read(&text), &settings("{}"));
        let said = report.findings.into_iter().filter(|f| f.rule == "suppression-malformed");
        said.map(|f| (f.message, f.fixes.first().map(|fix| fix.operations[0].value.clone())))
            .collect::<Vec<_>>()
    };
    assert_eq!(said("annotations: {patternwarden.dev/pattern: 'sidecar, singleton-service'}"), []);
    assert_eq!(said("annotations: {patternwarden.dev/singleton: 'true'}"), []);
    assert_eq!(
        said("annotations: {patternwarden.dev/pattern: 'sidecar,singelton-service, fountain'}"),
        [
            (
                "no pattern is called `singelton-service`, but `singleton-service` is".to_owned(),
                Some(Some("\"sidecar, singleton-service, fountain\"".to_owned())),
            ),
            ("no pattern is called `fountain`".to_owned(), None),
        ]
    );
    for empty in ["''", "' ,'", "[sidecar]"] {
        let notes = format!("annotations: {{patternwarden.dev/pattern: {empty}}}");
        assert_eq!(
            said(&notes),
            [("`patternwarden.dev/pattern` names no pattern".to_owned(), None)]
        );
    }
    let label = said("labels: {patternwarden.dev/pattern: sidecar}");
    assert_eq!(label[0].0, "`patternwarden.dev/pattern` is a label, and says nothing");
    let odd = said("annotations: {patternwarden.dev/patern: sidecar}");
    assert_eq!(odd[0].0, "`patternwarden.dev/patern` is no annotation that is read");
}
