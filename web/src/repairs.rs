//! What the page does when a fix is asked for: make it, show it first, or say why not.

use crate::analysis::plural;
use crate::finding::{fix_id, head_id};
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

/// The id of the element that gets the focus next. A new `serial` asks again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Focus {
    pub(crate) serial: u32,
    pub(crate) id: String,
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
                self.say(format!("This would {}.", changed(&lines)), None);
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
            self.ask_focus(fix_id(key, fix));
        }
        self.view = View::Problems;
        self.preview = Some(Preview { key: key.to_owned(), fix, shows });
    }

    fn apply(&mut self, key: &str, edits: &[TextEdit], place: Place, said: &str) {
        let following = self.following(key);
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
            self.focus_on(&following);
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
        self.focus_on(&[]);
    }

    /// Goes back to the text before the last repair.
    pub(crate) fn undo(&mut self) {
        let Some(before) = self.notice.take().and_then(|notice| notice.before) else { return };
        self.replaced(before);
        self.notice = None;
        self.say("Undone.".into(), None);
        self.focus_on(&[]);
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

    /// Keys in the order of the list.
    fn keys(&self) -> Vec<String> {
        let (first, others) = self.listed();
        first.iter().chain(&others).map(|finding| finding.key.clone()).collect()
    }

    /// Keys of what follows a finding in the list.
    fn following(&self, key: &str) -> Vec<String> {
        let mut keys = self.keys();
        let at = keys.iter().position(|other| other == key).map_or(0, |at| at + 1);
        keys.split_off(at)
    }

    /// Asks for the focus on the first of `wanted` that is still there, else on what is last in the
    /// list if something was wanted, or first if nothing was.
    fn focus_on(&mut self, wanted: &[String]) {
        let keys = self.keys();
        let other = if wanted.is_empty() { keys.first() } else { keys.last() };
        let key = wanted.iter().find(|key| keys.contains(key)).or(other);
        self.ask_focus(key.map_or_else(|| "results".to_owned(), |key| head_id(key)));
    }

    fn ask_focus(&mut self, id: String) {
        let serial = self.focus.as_ref().map_or(1, |focus| focus.serial + 1);
        self.focus = Some(Focus { serial, id });
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

/// What a difference comes to.
fn changed(lines: &[Line]) -> String {
    let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
    match (count(Sign::Gone), count(Sign::New)) {
        (0, new) => format!("add {}", plural(new, "line")),
        (gone, 0) => format!("remove {}", plural(gone, "line")),
        (gone, new) if gone == new => format!("change {}", plural(gone, "line")),
        (gone, new) => format!("put {} in the place of {gone}", plural(new, "line")),
    }
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
