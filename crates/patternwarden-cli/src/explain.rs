//! `patternwarden rules` and `patternwarden explain`: the documentation in the terminal.

use crate::args::{Explain, ListFormat, Rules};
use crate::{Ended, Outcome, complain};
use anstyle::Style;
use patternwarden::errata::{self, Erratum};
use patternwarden::matcher::nearest;
use patternwarden::param::Param;
use patternwarden::rules::find_or_alias;
use patternwarden::{Pattern, RULES, Rule, docs, patterns};
use serde_json::json;
use std::io::{Result, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(crate) fn rules(options: &Rules, out: &mut impl Write) -> Ended {
    match options.format {
        ListFormat::Json => {
            let rules: Vec<_> = RULES.iter().map(as_json).collect();
            serde_json::to_writer_pretty(&mut *out, &rules)?;
            writeln!(out)?;
        }
        ListFormat::Text => {
            let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in RULES {
                let (severity, admission) = (rule.severity.id(), rule.admission.id());
                let switched = if rule.enabled { "" } else { " (off)" };
                writeln!(
                    out,
                    "{BOLD}{:width$}{BOLD:#}  {severity:7}  {DIM}admission {admission:4}{DIM:#}  {}{switched}",
                    rule.id, rule.title,
                )?;
            }
            writeln!(out, "\n{} rules. `patternwarden explain ID` tells more.", RULES.len())?;
        }
    }
    Ok(Outcome::Clean)
}

fn as_json(rule: &Rule) -> serde_json::Value {
    json!({
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.id(),
        "admission": rule.admission.id(),
        "enabled": rule.enabled,
        "patterns": rule.patterns.iter().map(|pattern| pattern.id()).collect::<Vec<_>>(),
        "pss": rule.pss.map(patternwarden::rule::Pss::id),
        "since": rule.since.map(|minor| minor.to_string()),
        "until": rule.until.map(|minor| minor.to_string()),
        "parameters": rule.params.iter().map(Param::name).collect::<Vec<_>>(),
        "summary": docs::summary(rule.docs),
    })
}

pub(crate) fn explain(options: &Explain, out: &mut impl Write) -> Ended {
    let id = options.id.as_str();
    if let Some(rule) = find_or_alias(id) {
        explain_rule(rule, out)?;
    } else if let Some(pattern) = Pattern::find(id) {
        explain_pattern(pattern, out)?;
    } else {
        let ids = RULES.iter().map(|rule| rule.id).chain(Pattern::ALL.iter().map(|p| p.id()));
        let near =
            nearest(id, ids).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        complain(&format!("there is no rule or pattern `{id}`{near}"));
        return Ok(Outcome::Unreadable);
    }
    Ok(Outcome::Clean)
}

fn explain_rule(rule: &Rule, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}: {}", rule.id, rule.title)?;
    let titles: Vec<_> = rule.patterns.iter().map(|pattern| pattern.title()).collect();
    write!(out, "{DIM}{}, admission {}", rule.severity.id(), rule.admission.id())?;
    if !titles.is_empty() {
        write!(out, "; {}", titles.join(", "))?;
    }
    if let Some(pss) = rule.pss {
        write!(out, "; Pod Security Standards check {}", pss.id())?;
    }
    writeln!(out, "{DIM:#}\n")?;
    markdown(rule.docs, out)?;
    if !rule.params.is_empty() {
        writeln!(out, "\n{BOLD}Parameters{BOLD:#}\n")?;
    }
    for param in rule.params {
        let value = match param {
            Param::Int(p) if p.unit.is_empty() => format!("{} ({} to {})", p.default, p.min, p.max),
            Param::Int(p) => format!("{} {} ({} to {})", p.default, p.unit, p.min, p.max),
            Param::Flag(p) => p.default.to_string(),
            Param::Choice(p) => format!("{} ({})", p.default, p.options.join(", ")),
            Param::Strings(p) => format!("[{}]", p.default.join(", ")),
            _ => String::new(),
        };
        writeln!(out, "  {BOLD}{}{BOLD:#}: {value}\n      {}", param.name(), param.doc())?;
    }
    show_errata(errata::for_rule(rule.id), out)
}

fn explain_pattern(pattern: Pattern, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}: {}", pattern.title(), pattern.summary())?;
    writeln!(out, "{DIM}{} pattern{DIM:#}\n", pattern.category().id())?;
    if let Some(recogniser) = patterns::find(pattern) {
        markdown(recogniser.docs, out)?;
    }
    let mut rules = RULES.iter().filter(|rule| rule.patterns.contains(&pattern)).peekable();
    if rules.peek().is_some() {
        writeln!(out, "\n{BOLD}Rules{BOLD:#}\n")?;
    }
    for rule in rules {
        writeln!(out, "  {}: {}", rule.id, rule.title)?;
    }
    show_errata(errata::for_pattern(pattern), out)
}

fn show_errata<'e>(errata: impl Iterator<Item = &'e Erratum>, out: &mut impl Write) -> Result<()> {
    for erratum in errata {
        writeln!(out, "\n{BOLD}Slide {} of the talk{BOLD:#}\n", erratum.slide)?;
        writeln!(out, "  Says: {}\n  Today: {}", erratum.says, erratum.right)?;
        writeln!(out, "  {DIM}{}{DIM:#}", erratum.source)?;
    }
    Ok(())
}

/// Markdown of a doc comment as terminal text: headings in bold, examples indented, marks left out.
fn markdown(docs: &str, out: &mut impl Write) -> Result<()> {
    let mut fenced = false;
    for line in docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            if !docs::is_mark(line) {
                writeln!(out, "    {line}")?;
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            writeln!(out, "{BOLD}{heading}{BOLD:#}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
