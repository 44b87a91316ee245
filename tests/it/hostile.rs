//! Bytes that nobody should send: a guest error, never a trap, and the instance lives on.

use crate::objects::{deployment, only, pod, root_spec};
use crate::requests::create;
use crate::wapc_host::{Policy, is_trap};
use serde_json::json;

const OPERATIONS: [&str; 3] = ["validate", "validate_settings", "report"];

/// Sends `bytes` to every operation; whatever comes back, it is no trap.
fn send(policy: &Policy, bytes: &[u8]) -> [Result<Vec<u8>, String>; 3] {
    OPERATIONS.map(|operation| {
        let answer = policy.bytes(operation, bytes);
        if let Err(error) = &answer {
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
            assert!(!error.is_empty() && !is_trap(error), "{operation}({start}): {error}");
        }
        answer
    })
}

#[test]
fn garbage_is_an_error() {
    let policy = Policy::new();
    let garbage: [&[u8]; 9] = [
        b"\0",
        b"\xff\xfe",
        b"{",
        b"{\"request\":",
        b"[]",
        b"1e999",
        b"\"\\ud800\"",
        b"{} {}",
        b"nul",
    ];
    for bytes in garbage {
        let [validate, _, report] = send(&policy, bytes);
        assert!(validate.is_err() && report.is_err(), "{bytes:?}");
    }
    let error = policy.bytes("mutate", b"{}").expect_err("no such operation");
    assert_eq!(error, "there is no operation `mutate`");
}

#[test]
fn a_request_cut_anywhere_is_an_error() {
    let policy = Policy::new();
    let whole = json!({"request": create(&deployment(&root_spec())), "settings": only("deny")});
    let whole = whole.to_string().into_bytes();
    for end in 0..whole.len() {
        let [validate, settings, report] = send(&policy, &whole[..end]);
        // Nothing at all is what a host without settings sends.
        let fine = settings.is_ok() && end == 0;
        assert!(validate.is_err() && report.is_err() && (fine || settings.is_err()), "{end}");
    }
}

#[test]
fn every_byte_may_be_wrong() {
    let policy = Policy::new();
    let whole = json!({"request": create(&pod(&root_spec())), "settings": only("deny")});
    let whole = whole.to_string().into_bytes();
    for at in 0..whole.len() {
        for byte in [b'"', b'}', b'[', b'0', 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            let _ = send(&policy, &bytes);
        }
    }
}

/// An object whose `spec` is a list of lists, this deep.
fn nested(depth: usize) -> Vec<u8> {
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    let request =
        r#"{"request":{"operation":"CREATE","object":{"kind":"Pod","apiVersion":"v1","spec":"#;
    format!("{request}{open}{close}}}}}}}").into_bytes()
}

#[test]
fn nesting_is_limited_before_the_stack_ends() {
    let policy = Policy::new();
    for (depth, fits) in [(1, true), (254, true), (255, false), (256, false), (100_000, false)] {
        let [validate, _, report] = send(&policy, &nested(depth));
        assert_eq!((validate.is_ok(), report.is_ok()), (fits, fits), "{depth}: {validate:?}");
        if let Err(error) = validate {
            assert!(error.contains("nested deeper than 255 levels"), "{error}");
        }
    }
}

#[test]
fn what_is_passed_over_may_be_nested_at_will() {
    let policy = Policy::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let object = pod(&root_spec());
    let payload = format!(
        r#"{{"request":{{"oldObject":{deep},"operation":"CREATE","object":{object}}},"settings":{}}}"#,
        only("deny")
    );
    let [validate, ..] = send(&policy, payload.as_bytes());
    assert!(validate.expect("an answer").starts_with(br#"{"accepted":false"#));
}

#[test]
fn broken_objects_are_judged_or_refused() {
    // Every value of a Deployment, replaced by something of another type.
    let policy = Policy::new();
    let whole = deployment(&root_spec());
    let mut pointers = Vec::new();
    walk(&whole, String::new(), &mut pointers);
    for pointer in pointers {
        for value in
            [json!(null), json!(7), json!(-1e18), json!("x"), json!([[]]), json!({"a": {}})]
        {
            let mut object = whole.clone();
            *object.pointer_mut(&pointer).expect("it is there") = value;
            let payload = json!({"request": {"operation": "CREATE", "object": object}});
            let _ = send(&policy, payload.to_string().as_bytes());
        }
    }
}

fn walk(value: &serde_json::Value, at: String, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            map.iter().for_each(|(key, value)| walk(value, format!("{at}/{key}"), out));
        }
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| walk(value, format!("{at}/{i}"), out));
        }
        _ => {}
    }
    out.push(at);
}

#[test]
fn a_large_object_has_an_end() {
    let policy = Policy::new();
    let container = root_spec()["containers"][0].clone();
    let mut spec = root_spec();
    // Far more than etcd stores, which is 1.5 MiB.
    spec["containers"] = (0..20_000).map(|_| container.clone()).collect();
    let answer = policy.validate(&create(&pod(&spec)), &only("deny"));
    let message = answer["message"].as_str().expect("a message");
    assert!(message.starts_with("20000 findings deny Pod \"web\":"), "{message}");
    assert!(message.ends_with("- and 19990 more") && message.len() < 4_096, "{message}");
}
