//! One instance serves any number of calls in the same memory.

use crate::bare_host::Host;
use crate::objects::{cron_job, deployment, only, pod, root_spec, safe_spec};
use crate::requests::{audit, create, delete};
use serde_json::json;

const CALLS: usize = 100_000;

#[test]
fn memory_is_flat_over_100_000_calls() {
    let deny = only("deny");
    let validate = |request| json!({"request": request, "settings": deny}).to_string();
    let calls = [
        ("validate", validate(create(&pod(&root_spec()))), true),
        ("validate", validate(create(&deployment(&safe_spec()))), true),
        ("validate", validate(audit(&cron_job(&root_spec()))), true),
        ("validate", validate(delete(&pod(&root_spec()))), true),
        ("validate", json!({"request": create(&pod(&root_spec()))}).to_string(), true),
        ("validate", json!({"request": {"operation": "CREATE"}}).to_string(), false),
        ("validate", json!({"request": {}, "settings": {"a": 1, "rules": []}}).to_string(), false),
        ("validate", "{\"request\":{\"object\":{\"kind\":".to_owned(), false),
        ("validate_settings", json!({"rules": {"nonsense": "off"}}).to_string(), true),
        ("report", validate(create(&deployment(&root_spec()))), true),
        ("protocol_version", String::new(), true),
    ];
    let mut host = Host::new();
    let mut sizes = Vec::new();
    for at in 0..CALLS {
        let (operation, payload, ok) = &calls[at % calls.len()];
        assert_eq!(host.call(operation, payload.as_bytes()), *ok, "{operation}: {payload}");
        // Doubling marks, so that a leak of any slope shows.
        if (at + 1).is_power_of_two() || at + 1 == CALLS {
            sizes.push((at + 1, host.pages()));
        }
    }
    let warm = sizes.iter().find(|(calls, _)| *calls >= 1_024).expect("a warm size").1;
    assert!(sizes.iter().all(|(_, pages)| *pages <= warm), "pages of 64 KiB by calls: {sizes:?}");
    println!("{warm} pages of 64 KiB after {CALLS} calls");
}
