//! `cargo xtask build`: everything that is published, in `dist/`.

use crate::metadata::Metadata;
use crate::wasm::{self, Profile};
use crate::{annotate, files, section, site, tools, workspace};
use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Builds everything, or the policy alone.
pub(crate) fn build(policy_alone: bool) -> Result<()> {
    let dist = workspace::dist()?;
    tools::targets(&[workspace::WASM])?;
    if !policy_alone {
        tools::editor()?;
    }
    files::remove(&dist)?;
    fs::create_dir_all(&dist)?;
    policy(&dist)?;
    if !policy_alone {
        let folder = wasm::compile(&[workspace::WEB, workspace::JS], Profile::Release)?;
        let module = wasm::module(&folder, workspace::WEB)?;
        site::assemble(&module, Profile::Release, &dist.join("site"))?;
        package(&wasm::module(&folder, workspace::JS)?, &dist.join("npm"))?;
    }
    // Last, since it waits for whoever compiles native code beside it.
    schema(&dist)?;
    digests(&dist)
}

/// The policy, plain and annotated for each way to run it.
fn policy(dist: &Path) -> Result<()> {
    // Two programs and not one with two sets of metadata: what may not ask the cluster imports no
    // function that could.
    let plain = program(&dist.join("policy.wasm"), &[])?;
    let asking = program(&dist.join("policy-context.wasm"), &["context"])?;
    let sources = workspace::root()?.join("policies/patternwarden");
    let text = |name| {
        let file = sources.join(name);
        fs::read_to_string(&file).with_context(|| file.display().to_string())
    };
    let (yaml, readme) = (text("metadata.yml")?, text("README.md")?);
    let metadata = Metadata::read(&yaml, &readme, env!("CARGO_PKG_VERSION"))
        .context("policies/patternwarden/metadata.yml")?;
    let variants = annotate::variants(&text("variants.yml")?)
        .context("policies/patternwarden/variants.yml")?;
    for variant in &variants {
        let file = annotate::file(variant);
        let module = if variant.asks_cluster() { &asking } else { &plain };
        let annotated =
            annotate::annotate(module, &metadata, variant).with_context(|| file.clone())?;
        fs::write(dist.join(file), annotated)?;
    }
    Ok(())
}

/// What its settings may be: a JSON Schema, and the questions of Rancher's form.
fn schema(dist: &Path) -> Result<()> {
    for (format, file) in [("json-schema", "settings.schema.json"), ("rancher", "questions-ui.yml")]
    {
        let mut cargo = Command::new("cargo");
        cargo.args([
            "run",
            "--quiet",
            "--package",
            "patternwarden-cli",
            "--",
            "schema",
            "--format",
        ]);
        let output = cargo.arg(format).current_dir(workspace::root()?).output()?;
        ensure!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(dist.join(file), output.stdout).context(file)?;
    }
    Ok(())
}

/// The policy with these features, without what only tools read.
fn program(file: &Path, features: &[&str]) -> Result<Vec<u8>> {
    let folder = wasm::compile_with(&[workspace::POLICY], features, Profile::Release)?;
    files::copy(&wasm::module(&folder, workspace::POLICY)?, file)?;
    wasm::optimise(file)?;
    let module = section::without(&fs::read(file)?, &["name", "producers"])?;
    fs::write(file, &module)?;
    Ok(module)
}

/// The npm package: its written files, and `pkg/` from wasm-bindgen.
fn package(module: &Path, out: &Path) -> Result<()> {
    let source = workspace::root()?.join("crates/patternwarden-js/npm");
    let pkg = source.join("pkg");
    files::remove(&pkg)?;
    wasm::bind(module, "patternwarden_js", true, Profile::Release, &pkg)?;
    files::copy(&source, out)
}

/// Digests of all artefacts in the form of `sha256sum`; those of the modules are printed.
fn digests(dist: &Path) -> Result<()> {
    let mut list = String::new();
    for name in files::below(dist)? {
        let digest = tools::hex(&Sha256::digest(fs::read(dist.join(&name))?));
        let line = format!("{digest}  {name}\n");
        if files::ends(&name, "wasm") {
            print!("{line}");
        }
        list.push_str(&line);
    }
    fs::write(dist.join("digests.txt"), list).context("dist/digests.txt")
}
