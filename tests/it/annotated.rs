//! The annotated modules of `dist/`: the same program each, and metadata that Kubewarden reads.

use crate::wapc_host::dist;
use patternwarden::neighbours::{READS, Read};
use serde_json::{Value, json};
use std::fs;

const SECTION: &str = "io.kubewarden.metadata";
const VARIANTS: &str = include_str!("../../policies/patternwarden/variants.yml");

/// An unsigned LEB128 number and what follows it.
fn number(bytes: &[u8]) -> (usize, &[u8]) {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return (value, &bytes[at + 1..]);
        }
    }
    panic!("a number without end");
}

/// The name and the content of the one custom section that these bytes are.
fn custom_section(bytes: &[u8]) -> (&str, &[u8]) {
    let (&id, rest) = bytes.split_first().expect("a section");
    assert_eq!(id, 0, "a custom section");
    let (size, rest) = number(rest);
    assert_eq!(rest.len(), size, "nothing follows the section");
    let (length, rest) = number(rest);
    let (name, content) = rest.split_at(length);
    (core::str::from_utf8(name).expect("a name"), content)
}

#[test]
fn a_variant_may_ask_for_what_rules_read() {
    let variants: Value = serde_yaml::from_str(VARIANTS).expect("YAML");
    let kind = |read: &&Read| json!({"apiVersion": read.api_version, "kind": read.kind});
    let mut expected: Vec<Value> = READS.iter().map(kind).collect();
    expected.sort_by_key(Value::to_string);
    for variant in variants.as_array().expect("a list") {
        if variant["contextAwareResources"].is_null() {
            continue;
        }
        let mut kinds = variant["contextAwareResources"].as_array().expect("a list").clone();
        kinds.sort_by_key(Value::to_string);
        assert_eq!(kinds, expected, "{}", variant["name"]);
    }
}

#[test]
fn every_variant_is_the_module_and_its_metadata() {
    let program = |file: &str| fs::read(dist().join(file)).expect("a module");
    let (plain, asking) = (program("policy.wasm"), program("policy-context.wasm"));
    let variants: Value = serde_yaml::from_str(VARIANTS).expect("YAML");
    let variants = variants.as_array().expect("a list");
    assert_eq!(variants.len(), 4);
    for variant in variants {
        let name = variant["name"].as_str().expect("a name");
        let dash = if name.is_empty() { "" } else { "-" };
        let file = format!("annotated-policy{dash}{name}.wasm");
        let annotated = fs::read(dist().join(&file)).expect("an annotated module");
        let module = if variant["contextAwareResources"].is_null() { &plain } else { &asking };
        let section =
            annotated.strip_prefix(&**module).expect("the bytes of the module come first");
        let (found, content) = custom_section(section);
        assert_eq!(found, SECTION);
        let metadata: Value = serde_json::from_slice(content).expect("JSON");
        let or = |key: &str, default: Value| match &variant[key] {
            Value::Null => default,
            said => said.clone(),
        };
        assert_eq!(metadata["protocolVersion"], "v1", "{file}");
        assert_eq!(metadata["executionMode"], "kubewarden-wapc", "{file}");
        assert_eq!(metadata["mutating"], or("mutating", json!(false)), "{file}");
        for key in ["contextAwareResources", "hostCapabilities"] {
            assert_eq!(metadata[key], variant[key], "{file}: {key}");
        }
        assert!(metadata["annotations"]["io.kubewarden.policy.usage"].is_string(), "{file}");
    }
}
