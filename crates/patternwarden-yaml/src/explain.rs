//! What is wrong and what to do, in words for people.

use crate::fault::Fault;
use crate::scalar::Misfit;
use alloc::{borrow::Cow, format};
use core::ops::Range;
use granit_parser::{ErrorKind as E, ScanError};
use patternwarden_tree::Limit;

const QUOTE: &str = "Put the text in quotes.";
const INDENT: &str = "Give entries of one map or list the same indentation, in blanks.";
const CLOSE: &str = "Close it, or put the text in quotes.";

/// The parser's error as a person would say it.
pub(crate) fn scan_error(error: &ScanError, text: &str) -> Fault {
    let marker = error.marker();
    let at = marker.byte_offset().unwrap_or_else(|| marker.index());
    let (message, hint) = words(error.kind());
    let line = text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
    let tab = text.get(line..at).and_then(|lead| lead.find('\t')).map(|tab| line + tab);
    let fault = match tab {
        Some(tab) if message.contains("tab") => Fault::new(tab..tab + 1, message),
        _ => Fault::new(at..at, message),
    };
    if hint.is_empty() { fault } else { fault.hint(hint) }
}

#[expect(clippy::too_many_lines, reason = "one table")]
fn words(kind: &E) -> (Cow<'static, str>, &'static str) {
    let (message, hint) = match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar
        | E::InvalidBlockEntryWhitespace
        | E::InvalidMappingValueWhitespace => {
            ("a tab stands where only blanks may indent", "Replace the tab with blanks.")
        }
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => {
            ("a quote is opened and never closed", "Close the quote on the line where it opens.")
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "text follows a closing quote",
            "Put the whole value in quotes, and double or escape quotes inside.",
        ),
        E::InvalidQuotedScalarIndent => (
            "a quoted text goes on with too little indentation",
            "Close the quote, or indent the line.",
        ),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => (
            "a backslash in double quotes starts no known escape",
            "Write two backslashes, or use single quotes.",
        ),
        E::UnexpectedEofFlowSequence | E::ExpectedFlowSequenceSeparator => {
            ("a list in brackets lacks a comma or its `]`", CLOSE)
        }
        E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::ExpectedFlowMappingSeparator => ("a map in braces lacks a comma or its `}`", CLOSE),
        E::UnclosedFlowCollection { .. } => ("a bracket is opened and never closed", CLOSE),
        E::MisplacedFlowCollectionEnd => {
            ("a bracket is closed that was never opened", "Delete it, or put the text in quotes.")
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            let message = format!("`{open}` is closed by `{close}`");
            return (message.into(), "Close it with its own bracket.");
        }
        E::BlockEntryInFlowCollection | E::PlainScalarStartsWithDashFlowIndicator => (
            "`-` cannot stand inside brackets",
            "Put the text in quotes, or separate items by commas.",
        ),
        E::BlockSequenceEntryNotAllowed => (
            "a list cannot begin here",
            "Start `- ` on a line of its own, or put the text in quotes.",
        ),
        E::ExpectedBlockSequenceEntry => ("this line does not belong to the list above it", INDENT),
        E::ExpectedBlockMappingKey
        | E::UnexpectedEofBlockMapping
        | E::UnexpectedEofBlockSequence
        | E::InvalidIndentation
        | E::InvalidFlowScalarIndent => ("this line does not fit the indentation above it", INDENT),
        E::InvalidBlockScalarIndent => (
            "a line of the text block does not fit its indentation",
            "Indent every line of the block by the same number of blanks.",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("a colon is missing after a key", "Write `key: value`, with a blank behind the colon.")
        }
        E::MappingValueNotAllowed
        | E::MappingKeyNotAllowed
        | E::InvalidColonPlacement
        | E::FlowMappingValueAdjacentCollection => (
            "a colon makes a key where none can be",
            "Check the indentation, or put the text with the colon in quotes.",
        ),
        E::UnknownAnchor => return named(unknown_anchor(0..0)),
        E::MissingAnchorOrAliasName => ("`&` and `*` need a name of letters and digits", QUOTE),
        E::UndeclaredTagHandle
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagTerminator
        | E::InvalidTagEscape
        | E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter => ("`!` starts a tag that does not exist", QUOTE),
        E::UnexpectedCharacter { character } => {
            let shown = character.escape_debug();
            return (format!("an unquoted text cannot begin with `{shown}`").into(), QUOTE);
        }
        E::CommentNotSeparated => {
            ("`#` needs a blank before it to start a comment", "Put a blank before `#`.")
        }
        E::CommentInterceptedScalar => (
            "a comment stands in the middle of a text of several lines",
            "Move the comment, or put the text in quotes.",
        ),
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => (
            "text follows `|` or `>` on the same line",
            "Start the text block on the next line, or put the text in quotes.",
        ),
        E::DirectiveDisallowed => (
            "a `%` line is no part of a manifest",
            "Delete it: kubectl separates it from its document.",
        ),
        E::InvalidDocumentEnd => ("text follows the `...` that ends the document", "Delete it."),
        E::RecursionLimitExceeded => return named(limit(0..0, Limit::Depth, false)),
        E::ExpectedNodeContent | E::UnexpectedEndOfPlainScalar => {
            ("a value is expected here", "Write a value, or put the text in quotes.")
        }
        _ => return (format!("this is not YAML: {kind}").into(), ""),
    };
    (message.into(), hint)
}

fn named(fault: Fault) -> (Cow<'static, str>, &'static str) {
    let hint = match fault.hint {
        Some(Cow::Borrowed(hint)) => hint,
        _ => "",
    };
    (fault.message, hint)
}

pub(crate) fn anchor_name(at: Range<usize>) -> Fault {
    Fault::new(at, "the name of an anchor has characters that Kubernetes does not accept")
        .hint("Use letters, digits, `-` and `_`.")
}

pub(crate) fn unknown_anchor(at: Range<usize>) -> Fault {
    Fault::new(at, "no anchor of this name stands before this alias in the document")
        .hint("Define it with `&name` before it is used, or put the text in quotes.")
}

pub(crate) fn recursive_anchor(at: Range<usize>) -> Fault {
    Fault::new(at, "an anchor contains itself").hint("Write the value out.")
}

pub(crate) fn excessive_aliases(at: Range<usize>) -> Fault {
    Fault::new(at, "aliases multiply this document beyond what Kubernetes reads")
        .hint("Write the values out, or use fewer aliases.")
}

pub(crate) fn not_mergeable(at: Range<usize>) -> Fault {
    Fault::new(at, "`<<` needs a map, an alias to a map, or a list of these")
        .hint("Name one map, or a list of aliases in brackets.")
}

pub(crate) fn key_collection(at: Range<usize>) -> Fault {
    Fault::new(at, "a list or a map cannot be a key").hint(QUOTE)
}

pub(crate) fn key_null(at: Range<usize>) -> Fault {
    Fault::new(at, "a key is empty or null").hint("Write a key, or put it in quotes.")
}

pub(crate) fn key_too_large(at: Range<usize>) -> Fault {
    Fault::new(at, "a number of this size cannot be a key").hint("Put the key in quotes.")
}

pub(crate) fn not_finite(at: Range<usize>, text: &str) -> Fault {
    Fault::new(at, format!("`{text}` is no number that Kubernetes can hold"))
        .hint("Put the text in quotes.")
}

pub(crate) fn misfit(at: Range<usize>, misfit: Misfit) -> Fault {
    match misfit {
        Misfit::Type(tag) => Fault::new(at, format!("the value is not what its tag `{tag}` says")),
        Misfit::Base64 => Fault::new(at, "the value of `!!binary` is not base64"),
    }
    .hint("Correct the value, or delete the tag.")
}

pub(crate) fn too_many_nodes(at: Range<usize>) -> Fault {
    limit(at, Limit::Nodes, false)
}

/// A limit of the tree was hit, `aliased` when it was in what an alias repeats.
pub(crate) fn limit(at: Range<usize>, limit: Limit, aliased: bool) -> Fault {
    if aliased && limit != Limit::Depth {
        return excessive_aliases(at);
    }
    Fault::new(at, format!("the document is too large: {limit}"))
        .hint("Split it into several files.")
}

pub(crate) fn bad_separator(at: Range<usize>) -> Fault {
    Fault::new(at, "text follows the `---` that separates documents; kubectl stops here")
        .hint("Start the document on the next line.")
}

pub(crate) fn json(at: Range<usize>, what: &'static str) -> Fault {
    Fault::new(at, what).hint("Correct the JSON, or write the document as YAML.")
}

pub(crate) fn dropped(at: Range<usize>) -> Fault {
    Fault::new(at, "kubectl drops this text in silence: the document before it is empty")
        .hint("Start the document with a line `---`.")
}

pub(crate) fn template(at: Range<usize>) -> Fault {
    Fault::new(at, "this is a template, render it first")
        .hint("Check the output of `helm template` instead.")
}
