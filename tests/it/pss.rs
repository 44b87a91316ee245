//! The profiles `pss-baseline` and `pss-restricted` against an oracle of the Pod Security Standards.

mod fixtures;
mod generator;
mod oracle;

use alloc::collections::BTreeMap;
use generator::{Chance, Made};
use oracle::{Level, Pod, fill_in, in_force, violated};
use patternwarden::bundle::Bundle;
use patternwarden::report::Verdict;
use patternwarden::set::Set;
use patternwarden::tree::{Document, from_deserializer};
use patternwarden::{Admission, Settings, Stream, check, engine};
use serde_json::{Value, json};
use std::thread;

const OLDEST: u8 = 29;
const NEWEST: u8 = 37;
/// Pods that are judged: each for one version, at both levels.
const PODS: usize = 207_000;
const SEED: u64 = 0x5eed_0001;
/// Pods that each thread judges at a time, with a seed of their own.
const LOT: usize = 1_000;

/// Kinds, and where their Pod stands.
const KINDS: [(&str, &str, &str); 9] = [
    ("v1", "Pod", ""),
    ("v1", "PodTemplate", "/template"),
    ("apps/v1", "Deployment", "/spec/template"),
    ("apps/v1", "ReplicaSet", "/spec/template"),
    ("v1", "ReplicationController", "/spec/template"),
    ("apps/v1", "StatefulSet", "/spec/template"),
    ("apps/v1", "DaemonSet", "/spec/template"),
    ("batch/v1", "Job", "/spec/template"),
    ("batch/v1", "CronJob", "/spec/jobTemplate/spec/template"),
];

/// A level with the settings that hold to it, for one version.
fn profile(level: Level, version: u8) -> Settings {
    let name = match level {
        Level::Baseline => "pss-baseline",
        Level::Restricted => "pss-restricted",
    };
    settings(&json!({"profiles": [name], "target": format!("1.{version}")}))
}

fn settings(value: &Value) -> Settings {
    Settings::from_document(&from_deserializer(value).expect("JSON")).expect("valid settings")
}

/// An object of a kind that is or makes this Pod.
fn object(kind: (&str, &str, &str), made: &Made) -> Value {
    let (version, kind, place) = kind;
    let mut inner = json!({"spec": made.spec.clone()});
    if !made.annotations.is_null() {
        inner["metadata"] = json!({"annotations": made.annotations.clone()});
    }
    for key in place.rsplit('/').filter(|key| !key.is_empty()) {
        inner = json!({key: inner});
    }
    inner["apiVersion"] = json!(version);
    inner["kind"] = json!(kind);
    inner["metadata"]["name"] = json!("p");
    inner
}

/// Check ids of what the profile finds, in alphabetical order, each once. Everything that it finds
/// denies.
fn found(documents: &[Document], settings: &Settings) -> Vec<&'static str> {
    let bundle = Bundle::new(documents);
    let findings = engine::run(settings, &Set::new(&bundle, settings.scope()));
    let mut out: Vec<_> = findings
        .iter()
        .map(|finding| {
            assert_eq!(settings.effect(finding), Admission::Deny, "{finding:?}");
            settings.control(finding).unwrap_or_else(|| panic!("not of the standard: {finding:?}"))
        })
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// How often a check was violated and was not, and how often nothing else was.
#[derive(Clone, Copy, Default)]
struct Count {
    passed: usize,
    failed: usize,
    alone: usize,
}

type Counts = BTreeMap<(Level, &'static str, u8), Count>;

/// Judges one lot of Pods; what differs ends the test.
fn lot(number: usize, profiles: &[[Settings; 2]], counts: &mut Counts) {
    let mut chance = Chance(SEED.wrapping_add(number as u64));
    for at in number * LOT..(number + 1) * LOT {
        let made = generator::pod(&mut chance);
        // Half of them as Pods, the rest as what makes Pods.
        let kind = if at % 2 == 0 { KINDS[0] } else { KINDS[1 + chance.below(KINDS.len() - 1)] };
        let step = at % profiles.len();
        let version = OLDEST + u8::try_from(step).expect("few versions");
        let written = object(kind, &made);
        let documents = [from_deserializer(&written).expect("JSON")];
        let mut seen = made.spec.clone();
        if kind.1 == "Pod" {
            fill_in(&mut seen);
        }
        let pod = Pod { annotations: &made.annotations, spec: &seen };
        for (level, settings) in
            [Level::Baseline, Level::Restricted].into_iter().zip(&profiles[step])
        {
            let expected = violated(&pod, level, version);
            let found = found(&documents, settings);
            assert_eq!(found, expected, "{level:?} 1.{version}, Pod {at}:\n{written:#}");
            for (id, _) in in_force(level, version) {
                let count = counts.entry((level, id, version)).or_default();
                let failed = expected.contains(&id);
                count.failed += usize::from(failed);
                count.passed += usize::from(!failed);
                count.alone += usize::from(expected == [id]);
            }
        }
    }
}

#[test]
fn the_profiles_say_what_the_standards_say() {
    let profiles: Vec<[Settings; 2]> = (OLDEST..=NEWEST)
        .map(|version| [Level::Baseline, Level::Restricted].map(|level| profile(level, version)))
        .collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let run = |first: usize| {
        let mut counts = Counts::new();
        (first..PODS / LOT).step_by(threads).for_each(|at| lot(at, &profiles, &mut counts));
        counts
    };
    let run = &run;
    let counts = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || run(first))).collect();
        let mut sum = Counts::new();
        for worker in workers {
            let counts = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (key, one) in counts {
                let all = sum.entry(key).or_default();
                all.passed += one.passed;
                all.failed += one.failed;
                all.alone += one.alone;
            }
        }
        sum
    });
    let mut totals: BTreeMap<(Level, &str), Count> = BTreeMap::new();
    for ((level, id, version), count) in &counts {
        let both = count.passed.min(count.failed);
        assert!(
            both >= 100,
            "{level:?} {id} 1.{version}: {} passed, {} failed",
            count.passed,
            count.failed
        );
        let total = totals.entry((*level, *id)).or_default();
        total.passed += count.passed;
        total.failed += count.failed;
        total.alone += count.alone;
    }
    println!("{PODS} Pods, versions 1.{OLDEST} to 1.{NEWEST}, both levels");
    println!("{:<10} {:<28} {:>7} {:>7} {:>7}", "level", "check", "passed", "failed", "alone");
    for ((level, id), count) in totals {
        let Count { passed, failed, alone } = count;
        let level = format!("{level:?}");
        println!("{level:<10} {id:<28} {passed:>7} {failed:>7} {alone:>7}");
        assert!(alone >= 200, "{level} {id}: {alone} Pods violate nothing else");
    }
}

#[test]
fn a_report_of_a_profile_carries_the_check_ids_and_the_verdict() {
    let mut chance = Chance(SEED ^ 1);
    for at in 0..900 {
        let version = OLDEST + u8::try_from(at % 9).expect("a digit");
        let made = generator::pod(&mut chance);
        let written = object(KINDS[at % KINDS.len()], &made);
        let mut seen = made.spec.clone();
        if written["kind"] == "Pod" {
            fill_in(&mut seen);
        }
        let pod = Pod { annotations: &made.annotations, spec: &seen };
        for level in [Level::Baseline, Level::Restricted] {
            let expected = violated(&pod, level, version);
            let documents = vec![from_deserializer(&written).expect("JSON")];
            let stream = Stream { documents, ..Stream::default() };
            let report = check(&stream, &profile(level, version));
            let mut ids: Vec<_> =
                report.findings.iter().map(|f| f.pss.clone().expect("a check id")).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids, expected);
            let verdict = if expected.is_empty() { Verdict::Admit } else { Verdict::Deny };
            assert_eq!(report.verdict, verdict, "{written:#}");
        }
    }
}

/// What the API server fills in changes no verdict.
#[test]
fn the_profiles_judge_a_filled_in_pod_alike() {
    let mut chance = Chance(SEED ^ 2);
    let profiles = [Level::Baseline, Level::Restricted].map(|level| profile(level, 36));
    let mut filled = 0;
    for _ in 0..4_000 {
        let mut made = generator::pod(&mut chance);
        let before = [from_deserializer(&object(KINDS[0], &made)).expect("JSON")];
        let written = made.spec.clone();
        fill_in(&mut made.spec);
        filled += usize::from(made.spec != written);
        let after = [from_deserializer(&object(KINDS[0], &made)).expect("JSON")];
        for settings in &profiles {
            assert_eq!(found(&before, settings), found(&after, settings));
        }
    }
    assert!(filled > 100, "{filled} Pods have ports that are filled in");
}

/// Out of the box the policy denies whatever the level baseline forbids.
#[test]
fn the_defaults_deny_what_baseline_forbids() {
    let mut chance = Chance(SEED ^ 3);
    let (mut denied, mut admitted) = (0, 0);
    for at in 0..4_000 {
        let version = OLDEST + u8::try_from(at % 9).expect("a digit");
        let made = generator::pod(&mut chance);
        let pod = Pod { annotations: &made.annotations, spec: &made.spec };
        let expected = violated(&pod, Level::Baseline, version);
        let settings = settings(&json!({"target": format!("1.{version}")})).for_admission();
        let written = object(KINDS[0], &made);
        let documents = [from_deserializer(&written).expect("JSON")];
        let bundle = Bundle::new(&documents);
        let findings = engine::run(&settings, &Set::new(&bundle, settings.scope()));
        let deny = findings.iter().any(|finding| settings.effect(finding) == Admission::Deny);
        assert!(deny || expected.is_empty(), "{expected:?}\n{written:#}");
        denied += usize::from(deny);
        admitted += usize::from(!deny);
    }
    assert!(denied > 500 && admitted > 500, "{denied} denied, {admitted} admitted");
}
