//! Reports for people: the place, the line, what is wrong, how to repair it.

use anstyle::{AnsiColor, Style};
use patternwarden::report::{Finding, Report, Resource, Syntax, Verdict};
use patternwarden::tree::Range;
use patternwarden::{Grade, Severity};
use std::io::{Result, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(crate) fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Blue,
        Severity::Hint => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

/// Prints one report; `bytes` is the input it is about.
pub(crate) fn report(out: &mut impl Write, report: &Report, bytes: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(bytes);
    let page = Page {
        name: report.input.as_deref().unwrap_or(""),
        lines: text.lines().collect(),
        resources: &report.resources,
    };
    for error in report.unreadable() {
        page.syntax(out, error, report.said_of(error))?;
    }
    for finding in report.findings.iter().filter(|finding| !finding.is_of_syntax()) {
        page.finding(out, finding)?;
    }
    for resource in report.resources.iter().filter(|resource| resource.assumed.is_some()) {
        let assumed = resource.assumed.as_deref().unwrap_or_default();
        writeln!(out, "{DIM}note: {}: {assumed}{DIM:#}\n", page.name)?;
    }
    suppressed(out, report, page.name)
}

/// One line for what somebody decided to live with, and one for what a cluster sees all the same.
fn suppressed(out: &mut impl Write, report: &Report, name: &str) -> Result<()> {
    if report.suppressed.is_empty() {
        return Ok(());
    }
    let mut rules: Vec<&str> = report.suppressed.iter().map(|f| &*f.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let (count, of) = (report.suppressed.len(), plural(rules.len(), "rule"));
    writeln!(out, "{DIM}note: {name}: {count} suppressed ({of}){DIM:#}\n")?;
    let stays = |f: &&Finding| f.suppression.as_ref().is_some_and(|why| !why.in_cluster);
    let mut seen: Vec<&str> = report.suppressed.iter().filter(stays).map(|f| &*f.rule).collect();
    seen.sort_unstable();
    seen.dedup();
    if !seen.is_empty() {
        let rules = seen.join(", ");
        writeln!(
            out,
            "{DIM}note: {name}: still reported in the cluster: {rules}; use the annotation or an \
             exemption{DIM:#}\n"
        )?;
    }
    Ok(())
}

struct Page<'r> {
    name: &'r str,
    lines: Vec<&'r str>,
    resources: &'r [Resource],
}

impl Page<'_> {
    /// What could not be read, with what the rule says of it unless settings switch it off.
    fn syntax(&self, out: &mut impl Write, error: &Syntax, said: Option<&Finding>) -> Result<()> {
        let severity = said.map_or(Severity::Error, |finding| finding.severity);
        let (style, word) = (colour(severity), severity.id());
        let rule = said.map_or_else(String::new, |finding| format!("[{}]", finding.rule));
        writeln!(out, "{style}{word}{rule}{style:#}{BOLD}: {}{BOLD:#}", printable(&error.message))?;
        self.place(out, error.range, None)?;
        self.quote(out, error.range, style)?;
        if let Some(hint) = &error.hint {
            writeln!(out, "   {DIM}={DIM:#} {BOLD}help{BOLD:#}: {hint}")?;
        }
        writeln!(out)
    }

    fn finding(&self, out: &mut impl Write, finding: &Finding) -> Result<()> {
        let style = colour(finding.severity);
        let (severity, rule) = (finding.severity.id(), &finding.rule);
        writeln!(
            out,
            "{style}{severity}[{rule}]{style:#}{BOLD}: {}{BOLD:#}",
            printable(&finding.message)
        )?;
        let resource = finding.resource.and_then(|index| self.resources.get(index));
        self.place(out, finding.range, resource)?;
        // The lines of a Secret may hold what must not appear in a log.
        if resource.is_none_or(|resource| resource.kind != "Secret") {
            self.quote(out, finding.range, style)?;
        }
        for related in &finding.related {
            let line = related.range.map_or(0, |range| range.start.line);
            writeln!(
                out,
                "   {DIM}={DIM:#} {}:{line}: {}",
                self.name,
                printable(&related.message)
            )?;
        }
        for fix in &finding.fixes {
            let grade = match fix.grade {
                Grade::Safe => "safe",
                Grade::Review => "needs review",
                Grade::Template => "template",
            };
            writeln!(
                out,
                "   {DIM}={DIM:#} {BOLD}fix{BOLD:#} ({grade}): {}",
                printable(&fix.title)
            )?;
        }
        writeln!(out)
    }

    fn place(
        &self,
        out: &mut impl Write,
        range: Option<Range>,
        resource: Option<&Resource>,
    ) -> Result<()> {
        write!(out, "  {DIM}-->{DIM:#} {}", self.name)?;
        if let Some(range) = range {
            write!(out, ":{}:{}", range.start.line, range.start.column)?;
        }
        if let Some(resource) = resource {
            let name = printable(resource.name.as_deref().unwrap_or("?"));
            write!(out, "  {DIM}{}/{name}{DIM:#}", printable(&resource.kind))?;
        }
        writeln!(out)
    }

    /// The first line of a range with a mark under it.
    fn quote(&self, out: &mut impl Write, range: Option<Range>, style: Style) -> Result<()> {
        let Some(range) = range else { return Ok(()) };
        let number = range.start.line;
        let Some(line) = self.lines.get(number as usize - 1).filter(|line| line.len() <= MAX_LINE)
        else {
            return Ok(());
        };
        let width = number.to_string().len().max(2);
        let end = if range.end.line == number {
            range.end.column
        } else {
            line.encode_utf16().count() as u32 + 1
        };
        let (mut blank, mut mark, mut column) = (String::new(), String::new(), 1);
        for c in line.chars() {
            if column < range.start.column {
                blank.push(if c == '\t' { '\t' } else { ' ' });
            } else if column < end {
                mark.push('^');
            }
            column += c.len_utf16() as u32;
        }
        let mark = if mark.is_empty() { "^" } else { mark.as_str() };
        let shown = printable(line);
        writeln!(out, "{DIM}{:width$} |{DIM:#}", "")?;
        writeln!(out, "{DIM}{number:>width$} |{DIM:#} {shown}")?;
        writeln!(out, "{DIM}{:width$} |{DIM:#} {blank}{style}{mark}{style:#}", "")
    }
}

/// Longer lines are not quoted: nobody reads them in a terminal.
const MAX_LINE: usize = 400;

/// Text of a manifest without the control characters that could speak to the terminal.
pub(crate) fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// Counts over all inputs.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) inputs: usize,
    resources: usize,
    findings: [usize; 4],
    syntax: usize,
    not_checked: usize,
    empty: usize,
    denied: usize,
}

impl Totals {
    pub(crate) fn add(&mut self, report: &Report) {
        self.inputs += 1;
        self.resources += report.resources.len();
        self.not_checked += report.summary.not_checked;
        self.empty += report.summary.empty;
        self.syntax += report.unreadable().count();
        self.denied += usize::from(report.verdict == Verdict::Deny);
        for (count, severity) in self.findings.iter_mut().zip(Severity::ALL) {
            // What could not be read is counted by itself.
            let counts = |f: &&Finding| f.severity == severity && !f.is_of_syntax();
            *count += report.findings.iter().filter(counts).count();
        }
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> Result<()> {
        let counts: Vec<String> = self
            .findings
            .iter()
            .zip(Severity::ALL)
            .filter(|(count, _)| **count > 0)
            .map(|(count, severity)| match severity {
                // Information and hints have no plural that reads well.
                Severity::Info => format!("{count} info"),
                _ => plural(*count, severity.id()),
            })
            .collect();
        let found = if counts.is_empty() { "no problems".to_owned() } else { counts.join(", ") };
        let (resources, inputs) =
            (plural(self.resources, "resource"), plural(self.inputs, "input"));
        write!(out, "{found} in {resources} of {inputs}")?;
        if self.syntax > 0 {
            write!(out, "; {}", plural(self.syntax, "place"))?;
            write!(out, " could not be read")?;
        }
        if self.not_checked > 0 {
            write!(out, "; {} not looked at", self.not_checked)?;
        }
        if self.empty > 0 {
            write!(out, "; {} without content", plural(self.empty, "document"))?;
        }
        if self.denied > 0 {
            write!(out, "; {} would be denied at admission", plural(self.denied, "input"))?;
        }
        writeln!(out)
    }
}

pub(crate) fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
