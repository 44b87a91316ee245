//! From arguments to the bytes of each input. What cannot be read is named, never skipped.

use ignore::WalkBuilder;
use patternwarden_yaml::MAX_INPUT;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// One input, before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// The name to print.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "<stdin>".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The file behind the name, links followed; `None` where there is none.
    pub(crate) fn identity(&self) -> Option<PathBuf> {
        match self {
            Self::Stdin => None,
            Self::File(path) => path.canonicalize().ok(),
        }
    }

    /// The bytes. One byte more than the reader accepts is enough for it to say that it is too large.
    pub(crate) fn bytes(&self) -> io::Result<Vec<u8>> {
        let limit = MAX_INPUT as u64 + 1;
        let mut bytes = Vec::new();
        match self {
            Self::Stdin => io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
            Self::File(path) => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    }
}

/// The inputs that the paths name, folders opened; and what could not be opened.
pub(crate) fn collect(paths: &[PathBuf]) -> (Vec<Input>, Vec<String>) {
    let mut inputs = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input::Stdin);
        } else if path.is_dir() {
            walk(path, &mut inputs, &mut problems);
        } else {
            // Also what does not exist: reading it says why.
            inputs.push(Input::File(path.clone()));
        }
    }
    let mut seen = std::collections::HashSet::new();
    inputs.retain(|input| seen.insert(input.name()));
    (inputs, problems)
}

fn walk(folder: &Path, inputs: &mut Vec<Input>, problems: &mut Vec<String>) {
    let found = inputs.len();
    for entry in WalkBuilder::new(folder).sort_by_file_path(Path::cmp).build() {
        match entry {
            Ok(entry) if is_manifest(entry.path()) && !entry.path().is_dir() => {
                inputs.push(Input::File(entry.into_path()));
            }
            Ok(_) => {}
            Err(error) => problems.push(error.to_string()),
        }
    }
    if inputs.len() == found {
        problems.push(format!("{}: no .yaml, .yml or .json file in this folder", folder.display()));
    }
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension
        .is_some_and(|e| ["yaml", "yml", "json"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}
