//! What a platform may want, where other rules have a word to say about any example of it.

use super::support::{judge, settings};
use patternwarden::set::Scope;

#[test]
fn the_resolver_of_the_node_is_left_alone() {
    let count = |spec: &str| {
        let json = r#"{"rules": {"dns-config-policy": {"ndots": 2}}}"#;
        let all = settings(json).only(|rule| rule.id == "dns-config-policy");
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: \
             {{{spec}, containers: [{{name: a, image: 'r.example/a:1'}}]}}\n"
        );
        judge(&text, &all.with_scope(Scope::Closed)).findings.len()
    };
    assert_eq!(count("hostNetwork: true, dnsPolicy: Default"), 0);
    assert_eq!(count("hostNetwork: false, dnsPolicy: Default"), 1);
    assert_eq!(count("hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet"), 1);
}
