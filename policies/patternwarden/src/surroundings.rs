//! What the host tells about the cluster around an object, in the build that may ask it.
//!
//! A module of its own, with the feature `context`, and not a setting: what cannot reach the cluster
//! imports no function that could, runs in hosts that offer none, and pays nothing for it.

#[cfg(feature = "context")]
mod host;
#[cfg(not(feature = "context"))]
mod nobody;

#[cfg(feature = "context")]
pub(crate) use host::{of, of_report};
#[cfg(not(feature = "context"))]
pub(crate) use nobody::{of, of as of_report};
