//! What the page does when a fix is asked for: make it, show it first, or say why not.

use crate::analysis::plural;
use crate::state::{State, View};
use crate::syntax::sentence;
use patternwarden::Grade;
use patternwarden::fixes::{Line, Manuscript, Outcome, Sign, Wanted, changed_lines, fix_all, plan};
use patternwarden::report::{Finding, Placeholder};
use patternwarden::tree::{LineIndex, Span, TextEdit, placeholders, splice};
use patternwarden_yaml::{Source, Yaml};
use std::rc::Rc;

/// Where a fix was asked for, which is where the person looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    List,
    Editor,
}

/// What the page says about the last repair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    pub(crate) said: Rc<str>,
    /// The text before, to go back to.
    pub(crate) before: Option<Rc<str>>,
}

/// A fix that is looked at before it is made, or that cannot be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Preview {
    pub(crate) key: String,
    pub(crate) fix: usize,
    /// What would change, or why nothing can.
    pub(crate) shows: Result<Rc<[Line]>, Rc<str>>,
}

/// What gets the focus next: a finding's card, or the list as a whole. A new `serial` asks again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Focus {
    pub(crate) serial: u32,
    pub(crate) key: Option<String>,
}

impl State {
    /// The findings in the order of the list: what an example is about comes first.
    pub(crate) fn listed(&self) -> (Vec<&Finding>, Vec<&Finding>) {
        let about = |finding: &&Finding| self.example.is_some_and(|e| e.is_about(finding));
        self.analysis.findings().into_iter().partition(about)
    }

    /// How many findings have a safe fix.
    pub(crate) fn safe_fixes(&self) -> usize {
        let safe = |finding: &&Finding| finding.fixes.iter().any(|fix| fix.grade == Grade::Safe);
        self.analysis.report.findings.iter().filter(safe).count()
    }

    /// A fix was asked for: a safe one is made, one to review is shown, or no longer shown, and a
    /// template is made and its first placeholder selected.
    pub(crate) fn fix(&mut self, key: &str, fix: usize, place: Place) {
        let shown = self.preview.take().filter(|shown| shown.key == key && shown.fix == fix);
        if shown.is_some() {
            return;
        }
        self.plan(key, fix, place, false);
    }

    /// The fix that was looked at is wanted.
    pub(crate) fn make(&mut self) {
        if let Some(Preview { key, fix, .. }) = self.preview.take() {
            self.plan(&key, fix, Place::List, true);
        }
    }

    fn plan(&mut self, key: &str, fix: usize, place: Place, agreed: bool) {
        let text = self.text.clone();
        let stream = patternwarden_yaml::read(&text);
        let settings = self.preferences.settings();
        let Some(planned) = plan(&stream, &settings, key, fix, &Source::new(&text, &stream)) else {
            self.say("This is not in the text any more.".into(), None);
            return;
        };
        let offer = planned.offer;
        match planned.edits {
            Ok(edits) if offer.grade == Grade::Review && !agreed => {
                let lines = changed_lines(&text, &edits);
                self.say(format!("This would change {}.", changed(&lines)), None);
                self.show(key, fix, Ok(lines.into()));
            }
            Ok(edits) => {
                let said = format!("Done: {}.", plain(&offer.title));
                self.apply(key, &edits, place, &said);
            }
            Err(refusal) => {
                let said: Rc<str> = sentence(&format!("not repaired: {}", refusal.message)).into();
                self.say(said.to_string(), None);
                self.show(key, fix, Err(said));
            }
        }
    }

    /// Opens the card with what was asked about.
    fn show(&mut self, key: &str, fix: usize, shows: Result<Rc<[Line]>, Rc<str>>) {
        if self.finding.as_deref() != Some(key) {
            self.finding = Some(key.to_owned());
            self.ask_focus(Some(key.to_owned()));
        }
        self.view = View::Problems;
        self.preview = Some(Preview { key: key.to_owned(), fix, shows });
    }

    fn apply(&mut self, key: &str, edits: &[TextEdit], place: Place, said: &str) {
        let at = self.position(key);
        let text = splice(&self.text, edits);
        let lines = LineIndex::new(&text);
        let wanted = placeholders(edits);
        let written = wanted.first().copied().or_else(|| written(edits));
        let template = !wanted.is_empty();
        let open = Placeholder::all(&text, &wanted).len();
        self.replaced(text.into());
        let said = match open {
            0 => self.with_rest(said),
            _ => format!("{said} {} to fill.", plural(open, "placeholder")),
        };
        let before = self.notice.take().and_then(|notice| notice.before);
        self.say(said, before);
        if let Some(span) = written {
            self.reveal(lines.range(span), template);
        }
        if !template && place == Place::List {
            self.focus_at(at);
        }
    }

    /// Makes every safe fix, as often as one uncovers another.
    pub(crate) fn fix_all(&mut self) {
        let mut manuscript = Manuscript::new(&*self.text, &Yaml);
        let wanted = Wanted { least: Grade::Safe, fix: &|_, _| true };
        let outcome = fix_all(&mut manuscript, &self.preferences.settings(), &wanted);
        let text = manuscript.into_text();
        let changed = text != *self.text;
        if changed {
            self.replaced(text.into());
        }
        let said = self.with_rest(&told(&outcome));
        let before = self.notice.take().and_then(|notice| notice.before).filter(|_| changed);
        self.say(said, before);
        self.focus_at(0);
    }

    /// Goes back to the text before the last repair.
    pub(crate) fn undo(&mut self) {
        let Some(before) = self.notice.take().and_then(|notice| notice.before) else { return };
        self.replaced(before);
        self.notice = None;
        self.say("Undone.".into(), None);
        self.focus_at(0);
    }

    /// The page changed the text; what it was stays within reach.
    fn replaced(&mut self, text: Rc<str>) {
        let before = std::mem::replace(&mut self.text, text);
        self.revision += 1;
        self.example = self.example.filter(|example| example.lives_in(&self.text));
        self.preview = None;
        self.consider();
        self.close_what_is_gone();
        self.notice = Some(Notice { said: "".into(), before: Some(before) });
    }

    fn say(&mut self, said: String, before: Option<Rc<str>>) {
        self.notice = Some(Notice { said: said.into(), before });
    }

    /// `said`, and how many problems are left.
    fn with_rest(&self, said: &str) -> String {
        match self.analysis.report.findings.len() {
            0 => format!("{said} No problems left."),
            left => format!("{said} {} left.", plural(left, "problem")),
        }
    }

    /// Where a finding stands in the list.
    fn position(&self, key: &str) -> usize {
        let (first, others) = self.listed();
        first.iter().chain(&others).position(|finding| finding.key == key).unwrap_or(0)
    }

    /// Asks for the focus on the finding at this position of the list, or the last one.
    fn focus_at(&mut self, at: usize) {
        let (first, others) = self.listed();
        let all: Vec<&Finding> = first.into_iter().chain(others).collect();
        let key = all.get(at).or(all.last()).map(|finding| finding.key.clone());
        self.ask_focus(key);
    }

    fn ask_focus(&mut self, key: Option<String>) {
        let serial = self.focus.as_ref().map_or(1, |focus| focus.serial + 1);
        self.focus = Some(Focus { serial, key });
    }
}

/// Where the new text of the first edit stands once all are made.
fn written(edits: &[TextEdit]) -> Option<Span> {
    let first = edits.first()?;
    let text = first.text.trim_matches(['\n', ' ']);
    let before = first.text.find(text).unwrap_or(0);
    let start = first.span.start as usize + before;
    Some(Span::new(start, start + text.len()))
}

fn changed(lines: &[Line]) -> String {
    let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
    let (gone, new) = (count(Sign::Gone), count(Sign::New));
    format!("{}: {gone} removed, {new} added", plural(gone.max(new), "line"))
}

/// A title without its Markdown.
pub(crate) fn plain(title: &str) -> String {
    title.replace('`', "")
}

fn told(outcome: &Outcome) -> String {
    let made = match outcome.applied.len() {
        0 => "Nothing was repaired.".to_owned(),
        made => format!("{} made.", plural(made, "repair")),
    };
    match outcome.refused.split_first() {
        None => made,
        Some(((offer, refusal), more)) => {
            let others = match more.len() {
                0 => String::new(),
                more => format!(" ({more} more)"),
            };
            let why = format!("{}: {}", plain(&offer.title), refusal.message);
            format!("{made} Not repaired: {why}{others}.")
        }
    }
}
