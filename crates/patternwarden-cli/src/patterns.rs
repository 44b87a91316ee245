//! `patternwarden patterns`: which patterns manifests use, how sure that is, and the lines that show it.

use crate::args::{Format, Patterns};
use crate::input::{Input, collect};
use crate::prose::{BOLD, DIM};
use crate::text::{plural, printable};
use crate::{Ended, Outcome, complain};
use patternwarden::recognise::Confidence;
use patternwarden::report::{PatternHit, Report};
use patternwarden::{RECOGNISERS, Settings};
use serde::Serialize;
use std::collections::HashSet;
use std::io::{Result, Write};

/// The part of a Report that speaks of patterns.
#[derive(Serialize)]
struct Found<'r> {
    input: &'r str,
    resources: &'r [patternwarden::report::Resource],
    patterns: &'r [PatternHit],
    syntax: &'r [patternwarden::report::Syntax],
}

pub(crate) fn run(options: &Patterns, out: &mut impl Write) -> Ended {
    // Rules have nothing to say here.
    let settings = Settings::default().only(|_| false);
    let (inputs, problems) = collect(&options.paths);
    for problem in &problems {
        complain(problem);
    }
    let mut outcome = if problems.is_empty() { Outcome::Clean } else { Outcome::Unreadable };
    let (mut read, mut known) = (0, HashSet::new());
    for input in &inputs {
        let report = match look(input, &settings) {
            Ok(report) => report,
            Err(error) => {
                complain(&format!("{}: {error}", input.name()));
                outcome = Outcome::Unreadable;
                continue;
            }
        };
        for error in &report.syntax {
            let line = error.range.map_or(0, |range| range.start.line);
            complain(&format!("{}:{line}: {}", input.name(), error.message));
            outcome = Outcome::Unreadable;
        }
        known.extend(report.patterns.iter().map(|hit| hit.pattern.clone()));
        let name = input.name();
        match options.format {
            Format::Text => print(out, &name, &report)?,
            Format::Json => {
                out.write_all(if read == 0 { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &Found::new(&name, &report))?;
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut *out, &Found::new(&name, &report))?;
                writeln!(out)?;
            }
        }
        read += 1;
    }
    match options.format {
        Format::Text => {
            let (found, inputs) = (plural(known.len(), "pattern"), plural(read, "input"));
            let all = RECOGNISERS.len();
            writeln!(out, "{found} in {inputs}, of {all} that can be recognised")?;
        }
        Format::Json if read == 0 => writeln!(out, "[]")?,
        Format::Json => writeln!(out, "\n]")?,
        Format::Jsonl => {}
    }
    Ok(outcome)
}

fn look(input: &Input, settings: &Settings) -> Result<Report> {
    let stream = patternwarden_yaml::read_bytes(&input.bytes()?);
    Ok(patternwarden::check(&stream, settings))
}

impl<'r> Found<'r> {
    fn new(input: &'r str, report: &'r Report) -> Self {
        Self {
            input,
            resources: &report.resources,
            patterns: &report.patterns,
            syntax: &report.syntax,
        }
    }
}

fn print(out: &mut impl Write, name: &str, report: &Report) -> Result<()> {
    let mut shown = None;
    for hit in &report.patterns {
        if shown != Some(hit.resource) {
            let resource = report.resources.get(hit.resource);
            let kind = resource.map_or("", |resource| resource.kind.as_str());
            let title = resource.and_then(|resource| resource.name.as_deref()).unwrap_or("?");
            let (kind, title) = (printable(kind), printable(title));
            writeln!(out, "{BOLD}{kind}/{title}{BOLD:#}  {DIM}{name}{DIM:#}")?;
            shown = Some(hit.resource);
        }
        pattern(out, hit)?;
    }
    if shown.is_some() {
        writeln!(out)?;
    }
    Ok(())
}

fn pattern(out: &mut impl Write, hit: &PatternHit) -> Result<()> {
    let sure = match hit.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Possible => "possible",
    };
    let facets = hit.facets.join(", ");
    let broken = if hit.violated { "  (used against its intent)" } else { "" };
    let line = format!("  {BOLD}{:24}{BOLD:#}  {sure:8}  {DIM}{facets}{DIM:#}{broken}", hit.title);
    writeln!(out, "{}", line.trim_end())?;
    for evidence in &hit.evidence {
        let line = evidence.range.map_or(String::new(), |range| range.start.line.to_string());
        writeln!(out, "    {DIM}{line:>6}{DIM:#}  {}", printable(&evidence.label))?;
    }
    Ok(())
}
