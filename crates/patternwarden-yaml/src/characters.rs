//! Characters that libyaml's reader refuses, and line breaks that only YAML 1.1 knows.

use crate::fault::Fault;
use alloc::format;

/// The first character that YAML text for Kubernetes cannot hold.
///
/// go-yaml takes U+0085, U+2028 and U+2029 for line breaks, YAML 1.2 takes them for text, so a
/// setting can hide behind what looks like a comment. Such a text is refused.
pub(crate) fn check(text: &str) -> Option<Fault> {
    let plain = |c: u8| matches!(c, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
    if text.bytes().all(plain) {
        return None;
    }
    let (at, c) = text.char_indices().find(|(_, c)| !is_allowed(*c))?;
    let code = c as u32;
    let fault = match c {
        '\u{85}' | '\u{2028}' | '\u{2029}' => Fault::new(
            at..at + c.len_utf8(),
            format!("the character U+{code:04X} is an invisible line break for Kubernetes"),
        )
        .hint("Replace it with an ordinary line end or a blank."),
        _ => Fault::new(
            at..at + c.len_utf8(),
            format!("the control character U+{code:04X} is not allowed"),
        )
        .hint("Delete it, or write it as an escape in double quotes."),
    };
    Some(fault)
}

fn is_allowed(c: char) -> bool {
    match c {
        '\u{2028}' | '\u{2029}' => false,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_line_breaks_and_controls_are_found() {
        assert!(check("a: é 🚀\u{feff}\u{a0}\r\n\t").is_none());
        for c in ['\0', '\u{7}', '\u{7f}', '\u{80}', '\u{85}', '\u{2028}', '\u{2029}', '\u{fffe}'] {
            let text = format!("é{c}");
            assert_eq!(check(&text).unwrap().at, 2..text.len(), "{c:?}");
        }
    }
}
