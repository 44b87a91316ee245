//! Starting other programs.

use crate::workspace;
use anyhow::{Context as _, Result, bail, ensure};
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// `program`, to be started in the workspace.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(workspace::root()?);
    Ok(command)
}

/// The cargo that started this program.
pub(crate) fn cargo() -> Result<Command> {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program of `node_modules`.
pub(crate) fn node_bin(name: &str) -> Result<Command> {
    command(workspace::root()?.join("node_modules/.bin").join(name))
}

/// Runs a step and says how long it took.
pub(crate) fn step(what: &str, command: &mut Command) -> Result<()> {
    let start = Instant::now();
    let status = command.status().with_context(|| could_not_start(what, command))?;
    ensure!(status.success(), "{what} failed ({status})");
    eprintln!("xtask: {what}, {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}

/// What a program prints.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| could_not_start("command", command))?;
    ensure!(output.status.success(), "{command:?} failed ({})", output.status);
    String::from_utf8(output.stdout).with_context(|| format!("output of {command:?}"))
}

/// Runs a program, shows each line of its output and hands it to `each`. Whether it succeeded.
pub(crate) fn lines(what: &str, command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| could_not_start(what, command))?;
    let Some(output) = child.stdout.take() else { bail!("{what} has no output") };
    for line in BufReader::new(output).split(b'\n') {
        let line = line.with_context(|| format!("output of {what}"))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        each(&line);
    }
    Ok(child.wait()?.success())
}

fn could_not_start(what: &str, command: &Command) -> String {
    format!("{what}: could not start {} (is it installed?)", command.get_program().display())
}
