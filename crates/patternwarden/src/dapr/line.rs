//! Command lines that call Dapr's lock API, and what each call sends.

use super::{LockCall, lock_calls};
use crate::kube::{Container, Hook, Probe};
use alloc::{vec, vec::Vec};
use patternwarden_tree::Node;

/// A command line: the words that are run together.
#[derive(Debug)]
pub(crate) struct Line<'d> {
    /// Whose line it is.
    pub(crate) container: Container<'d>,
    words: Vec<Node<'d>>,
    /// Whether Kubernetes expands `$(NAME)` in it, as it does in `command` and `args` alone.
    pub(crate) expands: bool,
    /// Whether something in it looks at the answer.
    pub(crate) inspects: bool,
}

/// A call, the word it stands in, and what was sent with it.
#[derive(Debug)]
pub(crate) struct Found<'d> {
    /// The call itself.
    pub(crate) call: LockCall<'d>,
    /// The word it stands in.
    pub(crate) word: Node<'d>,
    /// What was sent; `None` where it is not written here.
    pub(crate) body: Option<Body<'d>>,
    /// Whether it is the first of its word. Others are repaired when that is done: each repair
    /// holds the whole word, which may be long and full of calls.
    pub(crate) is_first: bool,
}

/// The part of a word that holds the JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'d> {
    /// The word.
    pub(crate) word: Node<'d>,
    /// Byte where the part starts.
    pub(crate) start: usize,
    /// The part.
    pub(crate) text: &'d str,
}

impl<'d> Line<'d> {
    fn new(container: Container<'d>, words: Vec<Node<'d>>, expands: bool) -> Self {
        let inspects = words.iter().any(|word| word.scalar_text().contains("success"));
        Self { container, words, expands, inspects }
    }

    /// The lines of a container: its command with its arguments, its probes and its hooks.
    pub(crate) fn all_of(container: Container<'d>) -> Vec<Self> {
        let handlers = container.probes().filter_map(Probe::handler);
        let handlers = handlers.chain(container.hooks().filter_map(Hook::handler));
        let mut lines = vec![Self::new(container, container.words().collect(), true)];
        lines.extend(handlers.map(|handler| {
            let words = handler.command().filter(|word| word.as_str().is_some());
            Self::new(container, words.collect(), false)
        }));
        lines
    }

    /// The calls of the line. What belongs to a call stands between its neighbours, first behind it.
    pub(crate) fn calls(&self) -> Vec<Found<'d>> {
        let mut out = Vec::new();
        for word in &self.words {
            let text = word.scalar_text();
            let found: Vec<_> = lock_calls(text).collect();
            let mut from = 0;
            for (at, call) in found.iter().enumerate() {
                let to = found.get(at + 1).map_or(text.len(), |next| next.start);
                let behind = Body::new(*word, call.end, to);
                let body = behind.or_else(|| Body::new(*word, from, call.start));
                out.push(Found { call: *call, word: *word, body, is_first: at == 0 });
                from = call.end;
            }
        }
        // `curl URL -d {…}` without a shell: the body is a word of its own.
        if let [found] = out.as_mut_slice()
            && found.body.is_none()
        {
            let mut words = self.words.iter();
            found.body = words.find_map(|word| Body::new(*word, 0, word.scalar_text().len()));
        }
        out
    }
}

impl<'d> Body<'d> {
    /// The part of a word between two bytes, if it holds the JSON of a lock.
    fn new(word: Node<'d>, start: usize, end: usize) -> Option<Self> {
        let text = word.scalar_text().get(start..end)?;
        let holds = text.contains("lockOwner") || text.contains("resourceId");
        holds.then_some(Self { word, start, text })
    }
}
