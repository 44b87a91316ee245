//! What a person chose, apart from the text.

use patternwarden::{Date, Minor, Settings};
use serde::{Deserialize, Serialize};

/// Choices that stay when the page is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Preferences {
    /// Minor version of Kubernetes 1 that manifests are meant for.
    pub(crate) target: u8,
    /// Whether the text holds every object there is.
    pub(crate) complete: bool,
    pub(crate) profile: Profile,
    pub(crate) theme: Theme,
    /// A plain text field instead of the code editor.
    pub(crate) plain: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            target: Minor::DEFAULT.0,
            complete: false,
            profile: Profile::Default,
            theme: Theme::Auto,
            plain: false,
        }
    }
}

/// Which rules run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Profile {
    Default,
    Strict,
    Learning,
}

/// Colours of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    Auto,
    Light,
    Dark,
}

impl Profile {
    pub(crate) const ALL: [Self; 3] = [Self::Default, Self::Strict, Self::Learning];

    /// The name in settings.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Learning => "learning",
        }
    }

    /// What it means, for the menu.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Default => "Default: what most people want",
            Self::Strict => "Strict: every rule",
            Self::Learning => "Learning: every rule, nothing denied",
        }
    }
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Auto => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

impl Preferences {
    /// The versions the engine has data for, newest first.
    pub(crate) fn targets() -> impl Iterator<Item = Minor> {
        (Minor::OLDEST.0..=Minor::NEWEST.0).rev().map(Minor)
    }

    pub(crate) fn target(self) -> Minor {
        Minor(self.target)
    }

    /// The engine's settings, written and read as anybody else's.
    pub(crate) fn settings(self) -> Settings {
        let text = format!(
            "target: \"{}\"\nprofiles: [{}]\ninput_complete: {}\n",
            self.target(),
            self.profile.id(),
            self.complete
        );
        let stream = patternwarden_yaml::read(&text);
        let document = stream.documents.first();
        let settings = document.and_then(|document| Settings::from_document(document).ok());
        settings.unwrap_or_default().with_today(today())
    }

    /// The same choices with a target that the engine has data for.
    pub(crate) fn checked(mut self) -> Self {
        self.target = self.target.clamp(Minor::OLDEST.0, Minor::NEWEST.0);
        self
    }
}

/// The day it is, by the clock of the browser.
#[expect(clippy::cast_possible_truncation, reason = "a number of milliseconds below 2^53")]
fn today() -> Date {
    Date::from_unix((js_sys::Date::now() / 1_000.0) as i64)
}
