//! The syntax tree of one document: nodes in text order, ranges corrected, nothing resolved.

use crate::events::{Event, Source, Step, Tag};
use crate::explain;
use crate::fault::Fault;
use crate::gaps::{self, Within};
use alloc::{borrow::Cow, collections::BTreeMap, vec::Vec};
use core::ops::Range;
use patternwarden_tree::{MAX_NODES, Style};

pub(crate) type Id = u32;
pub(crate) const NONE: Id = u32::MAX;

#[derive(Clone, Debug)]
pub(crate) enum Content<'t> {
    Scalar(Cow<'t, str>),
    /// Another node again, [`NONE`] when no anchor has that name.
    Alias(Id),
    Seq,
    /// Children alternate: key, value.
    Map,
}

#[derive(Clone, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) content: Content<'t>,
    pub(crate) tag: Tag,
    pub(crate) style: Style,
    pub(crate) in_flow: bool,
    /// A tag or an anchor precedes the node; its range begins behind them.
    pub(crate) properties: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
    first: Id,
    next: Id,
}

impl Node<'_> {
    pub(crate) fn at(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(crate) fn is_flow(&self) -> bool {
        self.style == Style::Flow
    }
}

static ABSENT: Node<'static> = Node {
    content: Content::Alias(NONE),
    tag: Tag::Absent,
    style: Style::Plain,
    in_flow: false,
    properties: false,
    start: 0,
    end: 0,
    first: NONE,
    next: NONE,
};

/// What was read of one document.
#[derive(Debug, Default)]
pub(crate) struct Syntax<'t> {
    pub(crate) nodes: Vec<Node<'t>>,
    /// Where text starts that stands after the end of the document.
    pub(crate) ignored: Option<usize>,
    /// Where reading stopped; the nodes before it are there, collections are closed.
    pub(crate) fault: Option<Fault>,
}

struct Open {
    id: Id,
    last: Id,
    children: u32,
    within: Within,
    flow: bool,
}

/// The most nodes of one document, keys counted: twice what the tree accepts.
const MAX_SYNTAX_NODES: usize = 2 * MAX_NODES;

impl<'t> Syntax<'t> {
    /// Reads the first document that `source` finds in `text`.
    pub(crate) fn read(text: &str, source: &mut impl Source<'t>) -> Self {
        let mut reader = Reader { text, ..Reader::default() };
        let fault = reader.run(source).err();
        while let Some(open) = reader.open.pop() {
            reader.close(&open, 0);
        }
        Self { fault, ignored: reader.ignored, nodes: reader.nodes }
    }

    pub(crate) fn node(&self, id: Id) -> &Node<'t> {
        self.nodes.get(id as usize).unwrap_or(&ABSENT)
    }

    /// Corrects every offset for a byte at `at` that the text of the author has not.
    pub(crate) fn without_byte(&mut self, at: usize) {
        let correct = |offset: &mut usize| *offset -= usize::from(*offset > at);
        for node in &mut self.nodes {
            correct(&mut node.start);
            correct(&mut node.end);
        }
        self.ignored.iter_mut().for_each(correct);
    }

    /// Start of the innermost bracket that was still open at `at`.
    pub(crate) fn last_open(&self, at: usize) -> Option<usize> {
        let open = |node: &&Node<'_>| node.is_flow() && node.start < at && at >= node.end;
        self.nodes.iter().rev().find(open).map(|node| node.start)
    }

    /// Items of a list; keys and values of a map in turn.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        let some = |id: Id| (id != NONE).then_some(id);
        core::iter::successors(some(self.node(id).first), move |id| some(self.node(*id).next))
    }

    /// Keys and values of a map; a last key without value is left out.
    pub(crate) fn entries(&self, id: Id) -> impl Iterator<Item = (Id, Id)> {
        let mut children = self.children(id);
        core::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }
}

#[derive(Default)]
struct Reader<'t, 's> {
    text: &'s str,
    nodes: Vec<Node<'t>>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Id>,
    /// End of what precedes the next node.
    cursor: usize,
    ignored: Option<usize>,
}

impl<'t> Reader<'t, '_> {
    fn run(&mut self, source: &mut impl Source<'t>) -> Result<(), Fault> {
        loop {
            let step = source.step()?;
            match step.event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentEnd => break,
                Event::Close => {
                    if let Some(open) = self.open.pop() {
                        self.close(&open, step.at.end);
                    }
                }
                _ => self.push(step)?,
            }
        }
        // One document is all that Kubernetes reads of a chunk, so what follows may be anything.
        self.ignored = match source.step() {
            Ok(Step { event: Event::StreamEnd, .. }) => None,
            Ok(step) => Some(step.at.start),
            Err(fault) => Some(fault.at.start),
        };
        Ok(())
    }

    fn push(&mut self, step: Step<'t>) -> Result<(), Fault> {
        if self.nodes.len() >= MAX_SYNTAX_NODES {
            return Err(explain::too_many_nodes(step.at));
        }
        let id = self.nodes.len() as Id;
        let parent = self.open.last_mut();
        let within = parent.as_ref().map_or(Within::Root, |open| open.within);
        let in_flow = parent.as_ref().is_some_and(|open| open.flow);
        if let Some(open) = parent {
            let before = if open.children == 0 { open.id } else { open.last };
            if let Some(node) = self.nodes.get_mut(before as usize) {
                *(if open.children == 0 { &mut node.first } else { &mut node.next }) = id;
            }
            open.children += 1;
            open.last = id;
        }
        let structure = |flow| if flow { Style::Flow } else { Style::Block };
        let (mut start, mut end) = (step.at.start, step.at.end);
        let (content, style) = match step.event {
            Event::Alias(anchor) => {
                let target = anchor.and_then(|a| self.anchors.get(&a)).copied().unwrap_or(NONE);
                (Content::Alias(target), Style::Plain)
            }
            Event::Scalar(_, Style::Plain) if start >= end => {
                start = gaps::empty_start(self.text, self.cursor, within);
                end = start;
                (Content::Scalar(Cow::Borrowed("")), Style::Plain)
            }
            Event::Scalar(text, style @ (Style::Literal | Style::Folded)) => {
                start = self.header(within, start);
                end = self.content_end(start, end, &text);
                (Content::Scalar(text), style)
            }
            Event::Scalar(text, style) => (Content::Scalar(text), style),
            Event::Seq(flow) => {
                if !flow {
                    let dash = gaps::node_start(self.text, self.cursor, within);
                    let found = self.text.as_bytes().get(dash) == Some(&b'-') && dash <= start;
                    start = if found { dash } else { start };
                }
                (Content::Seq, structure(flow))
            }
            Event::Map(flow) => (Content::Map, structure(flow)),
            Event::Close | Event::DocumentEnd | Event::StreamEnd => return Ok(()),
        };
        self.cursor = match content {
            // The first child stands behind the bracket, the `-`, or is itself the start.
            Content::Seq | Content::Map => start + usize::from(style == Style::Flow),
            _ => end,
        };
        let within = match (&content, style) {
            (Content::Map, _) => Some(Within::Map),
            (Content::Seq, Style::Flow) => Some(Within::FlowSeq),
            (Content::Seq, _) => Some(Within::BlockSeq),
            _ => None,
        };
        if step.anchor != 0 {
            self.anchors.insert(step.anchor, id);
        }
        let flow = style == Style::Flow;
        let (first, next) = (NONE, NONE);
        let tag = step.tag;
        let properties = step.anchor != 0 || !matches!(tag, Tag::Absent | Tag::Number);
        self.nodes.push(Node { content, tag, style, in_flow, properties, start, end, first, next });
        if let Some(within) = within {
            self.open.push(Open { id, last: NONE, children: 0, within, flow });
        }
        Ok(())
    }

    /// Where a block scalar's `|` or `>` stands.
    fn header(&self, within: Within, content: usize) -> usize {
        let at = gaps::node_start(self.text, self.cursor, within);
        let found = matches!(self.text.as_bytes().get(at), Some(b'|' | b'>'));
        if found && at <= content { at } else { content }
    }

    /// Where a block scalar ends. The parser's span goes on to the next token.
    fn content_end(&self, header: usize, end: usize, value: &str) -> usize {
        let Some(text) = self.text.get(header..end) else { return end };
        let blank = [' ', '\t', '\n', '\r'];
        let first = text.lines().next().unwrap_or("");
        let keeps = first.split('#').next().is_some_and(|indicators| indicators.contains('+'));
        let content = if keeps {
            // Blank lines at the end count; the indentation of the next token does not.
            text.trim_end_matches([' ', '\t'])
        } else if value.trim_end_matches('\n').ends_with(blank) {
            text.trim_end_matches(['\n', '\r'])
        } else {
            text.trim_end_matches(blank)
        };
        header + content.len()
    }

    /// Ends a collection; `end` is known for brackets only.
    fn close(&mut self, open: &Open, end: usize) {
        let last = self.nodes.get(open.last as usize).map_or(0, |last| last.end);
        if let Some(node) = self.nodes.get_mut(open.id as usize) {
            node.end = if open.flow && end > 0 { end } else { last.max(node.start) };
            self.cursor = node.end;
        }
    }
}
