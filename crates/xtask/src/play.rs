//! `cargo xtask play`: the playground on this machine, rebuilt on change.

use crate::wasm::{self, Profile};
use crate::watch::Watch;
use crate::{serve, site, tools, workspace};
use anyhow::Result;
use std::path::Path;

pub(crate) fn play(port: u16, profile: Profile) -> Result<()> {
    let root = workspace::root()?;
    let out = workspace::target_dir()?.join("xtask/play");
    tools::targets(&[workspace::WASM])?;
    // A taken port is said before the long part, not after it.
    std::fs::create_dir_all(&out)?;
    let address = serve::start(&out, port)?;
    let watched = ["web", "crates", "index.html", "package-lock.json", "Cargo.toml"];
    let mut watch = Watch::new(watched.iter().map(|name| root.join(name)).collect());
    build(profile, &out)?;
    println!("Playground: {address}   (Ctrl-C ends it; sources are watched)");
    loop {
        watch.wait();
        match build(profile, &out) {
            Ok(()) => println!("rebuilt, reload the page: {address}"),
            Err(error) => eprintln!("xtask: {error:#}\nxtask: the last good build is still served"),
        }
    }
}

fn build(profile: Profile, out: &Path) -> Result<()> {
    tools::editor()?;
    let folder = wasm::compile(&[workspace::WEB], profile)?;
    site::assemble(&wasm::module(&folder, workspace::WEB)?, profile, out)
}
