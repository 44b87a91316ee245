//! `cargo xtask docs`: the catalogue as Markdown pages in `docs/rules/`, which is not committed.

use crate::{files, run, workspace};
use anyhow::Result;

/// Has the command write the pages, so that this program builds without the rules.
pub(crate) fn write() -> Result<()> {
    let folder = workspace::root()?.join("docs/rules");
    files::remove(&folder)?;
    let mut cargo = run::cargo()?;
    cargo.args(["run", "--quiet", "-p", "patternwarden-cli", "--", "docs"]);
    run::step("documentation", cargo.arg(&folder))
}
