//! Load: 100,000 mixed requests, each on a fresh instance as in policy-server, and as many on one
//! that is kept as in `kwctl bench`.

use crate::bare_host::Host;
use crate::mutants::corpus;
use crate::requests::{audit, create, delete, update};
use serde_json::{Value, json};

const REQUESTS: usize = 100_000;

/// Every object of every example: created, changed, scanned, deleted, by several settings.
fn payloads() -> Vec<Vec<u8>> {
    let settings = [
        json!({}),
        json!({"profiles": ["strict"], "on_update": "worse", "max_findings": 3}),
        json!({"profiles": ["learning"], "owned_objects": "skip"}),
    ];
    let mut out = Vec::new();
    let mut earlier: Option<Value> = None;
    for (at, object) in corpus().into_iter().enumerate() {
        let old = earlier.as_ref().filter(|old| old["kind"] == object["kind"]).unwrap_or(&object);
        let requests = [create(&object), update(old, &object), audit(&object), delete(&object)];
        for (request, settings) in requests.iter().zip(settings.iter().cycle().skip(at % 3)) {
            let payload = json!({"request": request, "settings": settings});
            out.push(payload.to_string().into_bytes());
        }
        earlier = Some(object);
    }
    out
}

/// Resident memory of this process in kB; `None` where the system does not tell.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn fresh_instances_serve_100_000_mixed_requests() {
    let payloads = payloads();
    let half = || {
        let mut largest = 0;
        for payload in payloads.iter().cycle().take(REQUESTS / 2) {
            let mut host = Host::new();
            assert!(host.call("validate", payload), "{}", String::from_utf8_lossy(payload));
            largest = largest.max(host.pages());
        }
        largest
    };
    let first = half();
    let warm = resident();
    let second = half();
    assert_eq!(first, second, "the memory of an instance depends on the request alone");
    assert!(first <= 32, "{first} pages of 64 KiB");
    if let (Some(warm), Some(now)) = (warm, resident()) {
        // Other tests run beside this one: their share is not known, and small.
        assert!(now < warm + 256 * 1024, "{warm} kB, then {now} kB");
    }
    println!("{first} pages at most, {warm:?} kB, then {:?} kB", resident());
}

#[test]
fn one_instance_serves_100_000_mixed_requests_in_the_same_memory() {
    let payloads = payloads();
    let mut host = Host::new();
    let mut sizes = Vec::new();
    for (at, payload) in payloads.iter().cycle().take(REQUESTS).enumerate() {
        assert!(host.call("validate", payload), "{}", String::from_utf8_lossy(payload));
        if (at + 1) % payloads.len() == 0 {
            sizes.push(host.pages());
        }
    }
    let (first, last) = (sizes[1], sizes[sizes.len() - 1]);
    assert_eq!(first, last, "pages after each round: {sizes:?}");
    println!("{last} pages of 64 KiB after {REQUESTS} requests");
}
