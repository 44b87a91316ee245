//! Whether a value has the type of its field.

use super::Base;
use crate::kube::Quantity;
use patternwarden_tree::{Kind, Node};

/// What is wrong with a value of this type; `None` for a good one. Amounts are parsed unless they are
/// `sized` by somebody else.
pub(crate) fn expected(node: Node<'_>, base: Base, sized: bool) -> Option<&'static str> {
    let kind = node.kind();
    let number = node.as_i64();
    let (good, problem) = match base {
        // Without quotes: the matter of another rule, where there is a text to have quotes.
        Base::Text | Base::Time | Base::Bytes => (
            kind == Kind::String
                || (matches!(kind, Kind::Number | Kind::Bool) && node.origin().is_some()),
            "is no text",
        ),
        Base::Int32 => {
            (number.is_some_and(|n| i32::try_from(n).is_ok()), "is no whole number of 32 bits")
        }
        Base::Int64 => (number.is_some(), "is no whole number"),
        Base::Number => (kind == Kind::Number, "is no number"),
        Base::Flag => (kind == Kind::Bool, "is neither `true` nor `false`"),
        Base::Quantity => {
            let scalar = matches!(kind, Kind::Number | Kind::String);
            (scalar && (sized || Quantity::parse(node.scalar_text()).is_some()), "is no quantity")
        }
        Base::IntOrString => {
            (kind == Kind::String || number.is_some(), "is neither a whole number nor a text")
        }
        Base::Any | Base::Loose(_) => (true, ""),
        Base::Object(_) => (node.is_map(), "is no map of fields"),
    };
    (!good).then_some(problem)
}
