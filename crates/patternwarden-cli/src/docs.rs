//! `patternwarden docs`: the catalogue as Markdown pages, one for each rule and each pattern, an index,
//! and a way from every former id to its rule.

use crate::args::Docs;
use crate::text::plural;
use crate::{Ended, Outcome};
use patternwarden::docs::{
    facts, is_mark, level, override_of, rules_of, sections, summary, values,
};
use patternwarden::errata::{self, Erratum};
use patternwarden::{Pattern, RULES, Rule, patterns};
use std::fs;
use std::io::Write;

/// One page: its path with `/`, and its text.
type Page = (String, String);

pub(crate) fn write(options: &Docs, out: &mut impl Write) -> Ended {
    let pages = pages();
    for (name, text) in &pages {
        let path = options.folder.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    writeln!(out, "{} in {}", plural(pages.len(), "page"), options.folder.display())?;
    Ok(Outcome::Clean)
}

/// Every page; links between them are relative.
fn pages() -> Vec<Page> {
    let mut out = vec![("README.md".to_owned(), index())];
    out.extend(RULES.iter().map(|rule| (format!("{}.md", rule.id), of_rule(rule))));
    let pattern =
        |pattern: &Pattern| (format!("patterns/{}.md", pattern.id()), of_pattern(*pattern));
    out.extend(Pattern::ALL.iter().map(pattern));
    for rule in RULES {
        out.extend(rule.aliases.iter().map(|alias| (format!("{alias}.md"), redirect(alias, rule))));
    }
    out
}

fn index() -> String {
    let mut out = format!(
        "# Rules and patterns\n\n{} of version {}, under each pattern that they guard. Severity is for people; \
         admission is what a finding does to a request, unless settings say otherwise.\n",
        plural(RULES.len(), "rule"),
        env!("CARGO_PKG_VERSION"),
    );
    for pattern in [None].into_iter().chain(Pattern::ALL.iter().map(|pattern| Some(*pattern))) {
        match pattern {
            Some(pattern) => out.push_str(&format!(
                "\n## [{}](patterns/{}.md)\n\n{}\n",
                pattern.title(),
                pattern.id(),
                pattern.summary()
            )),
            None => out.push_str("\n## Every manifest\n"),
        }
        let rules: Vec<&Rule> = rules_of(pattern).collect();
        if !rules.is_empty() {
            out.push_str(
                "\n| rule | finds | severity | admission | PSS |\n|---|---|---|---|---|\n",
            );
        }
        for rule in rules {
            let severity = if rule.enabled { rule.severity.id() } else { "off" };
            let standard = rule.pss.map_or("", |pss| level(pss.level()));
            out.push_str(&format!(
                "| [`{0}`]({0}.md) | {1} | {severity} | {2} | {standard} |\n",
                rule.id,
                cell(rule.title),
                rule.admission.id(),
            ));
        }
    }
    out
}

fn of_rule(rule: &Rule) -> String {
    let mut out = format!("# `{}`\n\n{}.\n\n| | |\n|---|---|\n", rule.id, rule.title);
    for (name, value) in facts(rule) {
        let value = match name {
            "patterns" if !rule.patterns.is_empty() => {
                let link = |pattern: &Pattern| {
                    format!("[{}](patterns/{}.md)", pattern.title(), pattern.id())
                };
                rule.patterns.iter().map(link).collect::<Vec<_>>().join(", ")
            }
            _ => cell(&value),
        };
        out.push_str(&format!("| {name} | {value} |\n"));
    }
    text(&mut out, rule.docs);
    if !rule.params.is_empty() {
        out.push_str("\n## Parameters\n\n| parameter | default | meaning |\n|---|---|---|\n");
    }
    for param in rule.params {
        let (value, doc) = (cell(&values(param)), cell(param.doc()));
        out.push_str(&format!("| `{}` | {value} | {doc} |\n", param.name()));
    }
    talk(&mut out, errata::for_rule(rule.id));
    out
}

fn of_pattern(pattern: Pattern) -> String {
    let family = pattern.category().id();
    let mut out = format!("# {}\n\nA {family} pattern, `{}`.\n", pattern.title(), pattern.id());
    match patterns::find(pattern) {
        Some(recogniser) => text(&mut out, recogniser.docs),
        None => out.push_str(&format!("\n{}\n", pattern.summary())),
    }
    out.push_str(&format!("\n{}\n", override_of(pattern)));
    let rules: Vec<&Rule> = rules_of(Some(pattern)).collect();
    if !rules.is_empty() {
        out.push_str("\n## Rules\n\n");
    }
    for rule in rules {
        out.push_str(&format!("- [`{0}`](../{0}.md): {1}\n", rule.id, summary(rule.docs)));
    }
    talk(&mut out, errata::for_pattern(pattern));
    out
}

/// A page for a former id. Where pages are served as HTML, the browser goes on by itself.
fn redirect(alias: &str, rule: &Rule) -> String {
    format!(
        "<meta http-equiv=\"refresh\" content=\"0; url={0}.html\">\n\n# `{alias}`\n\n\
         This rule is now called [`{0}`]({0}.md). Settings and suppressions may use both names.\n",
        rule.id
    )
}

/// A documentation text without what speaks to the tests.
fn text(out: &mut String, docs: &str) {
    for section in sections(docs) {
        if !section.heading.is_empty() {
            out.push_str(&format!("\n## {}\n", section.heading));
        }
        out.push('\n');
        for line in section.body.trim().lines().filter(|line| !is_mark(line)) {
            // The word behind the language is for the tests as well.
            out.push_str(if line.starts_with("```yaml,") { "```yaml" } else { line });
            out.push('\n');
        }
    }
}

fn talk<'e>(out: &mut String, errata: impl Iterator<Item = &'e Erratum>) {
    for (at, erratum) in errata.enumerate() {
        if at == 0 {
            out.push_str("\n## What changed since the talk\n");
        }
        out.push_str(&format!(
            "\n**Slide {}.** {} **Today:** {} ([source]({}))\n",
            erratum.slide, erratum.says, erratum.right, erratum.source
        ));
    }
}

/// Text that may stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*")
}
