//! What a suppression covers.

use crate::finding::Finding;
use patternwarden_tree::Node;
#[cfg(feature = "text")]
use patternwarden_tree::Span;

/// What a suppression covers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cover<'d> {
    /// Everything about the object of this index.
    Object(usize),
    /// What is found inside a Pod template.
    Within(Node<'d>),
    /// What is found in the container of this name, in any of the lists.
    Container(usize, &'d str),
    /// What starts on this line.
    #[cfg(feature = "text")]
    Line(usize, Span),
    /// A node with everything inside it, by its place and by its text, which also stands for what
    /// refers to it by alias.
    #[cfg(feature = "text")]
    Block(Node<'d>, usize, Span),
    /// The whole input.
    #[cfg(feature = "text")]
    File,
}

impl Cover<'_> {
    /// Whether it covers a finding whose deepest existing node is `anchor`.
    pub(super) fn holds(&self, finding: &Finding, anchor: Node<'_>) -> bool {
        match *self {
            Self::Object(object) => finding.object == Some(object),
            Self::Within(node) => node.contains(anchor),
            Self::Container(object, name) => {
                finding.object == Some(object)
                    && container(anchor).and_then(|c| c.get("name")?.as_str()) == Some(name)
            }
            #[cfg(feature = "text")]
            Self::Line(document, line) => starts_in(finding, document, line),
            #[cfg(feature = "text")]
            Self::Block(node, document, text) => {
                node.contains(anchor) || starts_in(finding, document, text)
            }
            #[cfg(feature = "text")]
            Self::File => true,
        }
    }
}

/// Whether a finding, or another place of its object that takes part, starts in this text.
#[cfg(feature = "text")]
fn starts_in(finding: &Finding, document: usize, text: Span) -> bool {
    let inside =
        |span: Option<Span>| span.is_some_and(|s| (text.start..=text.end).contains(&s.start));
    let mut related = finding.related.iter().filter(|other| finding.object == Some(other.object));
    finding.document == document
        && (inside(finding.span) || related.any(|other| inside(other.span)))
}

/// The container that a node is or stands in.
pub(super) fn container(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = node;
    while let Some(list) = at.parent() {
        let named =
            matches!(list.key(), Some("containers" | "initContainers" | "ephemeralContainers"));
        if named && list.is_seq() {
            return Some(at);
        }
        at = list;
    }
    None
}
