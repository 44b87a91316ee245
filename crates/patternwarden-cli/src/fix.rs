//! `patternwarden fix`.

mod diff;
mod replace;

use crate::args::Fix;
use crate::explain::unknown;
use crate::input::{Input, collect};
use crate::text::plural;
use crate::{Ended, Outcome, complain, settings};
use patternwarden::fixes::{self, Manuscript, Wanted, fix_all};
use patternwarden::rules::find_or_alias;
use patternwarden::{Grade, RULES, Rule, Settings};
use patternwarden_yaml::Yaml;
use rayon::prelude::*;
use std::collections::HashSet;
use std::io::{self, Write};

/// One input before and after, and what was made of its findings.
struct Repaired {
    before: String,
    after: String,
    outcome: fixes::Outcome,
}

/// What all inputs came to.
#[derive(Default)]
struct Totals {
    inputs: usize,
    fixes: usize,
}

pub(crate) fn run(options: &Fix, out: &mut impl Write) -> Ended {
    let (Some(mut settings), Some(rules)) =
        (settings::of_run(options.settings.as_deref()), named(&options.rules))
    else {
        return Ok(Outcome::Unreadable);
    };
    if !rules.is_empty() {
        settings = settings.only(|rule| rules.iter().any(|named| named.id == rule.id));
    }
    let least = if options.review { Grade::Review } else { Grade::Safe };
    let (mut inputs, problems) = collect(&options.paths);
    for problem in &problems {
        complain(problem);
    }
    let mut ended = if problems.is_empty() { Outcome::Clean } else { Outcome::Unreadable };
    // Two names of one file would repair it twice.
    let mut seen = HashSet::new();
    inputs.retain(|input| input.identity().is_none_or(|file| seen.insert(file)));

    let mut totals = Totals::default();
    let of_input = |input| settings::of_input(&settings, options.settings.as_deref(), input);
    for chunk in inputs.chunks(CHUNK) {
        let repaired: Vec<_> =
            chunk.par_iter().map(|input| repair(input, &of_input(input), least)).collect();
        for (input, repaired) in chunk.iter().zip(repaired) {
            let outcome = match repaired {
                Ok(repaired) => tell(input, &repaired, options, &mut totals, out)?,
                Err(problem) => {
                    complain(&format!("{}: {problem}", input.name()));
                    Outcome::Unreadable
                }
            };
            ended = ended.max(outcome);
        }
    }
    complain(&totals.sentence(options.write));
    Ok(ended)
}

const CHUNK: usize = 64;

/// The rules of these ids. `None` after every id that is none was told.
fn named(ids: &[String]) -> Option<Vec<&'static Rule>> {
    let mut rules = Vec::new();
    for id in ids {
        match find_or_alias(id) {
            Some(rule) => rules.push(rule),
            None => complain(&unknown("rule", id, RULES.iter().map(|rule| rule.id))),
        }
    }
    (rules.len() == ids.len()).then_some(rules)
}

/// Why an input is left as it is.
type Problem = String;

fn repair(input: &Input, settings: &Settings, least: Grade) -> Result<Repaired, Problem> {
    let bytes = input.bytes().map_err(|error| error.to_string())?;
    let before = String::from_utf8(bytes).map_err(|error| {
        format!("left as it is: not UTF-8 at byte {}", error.utf8_error().valid_up_to())
    })?;
    let mut manuscript = Manuscript::new(before.as_str(), &Yaml);
    let stream = manuscript.stream();
    if let Some(error) = stream.errors.first() {
        let line = stream.lines.as_ref().map_or(0, |lines| lines.range(error.span).start.line);
        return Err(format!("left as it is: line {line} cannot be read: {}", error.message));
    }
    let outcome = fix_all(&mut manuscript, settings, &Wanted { least, fix: &|_, _| true });
    let after = manuscript.into_text();
    Ok(Repaired { before, after, outcome })
}

/// Says what became of one input, or writes it.
fn tell(
    input: &Input,
    repaired: &Repaired,
    options: &Fix,
    totals: &mut Totals,
    out: &mut impl Write,
) -> Ended {
    let Repaired { before, after, outcome } = repaired;
    let name = input.name();
    for (offer, refusal) in &outcome.refused {
        let (rule, message) = (offer.rule.id, &offer.message);
        complain(&format!("{name}: {rule}: {message}: not repaired: {}", refusal.message));
    }
    if !outcome.settled {
        complain(&format!("{name}: repairs call each other up; this is where they were stopped"));
    }
    let changed = before != after;
    match input {
        _ if !options.write => diff::print(out, &name, before, after)?,
        // Byte for byte: what prints colours may also drop bytes.
        Input::Stdin => io::stdout().lock().write_all(after.as_bytes())?,
        Input::File(path) if changed => {
            if let Err(problem) = replace::file(path, before, after) {
                complain(&format!("{name}: {problem}"));
                return Ok(Outcome::Unreadable);
            }
        }
        Input::File(_) => {}
    }
    if !changed {
        return Ok(Outcome::Clean);
    }
    totals.inputs += 1;
    totals.fixes += outcome.applied.len();
    Ok(if options.write { Outcome::Clean } else { Outcome::Findings })
}

impl Totals {
    fn sentence(&self, written: bool) -> String {
        let (fixes, inputs) = (plural(self.fixes, "repair"), plural(self.inputs, "input"));
        match self.inputs {
            0 => "nothing to repair".to_owned(),
            _ if written => format!("made {fixes} in {inputs}"),
            _ => format!("{fixes} to make in {inputs}; --write makes them"),
        }
    }
}
