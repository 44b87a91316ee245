//! Repairs: options from JavaScript, and what was made of them.

use patternwarden::fixes::{Line, Manuscript, Offer, Sign, Wanted, changed_lines, fix_all, plan};
use patternwarden::report::Placeholder;
use patternwarden::rules::find_or_alias;
use patternwarden::tree::{Refusal, placeholders, splice};
use patternwarden::{Grade, Settings};
use patternwarden_yaml::{Source, Yaml};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// What `check` is asked for beside the Report.
#[derive(Default, Deserialize, Tsify)]
#[serde(default)]
pub(crate) struct CheckOptions {
    /// Every fix as edits of the text. This costs much more than the check: to plan one fix, call
    /// `fix` with its finding.
    #[tsify(optional)]
    pub(crate) edits: bool,
}

/// Which fixes to make; without any option, all that are safe.
#[derive(Default, Deserialize, Tsify)]
#[serde(default)]
pub(crate) struct FixOptions {
    /// Key of one finding: its fix alone is made, whatever its grade.
    #[tsify(optional)]
    finding: Option<String>,
    /// Which of that finding's fixes, from 0.
    #[tsify(optional)]
    fix: usize,
    /// Fixes, too, that may change what runs and need a review.
    #[serde(rename = "unsafe")]
    #[tsify(optional)]
    review: bool,
    /// Ids of the rules whose findings are repaired; all by default.
    #[tsify(optional)]
    rules: Option<Vec<String>>,
}

/// Options from JavaScript, whose names are checked by hand.
pub(crate) trait Options: Default + DeserializeOwned {
    /// All of them.
    const NAMES: &[&str];
}

impl Options for CheckOptions {
    const NAMES: &[&str] = &["edits"];
}

impl Options for FixOptions {
    const NAMES: &[&str] = &["finding", "fix", "unsafe", "rules"];
}

/// A text after repair.
#[derive(Serialize, Tsify)]
pub(crate) struct Fixed {
    /// The text; every byte that no fix is about is as it was.
    text: String,
    /// What was done, in order.
    applied: Vec<Made>,
    /// What could not be done, and why.
    refused: Vec<Refused>,
    /// Parts of `text` that a person must fill.
    placeholders: Vec<Placeholder>,
    /// The lines that one fix changes, and those around them, for a person to look at; at most 40.
    /// Empty where all fixes were made.
    changes: Vec<Change>,
    /// False when repairs call each other up for ever, and were stopped.
    settled: bool,
}

/// One line of a difference.
#[derive(Serialize, Tsify)]
pub(crate) struct Change {
    /// Whether it stays, goes, or comes.
    #[tsify(type = "\"same\" | \"gone\" | \"new\"")]
    sign: &'static str,
    /// Its number, from 1, in the text before; absent for a line that comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    number: Option<usize>,
    /// The line, without its end.
    text: String,
}

impl From<Line> for Change {
    fn from(Line { sign, number, text, .. }: Line) -> Self {
        let sign = match sign {
            Sign::Same => "same",
            Sign::Gone => "gone",
            Sign::New => "new",
        };
        Self { sign, number, text }
    }
}

/// A fix that was made.
#[derive(Serialize, Tsify)]
pub(crate) struct Made {
    rule: &'static str,
    /// What was wrong.
    message: String,
    /// What the fix did.
    title: String,
    grade: Grade,
}

/// A fix that could not be made.
#[derive(Serialize, Tsify)]
pub(crate) struct Refused {
    rule: &'static str,
    /// What is wrong.
    message: String,
    /// What the fix would do.
    title: String,
    /// Why the text cannot be edited without a guess.
    reason: String,
}

/// Makes the fixes that are wanted; says what is wrong with the options if they cannot be followed.
pub(crate) fn fix(text: &str, settings: Settings, options: &FixOptions) -> Result<Fixed, String> {
    match &options.finding {
        Some(key) => one(text, &settings, key, options.fix),
        None => all(text, settings, options),
    }
}

fn one(text: &str, settings: &Settings, key: &str, fix: usize) -> Result<Fixed, String> {
    let stream = patternwarden_yaml::read(text);
    let planned = plan(&stream, settings, key, fix, &Source::new(text, &stream))
        .ok_or_else(|| format!("there is no fix {fix} of a finding with the key `{key}`"))?;
    let offer = planned.offer;
    Ok(match planned.edits {
        Ok(edits) => {
            let changes = changed_lines(text, &edits).into_iter().map(Change::from).collect();
            let text = splice(text, &edits);
            let placeholders = Placeholder::all(&text, &placeholders(&edits));
            let applied = vec![made(offer)];
            Fixed { text, applied, refused: Vec::new(), placeholders, changes, settled: true }
        }
        Err(refusal) => {
            let refused = vec![refused((offer, refusal))];
            let (text, applied, placeholders) = (text.to_owned(), Vec::new(), Vec::new());
            Fixed { text, applied, refused, placeholders, changes: Vec::new(), settled: true }
        }
    })
}

fn all(text: &str, mut settings: Settings, options: &FixOptions) -> Result<Fixed, String> {
    if let Some(ids) = &options.rules {
        let rule =
            |id: &String| find_or_alias(id).ok_or_else(|| format!("there is no rule `{id}`"));
        let rules = ids.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
        settings = settings.only(|rule| rules.iter().any(|named| named.id == rule.id));
    }
    let least = if options.review { Grade::Review } else { Grade::Safe };
    let mut manuscript = Manuscript::new(text, &Yaml);
    let outcome = fix_all(&mut manuscript, &settings, &Wanted { least, fix: &|_, _| true });
    Ok(Fixed {
        text: manuscript.into_text(),
        applied: outcome.applied.into_iter().map(made).collect(),
        refused: outcome.refused.into_iter().map(refused).collect(),
        placeholders: Vec::new(),
        changes: Vec::new(),
        settled: outcome.settled,
    })
}

fn made(offer: Offer) -> Made {
    let Offer { rule, message, title, grade, .. } = offer;
    Made { rule: rule.id, message, title, grade }
}

fn refused((offer, refusal): (Offer, Refusal)) -> Refused {
    let Offer { rule, message, title, .. } = offer;
    Refused { rule: rule.id, message, title, reason: refusal.message }
}
