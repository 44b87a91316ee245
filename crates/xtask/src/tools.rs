//! What must be installed, and how to get it with the ordinary clients.

use crate::{run, workspace};
use anyhow::{Context as _, Result, bail, ensure};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Everything that any command needs.
pub(crate) fn all() -> Result<()> {
    targets(&[workspace::WASM, workspace::BARE])?;
    editor()?;
    let browser = chromium()?;
    eprintln!("xtask: everything needed is there; browser: {}", browser.display());
    Ok(())
}

/// The standard libraries of `targets`.
pub(crate) fn targets(targets: &[&str]) -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = run::read(run::command(rustc)?.args(["--print", "sysroot"]))?;
    let installed = Path::new(sysroot.trim()).join("lib/rustlib");
    for target in targets {
        if installed.join(target).join("lib").is_dir() {
            continue;
        }
        run::step(
            &format!("rustup target add {target}"),
            run::command("rustup")?.args(["target", "add", target]),
        )
        .with_context(|| {
            format!("Rust's library for {target} is missing; install it as this Rust was installed")
        })?;
    }
    Ok(())
}

/// The packages of `package-lock.json`, again whenever that file changed.
pub(crate) fn node_modules() -> Result<()> {
    let root = workspace::root()?;
    let lock = fs::read(root.join("package-lock.json")).context("package-lock.json")?;
    let wanted = hex(&Sha256::digest(lock));
    let stamp = root.join("node_modules/.xtask-lock");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    run::step(
        "npm ci",
        run::command("npm")?.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
    )
    .context("node 20 or newer with npm is needed: https://nodejs.org or `apt-get install npm`")?;
    fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())
}

/// The editor's bundle, which the page's crate reads when it is compiled.
pub(crate) fn editor() -> Result<()> {
    node_modules()?;
    run::step("esbuild", run::command("npm")?.args(["run", "--silent", "editor"]))
}

/// A Chromium for the browser tests.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(found) = find_chromium()? {
        return Ok(found);
    }
    let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
    let is_root = run::read(run::command("id")?.arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || !Path::new("/etc/debian_version").exists() {
        bail!(
            "the browser tests need Chromium; on Debian: `apt-get install {}`; elsewhere install it \
             and set CHROMIUM to its path",
            packages.join(" ")
        );
    }
    run::step("apt-get update", run::command("apt-get")?.arg("update"))?;
    run::step(
        "apt-get install chromium",
        run::command("apt-get")?
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    find_chromium()?.context("apt-get installed chromium, but it is not on PATH")
}

fn find_chromium() -> Result<Option<PathBuf>> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        let path = PathBuf::from(path);
        ensure!(path.is_file(), "CHROMIUM is set to {}, which is no file", path.display());
        return Ok(Some(path));
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = |name| std::env::split_paths(&path).map(move |folder| folder.join(name));
    Ok(names.into_iter().flat_map(on_path).find(|file| file.is_file()))
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
