//! Events: what any parser of one document tells, and `granit-parser` told so.

use crate::explain;
use crate::fault::Fault;
use alloc::borrow::Cow;
use core::ops::Range;
use granit_parser as granit;
use patternwarden_tree::{MAX_DEPTH, Style};

/// The tag of a node, as far as it changes what Kubernetes reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tag {
    /// No tag.
    #[default]
    Absent,
    /// `!`: a string, whatever it looks like.
    NonSpecific,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Binary,
    Timestamp,
    Merge,
    /// No tag, but the syntax says that it is a number, as in JSON.
    Number,
    /// Any other tag: a string, or on a list or map nothing.
    Other,
}

/// One step of a document.
#[derive(Clone, Debug)]
pub(crate) enum Event<'t> {
    Scalar(Cow<'t, str>, Style),
    /// A list or map opens; `true` for brackets.
    Seq(bool),
    Map(bool),
    Close,
    /// The node with this anchor number again; `None` when no anchor has that name.
    Alias(Option<usize>),
    DocumentEnd,
    StreamEnd,
}

/// An event with its properties; `at` is where it stands, bytes of the document's text.
#[derive(Clone, Debug)]
pub(crate) struct Step<'t> {
    pub(crate) event: Event<'t>,
    pub(crate) at: Range<usize>,
    /// Number of the anchor that this node defines; 0 for none.
    pub(crate) anchor: usize,
    pub(crate) tag: Tag,
}

/// A parser of one document.
pub(crate) trait Source<'t> {
    /// The next step.
    ///
    /// # Errors
    /// Where the text cannot be read; nothing follows then.
    fn step(&mut self) -> Result<Step<'t>, Fault>;
}

/// `granit-parser` over the text of one document.
pub(crate) struct Yaml<'t> {
    parser: granit::Parser<'t, granit::StrInput<'t>>,
    text: &'t str,
}

impl<'t> Yaml<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let options = granit::options! {
            // Cannot fail on long runs of comments; nobody asks for them here.
            emit_comments: false,
            bom_inside_document_as_content: true,
            disallow_directives: true,
            // For the characters of a name, which libyaml restricts.
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let parser = granit::Parser::new_from_str_with_options(text, options);
        Self { parser, text }
    }
}

impl<'t> Source<'t> for Yaml<'t> {
    fn step(&mut self) -> Result<Step<'t>, Fault> {
        loop {
            let Some(next) = self.parser.next() else {
                let at = self.text.len()..self.text.len();
                return Ok(Step { event: Event::StreamEnd, at, anchor: 0, tag: Tag::Absent });
            };
            let (event, span) = next.map_err(|e| explain::scan_error(&e, self.text))?;
            let at = span.byte_range().unwrap_or(0..0);
            let (event, anchor, tag) = match event {
                granit::Event::Scalar(text, style, anchor, tag) => {
                    (Event::Scalar(text, scalar_style(style)), anchor, tag_of(tag.as_deref()))
                }
                granit::Event::SequenceStart(style, anchor, tag) => {
                    (Event::Seq(is_flow(style)), anchor, tag_of(tag.as_deref()))
                }
                granit::Event::MappingStart(style, anchor, tag) => {
                    (Event::Map(is_flow(style)), anchor, tag_of(tag.as_deref()))
                }
                granit::Event::SequenceEnd | granit::Event::MappingEnd => {
                    (Event::Close, 0, Tag::Absent)
                }
                granit::Event::Alias(anchor) => (Event::Alias(Some(anchor)), 0, Tag::Absent),
                granit::Event::UnresolvedAlias(_) => (Event::Alias(None), 0, Tag::Absent),
                granit::Event::DocumentEnd => (Event::DocumentEnd, 0, Tag::Absent),
                granit::Event::StreamEnd => (Event::StreamEnd, 0, Tag::Absent),
                granit::Event::Anchor(_, name) if !name.chars().all(is_name_char) => {
                    return Err(explain::anchor_name(at));
                }
                _ => continue,
            };
            return Ok(Step { event, at, anchor, tag });
        }
    }
}

/// libyaml's `IS_ALPHA`, the only characters of an anchor's name.
fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_flow(style: granit::StructureStyle) -> bool {
    style == granit::StructureStyle::Flow
}

fn scalar_style(style: granit::ScalarStyle) -> Style {
    match style {
        granit::ScalarStyle::Plain => Style::Plain,
        granit::ScalarStyle::SingleQuoted => Style::SingleQuoted,
        granit::ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        granit::ScalarStyle::Literal => Style::Literal,
        granit::ScalarStyle::Folded => Style::Folded,
    }
}

fn tag_of(tag: Option<&granit::Tag>) -> Tag {
    let Some(tag) = tag else { return Tag::Absent };
    let core = match (tag.handle(), tag.suffix()) {
        ("!", "") | ("", "!") => return Tag::NonSpecific,
        ("tag:yaml.org,2002:", suffix) => suffix,
        ("" | "!", suffix) => suffix.strip_prefix("tag:yaml.org,2002:").unwrap_or(""),
        _ => "",
    };
    match core {
        "str" => Tag::Str,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "bool" => Tag::Bool,
        "null" => Tag::Null,
        "binary" => Tag::Binary,
        "timestamp" => Tag::Timestamp,
        "merge" => Tag::Merge,
        _ => Tag::Other,
    }
}
