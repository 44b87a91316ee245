//! Scalars as go-yaml resolves them: YAML 1.1 booleans, Go's numbers, tags.

use crate::events::Tag;
use crate::number::{self, Number};
use alloc::{borrow::Cow, string::String, vec::Vec};
use patternwarden_tree::Style;

/// What a scalar means to Kubernetes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'t> {
    Null,
    Bool(bool),
    Number(Number),
    /// `.inf`, `-.inf`, `.nan`, `1e999` in JSON: a key may be one, a value may not.
    NotFinite(f64),
    Str(Cow<'t, str>),
}

/// Why a tag does not fit its scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// The scalar is not of the type that the tag names.
    Type(&'static str),
    /// Not base64.
    Base64,
}

/// Resolves a scalar by its style and tag.
pub(crate) fn resolve(text: &str, style: Style, tag: Tag) -> Result<Scalar<'_>, Misfit> {
    let string = Ok(Scalar::Str(Cow::Borrowed(text)));
    let name = match tag {
        Tag::Absent if style == Style::Plain => return Ok(plain(text)),
        Tag::Number => {
            let number = number::parse(text).map(Scalar::Number);
            return Ok(number.unwrap_or(Scalar::NotFinite(f64::INFINITY)));
        }
        Tag::Binary => {
            let bytes = base64(text).ok_or(Misfit::Base64)?;
            return Ok(Scalar::Str(String::from_utf8_lossy(&bytes).into_owned().into()));
        }
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Null => "!!null",
        _ => return string,
    };
    match (tag, plain(text)) {
        (Tag::Float, Scalar::Number(Number::Int(value))) =>
        {
            #[expect(clippy::cast_precision_loss, reason = "that is what the tag asks for")]
            Ok(Scalar::Number(Number::Float(value as f64)))
        }
        (Tag::Bool, value @ Scalar::Bool(_))
        | (Tag::Null, value @ Scalar::Null)
        | (Tag::Int, value @ Scalar::Number(Number::Int(_) | Number::Big(_)))
        | (Tag::Float, value @ (Scalar::Number(Number::Float(_)) | Scalar::NotFinite(_))) => {
            Ok(value)
        }
        _ => Err(Misfit::Type(name)),
    }
}

/// An unquoted scalar without tag.
pub(crate) fn plain(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Scalar::NotFinite(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::NotFinite(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::NotFinite(f64::NEG_INFINITY),
        _ => match number::parse(text) {
            Some(number) => Scalar::Number(number),
            None => Scalar::Str(Cow::Borrowed(text)),
        },
    }
}

/// Go's `base64.StdEncoding`: padded, line breaks ignored.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0, 0);
    for c in text.bytes().filter(|c| !matches!(c, b'\n' | b'\r')) {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            let [_, bytes @ ..] = bits.to_be_bytes();
            out.extend_from_slice(&bytes);
            (bits, count) = (0, 0);
        }
    }
    match (count, padding) {
        (0, 0) => {}
        (2, 2) => out.push((bits >> 4) as u8),
        (3, 1) => out.extend_from_slice(&[(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => return None,
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        assert_eq!(base64("aGVs\nbG8="), Some(b"hello".to_vec()));
        assert_eq!(base64("aA=="), Some(b"h".to_vec()));
        for text in ["aGVsbG8", "aA=", "@@", "a===", "aA==aA=="] {
            assert_eq!(base64(text), None, "{text}");
        }
    }
}
