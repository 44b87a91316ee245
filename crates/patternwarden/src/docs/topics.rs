//! Finding a rule or a pattern by what a person remembers of it.

use crate::RULES;
use crate::pattern::Pattern;
use crate::rule::Rule;
use alloc::{string::String, vec::Vec};

/// Something that has documentation.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "documentation is about these two")]
pub enum Topic {
    /// A pattern.
    Pattern(Pattern),
    /// A rule.
    Rule(&'static Rule),
}

impl Topic {
    /// Its kebab-case name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Pattern(pattern) => pattern.id(),
            Self::Rule(rule) => rule.id,
        }
    }

    /// The topic of this id, or of this former id.
    pub fn find(id: &str) -> Option<Topic> {
        let rule = crate::rules::find_or_alias(id).map(Topic::Rule);
        rule.or_else(|| Pattern::find(id).map(Topic::Pattern))
    }

    /// The words that it can be found by, in lower case.
    fn words(self) -> String {
        let mut out = String::new();
        let mut add = |text: &str| {
            out.push_str(&text.to_lowercase());
            out.push('\n');
        };
        match self {
            Self::Pattern(pattern) => {
                add(pattern.id());
                add(pattern.title());
                add(pattern.category().id());
            }
            Self::Rule(rule) => {
                add(rule.id);
                add(rule.title);
                rule.aliases.iter().for_each(|alias| add(alias));
                for pattern in rule.patterns {
                    add(pattern.id());
                    add(pattern.title());
                }
                if let Some(pss) = rule.pss {
                    add(pss.id());
                    add(super::level(pss.level()));
                }
            }
        }
        out
    }
}

/// The topics whose id, title or pattern holds every word of `query`: patterns in the order of the
/// book, then rules by id. An empty query finds all of them.
pub fn search(query: &str) -> Vec<Topic> {
    let query = query.to_lowercase();
    let patterns = Pattern::ALL.iter().map(|pattern| Topic::Pattern(*pattern));
    let topics = patterns.chain(RULES.iter().map(Topic::Rule));
    let fits = |topic: &Topic| {
        let words = topic.words();
        query.split_whitespace().all(|word| words.contains(word))
    };
    topics.filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(query: &str) -> Vec<&'static str> {
        search(query).into_iter().map(Topic::id).collect()
    }

    #[test]
    fn found_by_id_title_and_pattern() {
        assert_eq!(ids("").len(), RULES.len() + Pattern::ALL.len());
        assert_eq!(ids("  Startup-PROBE-budget "), ["startup-probe-budget"]);
        assert!(ids("one replica rollout").contains(&"singleton-rolling-update"));
        let probes = ids("health probe");
        assert_eq!(probes.first(), Some(&"health-probe"), "the pattern comes first");
        assert!(probes.contains(&"liveness-scope-too-wide"), "a rule by its pattern");
        assert!(ids("runasnonroot").contains(&"run-as-non-root-missing"), "by its control");
        assert!(ids("no such words").is_empty());
    }

    #[test]
    fn every_topic_is_found_by_its_own_names() {
        for topic in search("") {
            assert!(ids(topic.id()).contains(&topic.id()));
            assert_eq!(Topic::find(topic.id()).map(Topic::id), Some(topic.id()));
        }
        for rule in RULES {
            for alias in rule.aliases {
                assert_eq!(Topic::find(alias).map(Topic::id), Some(rule.id));
            }
        }
    }
}
