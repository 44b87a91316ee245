//! The `patternwarden` command: manifests in files, folders and pipes.
//!
//! Exit codes: 0 nothing found that matters, 1 findings at or above `--fail-on` or something to
//! repair, 2 an input, the settings or the arguments could not be read, or a file not be written.

extern crate alloc;

mod args;
mod check;
mod docs;
mod explain;
mod fix;
mod index;
mod input;
mod patterns;
mod prose;
mod schema;
mod settings;
mod text;

use args::{Command, Options};
use clap::Parser as _;
use mimalloc::MiMalloc;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How a run ended, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Clean,
    Findings,
    Unreadable,
}

fn main() -> ExitCode {
    let options = Options::parse();
    // Looking for colours in a long report takes as long as a fifth of the run.
    let mut out: Box<dyn Write> = if options.command.is_for_programs() {
        Box::new(BufWriter::new(io::stdout().lock()))
    } else {
        Box::new(anstream::stdout().lock())
    };
    let out = &mut out;
    let result = match &options.command {
        Command::Check(check) => check::run(check, out),
        Command::Fix(fix) => fix::run(fix, out),
        Command::Patterns(patterns) => patterns::run(patterns, out),
        Command::Rules(rules) => index::rules(rules, out),
        Command::Explain(explain) => explain::explain(explain, out),
        Command::Schema(options) => schema::run(options, out),
        Command::Docs(docs) => docs::write(docs, out),
    };
    let result = result.and_then(|outcome| out.flush().map(|()| outcome));
    match result {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Unreadable) => ExitCode::from(2),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("cannot write: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Prints a problem of the run itself.
fn complain(message: &str) {
    let _ = writeln!(anstream::stderr(), "patternwarden: {message}");
}

/// What a command returns: how it ended, or that its output could not be written.
type Ended = io::Result<Outcome>;
