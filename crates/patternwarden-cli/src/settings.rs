//! Reading a settings file.

use crate::complain;
use crate::input::Input;
use alloc::borrow::Cow;
use patternwarden::tree::from_deserializer;
use patternwarden::{Date, Settings};
use std::path::{Component, Path, absolute};
use std::time::{SystemTime, UNIX_EPOCH};

/// The settings of a run: those of a file where one is named. `None` after every problem with it was
/// told.
pub(crate) fn of_run(path: Option<&Path>) -> Option<Settings> {
    let Some(path) = path else { return Some(today(Settings::default())) };
    match read(path) {
        Ok(settings) => Some(today(settings)),
        Err(problems) => {
            for problem in &problems {
                complain(problem);
            }
            None
        }
    }
}

/// Settings that know which day it is.
fn today(settings: Settings) -> Settings {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(time) => settings.with_today(Date::from_unix(time.as_secs().cast_signed())),
        // Before 1970 there is no clock to trust.
        Err(_) => settings,
    }
}

/// The settings for one input, which exemptions may name by its path from the settings file.
pub(crate) fn of_input<'s>(
    settings: &'s Settings,
    file: Option<&Path>,
    input: &Input,
) -> Cow<'s, Settings> {
    let Input::File(path) = input else { return Cow::Borrowed(settings) };
    if !settings.exempts_files() {
        return Cow::Borrowed(settings);
    }
    let whole = absolute(path).unwrap_or_else(|_| path.clone());
    let folder = file.and_then(|file| absolute(file).ok()?.parent().map(Path::to_owned));
    let below = folder.and_then(|folder| whole.strip_prefix(folder).ok().map(Path::to_owned));
    let parts = below.unwrap_or(whole);
    let parts = parts.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    Cow::Owned(settings.clone().with_file(parts.collect::<Vec<_>>().join("/")))
}

/// Settings of a file, or every problem with it, one per line.
fn read(path: &Path) -> Result<Settings, Vec<String>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| vec![format!("{name}: {error}")])?;
    if text.trim().is_empty() {
        return Ok(Settings::default());
    }
    let input = serde_yaml::Deserializer::from_str(&text);
    let document = from_deserializer(input).map_err(|error| vec![format!("{name}: {error}")])?;
    Settings::from_document(&document)
        .map_err(|errors| errors.iter().map(|error| format!("{name}: {error}")).collect())
}
