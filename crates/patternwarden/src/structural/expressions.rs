//! Validation rules in CEL: what can be said without compiling them.

use super::{Out, error, said, text, warning};
use alloc::format;
use patternwarden_tree::Node;

/// Checks the validation rules of a schema.
pub(super) fn check<'d>(node: Node<'d>, correlated: bool, out: Out<'_, 'd>) {
    let rules = node.get("x-kubernetes-validations").filter(|rules| rules.is_seq());
    let Some(rules) = rules else { return };
    for rule in rules.items().filter(|rule| rule.is_map()) {
        let expression = text(rule, "rule").unwrap_or_default().trim();
        let message = text(rule, "message").unwrap_or_default().trim();
        if expression.is_empty() {
            error(rule.at(&["rule"]), "a validation needs a `rule`", out);
        }
        if message.contains(['\n', '\r']) {
            error(rule.at(&["message"]), "`message` must not contain line breaks", out);
        } else if message.is_empty() && expression.contains(['\n', '\r']) {
            error(rule.at(&["message"]), "a `rule` of several lines needs a `message`", out);
        }
        if !correlated && names(expression, "oldSelf") {
            let words = "`oldSelf` cannot be told inside a list that is not of type `map`";
            error(rule.at(&["rule"]), words, out);
        }
    }
    let bound = match text(node, "type") {
        Some("array") => "maxItems",
        Some("string") if text(node, "format").is_none() && said(node, "enum").is_none() => {
            "maxLength"
        }
        _ => return,
    };
    if rules.items().next().is_some() && node.get(bound).is_none_or(Node::is_null) {
        let words = format!(
            "without `{bound}` the cost of these rules has no bound, and the API server may refuse them"
        );
        warning(rules, words, out);
    }
}

/// Whether an expression uses a name, as a word of its own and outside of texts.
fn names(expression: &str, name: &str) -> bool {
    let mut quote = None;
    let mut word_start = None;
    let mut escaped = false;
    let is_name = |start: Option<usize>, end: usize| {
        start.is_some_and(|start| expression.get(start..end) == Some(name))
    };
    for (at, c) in expression.char_indices() {
        let inside = quote.is_some();
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        if !inside && (c.is_ascii_alphanumeric() || c == '_') {
            word_start = word_start.or(Some(at));
        } else {
            if is_name(word_start, at) {
                return true;
            }
            word_start = None;
        }
    }
    is_name(word_start, expression.len())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_words_outside_of_texts() {
        assert!(names("self.a == oldSelf.a", "oldSelf"));
        assert!(names("oldSelf", "oldSelf"));
        assert!(names("'it\\'s' != oldSelf", "oldSelf"));
        assert!(!names("self.myoldSelf == oldSelf2", "oldSelf"));
        assert!(!names("self != 'oldSelf'", "oldSelf"));
        assert!(!names("self != \"a'oldSelf\"", "oldSelf"));
    }
}
