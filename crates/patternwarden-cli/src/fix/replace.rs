//! Replacing a file: at once or not at all.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

/// Puts `after` in the place of `before`, which is what the file was read as.
///
/// The new text is written to a file beside it, with the same mode and owner, and takes its name
/// once it is on the disk: whoever opens the file sees all of the old text or all of the new one.
pub(crate) fn file(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let why = |error: io::Error| format!("not repaired: {error}");
    let found = fs::symlink_metadata(path).map_err(why)?;
    if found.is_symlink() {
        return Err("not repaired: it is a symbolic link; name the file that it points to".into());
    }
    if !found.is_file() {
        return Err("not repaired: it is not a regular file".into());
    }
    if found.permissions().readonly() {
        return Err("not repaired: it is read-only".into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(why)?;
    beside.write_all(after.as_bytes()).map_err(why)?;
    keep_owner(&beside, &found)
        .map_err(|error| format!("not repaired: its owner cannot be kept: {error}"))?;
    // After the owner: a change of owner may clear bits of the mode.
    beside.as_file().set_permissions(found.permissions()).map_err(why)?;
    beside.as_file().sync_all().map_err(why)?;
    if fs::read(path).map_err(why)? != before.as_bytes() {
        return Err("not repaired: it changed in the meantime".into());
    }
    beside.persist(path).map_err(|error| why(error.error))?;
    Ok(())
}

/// Gives the new file the owner and group of the old one.
#[cfg(unix)]
fn keep_owner(beside: &NamedTempFile, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let made = beside.as_file().metadata()?;
    if (made.uid(), made.gid()) == (found.uid(), found.gid()) {
        return Ok(());
    }
    fchown(beside.as_file(), Some(found.uid()), Some(found.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &NamedTempFile, _: &Metadata) -> io::Result<()> {
    Ok(())
}
