//! `patternwarden explain`: all that is known about a rule or a pattern, to be read in a terminal.

use crate::args::Explain;
use crate::prose::{BOLD, DIM, Prose, heading};
use crate::{Ended, Outcome, complain};
use patternwarden::docs::{facts, override_of, rules_of, sections, values};
use patternwarden::errata::{self, Erratum};
use patternwarden::matcher::nearest;
use patternwarden::rules::find_or_alias;
use patternwarden::{Pattern, RULES, Rule, patterns};
use std::io::{Result, Write};

pub(crate) fn explain(options: &Explain, out: &mut impl Write) -> Ended {
    let id = options.id.as_str();
    // As settings write a whole pattern.
    let pattern = id.strip_suffix("/*").unwrap_or(id);
    if let Some(rule) = find_or_alias(id) {
        explain_rule(rule, out)?;
    } else if let Some(pattern) = Pattern::find(pattern) {
        explain_pattern(pattern, out)?;
    } else {
        let ids = RULES.iter().map(|rule| rule.id).chain(Pattern::ALL.iter().map(|p| p.id()));
        complain(&unknown("rule or pattern", id, ids));
        return Ok(Outcome::Unreadable);
    }
    Ok(Outcome::Clean)
}

/// There is no such thing, and what may have been meant.
pub(crate) fn unknown<'n>(what: &str, id: &str, ids: impl Iterator<Item = &'n str>) -> String {
    let near = nearest(id, ids).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    format!("there is no {what} `{id}`{near}")
}

fn explain_rule(rule: &Rule, out: &mut impl Write) -> Result<()> {
    let prose = Prose::new();
    writeln!(out, "{BOLD}{}{BOLD:#}: {}\n", rule.id, rule.title)?;
    for (name, value) in facts(rule) {
        prose.wrapped(out, &value, &format!("  {DIM}{name:<10}{DIM:#}  "), &" ".repeat(14))?;
    }
    text(prose, rule.docs, out)?;
    if !rule.params.is_empty() {
        heading(out, "Parameters")?;
    }
    for param in rule.params {
        writeln!(out, "  {BOLD}{}{BOLD:#}: {}", param.name(), values(param))?;
        prose.wrapped(out, param.doc(), "      ", "      ")?;
    }
    show_errata(prose, errata::for_rule(rule.id), out)
}

fn explain_pattern(pattern: Pattern, out: &mut impl Write) -> Result<()> {
    let prose = Prose::new();
    writeln!(out, "{BOLD}{}{BOLD:#} {DIM}({}){DIM:#}\n", pattern.title(), pattern.id())?;
    let family = pattern.category().id();
    prose.wrapped(out, family, &format!("  {DIM}{:<10}{DIM:#}  ", "family"), "")?;
    match patterns::find(pattern) {
        Some(recogniser) => text(prose, recogniser.docs, out)?,
        None => {
            writeln!(out)?;
            prose.markdown(out, pattern.summary())?;
        }
    }
    writeln!(out)?;
    prose.markdown(out, &override_of(pattern))?;
    let mut rules = rules_of(Some(pattern)).peekable();
    if rules.peek().is_some() {
        heading(out, "Rules")?;
    }
    for rule in rules {
        prose.wrapped(out, &format!("`{}`: {}", rule.id, rule.title), "  ", "      ")?;
    }
    show_errata(prose, errata::for_pattern(pattern), out)
}

/// A documentation text, section by section.
fn text(prose: Prose, docs: &str, out: &mut impl Write) -> Result<()> {
    for section in sections(docs) {
        if section.heading.is_empty() {
            writeln!(out)?;
        } else {
            heading(out, &section.heading)?;
        }
        prose.markdown(out, &section.body)?;
    }
    Ok(())
}

fn show_errata<'e>(
    prose: Prose,
    errata: impl Iterator<Item = &'e Erratum>,
    out: &mut impl Write,
) -> Result<()> {
    for erratum in errata {
        heading(out, &format!("Slide {} of the talk", erratum.slide))?;
        prose.markdown(out, erratum.says)?;
        writeln!(out)?;
        prose.markdown(out, &format!("**Today:** {}", erratum.right))?;
        writeln!(out)?;
        prose.markdown(out, &format!("<{}>", erratum.source))?;
    }
    Ok(())
}
