//! `cargo xtask`: builds, serves, tests and measures the workspace.
//!
//! Everything it needs is pinned by `Cargo.lock` and `package-lock.json`, and installed with the
//! ordinary clients: rustup, npm, and apt on Debian.
#![expect(clippy::print_stdout, reason = "a command line talks to people")]
#![expect(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    reason = "this program has an operating system"
)]

mod annotate;
mod docs;
mod files;
mod headers;
mod html;
mod metadata;
mod new_rule;
mod play;
mod release;
mod run;
mod section;
mod serve;
mod site;
mod size;
mod suite;
mod tally;
mod tools;
mod wasm;
mod watch;
mod workspace;

use anyhow::{Result, ensure};
use clap::Parser;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, serves, tests and measures Patternwarden"
)]
enum Task {
    /// The playground on this machine, rebuilt when sources change.
    Play {
        /// The port on 127.0.0.1.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// As it is shipped: slower to build, faster to run.
        #[arg(long)]
        release: bool,
    },
    /// Every test, or some stages of them.
    Test {
        /// What to run; everything if nothing is named.
        stages: Vec<suite::Stage>,
        /// Test what `dist/` holds instead of building it anew.
        #[arg(long)]
        keep_dist: bool,
    },
    /// The release artefacts, in `dist/`.
    Build {
        /// The policy alone.
        #[arg(long)]
        policy: bool,
    },
    /// Sizes of the release artefacts, against their budgets.
    Size,
    /// Speed of the native engine and of the policy.
    Bench,
    /// The catalogue as Markdown, in `docs/rules/`: a page for each rule and each pattern.
    Docs,
    /// A rule's file and its line in the catalogue.
    NewRule {
        /// In kebab-case, such as `image-tag-mutable`.
        id: String,
    },
    /// Installs what the other commands need, and bundles the editor.
    Setup,
}

fn main() -> ExitCode {
    match perform(Task::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        // Said already, before the sum.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the task's checks passed; an error if it could not be done.
fn perform(task: Task) -> Result<bool> {
    match task {
        Task::Play { port, release } => {
            play::play(port, if release { wasm::Profile::Release } else { wasm::Profile::Dev })
        }
        Task::Test { stages, keep_dist } => return suite::test(&stages, keep_dist),
        Task::Build { policy } => release::build(policy),
        Task::Size => size::check(),
        Task::Bench => bench(),
        Task::Docs => docs::write(),
        Task::NewRule { id } => new_rule::new_rule(&id),
        Task::Setup => tools::all(),
    }?;
    Ok(true)
}

fn bench() -> Result<()> {
    let source = workspace::root()?.join("tests/examples/bench/main.rs");
    ensure!(source.is_file(), "{} is not there yet", source.display());
    let dist = workspace::dist()?;
    if !dist.join("policy.wasm").is_file() {
        release::build(false)?;
    }
    let mut cargo = run::cargo()?;
    cargo.args(["run", "--profile", "native", "-p", workspace::TESTS, "--example", "bench"]);
    run::step("bench", cargo.env("PATTERNWARDEN_DIST", dist))
}
