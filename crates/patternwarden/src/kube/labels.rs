//! Labels and label selectors, with every operator.

use patternwarden_tree::Node;

/// A `LabelSelector`: `matchLabels` and `matchExpressions`, both of which must hold.
///
/// Source: `apimachinery/pkg/apis/meta/v1.LabelSelector`. An empty selector selects everything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelSelector<'d> {
    /// The selector's map.
    pub node: Node<'d>,
}

fields!(LabelSelector {
    /// `matchLabels`.
    match_labels: Node<'d> = map ["matchLabels"];
    /// `matchExpressions`.
    match_expressions: Node<'d> = list ["matchExpressions"];
});

impl<'d> LabelSelector<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node }
    }

    /// Whether it names no label at all.
    pub fn is_empty(self) -> bool {
        let none =
            |list: Option<Node<'_>>| list.is_none_or(|list| list.children().next().is_none());
        none(self.match_labels().value) && none(self.match_expressions().value)
    }

    /// Whether these labels satisfy it.
    pub fn selects(self, labels: Option<Node<'_>>) -> bool {
        let exact = self.match_labels().value.is_none_or(|wanted| carries(labels, wanted));
        let expressions = self.match_expressions().value;
        exact && super::items(expressions).all(|expression| holds(expression, labels))
    }

    /// Keys that the selector names.
    pub fn keys(self) -> impl Iterator<Item = &'d str> {
        let labels = super::entries(self.match_labels().value);
        let expressions = super::items(self.match_expressions().value);
        labels
            .filter_map(Node::key)
            .chain(expressions.filter_map(|e| e.get("key").and_then(Node::as_str)))
    }
}

/// Whether a selector's map of exact values (a Service's `spec.selector`) selects these labels.
///
/// An empty or absent map selects nothing.
pub fn selects(selector: Node<'_>, labels: Option<Node<'_>>) -> bool {
    selector.is_map() && selector.children().next().is_some() && carries(labels, selector)
}

/// Whether `labels` hold every entry of `wanted`.
pub(crate) fn carries(labels: Option<Node<'_>>, wanted: Node<'_>) -> bool {
    wanted.children().all(|entry| {
        let held = labels.and_then(|labels| labels.get(entry.key().unwrap_or_default()));
        held.is_some_and(|held| held.scalar_text() == entry.scalar_text())
    })
}

fn holds(expression: Node<'_>, labels: Option<Node<'_>>) -> bool {
    let Some(key) = expression.get("key").and_then(Node::as_str) else { return false };
    let held = labels.and_then(|labels| labels.get(key)).map(Node::scalar_text);
    let listed = |text: &str| {
        let values = expression.get("values").and_then(Node::as_seq);
        super::items(values).any(|value| value.scalar_text() == text)
    };
    match expression.get("operator").and_then(Node::as_str) {
        Some("In") => held.is_some_and(listed),
        // As in the API: a label that is absent is not in any list.
        Some("NotIn") => !held.is_some_and(listed),
        Some("Exists") => held.is_some(),
        Some("DoesNotExist") => held.is_none(),
        _ => false,
    }
}
