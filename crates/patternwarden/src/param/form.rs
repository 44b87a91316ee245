//! What the entries of a list must look like.

use crate::kube::Quantity;
use crate::matcher::range;
use core::fmt;
use core::net::IpAddr;

/// What every entry of a list must look like; displayed, it is what was expected.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Form {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// `key=value`; the value may be empty.
    Pair,
    /// `key`, or `key=value`.
    KeyOrPair,
    /// `name=source`: where images come from.
    Source,
    /// `pattern`, or `pattern=what became of it`.
    Retired,
    /// `resource=quantity`, not below zero.
    Amount,
    /// `field=least..most`, of which one may be left out; the field is one of these words.
    Bounds(&'static [&'static str]),
    /// A number, or a range of them.
    Range,
    /// A port or a range, with a protocol if need be.
    Port,
    /// An address, or a range of them.
    Address,
    /// `group/kind`, or a kind alone, as globs.
    Kind,
    /// `group/kind=text`, or a kind alone before it.
    OfKind,
    /// `kind/name`, or a glob for it.
    Object,
    /// A path from the root.
    Directory,
    /// `mode=level`, or `mode-version=version`, of the Pod Security Standards.
    PodSecurity,
}

/// The modes of Pod Security admission.
const MODES: [&str; 3] = ["enforce", "audit", "warn"];

/// Its levels.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

impl Form {
    /// Whether an entry looks like this.
    pub fn holds(self, entry: &str) -> bool {
        let (key, value) = match entry.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (entry, None),
        };
        let pair = value.filter(|_| !key.is_empty());
        let written = pair.filter(|value| !value.is_empty());
        match self {
            Self::OneOf(words) => words.contains(&entry),
            Self::Pair => pair.is_some(),
            Self::KeyOrPair => !key.is_empty(),
            Self::Source => {
                written.is_some_and(|value| !value.contains(|c: char| c.is_ascii_whitespace()))
            }
            Self::Retired => !key.is_empty() && value.is_none_or(|value| !value.is_empty()),
            Self::Amount => written.is_some_and(is_amount),
            Self::Bounds(fields) => fields.contains(&key) && written.is_some_and(are_bounds),
            Self::Range => is_range(entry),
            Self::Port => {
                let (ports, protocol) = match entry.split_once('/') {
                    Some((ports, protocol)) => (ports, protocol),
                    None => (entry, "TCP"),
                };
                is_range(ports) && matches!(protocol, "TCP" | "UDP" | "SCTP")
            }
            Self::Address => is_address(entry),
            Self::Kind => is_kind(entry),
            Self::OfKind => written.is_some() && is_kind(key),
            Self::Object => entry.contains(['/', '*']),
            Self::Directory => entry.starts_with('/'),
            Self::PodSecurity => match key.strip_suffix("-version") {
                Some(mode) => MODES.contains(&mode) && written.is_some_and(is_version),
                None => MODES.contains(&key) && written.is_some_and(|word| LEVELS.contains(&word)),
            },
        }
    }

    /// The same for a JSON Schema, as far as a regular expression can say it.
    #[cfg(feature = "schema")]
    pub fn pattern(self) -> alloc::string::String {
        let fixed = match self {
            Self::OneOf(words) => return alloc::format!("^({})$", words.join("|")),
            Self::Bounds(fields) => {
                let bounds = "([0-9]{1,18}\\.\\.[0-9]{0,18}|\\.\\.[0-9]{1,18})";
                return alloc::format!("^({})={bounds}$", fields.join("|"));
            }
            Self::Pair => "^[^=]+=",
            Self::KeyOrPair => "^[^=]",
            Self::Source => "^[^=]+=[^ \\t\\n\\f\\r]+$",
            Self::Retired => "^[^=]+(=.+)?$",
            Self::Amount => {
                "^[^=]+=\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$"
            }
            Self::Range => "^[0-9]{1,18}(-[0-9]{1,18})?$",
            Self::Port => "^[0-9]{1,18}(-[0-9]{1,18})?(/(TCP|UDP|SCTP))?$",
            Self::Address => "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$",
            Self::Kind => "^([^/=]*/)?[^/=]+$",
            Self::OfKind => "^([^/=]*/)?[^/=]+=.",
            Self::Object => "[/*]",
            Self::Directory => "^/",
            Self::PodSecurity => {
                "^(enforce|audit|warn)(=(privileged|baseline|restricted)|-version=(latest|v1\\.[0-9]{1,4}))$"
            }
        };
        fixed.into()
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::OneOf(words) => {
                f.write_str("one of ")?;
                return list(f, words);
            }
            Self::Bounds(fields) => {
                f.write_str("`field=least..most`, such as `periodSeconds=5..60`, of ")?;
                return list(f, fields);
            }
            Self::Pair => "`key=value`",
            Self::KeyOrPair => "`key` or `key=value`",
            Self::Source => "`name=source`, such as `team-*=registry.example/team`",
            Self::Retired => "`pattern` or `pattern=what became of it`",
            Self::Amount => "`resource=quantity`, such as `cpu=50m`",
            Self::Range => "a number or a range such as `5000-6000`",
            Self::Port => "a port or a range such as `22/TCP` or `4000-4999`",
            Self::Address => "an address or a range such as `203.0.113.0/24`",
            Self::Kind => "`group/kind` or `kind`, such as `batch/Job`, `/Pod` or `Job`",
            Self::OfKind => "`group/kind=text`, such as `batch/Job=CronJob`",
            Self::Object => "`kind/name`, or a glob for it",
            Self::Directory => "a path that begins with `/`",
            Self::PodSecurity => {
                "a mode and a level or a version, such as `enforce=baseline` or `warn-version=latest`"
            }
        };
        f.write_str(words)
    }
}

fn list(f: &mut fmt::Formatter<'_>, words: &[&str]) -> fmt::Result {
    for (at, word) in words.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { ", " })?;
        f.write_str(word)?;
    }
    Ok(())
}

/// Digits that a number of 64 bits holds.
fn is_number(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_range(text: &str) -> bool {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    is_number(first) && is_number(last) && range(text).is_some_and(|(first, last)| first <= last)
}

fn are_bounds(text: &str) -> bool {
    let Some((least, most)) = text.split_once("..") else { return false };
    let open = |text: &str| text.is_empty() || is_number(text);
    let number = |text: &str, none| text.parse::<i64>().unwrap_or(none);
    open(least)
        && open(most)
        && !(least.is_empty() && most.is_empty())
        && number(least, 0) <= number(most, i64::MAX)
}

fn is_amount(text: &str) -> bool {
    !text.starts_with('-') && Quantity::parse(text).is_some()
}

fn is_address(text: &str) -> bool {
    let (base, length) = match text.split_once('/') {
        Some((base, length)) => (base, Some(length)),
        None => (text, None),
    };
    let Ok(base) = base.parse::<IpAddr>() else { return false };
    let most = if base.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| {
        is_number(length) && length.parse::<u32>().is_ok_and(|length| length <= most)
    })
}

fn is_kind(text: &str) -> bool {
    let kind = text.split_once('/').map_or(text, |(_, kind)| kind);
    !kind.is_empty() && !kind.contains('/') && !text.contains('=')
}

fn is_version(text: &str) -> bool {
    let minor = text.strip_prefix("v1.").unwrap_or_default();
    text == "latest" || (minor.len() <= 4 && is_number(minor))
}
