//! The playground's folder: the page with its links made plain, the module, styles and data.

use crate::wasm::{self, Profile};
use crate::{files, html, run, workspace};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::Path;

/// Name of the page's module and glue.
pub(crate) const NAME: &str = "patternwarden";

const BOOT: &str = include_str!("../assets/boot.js");

/// Puts the site together beside `out`, then swaps it in: whoever is served meanwhile gets the old one.
pub(crate) fn assemble(module: &Path, profile: Profile, out: &Path) -> Result<()> {
    let root = workspace::root()?;
    let new = out.with_extension("new");
    files::remove(&new)?;
    fs::create_dir_all(&new)?;
    wasm::bind(module, NAME, false, profile, &new)?;
    if profile == Profile::Release {
        let glue = new.join(format!("{NAME}.js"));
        let mut esbuild = run::node_bin("esbuild")?;
        esbuild.arg(&glue).args(["--minify", "--format=esm", "--target=es2022"]);
        esbuild.args(["--log-level=warning", "--allow-overwrite"]);
        run::step("esbuild", esbuild.arg(format!("--outfile={}", glue.display())))?;
    }
    fs::write(new.join("boot.js"), BOOT)?;

    let scripts = files::below(&new)?.into_iter().filter(|file| files::ends(file, "js"));
    let source = root.join("index.html");
    let page = fs::read_to_string(&source).with_context(|| source.display().to_string())?;
    let page = html::plain(&page, NAME, scripts).context("index.html")?;
    fs::write(new.join("index.html"), page.html)?;
    for copy in page.copies {
        let from = root.join(&copy.from);
        // Data folders may be missing; a missing style would show as a bare page.
        if from.is_dir() || !copy.optional {
            files::copy(&from, &new.join(&copy.to))?;
        }
    }

    let old = out.with_extension("old");
    files::remove(&old)?;
    if out.exists() {
        fs::rename(out, &old)?;
    }
    fs::rename(&new, out)?;
    files::remove(&old)
}
