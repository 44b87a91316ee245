//! Edits of a document as edits of its text.
//!
//! A plan goes in rounds: `step` turns an edit into changes of the text as it is by
//! then, `round` does all edits at once that do not meet, `pieces` keeps the account
//! of what is left of the old text, and the changed text is read anew. The steps know how a text may be laid out
//! (`insert`, `replace`, `remove`, `carry` in block style, `flow` in brackets) and
//! refuse what would need a guess (`refuse` has the words). What comes out is read
//! once more and compared with the value it must have (`part`). New documents go
//! behind it (`beside`).

mod beside;
mod carry;
mod difference;
mod flow;
mod habit;
mod insert;
mod lines;
mod order;
mod parsed;
mod part;
mod path;
mod pieces;
mod quoting;
mod refuse;
mod remove;
mod replace;
mod round;
mod same;
mod step;
mod write;

use alloc::{format, string::String, vec::Vec};
use beside::{accompanied, new_documents};
use parsed::Parsed;
use part::Part;
use path::Obstacle;
use patternwarden_tree::{Edit, Refusal, Span, Stream, TextEdit, TextEditor};
use pieces::Pieces;
use round::round;
use step::{Manner, Step, Task};

/// A text, and the documents that [`read`](crate::read) found in it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'t> {
    text: &'t str,
    stream: &'t Stream,
}

impl<'t> Source<'t> {
    /// `stream` is what was read of `text`.
    pub fn new(text: &'t str, stream: &'t Stream) -> Self {
        Self { text, stream }
    }
}

/// From what looks best to what is least likely to fail the check.
const MANNERS: [Manner; 3] = [
    Manner { carry: true, literal: true },
    Manner { carry: false, literal: true },
    Manner { carry: false, literal: false },
];

impl TextEditor for Source<'_> {
    fn plan(&self, document: usize, edits: &[Edit]) -> Result<Vec<TextEdit>, Refusal> {
        let (part, read) = Part::find(self.text, self.stream, document)?;
        let root = read.document.root();
        let root = root.ok_or_else(|| Refusal::new(String::new(), None, refuse::NO_TEXT.into()))?;
        let expected = patternwarden_tree::apply(root, edits).map_err(|error| {
            let message = format!("the change does not fit, for it needs {} here", error.expected);
            Refusal::new(error.pointer, None, message)
        })?;
        let mut failed = None;
        for manner in MANNERS {
            match part.verify(changed(&part, &read, edits, manner)?, &expected) {
                Ok(done) => {
                    return accompanied(&part, &read, done, &expected, &new_documents(edits));
                }
                Err(refusal) => failed = Some(refusal),
            }
        }
        let mut refusal =
            failed.unwrap_or_else(|| Refusal::new(String::new(), None, refuse::UNVERIFIED.into()));
        refusal.pointer = edits.first().map(|edit| edit.pointer.clone()).unwrap_or_default();
        Err(refusal)
    }
}

/// The text of a document with all edits done.
fn changed<'t>(
    part: &Part<'t>,
    read: &Parsed<'t>,
    edits: &[Edit],
    manner: Manner,
) -> Result<Pieces<'t>, Refusal> {
    let mut pieces = Pieces::new(part.text());
    let mut tasks: Vec<Task<'_>> = edits.iter().rev().map(Task::from).collect();
    let unverified = || Refusal::new(String::new(), None, refuse::UNVERIFIED.into());
    let mut changes = round(&Step::new(read, manner), &mut tasks);
    loop {
        let done = changes.map_err(|obstacle| refusal(obstacle, part, &pieces))?;
        pieces.change(done).ok_or_else(unverified)?;
        if tasks.is_empty() {
            return Ok(pieces);
        }
        let text = pieces.current();
        let read = Parsed::read(&text, part.json).map_err(|_| unverified())?;
        changes = round(&Step::new(&read, manner), &mut tasks);
    }
}

/// An obstacle as the caller sees it: in the text that the caller has.
fn refusal(obstacle: Obstacle, part: &Part<'_>, pieces: &Pieces<'_>) -> Refusal {
    let at = pieces.original(&obstacle.at).map(|at| part.shifted(at));
    let span = at.map(|at| Span::new(at.start, at.end));
    Refusal::new(obstacle.pointer, span, obstacle.message.into())
}
