//! Folders: copying, listing, removing.

use anyhow::{Context as _, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a file or a folder with all it holds. Names that start with a dot stay behind.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let trail = || format!("copying {} to {}", from.display(), to.display());
    if !from.is_dir() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).with_context(trail)?;
        }
        fs::copy(from, to).with_context(trail)?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(trail)?;
    for entry in fs::read_dir(from).with_context(trail)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Every file below a folder, as sorted paths with `/`.
pub(crate) fn below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(next) = left.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("listing {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file's name ends in a dot and `extension`.
pub(crate) fn ends(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == extension)
}
