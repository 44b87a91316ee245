//! Cases written by hand, a file for each check: the profiles and the oracle must both say what
//! they say.

use super::oracle::{CONTROLS, Level, Pod, violated};
use super::{NEWEST, OLDEST, found, profile};
use alloc::collections::BTreeMap;
use patternwarden::tree::from_deserializer;
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// One case: what it changes in the base Pod, and the checks that then fail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// First version for which it holds; the oldest covered when left out.
    since: Option<u8>,
    /// Last version for which it holds; the newest covered when left out.
    until: Option<u8>,
    /// Values by JSON Pointer.
    #[serde(default)]
    set: BTreeMap<String, Value>,
    /// Checks that fail at the level baseline.
    #[serde(default)]
    baseline: Vec<String>,
    /// Checks that fail at the level restricted.
    #[serde(default)]
    restricted: Vec<String>,
}

/// Sets the value at a pointer, with all that is missing on the way.
fn set(root: &mut Value, pointer: &str, value: &Value) {
    let mut at = root;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Array(list) => {
                let index: usize = token.parse().expect("an index");
                if index == list.len() {
                    list.push(Value::Null);
                }
                &mut list[index]
            }
            map => &mut map[token],
        };
    }
    *at = value.clone();
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/pss/fixtures")
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let text =
        fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn cases_by_hand_are_judged_as_they_say() {
    let base: Value = read("base.yaml");
    let mut judged = 0;
    for control in CONTROLS {
        let cases: Vec<Case> = read(&format!("{}.yaml", control.id));
        let (mut fails, mut passes) = (0, 0);
        for case in &cases {
            let mut pod = base.clone();
            case.set.iter().for_each(|(pointer, value)| set(&mut pod, pointer, value));
            let documents = [from_deserializer(&pod).expect("JSON")];
            let seen = Pod { annotations: &pod["metadata"]["annotations"], spec: &pod["spec"] };
            for version in case.since.unwrap_or(OLDEST)..=case.until.unwrap_or(NEWEST) {
                for (level, expected) in
                    [(Level::Baseline, &case.baseline), (Level::Restricted, &case.restricted)]
                {
                    let what = format!("{}: {}, {level:?} 1.{version}", control.id, case.name);
                    assert_eq!(&violated(&seen, level, version), expected, "the oracle, {what}");
                    assert_eq!(&found(&documents, &profile(level, version)), expected, "{what}");
                    judged += 1;
                    let failed = expected.iter().any(|id| id == control.id);
                    fails += usize::from(failed);
                    passes += usize::from(!failed && level == control.level);
                }
            }
        }
        assert!(fails > 0 && passes > 0, "{}: {fails} fail, {passes} pass", control.id);
    }
    assert!(judged > 1_000, "{judged}");
}

#[test]
fn every_file_of_cases_belongs_to_a_check() {
    let names = fs::read_dir(folder()).expect("a folder").flatten().map(|entry| entry.file_name());
    for name in names {
        let name = name.to_string_lossy().into_owned();
        let id = name.strip_suffix(".yaml").expect("YAML");
        assert!(id == "base" || CONTROLS.iter().any(|control| control.id == id), "{name}");
    }
}
