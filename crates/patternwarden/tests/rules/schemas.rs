//! Schemas of custom resources, clause by clause.

use crate::support::judge;
use crate::{messages, only};
use patternwarden::Severity;

const RULE: &str = "crd-schema-invalid";
const ROOT: &str = "/spec/versions/0/schema/openAPIV3Schema";

/// Places below the field `a`, and what is wrong there.
fn field(schema: &str) -> Vec<String> {
    let root = format!("{{type: object, properties: {{a: {schema}}}}}");
    let strip = |m: &String| m.replace(&format!("{ROOT}/properties/a"), "");
    whole(&root).iter().map(strip).collect()
}

fn whole(schema: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  \
         versions:\n  - name: v1\n    schema:\n      openAPIV3Schema: {schema}\n"
    );
    messages(&judge(&text, &only(RULE)))
}

#[test]
fn what_the_api_server_accepts_is_accepted() {
    for schema in [
        "{type: string, nullable: true, default: x, title: t, description: d}",
        "{x-kubernetes-int-or-string: true}",
        "{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], pattern: a}",
        "{x-kubernetes-int-or-string: true, allOf: [{anyOf: [{type: integer}, {type: string}]}, {pattern: a}]}",
        "{x-kubernetes-preserve-unknown-fields: true}",
        "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
        "{type: object, additionalProperties: true}",
        "{type: object, properties: {}, additionalProperties: {type: string}}",
        "{type: object, additionalProperties: {type: string}, required: [x]}",
        "{type: object, properties: {b: {type: string}}, oneOf: [{required: [b]}, {not: {required: [b]}}]}",
        "{type: object, properties: {b: {type: string}}, allOf: [{properties: {b: {minLength: 1, nullable: false}}}]}",
        "{type: object, properties: {$ref: {type: string}, id: {type: string}, definitions: {type: object}}}",
        "{type: array, items: {type: string}, uniqueItems: false, x-kubernetes-list-type: set}",
        "{type: array, items: {type: array, items: {type: string}}, x-kubernetes-list-type: set}",
        "{type: array, items: {type: object, x-kubernetes-map-type: atomic}, x-kubernetes-list-type: set}",
        "{type: array, items: {type: object}, x-kubernetes-list-type: atomic}",
        "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [n, p], items: {type: object, \
          required: [n], properties: {n: {type: string}, p: {type: string, default: TCP}}}}",
        "{type: string, maxLength: 5, x-kubernetes-validations: [{rule: \"self != 'oldSelf'\", message: \"a\\n\"}]}",
        "{type: string, enum: [a], x-kubernetes-validations: [{rule: self != oldSelf}]}",
        "{type: object, x-kubernetes-validations: [{rule: \"self.a ||\\nself.b\", message: m}]}",
        "{type: array, items: {type: string, maxLength: 1, x-kubernetes-validations: [{rule: \"self != 'oldSelf'\"}]}}",
    ] {
        assert_eq!(field(schema), [""; 0], "{schema}");
    }
    assert_eq!(
        whole("{type: object, required: [kind, spec], properties: {spec: {type: object}}}"),
        [""; 0]
    );
}

#[test]
fn what_the_api_server_refuses_is_found_at_its_place() {
    for (schema, place) in [
        ("{}", "/type: this field"),
        ("", "/type: this field"),
        ("{type: int}", "/type: `int`"),
        ("{type: \"null\"}", "/type: `type` cannot be null"),
        ("{type: array}", "/items: a list needs"),
        ("{type: array, items: [{type: string}]}", "/items: `items` must be one schema"),
        ("{type: array, items: {}}", "/items/type: the items"),
        ("{type: object, additionalProperties: {}}", "/additionalProperties/type"),
        ("{type: object, additionalProperties: false}", "/additionalProperties"),
        (
            "{type: object, additionalProperties: true, properties: {b: {type: string}}}",
            "/additionalProperties",
        ),
        ("{type: object, dependencies: {b: [c]}}", "/dependencies"),
        ("{type: object, patternProperties: {b: {type: string}}}", "/patternProperties"),
        ("{type: string, x-kubernetes-embedded-resource: true}", "/type: `type` of an embedded"),
        ("{type: string, anyOf: [{type: string}]}", "/anyOf/0/type"),
        ("{anyOf: [{type: integer}, {type: string}]}", "/type: this field"),
        ("{type: string, not: {nullable: true}}", "/not/nullable"),
        (
            "{type: string, oneOf: [{x-kubernetes-list-type: set}]}",
            "/oneOf/0/x-kubernetes-list-type",
        ),
        ("{type: string, allOf: [{oneOf: [{title: t}]}]}", "/allOf/0/oneOf/0/title"),
        (
            "{type: array, items: {type: string}, allOf: [{items: {default: 1}}]}",
            "/allOf/0/items/default",
        ),
        ("{type: string, x-kubernetes-list-type: set}", "/x-kubernetes-list-type: only a list"),
        (
            "{type: array, items: {type: string}, x-kubernetes-list-type: bag}",
            "/x-kubernetes-list-type: `bag`",
        ),
        (
            "{type: array, items: {type: string}, x-kubernetes-list-map-keys: [a]}",
            "/x-kubernetes-list-map-keys: only",
        ),
        (
            "{type: array, items: {type: string}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a]}",
            "/items/type: the items",
        ),
        (
            "{type: array, items: {type: object}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a]}",
            "/x-kubernetes-list-map-keys/0: the items have no",
        ),
        (
            "{type: array, items: {type: object, required: [a], properties: {a: {type: object}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a]}",
            "/x-kubernetes-list-map-keys/0: map key `a` must be a scalar",
        ),
        (
            "{type: object, x-kubernetes-validations: [{rule: \" \"}]}",
            "/x-kubernetes-validations/0/rule: a validation",
        ),
        (
            "{type: object, x-kubernetes-validations: [{rule: \"a\\nb\"}]}",
            "/x-kubernetes-validations/0/message: a `rule` of several",
        ),
        (
            "{type: array, maxItems: 1, items: {type: object, properties: {b: {type: integer, x-kubernetes-validations: [{rule: self > oldSelf}]}}}}",
            "/items/properties/b/x-kubernetes-validations/0/rule: `oldSelf`",
        ),
    ] {
        let found = field(schema);
        assert_eq!(found.len(), 1, "{schema}: {found:?}");
        assert!(found[0].starts_with(place), "{schema}: {found:?}");
    }
    for (schema, place) in [
        ("{type: string}", "/type: `type` must be `object`"),
        ("{properties: {}}", "/type: the schema has no"),
        ("{type: object, properties: {metadata: {}}}", "/properties/metadata/type"),
        (
            "{type: object, properties: {metadata: {type: object, description: d}}}",
            "/properties/metadata/description",
        ),
        (
            "{type: object, properties: {metadata: {type: object, properties: {name: {}}}}}",
            "/properties/metadata/properties/name/type",
        ),
        (
            "{type: object, properties: {s: {type: object, properties: {b: {type: string}}}}, anyOf: [{properties: {metadata: {}}}]}",
            "/anyOf/0/properties/metadata",
        ),
    ] {
        let found = whole(schema);
        assert_eq!(found.len(), 1, "{schema}: {found:?}");
        assert!(found[0].starts_with(&format!("{ROOT}{place}")), "{schema}: {found:?}");
    }
}

#[test]
fn what_is_accepted_but_useless_or_costly_is_a_warning() {
    for schema in [
        "{type: object, required: [b], properties: {}}",
        "{type: string, x-kubernetes-validations: [{rule: 'true'}]}",
        "{type: array, items: {type: string}, x-kubernetes-validations: [{rule: 'true'}]}",
    ] {
        let text = format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {{versions: \
             [{{name: v1, schema: {{openAPIV3Schema: {{type: object, properties: {{a: {schema}}}}}}}}}]}}\n"
        );
        let severities: Vec<_> =
            judge(&text, &only(RULE)).findings.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Warning], "{schema}");
    }
}

#[test]
fn the_old_version_has_rules_of_its_own() {
    let text = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\nspec: {versions: [{name: v1}]}\n";
    assert!(judge(text, &only(RULE)).findings.is_empty());
}

#[test]
fn hostile_schemas_end_in_time_with_few_findings() {
    let names: Vec<String> = (0..60_000).map(|n| format!("r{n}")).collect();
    let fields: Vec<String> = (0..60_000).map(|n| format!("f{n}: {{}}")).collect();
    let found = field(&format!(
        "{{type: object, required: [{}], properties: {{{}}}}}",
        names.join(", "),
        fields.join(", ")
    ));
    assert_eq!(found.len(), 65);
    let words: Vec<String> = (0..60_000).map(|n| format!("x-kubernetes-{n}: 1")).collect();
    let found = field(&format!("{{type: string, not: {{{}}}}}", words.join(", ")));
    assert_eq!(found.len(), 65);
    let deep = format!("{}{}", "{type: array, items: ".repeat(200), "}".repeat(200));
    assert_eq!(field(&deep).len(), 1);
}
