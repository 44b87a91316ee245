//! Names that carry the version of what they name.

/// Whether a name ends in a version, a date or a hash.
pub fn is_versioned(name: &str) -> bool {
    let Some((_, last)) = name.rsplit_once('-') else { return false };
    is_number(last.strip_prefix('v').unwrap_or(last)) || is_hash(last)
}

/// `7`, `1.4.2`.
fn is_number(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Six and more hexadecimal digits, or eight to ten letters and digits. A hash without any digit
/// is rare, an ordinary word such as `settings` is not: only Kustomize's own alphabet, which has
/// no vowel, is taken without.
fn is_hash(text: &str) -> bool {
    let all = |of: fn(&u8) -> bool| text.as_bytes().iter().all(of);
    let hex = all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) && (6..=64).contains(&text.len());
    let short = all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    let short = short && (8..=10).contains(&text.len());
    let kustomize = text.len() == 10 && all(|b| KUSTOMIZE.contains(b));
    kustomize || ((hex || short) && text.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Digits of Kustomize's hashes: hexadecimal, with `0 1 3 a e` replaced by `g h k m t`.
const KUSTOMIZE: &[u8] = b"2456789bcdfghkmt";
