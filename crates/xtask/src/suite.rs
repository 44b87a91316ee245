//! `cargo xtask test`: every test, in stages, with one sum at the end.

use crate::tally::Tally;
use crate::{release, run, size, tools, workspace};
use anyhow::{Context as _, Result, bail, ensure};
use std::fs;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// A part of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Stage {
    /// Tests of the native crates, documentation included.
    Native,
    /// The libraries built without an operating system.
    NoStd,
    /// The release artefacts that the stages below test.
    Build,
    /// The policy in a waPC host, parity of the faces, corpora.
    Policy,
    /// The playground and the element in Chromium.
    Browser,
    /// Sizes against their budgets; a whole run shows them without failing.
    Size,
}

const ALL: [Stage; 6] =
    [Stage::Native, Stage::NoStd, Stage::Build, Stage::Policy, Stage::Browser, Stage::Size];

struct Done {
    stage: Stage,
    took: Duration,
    tally: Tally,
}

/// Runs `asked`, or everything; whether all of it passed. With `keep_dist`, what is in `dist/` is
/// tested as it is.
pub(crate) fn test(asked: &[Stage], keep_dist: bool) -> Result<bool> {
    let needs_dist =
        asked.iter().any(|stage| matches!(stage, Stage::Policy | Stage::Browser | Stage::Size));
    let wanted = |stage: &Stage| match stage {
        Stage::Build => !keep_dist && (asked.is_empty() || needs_dist || asked.contains(stage)),
        // Only when asked for: until the policy keeps its budget, a whole run shows sizes and goes on.
        Stage::Size => asked.contains(stage),
        _ => asked.is_empty() || asked.contains(stage),
    };
    let stages: Vec<Stage> = ALL.into_iter().filter(wanted).collect();
    // What is missing is said now, not after minutes of other tests.
    if stages.contains(&Stage::NoStd) {
        tools::targets(&[workspace::BARE, workspace::WASM])?;
    }
    if stages.contains(&Stage::Browser) {
        tools::node_modules()?;
        tools::chromium()?;
    }

    let mut done = Vec::new();
    let mut passed = true;
    thread::scope(|scope| {
        // The modules are linked one after the other, each on one core: what needs none of them is
        // tested meanwhile.
        let mut build =
            stages.contains(&Stage::Build).then(|| scope.spawn(|| Stage::Build.timed()));
        for stage in &stages {
            eprintln!("xtask: stage {stage:?}");
            if *stage == Stage::Build && stages.contains(&Stage::Policy) {
                // The host of the policy is most of what a first run compiles. An error comes again,
                // and counts, where its tests run.
                let compiled = policy_tests()
                    .and_then(|mut cargo| run::step("cargo test --no-run", cargo.arg("--no-run")));
                compiled.unwrap_or_else(|error| eprintln!("xtask: {error:#}"));
            }
            let (outcome, result) = match build.take_if(|_| *stage == Stage::Build) {
                Some(build) => build.join().unwrap_or_else(|panic| resume_unwind(panic)),
                None => stage.timed(),
            };
            done.push(outcome);
            if let Err(error) = result {
                eprintln!("xtask: error: stage {stage:?} failed: {error:#}");
                passed = false;
                break;
            }
        }
    });
    if asked.is_empty()
        && passed
        && let Err(error) = size::check()
    {
        eprintln!("xtask: warning: {error:#}");
    }
    report(&done);
    Ok(passed)
}

/// Prints what each stage did; the sum is the last line of all, for whoever reads by machine.
fn report(done: &[Done]) {
    println!("\n{:<8} {:>9} {:>7} {:>7}", "stage", "time", "passed", "failed");
    let mut sum = Tally::default();
    for Done { stage, took, tally } in done {
        let (name, seconds) = (format!("{stage:?}"), took.as_secs_f32());
        println!("{name:<8} {seconds:>7.1} s {:>7} {:>7}", tally.passed, tally.failed);
        sum.add(*tally);
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
}

impl Stage {
    fn timed(self) -> (Done, Result<()>) {
        let start = Instant::now();
        let mut tally = Tally::default();
        let result = self.run(&mut tally);
        if result.is_err() && tally.failed == 0 {
            // A stage that broke without a failed test has still failed.
            tally.failed = 1;
        }
        (Done { stage: self, took: start.elapsed(), tally }, result)
    }

    fn run(self, tally: &mut Tally) -> Result<()> {
        match self {
            Self::Native => native(tally),
            Self::NoStd => no_std(),
            Self::Build => release::build(false),
            Self::Policy => {
                let mut cargo = policy_tests()?;
                cargo.env("PATTERNWARDEN_DIST", dist()?);
                counted("cargo test", &mut cargo, tally)
            }
            Self::Browser => browser(tally),
            Self::Size => size::check(),
        }
    }
}

fn native(tally: &mut Tally) -> Result<()> {
    let mut cargo = run::cargo()?;
    cargo.args(["test", "--workspace", "--all-features", "--no-fail-fast"]);
    for other in [workspace::WEB, workspace::JS, workspace::POLICY, workspace::TESTS] {
        cargo.args(["--exclude", other]);
    }
    counted("cargo test", &mut cargo, tally)
}

fn policy_tests() -> Result<Command> {
    let mut cargo = run::cargo()?;
    // Named, since cargo would build the benchmark too.
    cargo.args(["test", "-p", workspace::TESTS, "--test", "it", "--no-fail-fast"]);
    Ok(cargo)
}

/// Bare, and with default features: what the policy uses must not need an operating system either.
/// (Features for pages alone, such as `typescript`, bring bindings that do.) Wasm has a standard
/// library that does nothing, so that the bare target is the one that proves it.
fn no_std() -> Result<()> {
    for (name, features, targets) in [
        ("bare", Some("--no-default-features"), &[workspace::BARE, workspace::WASM] as &[&str]),
        ("default features", None, &[workspace::BARE]),
    ] {
        let mut cargo = run::cargo()?;
        cargo.args(["build", "--lib", "--profile", "bare"]).args(features);
        for package in workspace::NO_STD {
            cargo.args(["-p", package]);
        }
        for target in targets {
            cargo.args(["--target", target]);
        }
        run::step(&format!("no_std build, {name}"), &mut cargo)?;
    }
    Ok(())
}

fn browser(tally: &mut Tally) -> Result<()> {
    let folder = workspace::root()?.join("tests/browser");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    ensure!(!files.is_empty(), "no *.test.mjs in {}", folder.display());
    let mut node = run::command("node")?;
    // One file after the other: each starts a browser, and some measure time.
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
    node.env("PATTERNWARDEN_DIST", dist()?).env("CHROMIUM", tools::chromium()?);
    counted("node --test", &mut node, tally)
}

fn counted(what: &str, command: &mut Command, tally: &mut Tally) -> Result<()> {
    let passed = run::lines(what, command, |line| tally.read(line))?;
    if !passed {
        bail!("{what}: {} of {} tests failed", tally.failed, tally.passed + tally.failed);
    }
    ensure!(tally.passed > 0, "{what} ran no test");
    Ok(())
}

fn dist() -> Result<PathBuf> {
    let dist = workspace::dist()?;
    ensure!(dist.join("policy.wasm").is_file(), "dist/ is empty; `cargo xtask build` fills it");
    Ok(dist)
}
