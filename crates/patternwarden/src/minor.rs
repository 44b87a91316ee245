//! Kubernetes minor versions.

use core::fmt;

/// A minor version of Kubernetes 1: `Minor(36)` is 1.36.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(pub u8);

impl Minor {
    /// Oldest version the data of this crate covers.
    pub const OLDEST: Minor = Minor(29);
    /// Newest version the data of this crate covers.
    pub const NEWEST: Minor = Minor(37);
    /// The version manifests are meant for unless settings say otherwise.
    pub const DEFAULT: Minor = Minor(36);

    /// Reads `1.36`; a leading `v` and a patch level are accepted.
    pub fn parse(text: &str) -> Option<Minor> {
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.")?;
        let minor = rest.split('.').next()?;
        let plain = !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| minor.parse().ok()).flatten().map(Minor)
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}
