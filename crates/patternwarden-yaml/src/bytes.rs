//! Input that may not be UTF-8.

use crate::stream;
use core::str;
use patternwarden_tree::Stream;

/// Reads manifest bytes as kubectl would; see [`read`](crate::read).
///
/// The text must be UTF-8, with or without a byte order mark. Bytes that are not are one error,
/// and so is UTF-16: kubectl can read only one of its two byte orders, and only by chance.
pub fn read_bytes(bytes: &[u8]) -> Stream {
    if bytes.starts_with(&[0xfe, 0xff]) || bytes.starts_with(&[0xff, 0xfe]) {
        return refuse("", 0, bytes.len(), "the text is UTF-16");
    }
    match str::from_utf8(bytes) {
        Ok(text) => crate::read(text),
        Err(error) => {
            let start = error.valid_up_to();
            let valid = bytes.get(..start).and_then(|b| str::from_utf8(b).ok()).unwrap_or("");
            let len = error.error_len().unwrap_or(bytes.len() - start);
            refuse(valid, start, start + len, "the text is not UTF-8")
        }
    }
}

fn refuse(valid: &str, start: usize, end: usize, message: &str) -> Stream {
    let mut stream = stream::refused(valid, start..end, message);
    for error in &mut stream.errors {
        error.hint = Some("Save the file as UTF-8.".into());
    }
    stream
}
