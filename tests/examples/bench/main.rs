//! The speed table: `cargo run --profile native -p patternwarden-tests --example bench`, and with the
//! paths of modules behind it, these compared with each other.
//!
//! Medians over rounds in which every measurement takes its turn, so that a busy machine is
//! busy for all of them. Exits 1 when a budget is exceeded; comparisons have no budget.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a tool that prints a table"
)]

mod policy;
mod repairs;

use crate::policy::Guest;
use crate::repairs::Repairs;
use core::fmt::Write as _;
use core::hint::black_box;
use core::time::Duration;
use mimalloc::MiMalloc;
use patternwarden::set::Scope;
use patternwarden::{RULES, Settings, check, docs};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use wapc::WapcHost;
use wasmtime_provider::{WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre};

/// That of the command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const ROUNDS: usize = 40;
const MEGABYTE: usize = 1_000_000;

/// One line of the table: what is measured, how often per round, and what it may cost.
struct Line<'a> {
    name: String,
    times: usize,
    budget: Option<(&'a str, Duration)>,
    run: Box<dyn FnMut() + 'a>,
    took: Vec<Duration>,
}

impl<'a> Line<'a> {
    fn new(name: impl Into<String>, times: usize, run: impl FnMut() + 'a) -> Self {
        Self { name: name.into(), times, budget: None, run: Box::new(run), took: Vec::new() }
    }

    fn budget(mut self, of: &'a str, limit: Duration) -> Self {
        self.budget = Some((of, limit));
        self
    }

    fn round(&mut self) {
        for _ in 0..self.times {
            let start = Instant::now();
            (self.run)();
            self.took.push(start.elapsed());
        }
    }

    /// The time below which this share of the runs stayed, in percent.
    fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.took.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent / 100).copied().unwrap_or_default()
    }
}

/// Deployments, each with a Service and a name of its own, at least this long.
fn manifests(enough: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for at in 0.. {
        if enough(&out) {
            break;
        }
        let text = include_str!("bench.yaml");
        let _ = write!(out, "---\n{}", text.replace("NAME", &format!("web-{at}")));
    }
    out
}

/// Every example of every rule: as mixed as manifests get.
fn corpus(length: usize) -> String {
    let examples: Vec<String> = RULES
        .iter()
        .flat_map(|rule| docs::examples(rule.docs))
        .map(|example| format!("---\n{}", example.shown()))
        .collect();
    let mut out = String::new();
    for example in examples.iter().cycle().take_while(|_| !examples.is_empty()) {
        if out.len() >= length {
            break;
        }
        out.push_str(example);
    }
    out
}

fn provider(module: &[u8]) -> WasmtimeEngineProviderPre {
    WasmtimeEngineProviderBuilder::new().module_bytes(module).build_pre().unwrap()
}

fn instance(pre: &WasmtimeEngineProviderPre) -> WapcHost {
    WapcHost::new(Box::new(pre.rehydrate(None).unwrap()), None).unwrap()
}

fn policy_module() -> Vec<u8> {
    let here = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../dist"));
    let dist = std::env::var_os("PATTERNWARDEN_DIST").map_or(here, PathBuf::from);
    std::fs::read(dist.join("policy.wasm")).unwrap_or_else(|_| {
        println!("no policy.wasm in {}: run `cargo xtask build` first", dist.display());
        std::process::exit(2)
    })
}

/// Modules beside each other: which way to build is best.
fn compare(files: &[String]) -> ExitCode {
    let module = |file: &String| {
        let name = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".wasm");
        Guest::new(name, &std::fs::read(file).unwrap())
    };
    let guests: Vec<Guest> = files.iter().map(module).collect();
    let settings: Vec<_> =
        policy::settings().into_iter().filter(|(name, _)| *name == "strict").collect();
    let mut lines: Vec<Line<'_>> =
        guests.iter().flat_map(|guest| policy::lines(guest, &settings)).collect();
    for _ in 0..ROUNDS {
        lines.iter_mut().for_each(Line::round);
    }
    policy::print(&lines);
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if !files.is_empty() {
        return compare(&files);
    }
    let strict = patternwarden::tree::from_deserializer(json!({"profiles": ["strict"]})).unwrap();
    let all = Settings::from_document(&strict).unwrap().with_scope(Scope::Closed);
    let (large, mixed) = (manifests(|text| text.len() >= MEGABYTE), corpus(MEGABYTE));
    let page = manifests(|text| text.lines().count() >= 1_000);
    let (large_read, mixed_read) =
        (patternwarden_yaml::read(&large), patternwarden_yaml::read(&mixed));
    let (floor, guest) = (Guest::floor(), Guest::new("policy", &policy_module()));
    let repairs = Repairs::new(&page, &all);

    let mut lines = vec![
        Line::new("read 1 MB: Deployments and Services", 1, || {
            black_box(patternwarden_yaml::read(&large));
        }),
        Line::new("check it", 1, || {
            black_box(check(&large_read, &all));
        })
        .budget("median", Duration::from_millis(120)),
        Line::new("read 1 MB: examples of all rules", 1, || {
            black_box(patternwarden_yaml::read(&mixed));
        }),
        Line::new("check it", 1, || {
            black_box(check(&mixed_read, &all));
        }),
        Line::new("keystroke in 1,000 lines: read and check", 5, || {
            black_box(check(&patternwarden_yaml::read(&page), &all));
        })
        .budget("p95", Duration::from_millis(16)),
        Line::new("one fix in 1,000 lines: read, check, plan, apply", 5, || {
            black_box(repairs.one());
        })
        .budget("p95", Duration::from_millis(100)),
        Line::new(format!("{} in 1,000 lines, until nothing is left", repairs.name()), 1, || {
            black_box(repairs.all());
        })
        .budget("p95", Duration::from_secs(1)),
    ];
    let mut of_policy = policy::lines(&floor, &policy::settings()[..1]);
    of_policy.extend(policy::lines(&guest, &policy::settings()));
    for _ in 0..ROUNDS {
        lines.iter_mut().for_each(Line::round);
        of_policy.iter_mut().for_each(Line::round);
    }

    let rules = RULES.len();
    println!("{rules} rules, all on; one thread; {ROUNDS} interleaved rounds\n");
    println!("| what | median | p95 | budget |\n|---|---:|---:|---:|");
    let mut over = false;
    for line in &lines {
        let (median, p95) = (line.percentile(50), line.percentile(95));
        let budget = line.budget.map_or_else(String::new, |(of, limit)| {
            let exceeded = (if of == "p95" { p95 } else { median }) > limit;
            over |= exceeded;
            let word = if exceeded { "EXCEEDED" } else { "kept" };
            format!("{of} {limit:.0?}, {word}")
        });
        println!("| {} | {median:.1?} | {p95:.1?} | {budget} |", line.name);
    }
    policy::print(&of_policy);
    if over { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
