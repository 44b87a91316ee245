//! Patterns that the kind of an object shows by itself.

use crate::kube::Object;
use crate::recognise::{Confidence, Px};
use patternwarden_tree::Node;

/// API group and kind.
pub(super) type Kinds = &'static [(&'static str, &'static str)];

/// Says that the object's kind shows the pattern, with the kind as its variant, if the table has it.
pub(super) fn hit<'d>(
    px: &mut Px<'_, 'd>,
    object: Object<'d>,
    kinds: Kinds,
    confidence: Confidence,
    label: &str,
) -> bool {
    let own = object.kind().value;
    let is_one = |(group, kind): &&(&str, &str)| own == Some(*kind) && object.is(group, kind);
    let Some((_, kind)) = kinds.iter().find(is_one) else { return false };
    px.hit(confidence, node(object), label).facet(*kind);
    true
}

/// Where the kind stands.
pub(super) fn node(object: Object<'_>) -> Node<'_> {
    object.kind().place.node().unwrap_or(object.node)
}
