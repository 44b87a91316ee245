//! Configuration: what is too large for an example.

use crate::support::judge;
use crate::{messages, only};

#[test]
fn a_configmap_holds_one_mebibyte_and_no_more() {
    let of = |kind: &str, field: &str, value: &str| {
        let text = format!(
            "apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n{field}: {{b: '{value}'}}\n"
        );
        messages(&judge(&text, &only("config-key-missing")))
    };
    let size = 1 << 20;
    assert!(of("ConfigMap", "data", &"x".repeat(size)).is_empty());
    assert_eq!(
        of("ConfigMap", "data", &"x".repeat(size + 1)),
        ["/data: the object holds 1048577 bytes, more than the 1 MiB that it may"]
    );
    // Four letters of Base64 are three bytes.
    let encoded = "eHh4".repeat(size / 3);
    assert!(of("Secret", "data", &encoded).is_empty());
    assert_eq!(of("Secret", "data", &format!("{encoded}eHh4")).len(), 1);
    assert_eq!(of("ConfigMap", "binaryData", &format!("{encoded}eHh4")).len(), 1);
    assert_eq!(of("Secret", "stringData", &"x".repeat(size + 1)).len(), 1);
}
