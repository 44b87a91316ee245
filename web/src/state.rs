//! What the page knows, and how it changes.

use crate::analysis::Analysis;
use crate::examples::{self, Example};
use crate::preferences::Preferences;
use crate::repairs::{Focus, Notice, Place, Preview};
use crate::storage::{self, Saved};
use crate::{crash, theme};
use patternwarden::report::Finding;
use patternwarden::tree::Range;
use std::rc::Rc;
use yew::{Reducible, UseReducerDispatcher};

/// How components ask for a change.
pub(crate) type Dispatch = UseReducerDispatcher<State>;

/// Longest text that is checked while it is typed, in bytes.
pub(crate) const LIVE: usize = 1024 * 1024;
/// Longest text that is checked at every key, in bytes; above it, a pause in typing is awaited.
pub(crate) const AT_ONCE: usize = 300_000;

/// What is shown beside the text, or instead of it where the page is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Manifest,
    Problems,
    Patterns,
    Rules,
}

/// Whether the report belongs to the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// A check follows when typing pauses.
    Due,
    /// A check follows when a person asks for it.
    Paused(Pause),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// The text is longer than [`LIVE`].
    Large,
    /// The checker crashed on this text before.
    Crashed,
}

/// A place to show in the editor; a new `serial` makes a new request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reveal {
    pub(crate) serial: u32,
    /// UTF-16 offsets.
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) focus: bool,
}

/// What is looked up in the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) query: String,
    /// Id of the rule or pattern that is open.
    pub(crate) open: Option<String>,
}

/// Everything the page draws.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) text: Rc<str>,
    /// Counts the changes of the text that the page made, not a person.
    pub(crate) revision: u32,
    /// The example that the text began as.
    pub(crate) example: Option<&'static Example>,
    /// The person's own text, while an example is looked at.
    pub(crate) own: Option<Rc<str>>,
    pub(crate) preferences: Preferences,
    pub(crate) analysis: Rc<Analysis>,
    pub(crate) freshness: Freshness,
    pub(crate) view: View,
    /// Key of the finding that is open.
    pub(crate) finding: Option<String>,
    /// Key of the pattern that is open.
    pub(crate) pattern: Option<String>,
    pub(crate) reference: Reference,
    pub(crate) reveal: Option<Reveal>,
    /// The fix that is being looked at.
    pub(crate) preview: Option<Preview>,
    /// What the last repair did.
    pub(crate) notice: Option<Notice>,
    pub(crate) focus: Option<Focus>,
}

pub(crate) enum Action {
    /// A person changed the text.
    Typed(Rc<str>),
    Load(&'static Example),
    /// Back to the person's own text.
    Restore,
    /// Empties the page and the storage.
    Forget,
    Prefer(Preferences),
    View(View),
    /// Opens a finding, or closes it if it is open.
    Finding(String),
    /// Opens a pattern, or closes it if it is open.
    Pattern(String),
    /// Shows the pattern of this id, wherever it was found first.
    ShowPattern(String),
    /// Searches the catalogue.
    Search(String),
    /// Opens a rule or a pattern of the catalogue, or closes it if it is open.
    Topic(String),
    /// Shows what the catalogue says about this id.
    LookUp(String),
    /// Shows a place in the editor, and moves there if asked.
    Reveal(Range, bool),
    /// Checks a text that is due or paused.
    Check,
    /// A fix was asked for, by the key of its finding and its number.
    Fix {
        key: String,
        fix: usize,
        place: Place,
    },
    /// The fix that is being looked at is wanted.
    Make,
    /// Makes every safe fix.
    FixAll,
    /// Goes back to the text before the last repair.
    Undo,
}

impl State {
    pub(crate) fn load() -> Self {
        let saved = storage::load();
        let crashed = storage::take_crash();
        let (text, example) = match (&crashed, saved.text) {
            (Some(text), _) => (text.as_str().into(), None),
            (None, Some(text)) => (text.into(), saved.example.as_deref().and_then(examples::find)),
            (None, None) => match examples::FIRST {
                Some(first) if saved.first_visit => (first.text.into(), Some(first)),
                _ => (Rc::from(""), None),
            },
        };
        let preferences = saved.preferences.checked();
        let empty = Analysis::new(Rc::from(""), &preferences.settings());
        let mut state = Self {
            text,
            revision: 0,
            example,
            own: saved.own.map(Rc::from),
            preferences,
            analysis: Rc::new(empty),
            freshness: Freshness::Due,
            view: View::Problems,
            finding: None,
            pattern: None,
            reference: Reference::default(),
            reveal: None,
            preview: None,
            notice: None,
            focus: None,
        };
        if crashed.is_some() {
            state.freshness = Freshness::Paused(Pause::Crashed);
        } else {
            state.consider();
            if state.example.is_some() && saved.first_visit {
                state.open_first();
            }
        }
        state
    }

    /// What the browser's storage may keep of this.
    pub(crate) fn saved(&self) -> Saved {
        let keep = |text: &Rc<str>| storage::may_keep(text).then(|| text.to_string());
        Saved {
            text: keep(&self.text),
            own: self.own.as_ref().and_then(keep),
            example: self.example.map(|example| example.id.to_owned()),
            preferences: self.preferences,
            ..Saved::default()
        }
    }

    /// Checks the text now, if it is short enough.
    pub(crate) fn consider(&mut self) {
        let length = self.text.len();
        self.freshness = if length <= AT_ONCE {
            Freshness::Fresh
        } else if length <= LIVE {
            Freshness::Due
        } else {
            Freshness::Paused(Pause::Large)
        };
        if self.freshness == Freshness::Fresh {
            self.check();
        }
    }

    fn check(&mut self) {
        crash::remember(&self.text);
        self.analysis = Rc::new(Analysis::new(self.text.clone(), &self.preferences.settings()));
        self.freshness = Freshness::Fresh;
    }

    /// A finding that an edit solved closes; were it to come back, it would come back closed.
    pub(crate) fn close_what_is_gone(&mut self) {
        let report = &self.analysis.report;
        let gone = |key: &String| !report.findings.iter().any(|finding| finding.key == *key);
        if self.freshness == Freshness::Fresh && self.finding.as_ref().is_some_and(gone) {
            self.finding = None;
        }
    }

    /// Opens the finding that says most about an example: where the talk differs from today.
    fn open_first(&mut self) {
        let findings = self.analysis.findings();
        let Some(example) = self.example else { return };
        let tells = |finding: &&Finding| example.tells(finding);
        let about = |finding: &&Finding| example.is_about(finding);
        let mut all = findings.iter().copied();
        let first =
            all.clone().find(tells).or_else(|| all.clone().find(about)).or_else(|| all.next());
        self.finding = first.map(|finding| finding.key.clone());
    }

    fn replace(&mut self, text: Rc<str>, example: Option<&'static Example>) {
        self.text = text;
        self.example = example;
        self.revision += 1;
        self.finding = None;
        self.pattern = None;
        self.preview = None;
        self.notice = None;
        self.consider();
    }

    fn toggle_finding(&mut self, key: String) {
        self.preview = None;
        if self.finding.as_ref() == Some(&key) {
            self.finding = None;
            return;
        }
        let range = self.analysis.report.findings.iter().find(|f| f.key == key);
        if let Some(range) = range.and_then(|finding| finding.range) {
            self.reveal(range, false);
        }
        self.finding = Some(key);
    }

    pub(crate) fn reveal(&mut self, range: Range, focus: bool) {
        let serial = self.reveal.map_or(1, |reveal| reveal.serial + 1);
        let (from, to) = (range.start.offset, range.end.offset);
        self.reveal = Some(Reveal { serial, from, to, focus });
        if focus {
            // Beside the text nothing has to give way to it.
            if theme::is_narrow() {
                self.view = View::Manifest;
            }
        }
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            // The editor says again what the page wrote into it.
            Action::Typed(text) if text == state.text => return self,
            Action::Typed(text) => {
                state.preview = None;
                state.notice = None;
                state.text = text;
                state.example = state.example.filter(|example| example.lives_in(&state.text));
                state.consider();
                state.close_what_is_gone();
            }
            Action::Load(example) => {
                if state.example.is_none() && !state.text.trim().is_empty() {
                    state.own = Some(state.text.clone());
                }
                state.replace(example.text.into(), Some(example));
                state.view = View::Problems;
                state.open_first();
            }
            Action::Restore => {
                if let Some(own) = state.own.take() {
                    state.replace(own, None);
                }
            }
            Action::Forget => {
                storage::forget();
                state.own = None;
                state.preferences = Preferences::default();
                state.replace(Rc::from(""), None);
            }
            Action::Prefer(preferences) => {
                state.preferences = preferences;
                if state.freshness == Freshness::Fresh {
                    state.consider();
                }
            }
            Action::View(view) => state.view = view,
            Action::Finding(key) => state.toggle_finding(key),
            Action::Pattern(key) => {
                state.pattern = (state.pattern.as_ref() != Some(&key)).then_some(key);
            }
            Action::ShowPattern(id) => {
                let hit = state.analysis.report.patterns.iter().find(|hit| hit.pattern == id);
                state.pattern = hit.map(crate::patterns::key);
                state.view = View::Patterns;
            }
            Action::Search(query) => state.reference = Reference { query, open: None },
            Action::Topic(id) => {
                let open = &mut state.reference.open;
                *open = (open.as_ref() != Some(&id)).then_some(id);
            }
            Action::LookUp(id) => {
                state.reference = Reference { query: id.clone(), open: Some(id) };
                state.view = View::Rules;
            }
            Action::Reveal(range, focus) => state.reveal(range, focus),
            Action::Check => state.check(),
            Action::Fix { key, fix, place } => state.fix(&key, fix, place),
            Action::Make => state.make(),
            Action::FixAll => state.fix_all(),
            Action::Undo => state.undo(),
        }
        Rc::new(state)
    }
}
