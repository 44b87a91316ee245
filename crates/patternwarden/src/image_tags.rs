//! Tags that are made to move.

use crate::kube::ImageRef;
use crate::matcher::glob;
use crate::param::Strings;

/// Tags that are made to move, as globs.
pub(crate) const FLOATING: &[&str] =
    &["latest", "main", "master", "dev", "edge", "nightly", "stable", "snapshot", "*-SNAPSHOT"];

/// The parameter of the rules that judge tags.
pub(crate) static FLOATING_TAGS: Strings = Strings {
    name: "floating_tags",
    doc: "Tags that are made to move, as globs.",
    default: FLOATING,
};

/// Whether the reference means another image tomorrow: it has no digest, and no tag or one of
/// [`FLOATING`].
pub(crate) fn floats(image: ImageRef<'_>) -> bool {
    let moves = |tag: &str| FLOATING.iter().any(|entry| glob(entry, tag));
    image.digest.is_none() && image.tag.is_none_or(moves)
}
