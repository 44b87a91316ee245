//! Tags that are made to move.

use crate::kube::ImageRef;
use crate::matcher::glob;

/// Tags that are made to move, as globs.
pub(crate) const FLOATING: &[&str] =
    &["latest", "main", "master", "dev", "edge", "nightly", "stable", "snapshot", "*-SNAPSHOT"];

/// Whether the reference means another image tomorrow: it has no digest, and no tag or one of
/// [`FLOATING`].
pub(crate) fn floats(image: ImageRef<'_>) -> bool {
    let moves = |tag: &str| FLOATING.iter().any(|entry| glob(entry, tag));
    image.digest.is_none() && image.tag.is_none_or(moves)
}
