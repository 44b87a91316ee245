//! One run of the engine over the text, and the words that sum it up.

use patternwarden::report::{Finding, Report, Resource, Summary, Syntax, Verdict};
use patternwarden::{Settings, Severity};
use std::rc::Rc;

/// What the engine said about a text. The text is kept: every range counts in it.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) text: Rc<str>,
    pub(crate) report: Report,
    /// Milliseconds that reading and judging took.
    pub(crate) took: f64,
}

/// An analysis lives in one `Rc`: the same place is the same analysis, and nothing is compared in depth.
impl PartialEq for Analysis {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Analysis {
    pub(crate) fn new(text: Rc<str>, settings: &Settings) -> Self {
        let start = now();
        let report = patternwarden::check(&patternwarden_yaml::read(&text), settings);
        Self { text, report, took: now() - start }
    }

    /// The findings, worst first, then as they stand in the text; without what could not be read,
    /// which has cards of its own.
    pub(crate) fn findings(&self) -> Vec<&Finding> {
        let mut sorted: Vec<_> =
            self.report.findings.iter().filter(|f| !f.is_of_syntax()).collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        sorted
    }

    pub(crate) fn resource(&self, index: Option<usize>) -> Option<&Resource> {
        self.report.resources.get(index?)
    }

    /// Whether there is nothing to judge at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// What changed, for people who listen: one sentence or two.
    pub(crate) fn sentence(&self) -> String {
        if self.is_empty() {
            return "Empty.".into();
        }
        let place = match self.report.syntax.first() {
            Some(Syntax { range: Some(range), .. }) => {
                format!("YAML error on line {}. ", range.start.line)
            }
            Some(_) => "YAML error. ".into(),
            None => String::new(),
        };
        let counts = counts(&self.report.summary);
        format!("{place}{counts}. {}.", verdict(self.report.verdict))
    }
}

fn now() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |clock| clock.now())
}

/// `1 error, 2 warnings, 4 patterns`; kinds that are absent are left out.
pub(crate) fn counts(summary: &Summary) -> String {
    let mut parts: Vec<String> = [
        (summary.error, "error"),
        (summary.warning, "warning"),
        (summary.info, "info"),
        (summary.hint, "hint"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| plural(number, word))
    .collect();
    if parts.is_empty() {
        parts.push("No problems".into());
    }
    parts.push(plural(summary.patterns, "pattern"));
    parts.join(", ")
}

/// The number and the word, which takes an `s` where one is due.
pub(crate) fn plural(number: usize, word: &str) -> String {
    let s = if number == 1 || word == "info" { "" } else { "s" };
    format!("{number} {word}{s}")
}

/// What an admission policy would do, in words.
pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admit => "Would be admitted",
        Verdict::AdmitWithWarnings => "Would be admitted with warnings",
        Verdict::Deny => "Would be denied",
        Verdict::NotEvaluated => "Not judged",
    }
}

/// The word for a severity, beside its shape and colour.
pub(crate) const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Info",
        Severity::Hint => "Hint",
    }
}

/// `Deployment/web`, with the namespace where it has one.
pub(crate) fn name(resource: &Resource) -> String {
    let kind = if resource.kind.is_empty() { "(no kind)" } else { &resource.kind };
    let name = resource.name.as_deref().unwrap_or("(no name)");
    match &resource.namespace {
        Some(namespace) => format!("{kind}/{name} in {namespace}"),
        None => format!("{kind}/{name}"),
    }
}
