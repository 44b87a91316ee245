//! `patternwarden rules`: the catalogue as a list, by pattern.

use crate::args::{ListFormat, Rules};
use crate::prose::{BOLD, DIM};
use crate::text::{colour, plural};
use crate::{Ended, Outcome};
use patternwarden::docs::{self, level, rules_of};
use patternwarden::param::Param;
use patternwarden::rule::Grade;
use patternwarden::{Pattern, RULES, Rule};
use serde_json::json;
use std::io::{Result, Write};

pub(crate) fn rules(options: &Rules, out: &mut impl Write) -> Ended {
    match options.format {
        ListFormat::Json => {
            let rules: Vec<_> = RULES.iter().map(as_json).collect();
            serde_json::to_writer_pretty(&mut *out, &rules)?;
            writeln!(out)?;
        }
        ListFormat::Text => index(out)?,
    }
    Ok(Outcome::Clean)
}

fn index(out: &mut impl Write) -> Result<()> {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    writeln!(
        out,
        "{DIM}{:width$}  severity  admission  PSS         finds{DIM:#}",
        "rule",
        width = width + 2
    )?;
    for pattern in [None].into_iter().chain(Pattern::ALL.iter().map(|pattern| Some(*pattern))) {
        let mut rules = rules_of(pattern).peekable();
        if rules.peek().is_none() {
            continue;
        }
        match pattern {
            Some(pattern) => writeln!(
                out,
                "\n{BOLD}{}{BOLD:#} {DIM}({}, {}){DIM:#}",
                pattern.title(),
                pattern.id(),
                pattern.category().id()
            )?,
            None => writeln!(out, "\n{BOLD}Every manifest{BOLD:#}")?,
        }
        for rule in rules {
            row(out, rule, width)?;
        }
    }
    let (total, patterns) = (RULES.len(), RULES.iter().filter(|rule| !rule.enabled).count());
    writeln!(
        out,
        "\n{}, of which {patterns} run only when asked for (`off`); a rule stands under each of its \
         patterns. `patternwarden explain ID` tells more.",
        plural(total, "rule")
    )
}

fn row(out: &mut impl Write, rule: &Rule, width: usize) -> Result<()> {
    let (severity, style) =
        if rule.enabled { (rule.severity.id(), colour(rule.severity)) } else { ("off", DIM) };
    let standard = rule.pss.map_or("", |pss| level(pss.level()));
    writeln!(
        out,
        "  {:width$}  {style}{severity:8}{style:#}  {:9}  {standard:10}  {}",
        rule.id,
        rule.admission.id(),
        rule.title,
    )
}

fn as_json(rule: &Rule) -> serde_json::Value {
    json!({
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.id(),
        "admission": rule.admission.id(),
        "enabled": rule.enabled,
        "patterns": rule.patterns.iter().map(|pattern| pattern.id()).collect::<Vec<_>>(),
        "pss": rule.pss.map(|pss| json!({"level": level(pss.level()), "control": pss.id()})),
        "since": rule.since.map(|minor| minor.to_string()),
        "until": rule.until.map(|minor| minor.to_string()),
        "fix": rule.fix.map(|grade| match grade {
            Grade::Safe => "safe",
            Grade::Review => "review",
            Grade::Template => "template",
        }),
        "aliases": rule.aliases,
        "parameters": rule.params.iter().map(parameter).collect::<Vec<_>>(),
        "summary": docs::summary(rule.docs),
    })
}

fn parameter(param: &Param) -> serde_json::Value {
    let (name, doc) = (param.name(), param.doc());
    match param {
        Param::Int(p) => json!({
            "name": name, "doc": doc, "type": "integer",
            "default": p.default, "minimum": p.min, "maximum": p.max, "unit": p.unit,
        }),
        Param::Flag(p) => {
            json!({"name": name, "doc": doc, "type": "boolean", "default": p.default})
        }
        Param::Choice(p) => json!({
            "name": name, "doc": doc, "type": "string", "default": p.default, "options": p.options,
        }),
        Param::Strings(p) => {
            json!({"name": name, "doc": doc, "type": "strings", "default": p.default})
        }
        Param::Entries(p, form) => json!({
            "name": name, "doc": doc, "type": "strings", "default": p.default, "entries": form.to_string(),
        }),
        // A shape that this command does not know yet has a name and a sentence all the same.
        _ => json!({"name": name, "doc": doc}),
    }
}
