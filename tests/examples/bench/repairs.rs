//! What repairs cost: one on demand, and all until nothing is left.

use patternwarden::fixes::{Manuscript, Wanted, fix_all, plan};
use patternwarden::tree::splice;
use patternwarden::{Grade, Settings, check};
use patternwarden_yaml::{Source, Yaml};

/// A text with findings to repair, safe ones and such as need a review.
pub(crate) struct Repairs<'a> {
    text: &'a str,
    settings: &'a Settings,
    /// The last finding that has a fix: what stands before it is in the way.
    key: String,
    made: usize,
}

impl<'a> Repairs<'a> {
    pub(crate) fn new(text: &'a str, settings: &'a Settings) -> Self {
        let report = check(&patternwarden_yaml::read(text), settings);
        let last = report.findings.iter().rfind(|finding| !finding.fixes.is_empty()).unwrap();
        let mut repairs = Self { text, settings, key: last.key.clone(), made: 0 };
        repairs.made = repairs.all();
        repairs
    }

    pub(crate) fn name(&self) -> String {
        format!("all {} fixes", self.made)
    }

    pub(crate) fn one(&self) -> String {
        let stream = patternwarden_yaml::read(self.text);
        let source = Source::new(self.text, &stream);
        let planned = plan(&stream, self.settings, &self.key, 0, &source).unwrap();
        splice(self.text, &planned.edits.unwrap())
    }

    pub(crate) fn all(&self) -> usize {
        let mut manuscript = Manuscript::new(self.text, &Yaml);
        let wanted = Wanted { least: Grade::Review, fix: &|_, _| true };
        let outcome = fix_all(&mut manuscript, self.settings, &wanted);
        assert!(outcome.settled && outcome.refused.is_empty());
        outcome.applied.len()
    }
}
