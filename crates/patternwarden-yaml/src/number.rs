//! Numbers as go-yaml reads them and as JSON prints them.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    /// Beyond `i64`: a float as a value, an error as a key.
    Big(u64),
    Float(f64),
}

impl Number {
    /// JSON text of this number, as Kubernetes' conversion prints it.
    pub(crate) fn json(self) -> String {
        match self {
            Self::Int(value) => value.to_string(),
            #[expect(clippy::cast_precision_loss, reason = "as Kubernetes' JSON does")]
            Self::Big(value) => json(value as f64),
            Self::Float(value) => json(value),
        }
    }
}

/// A plain scalar as a number; `None` when it is text.
pub(crate) fn parse(text: &str) -> Option<Number> {
    match text.as_bytes().first()? {
        b'.' => {
            // Go's ParseFloat: one underscore may stand between two digits.
            let between = |at: usize| {
                let digit = |at: Option<usize>| {
                    at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit)
                };
                digit(at.checked_sub(1)) && digit(Some(at + 1))
            };
            let bare = without_underscores(text);
            text.match_indices('_').all(|(at, _)| between(at)).then(|| float(&bare)).flatten()
        }
        b'0'..=b'9' | b'+' | b'-' => {
            let bare = without_underscores(text);
            integer(&bare).or_else(|| float(&bare))
        }
        _ => None,
    }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { text.replace('_', "").into() } else { text.into() }
}

/// Go's `ParseInt` and `ParseUint` with base 0.
fn integer(text: &str) -> Option<Number> {
    let (sign, digits) = match text.as_bytes().first()? {
        sign @ (b'-' | b'+') => (Some(*sign), text.get(1..)?),
        _ => (None, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        Some(b'-') => 0_i64.checked_sub_unsigned(value).map(Number::Int),
        _ => match i64::try_from(value) {
            Ok(value) => Some(Number::Int(value)),
            Err(_) => sign.is_none().then_some(Number::Big(value)),
        },
    }
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, if it is finite.
fn float(text: &str) -> Option<Number> {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let digits = |s: &str| s.bytes().all(|c| c.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let mantissa_ok = digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty());
    let exponent_ok = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    let value: f64 = (mantissa_ok && exponent_ok && !mantissa.is_empty())
        .then_some(())
        .and_then(|()| text.parse().ok())?;
    value.is_finite().then_some(Number::Float(value))
}

/// JSON text of a float that is finite; whole numbers have no fraction.
fn json(value: f64) -> String {
    if value == 0.0 { "0".to_string() } else { format!("{value}") }
}

/// A float as a map key: sigs.k8s.io/yaml prints it with the precision of 32 bits
/// (`strconv.FormatFloat(key, 'g', -1, 32)`).
pub(crate) fn key(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_string();
    }
    #[expect(clippy::cast_possible_truncation, reason = "that is what happens to such keys")]
    let short = value as f32;
    if short.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_string();
    }
    let scientific = format!("{short:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // The `g` format shows an exponent below -4 and, for shortest digits, from 6 on (Go's ftoa.go).
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    format!("{short}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_gos_prefixes() {
        for (text, value) in [("0644", 420), ("-0x1F", -31), ("0b1010", 10), ("0O17", 15)] {
            assert_eq!(parse(text), Some(Number::Int(value)), "{text}");
        }
        assert_eq!(parse("-9223372036854775808"), Some(Number::Int(i64::MIN)));
        assert_eq!(parse("18446744073709551615"), Some(Number::Big(u64::MAX)));
        assert_eq!(
            parse("+18446744073709551615"),
            Some(Number::Float(18_446_744_073_709_551_615.0))
        );
        assert_eq!(parse("08"), Some(Number::Float(8.0)));
        for text in ["", "+", "-", "0x", "1e", "1.2.3", "--1", "1e400", "_1", ".", "._1", "0x1p-2"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn keys_lose_precision() {
        assert_eq!(key(core::f64::consts::PI), "3.1415927");
        assert_eq!(key(1000.0), "1000");
        assert_eq!(key(0.00001), "1e-05");
        assert_eq!(key(1_234_567.0), "1.234567e+06");
    }
}
