//! Whether two documents have the same value.

use crate::number;
use patternwarden_tree::{Kind, Node};

/// Whether Kubernetes reads the same of both; the order of map entries does not count.
pub(crate) fn same(a: Node<'_>, b: Node<'_>) -> bool {
    if a.kind() != b.kind() {
        return false;
    }
    match a.kind() {
        Kind::Null => true,
        Kind::Bool | Kind::String => a.scalar_text() == b.scalar_text(),
        Kind::Number => same_number(a.scalar_text(), b.scalar_text()),
        Kind::Seq | Kind::Map => {
            if a.children().count() != b.children().count() {
                return false;
            }
            let mut others = b.children();
            a.children().all(|child| {
                // Most maps have one order, so that looking for the key is the exception.
                let beside = others.next().filter(|other| other.key() == child.key());
                let other = beside.or_else(|| b.get(child.key()?));
                other.is_some_and(|other| same(child, other))
            })
        }
    }
}

/// `1.0`, `1e0` and `1` are one number for Kubernetes.
fn same_number(a: &str, b: &str) -> bool {
    let canonical = |text: &str| number::parse(text).map(number::Number::json);
    a == b || canonical(a).is_some_and(|a| Some(a) == canonical(b))
}
