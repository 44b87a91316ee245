//! The forms of names: of objects, labels, containers and ports.
//!
//! Source: `apimachinery/pkg/util/validation` and `apimachinery/pkg/api/validation/path`.

/// A form that a name must have. It displays as a description of that form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the API has these forms")]
pub enum Form {
    /// A DNS label (RFC 1123) of at most 63 bytes.
    Label,
    /// A DNS label that starts with a letter (RFC 1035).
    StrictLabel,
    /// A DNS subdomain of at most so many bytes.
    Subdomain(usize),
    /// One segment of a path.
    Segment,
    /// The key of a label or annotation: a name, perhaps behind a subdomain and `/`.
    Key,
    /// The value of a label.
    LabelValue,
    /// The name of a port (IANA service name).
    Port,
}

impl Form {
    /// Whether `name` has this form.
    pub fn fits(self, name: &str) -> bool {
        match self {
            Self::Label => name.len() <= 63 && is_label(name),
            Self::StrictLabel => {
                name.len() <= 63
                    && is_label(name)
                    && name.starts_with(|c: char| c.is_ascii_lowercase())
            }
            Self::Subdomain(most) => name.len() <= most && name.split('.').all(is_label),
            Self::Segment => {
                !name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '%'])
            }
            Self::Key => match name.split_once('/') {
                Some((prefix, name)) => Self::Subdomain(253).fits(prefix) && is_word(name),
                None => is_word(name),
            },
            Self::LabelValue => name.is_empty() || is_word(name),
            Self::Port => {
                name.len() <= 15
                    && is_label(name)
                    && !name.contains("--")
                    && name.bytes().any(|byte| byte.is_ascii_lowercase())
            }
        }
    }

    /// What the form asks for.
    pub const fn demand(self) -> &'static str {
        match self {
            Self::Label => "at most 63 lower-case letters, digits and `-`, with `-` inside only",
            Self::StrictLabel => {
                "at most 63 lower-case letters, digits and `-`, with a letter first and no `-` last"
            }
            Self::Subdomain(_) => {
                "lower-case letters, digits, `-` and `.`, with a letter or digit around each `.` and at both ends"
            }
            Self::Segment => "no `/` and no `%`, and neither `.` nor `..`",
            Self::Key => {
                "at most 63 letters, digits, `-`, `_` and `.`, perhaps behind a domain and `/`"
            }
            Self::LabelValue => {
                "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
            }
            Self::Port => {
                "at most 15 lower-case letters, digits and single `-`, one a letter at least"
            }
        }
    }
}

fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// A qualified name without its prefix, or the value of a label.
fn is_word(text: &str) -> bool {
    let outer = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.starts_with(outer)
        && text.ends_with(outer)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn forms() {
        let long = |count| String::from("a").repeat(count);
        assert!(Form::Label.fits("1-a") && Form::Label.fits(&long(63)));
        assert!(!Form::Label.fits(&long(64)) && !Form::Label.fits("a.b") && !Form::Label.fits(""));
        assert!(Form::StrictLabel.fits("a1") && !Form::StrictLabel.fits("1a"));
        let subdomain = Form::Subdomain(253);
        assert!(subdomain.fits("a.b-c.1") && !subdomain.fits("a..b") && !subdomain.fits("a.-b"));
        assert!(!subdomain.fits("A") && !subdomain.fits(&long(254)));
        assert!(Form::Segment.fits("config-watcher:edit") && !Form::Segment.fits("a/b"));
        assert!(!Form::Segment.fits("..") && !Form::Segment.fits("a%b"));
        assert!(Form::Key.fits("app.kubernetes.io/name") && Form::Key.fits("App_1.x"));
        assert!(!Form::Key.fits("/name") && !Form::Key.fits("a/b/c") && !Form::Key.fits("a/"));
        assert!(Form::LabelValue.fits("") && !Form::LabelValue.fits("a b"));
        assert!(!Form::LabelValue.fits("-a") && !Form::LabelValue.fits(&long(64)));
        assert!(Form::Port.fits("http-2") && !Form::Port.fits("8080") && !Form::Port.fits("a--b"));
        assert!(!Form::Port.fits("a-very-long-name") && !Form::Port.fits("Http"));
    }
}
