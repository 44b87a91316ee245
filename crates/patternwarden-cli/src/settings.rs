//! Reading a settings file.

use crate::complain;
use patternwarden::Settings;
use patternwarden::tree::from_deserializer;
use std::path::Path;

/// The settings of a run: those of a file where one is named. `None` after every problem with it was
/// told.
pub(crate) fn of_run(path: Option<&Path>) -> Option<Settings> {
    let Some(path) = path else { return Some(Settings::default()) };
    match read(path) {
        Ok(settings) => Some(settings),
        Err(problems) => {
            for problem in &problems {
                complain(problem);
            }
            None
        }
    }
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
