//! Where things lie: the workspace, its target directory, its artefacts.

use crate::run;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// The page's crate; its artefact has the same name.
pub(crate) const WEB: &str = "patternwarden-web";
/// The engine for pages that are not the playground.
pub(crate) const JS: &str = "patternwarden-js";
/// The admission policy.
pub(crate) const POLICY: &str = "patternwarden-policy";
/// Tests that cross crates, and need the built artefacts.
pub(crate) const TESTS: &str = "patternwarden-tests";
/// The libraries that need no operating system.
pub(crate) const NO_STD: [&str; 3] = ["patternwarden-tree", "patternwarden-yaml", "patternwarden"];

/// The target of everything that runs in a page or in the cluster.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// A target without an operating system: only there does a forgotten `std` fail to build.
pub(crate) const BARE: &str = "thumbv7em-none-eabi";

/// The workspace that `cargo xtask` was called in.
///
/// Read when it runs: two checkouts that share a target directory share this program too, and the
/// path from compile time would be that of the other checkout.
pub(crate) fn root() -> Result<PathBuf> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .context("CARGO_MANIFEST_DIR is not set: start this as `cargo xtask`")?;
    let root = Path::new(&own).ancestors().nth(2).context("crates/xtask has no grandparent")?;
    Ok(root.to_path_buf())
}

/// Cargo's target directory, wherever configuration puts it.
pub(crate) fn target_dir() -> Result<PathBuf> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let json =
        run::read(run::cargo()?.args(["metadata", "--no-deps", "--quiet", "--format-version=1"]))?;
    let metadata: Metadata = serde_json::from_str(&json).context("output of cargo metadata")?;
    Ok(metadata.target_directory)
}

/// Release artefacts.
pub(crate) fn dist() -> Result<PathBuf> {
    Ok(root()?.join("dist"))
}
