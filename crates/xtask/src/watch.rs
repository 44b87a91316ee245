//! Notices that sources changed, by asking the file system twice a second.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

const PAUSE: Duration = Duration::from_millis(500);

/// Modification time and size of each watched file.
type Snapshot = BTreeMap<PathBuf, (SystemTime, u64)>;

/// The files below some folders, as they were last seen.
#[derive(Debug)]
pub(crate) struct Watch {
    roots: Vec<PathBuf>,
    seen: Snapshot,
}

impl Watch {
    pub(crate) fn new(roots: Vec<PathBuf>) -> Self {
        let seen = look(&roots);
        Self { roots, seen }
    }

    /// Returns when a file was changed, added or removed since the last call, and all is quiet again.
    pub(crate) fn wait(&mut self) {
        loop {
            let now = look(&self.roots);
            if now != self.seen {
                self.seen = now;
                break;
            }
            sleep(PAUSE);
        }
        loop {
            sleep(PAUSE / 4);
            let now = look(&self.roots);
            if now == self.seen {
                break;
            }
            self.seen = now;
        }
    }
}

fn look(roots: &[PathBuf]) -> Snapshot {
    let mut seen = Snapshot::new();
    for root in roots {
        visit(root, &mut seen);
    }
    seen
}

fn visit(path: &Path, seen: &mut Snapshot) {
    let Ok(about) = fs::metadata(path) else { return };
    if about.is_file() {
        let changed = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        seen.insert(path.to_path_buf(), (changed, about.len()));
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        // Made by the build itself, or by editors.
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ours = matches!(&*name, "target" | "node_modules" | "dist" | "pkg" | "js");
        if !ours && !name.starts_with('.') && !name.ends_with('~') {
            visit(&entry.path(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_sources_but_not_what_the_build_writes() {
        let folder = std::env::temp_dir().join(format!("xtask-watch-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("js")).unwrap();
        fs::write(folder.join("src/a.rs"), "a").unwrap();
        let roots = [folder.clone()];
        let before = look(&roots);
        fs::write(folder.join("js/editor.js"), "made").unwrap();
        fs::write(folder.join("src/.a.rs.swp"), "editor").unwrap();
        assert_eq!(look(&roots), before);
        fs::write(folder.join("src/a.rs"), "longer").unwrap();
        assert_ne!(look(&roots), before);
        let mut watch = Watch { roots: roots.to_vec(), seen: before };
        watch.wait();
        assert_eq!(watch.seen, look(&watch.roots));
        fs::remove_dir_all(folder).unwrap();
    }
}
