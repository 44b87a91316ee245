//! `cargo xtask size`: what travels to a page and to the cluster, against its budget.

use crate::{files, section, workspace};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Bytes of some files: as they are, and as they travel, each file compressed alone.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Limits in bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Budget {
    raw: Option<u64>,
    gzip: Option<u64>,
    brotli: Option<u64>,
}

struct Row {
    what: &'static str,
    size: Size,
    budget: Budget,
}

/// Prints the table.
///
/// # Errors
/// A budget that is not kept, an artefact that is missing.
pub(crate) fn check() -> Result<()> {
    let dist = workspace::dist()?;
    ensure!(dist.is_dir(), "dist/ is missing; `cargo xtask build` makes it");
    let rows = rows(&dist)?;
    println!("{:<22} {:>9} {:>9} {:>9}   budget", "bytes", "raw", "gzip", "brotli");
    let mut over = Vec::new();
    for Row { what, size, budget } in &rows {
        let (verdict, kept) = budget.verdict(*size);
        println!("{what:<22} {:>9} {:>9} {:>9}   {verdict}", size.raw, size.gzip, size.brotli);
        if !kept {
            over.push(*what);
        }
    }
    for file in ["policy.wasm", "policy-context.wasm"] {
        println!("\n{:<22} {:>9}", format!("sections, {file}"), "raw");
        for (name, size) in section::sizes(&fs::read(dist.join(file))?)? {
            println!("{name:<22} {size:>9}");
        }
    }
    ensure!(over.is_empty(), "over budget: {}", over.join(", "));
    Ok(())
}

/// The budgets of the design, in its words.
fn rows(dist: &Path) -> Result<Vec<Row>> {
    let site = dist.join("site");
    let is_editor = |name: &str| name.ends_with("/editor.js") || name == "editor.js";
    // Styles, scripts and modules at the top or from the glue; data folders are fetched on demand.
    let is_first = |name: &str| {
        let ends = ["html", "css", "js", "wasm"].iter().any(|end| files::ends(name, end));
        ends && (!name.contains('/') || name.starts_with("snippets/")) && !is_editor(name)
    };
    let is_element = |name: &str| files::ends(name, "js");
    let brotli = |kb: u64| Budget { brotli: Some(kb * 1000), ..Budget::default() };
    Ok(vec![
        Row {
            what: "policy.wasm",
            size: measure(dist, |name| name == "policy.wasm")?,
            budget: Budget { raw: Some(300_000), gzip: Some(100_000), brotli: None },
        },
        Row {
            what: "policy-context.wasm",
            size: measure(dist, |name| name == "policy-context.wasm")?,
            budget: Budget::default(),
        },
        Row {
            what: "engine for pages",
            size: measure(&dist.join("npm/pkg"), |name| name.ends_with("_bg.wasm"))?,
            budget: brotli(350),
        },
        Row {
            what: "element, scripts",
            size: measure(&dist.join("npm"), is_element)?,
            budget: Budget::default(),
        },
        Row {
            what: "playground, first load",
            size: measure(&site, is_first)?,
            budget: brotli(450),
        },
        Row { what: "playground, editor", size: measure(&site, is_editor)?, budget: brotli(120) },
    ])
}

fn measure(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Size> {
    let mut sum = Size::default();
    for name in files::below(folder)?.iter().filter(|name| wanted(name)) {
        let bytes = fs::read(folder.join(name)).with_context(|| name.clone())?;
        sum.raw += bytes.len() as u64;
        sum.gzip += gzip(&bytes)?;
        sum.brotli += brotli(&bytes)?;
    }
    ensure!(sum.raw > 0, "nothing to measure in {}", folder.display());
    Ok(sum)
}

fn gzip(bytes: &[u8]) -> Result<u64> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes)?;
    Ok(out.finish()?.len() as u64)
}

fn brotli(bytes: &[u8]) -> Result<u64> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 1 << 16, 11, 22).write_all(bytes)?;
    Ok(out.len() as u64)
}

impl Budget {
    /// What the table says, and whether every limit is kept.
    fn verdict(self, size: Size) -> (String, bool) {
        let limits = [
            ("raw", self.raw, size.raw),
            ("gzip", self.gzip, size.gzip),
            ("brotli", self.brotli, size.brotli),
        ];
        let mut parts = Vec::new();
        let mut kept = true;
        for (name, limit, found) in limits {
            let Some(limit) = limit else { continue };
            let over = found > limit;
            kept &= !over;
            let percent = found * 100 / limit;
            parts.push(format!("{name} {limit} ({percent} %{})", if over { ", OVER" } else { "" }));
        }
        (if parts.is_empty() { "none".into() } else { parts.join(", ") }, kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_sizes_are_those_of_whole_streams() {
        let text = "apiVersion: apps/v1\n".repeat(500);
        let (gzip, brotli) = (gzip(text.as_bytes()).unwrap(), brotli(text.as_bytes()).unwrap());
        assert!((20..120).contains(&gzip), "{gzip}");
        assert!((10..gzip).contains(&brotli), "{brotli}");
    }

    #[test]
    fn one_limit_broken_is_enough() {
        let budget = Budget { raw: Some(100), gzip: Some(50), brotli: None };
        let size = |gzip| Size { raw: 100, gzip, brotli: 1_000_000 };
        assert_eq!(budget.verdict(size(50)), ("raw 100 (100 %), gzip 50 (100 %)".into(), true));
        assert_eq!(
            budget.verdict(size(51)),
            ("raw 100 (100 %), gzip 50 (102 %, OVER)".into(), false)
        );
        assert_eq!(Budget::default().verdict(size(51)), ("none".into(), true));
    }
}
