//! WebAssembly: compiling it, its JavaScript glue, and making it smaller.

use crate::{run, tools, workspace};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Fast to build. Without debug information: it would be ten times the module.
    Dev,
    /// As it is shipped.
    Release,
}

/// Compiles packages in one call, so that they share one set of features, and returns the folder
/// with the modules.
///
/// The policy is therefore always compiled alone: it shares the rules crate with the page, and must
/// not carry the page's features into the cluster.
pub(crate) fn compile(packages: &[&str], profile: Profile) -> Result<PathBuf> {
    compile_with(packages, &[], profile)
}

/// The same with features of the packages.
pub(crate) fn compile_with(
    packages: &[&str],
    features: &[&str],
    profile: Profile,
) -> Result<PathBuf> {
    let mut cargo = run::cargo()?;
    cargo.args(["build", "--target", workspace::WASM]);
    for package in packages {
        cargo.args(["-p", package]);
    }
    if !features.is_empty() {
        cargo.args(["--features", &features.join(",")]);
    }
    let folder = match profile {
        Profile::Dev => {
            cargo.args(["--config", "profile.dev.debug=false"]);
            "debug"
        }
        Profile::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    run::step(&format!("cargo build {}", packages.join(" ")), &mut cargo)?;
    Ok(workspace::target_dir()?.join(workspace::WASM).join(folder))
}

/// The module that a package left in `folder`: a program keeps its name, a library gets underscores.
pub(crate) fn module(folder: &Path, package: &str) -> Result<PathBuf> {
    let names = [format!("{package}.wasm"), format!("{}.wasm", package.replace('-', "_"))];
    names.iter().map(|name| folder.join(name)).find(|file| file.is_file()).with_context(|| {
        format!("{package} built no module; is it a program, or `crate-type = [\"cdylib\"]`?")
    })
}

/// Writes the module and its glue as ES modules: `{name}.js`, `{name}_bg.wasm`, and `.d.ts` if asked.
pub(crate) fn bind(
    module: &Path,
    name: &str,
    types: bool,
    profile: Profile,
    out: &Path,
) -> Result<()> {
    let start = Instant::now();
    let release = profile == Profile::Release;
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(types)
        .out_name(name)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(out)
        .with_context(|| format!("wasm-bindgen on {}", module.display()))?;
    eprintln!("xtask: wasm-bindgen {name}, {:.1} s", start.elapsed().as_secs_f32());
    if release {
        optimise(&out.join(format!("{name}_bg.wasm")))?;
    }
    Ok(())
}

/// Runs `wasm-opt -Oz` on a module of the release: worth 11 % of the bytes and 4 % of the
/// compressed ones. Never with `--all-features`: the result runs in no browser.
pub(crate) fn optimise(module: &Path) -> Result<()> {
    tools::node_modules()?;
    let before = fs::metadata(module)?.len();
    let mut command = run::node_bin("wasm-opt")?;
    run::step("wasm-opt", command.arg(module).arg("-o").arg(module).arg("-Oz"))?;
    ensure!(fs::metadata(module)?.len() <= before, "wasm-opt made {} larger", module.display());
    Ok(())
}
