//! What gives a secret away: the formats of tokens, and names that only secrets have.

use crate::kube::base64;
use crate::matcher::glob;
use alloc::string::String;

/// Beginnings of tokens, and how many characters must follow at least.
static TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("AIza", 35),
    ("ghp_", 36),
    ("glpat-", 20),
    ("npm_", 36),
    ("sk_live_", 16),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("AccountKey=", 40),
    ("https://hooks.slack.com/services/", 20),
];

/// Names of variables and keys that hold secrets, as globs in lower case.
pub const SECRET_NAMES: &[&str] = &[
    "*passwd*",
    "*password*",
    "*secret*",
    "*token*",
    "*apikey*",
    "*api_key*",
    "*api-key*",
    "*credential*",
    "*privatekey*",
    "*private_key*",
    "*private-key*",
    "*bearer*",
    "*connection_string*",
    "aws_secret_access_key",
    "aws_session_token",
    "azure_client_secret",
];

/// Shortest text that is also looked at decoded.
const MIN_ENCODED: usize = 16;

/// Whether a text holds a token, a private key, or an address with a password.
pub fn holds_token(text: &str) -> bool {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY")
        || text.contains("-----BEGIN OPENSSH")
    {
        return true;
    }
    if TOKENS.iter().any(|(start, rest)| has_token(text, start, *rest)) || has_jwt(text) {
        return true;
    }
    text.match_indices("://").any(|(at, _)| has_password(text.get(at + 3..).unwrap_or("")))
}

/// [`holds_token`], also behind one layer of Base64.
pub fn holds_token_encoded(text: &str) -> bool {
    let text = text.trim();
    text.len() >= MIN_ENCODED
        && base64(text).is_some_and(|bytes| core::str::from_utf8(&bytes).is_ok_and(holds_token))
}

/// Whether one of these globs matches some word of a text.
pub fn holds_format<'a>(text: &str, formats: impl IntoIterator<Item = &'a str>) -> bool {
    formats.into_iter().any(|format| text.split(is_border).any(|word| glob(format, word)))
}

fn is_border(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | '`' | ',' | ';' | '(' | ')' | '<' | '>' | '{' | '}')
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+' | '=')
}

/// The characters of a token from here on.
fn run(text: &str) -> usize {
    text.find(|c| !is_token(c)).unwrap_or(text.len())
}

/// Whether `start` begins a word, with at least so many characters of a token behind it.
fn has_token(text: &str, start: &str, rest: usize) -> bool {
    text.match_indices(start).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + start.len()..).unwrap_or("");
        before.is_none_or(|c| !c.is_ascii_alphanumeric()) && run(behind) >= rest
    })
}

/// A JSON Web Token: three parts, the first of which begins as `{"alg":` does in Base64.
fn has_jwt(text: &str) -> bool {
    text.split(is_border).any(|word| {
        let word = word.rsplit('=').next().unwrap_or(word);
        word.starts_with("eyJhbGciOi")
            && word.split('.').filter(|part| !part.is_empty()).count() == 3
    })
}

/// Whether what follows `://` has a user and a literal password before the host.
fn has_password(rest: &str) -> bool {
    let end = rest.find(|c| is_border(c) || matches!(c, '/' | '?' | '#')).unwrap_or(rest.len());
    let Some((user, _)) = rest.get(..end).unwrap_or("").rsplit_once('@') else { return false };
    // `$(PASSWORD)` is cut at its parenthesis, so that what is left here is literal.
    user.split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '*']))
}

/// Whether a name matches one of these globs, as it is written or in lower case.
pub fn names<'a>(name: &str, globs: impl IntoIterator<Item = &'a str>) -> bool {
    let lower: String = name.to_ascii_lowercase();
    globs.into_iter().any(|pattern| glob(pattern, name) || glob(pattern, &lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_words() {
        for token in [
            "AKIAIOSFODNN7EXAMPLE",
            "key=AKIAIOSFODNN7EXAMPLE;",
            "-----BEGIN RSA PRIVATE KEY-----\nMII",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "ghp_000000000000000000000000000000000000",
            "postgres://app:s3cr3t@db/app",
            "see amqp://u:p4ss@mq:5672/ for more",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
            "AccountName=a;AccountKey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert!(holds_token(token), "{token}");
        }
        for word in [
            "AKIA",
            "MAKIAIOSFODNN7EXAMPLE0",
            "-----BEGIN CERTIFICATE-----",
            "postgres://db/app",
            "postgres://app@db/app",
            "postgres://app:$(PASSWORD)@db/app",
            "postgres://app:${PASSWORD}@db/app",
            "http://host:8080/a@b",
            "eyJhbGciOiJIUzI1NiJ9",
            "npm_config_registry",
        ] {
            assert!(!holds_token(word), "{word}");
        }
        assert!(holds_token_encoded("cG9zdGdyZXM6Ly9hcHA6czNjcjN0QGRiL2FwcA=="));
        assert!(!holds_token_encoded("cG9zdGdyZXM6Ly9kYi9hcHA="));
    }
}
