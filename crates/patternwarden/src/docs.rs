//! Documentation text of rules and patterns: kept once, in the doc comment, and taken apart here.

mod facts;
pub mod markdown;
mod topics;

pub use facts::{facts, level, override_of, rules_of, values};
pub use topics::{Topic, search};

use alloc::{string::String, vec::Vec};

/// `text` with the feature `docs`, nothing without it.
pub const fn text(text: &'static str) -> &'static str {
    if cfg!(feature = "docs") { text } else { "" }
}

/// A heading and the Markdown below it, as written in a doc comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading without `## `; empty for the text before the first heading.
    pub heading: String,
    /// Markdown, without the blank that doc comments start their lines with.
    pub body: String,
}

/// A fenced YAML block of a rule's documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// Whether the rule must find something in it.
    pub bad: bool,
    /// The manifest, `# finding:` marks included.
    pub text: String,
}

impl Example {
    /// Pointers that `# finding: <pointer>` comments mark, in order.
    ///
    /// The pointer counts from the object; `# finding: 1 <pointer>` names the object by its
    /// index in the example where there are several.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(|line| line.trim().strip_prefix(FINDING))
    }

    /// JSON of the rule's settings, when a `# settings: {"max_seconds": 60}` comment names some.
    pub fn settings(&self) -> Option<&str> {
        self.text.lines().find_map(|line| line.trim().strip_prefix(SETTINGS))
    }

    /// JSON of whole settings, when an `# all settings: {"as_of": "2027-01-31"}` comment has some.
    pub fn all_settings(&self) -> Option<&str> {
        self.text.lines().find_map(|line| line.trim().strip_prefix(ALL_SETTINGS))
    }

    /// The manifest without its marks, as a person would write it.
    pub fn shown(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        for line in self.text.lines().filter(|line| !is_mark(line)) {
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

const FINDING: &str = "# finding: ";
const SETTINGS: &str = "# settings: ";
const ALL_SETTINGS: &str = "# all settings: ";

/// Whether a line of an example speaks to the tests and not to people.
pub fn is_mark(line: &str) -> bool {
    let line = line.trim();
    [FINDING, SETTINGS, ALL_SETTINGS].iter().any(|mark| line.starts_with(mark))
}

/// The first sentence or paragraph: what lists show.
pub fn summary(docs: &str) -> &str {
    let end = docs.find("\n\n").or_else(|| docs.find("\n \n")).unwrap_or(docs.len());
    docs.get(..end).unwrap_or(docs).trim()
}

/// The sections of a documentation text, in order.
pub fn sections(docs: &str) -> Vec<Section> {
    let mut out = Vec::new();
    let mut open = Section { heading: String::new(), body: String::new() };
    let mut fenced = false;
    for line in docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        fenced ^= line.starts_with("```");
        match line.strip_prefix("## ") {
            Some(heading) if !fenced => {
                out.push(core::mem::replace(
                    &mut open,
                    Section { heading: heading.into(), body: String::new() },
                ));
            }
            _ => {
                open.body.push_str(line);
                open.body.push('\n');
            }
        }
    }
    out.push(open);
    out
}

/// The body of one section, trimmed; `None` when there is no such heading.
///
/// Reads no further than it must: reports ask for one section per finding.
pub fn section(docs: &str, heading: &str) -> Option<String> {
    let mut lines = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.find(|line| line.strip_prefix("## ") == Some(heading))?;
    let mut body = String::new();
    let mut fenced = false;
    for line in lines {
        fenced ^= line.starts_with("```");
        if !fenced && line.starts_with("## ") {
            break;
        }
        body.push_str(line);
        body.push('\n');
    }
    Some(body.trim().into())
}

/// The fenced YAML examples, in order.
pub fn examples(docs: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let mut open: Option<Example> = None;
    for line in docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(info) = line.strip_prefix("```") {
            match open.take() {
                Some(example) => out.push(example),
                None => open = fence(info),
            }
        } else if let Some(example) = open.as_mut() {
            example.text.push_str(line);
            example.text.push('\n');
        }
    }
    out.retain(|example| !example.text.is_empty());
    out
}

/// An example from the words behind the opening fence.
fn fence(info: &str) -> Option<Example> {
    let bad = match info {
        "yaml,bad" => true,
        "yaml,good" => false,
        _ => return None,
    };
    Some(Example { bad, text: String::new() })
}
