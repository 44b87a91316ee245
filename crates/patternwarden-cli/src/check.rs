//! `patternwarden check`.

use crate::args::{Check, Format};
use crate::input::{Input, collect};
use crate::{Ended, Outcome, complain, settings, text};
use patternwarden::{Report, Settings};
use rayon::prelude::*;
use std::io::Write;

/// One input and what was said about it.
struct Checked {
    bytes: Vec<u8>,
    report: Report,
}

pub(crate) fn run(options: &Check, out: &mut impl Write) -> Ended {
    let Some(settings) = settings::of_run(options.settings.as_deref()) else {
        return Ok(Outcome::Unreadable);
    };
    let (inputs, problems) = collect(&options.paths);
    for problem in &problems {
        complain(problem);
    }
    let mut outcome = if problems.is_empty() { Outcome::Clean } else { Outcome::Unreadable };

    // In chunks, so that a large tree neither fills the memory nor keeps the first result back.
    let mut printer = Printer::new(options.format);
    for chunk in inputs.chunks(CHUNK) {
        let settings = |input| settings::of_input(&settings, options.settings.as_deref(), input);
        let checked: Vec<_> =
            chunk.par_iter().map(|input| check(input, &settings(input))).collect();
        for (input, checked) in chunk.iter().zip(checked) {
            match checked {
                Ok(checked) => {
                    outcome = outcome.max(judged(&checked.report, options));
                    printer.print(out, &checked)?;
                }
                Err(error) => {
                    complain(&format!("{}: {error}", input.name()));
                    outcome = Outcome::Unreadable;
                }
            }
        }
    }
    printer.finish(out)?;
    Ok(outcome)
}

const CHUNK: usize = 64;

fn check(input: &Input, settings: &Settings) -> std::io::Result<Checked> {
    let bytes = input.bytes()?;
    let stream = patternwarden_yaml::read_bytes(&bytes);
    let mut report = patternwarden::check(&stream, settings);
    report.input = Some(input.name());
    Ok(Checked { bytes, report })
}

fn judged(report: &Report, options: &Check) -> Outcome {
    if report.unreadable().next().is_some() {
        Outcome::Unreadable
    } else if report.findings.iter().any(|f| options.fail_on.includes(f.severity)) {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}

/// Prints reports in one format, as they come.
struct Printer {
    format: Format,
    totals: text::Totals,
}

impl Printer {
    fn new(format: Format) -> Self {
        Self { format, totals: text::Totals::default() }
    }

    fn print(&mut self, out: &mut impl Write, checked: &Checked) -> std::io::Result<()> {
        match self.format {
            Format::Text => text::report(out, &checked.report, &checked.bytes)?,
            Format::Json => {
                out.write_all(if self.totals.inputs == 0 { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &checked.report)?;
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut *out, &checked.report)?;
                writeln!(out)?;
            }
        }
        self.totals.add(&checked.report);
        Ok(())
    }

    fn finish(&self, out: &mut impl Write) -> std::io::Result<()> {
        match self.format {
            Format::Text => self.totals.print(out),
            Format::Json if self.totals.inputs == 0 => writeln!(out, "[]"),
            Format::Json => writeln!(out, "\n]"),
            Format::Jsonl => Ok(()),
        }
    }
}
