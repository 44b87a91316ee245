//! What a command line runs: the programs in it, also those inside of `sh -c`.

use alloc::vec::Vec;
use core::iter::once;

/// Shells whose `-c` argument is a script.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "ksh", "zsh"];

/// Words that stand before the program in a script.
const KEYWORDS: &[&str] =
    &["!", "(", "{", "do", "elif", "else", "exec", "if", "sudo", "then", "until", "while"];

/// The programs that a command runs, each with its arguments.
///
/// A command without shell is one program. The script of a shell is cut at `;`, `&`, `|` and line
/// ends; quotes around a word are dropped and nothing is expanded, so what a script computes stays
/// unknown.
pub fn programs<'d>(words: impl IntoIterator<Item = &'d str>) -> Vec<Vec<&'d str>> {
    let words: Vec<&str> = words.into_iter().collect();
    match script(&words) {
        Some(script) => script
            .split([';', '&', '|', '\n'])
            .map(simple)
            .filter(|program| !program.is_empty())
            .collect(),
        None if words.is_empty() => Vec::new(),
        None => once(words).collect(),
    }
}

/// The last part of a program's path: `sh` of `/bin/sh`.
pub fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Whole seconds that a program waits; `None` for another program than `sleep`, and for a time
/// that is not written out.
pub fn sleep_seconds(program: &[&str]) -> Option<i64> {
    let [name, time, ..] = program else { return None };
    if base_name(name) != "sleep" {
        return None;
    }
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let unit = units.into_iter().find_map(|(unit, n)| Some((time.strip_suffix(unit)?, n)));
    let (number, factor) = unit.unwrap_or((time, 1));
    let whole = number.split_once('.').map_or(number, |(whole, _)| whole);
    whole.parse::<i64>().ok().map(|n| n.saturating_mul(factor))
}

/// The script that a shell is given behind `-c`, `-ec` and the like.
fn script<'d>(words: &[&'d str]) -> Option<&'d str> {
    let (shell, rest) = words.split_first()?;
    if !SHELLS.contains(&base_name(shell)) {
        return None;
    }
    let mut rest = rest.iter();
    rest.find(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('c'))?;
    rest.next().copied()
}

fn simple(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', '(', ')']))
        .skip_while(|word| word.is_empty() || KEYWORDS.contains(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn sleeps() {
        assert_eq!(sleep_seconds(&["/bin/sleep", "20"]), Some(20));
        assert_eq!(sleep_seconds(&["sleep", "2m"]), Some(120));
        assert_eq!(sleep_seconds(&["sleep", "5.9s"]), Some(5));
        assert_eq!(sleep_seconds(&["sleep", "infinity"]), None);
        assert_eq!(sleep_seconds(&["sleep", "$N"]), None);
        assert_eq!(sleep_seconds(&["usleep", "5"]), None);
        assert_eq!(sleep_seconds(&["sleep"]), None);
    }

    #[test]
    fn scripts_are_taken_apart_and_plain_commands_are_not() {
        assert_eq!(programs(["cat", "/a;b"]), [vec!["cat", "/a;b"]]);
        assert_eq!(
            programs(["/bin/sh", "-ec", "nginx -s quit; sleep 20 && test -f '/tmp/ok'"]),
            [vec!["nginx", "-s", "quit"], vec!["sleep", "20"], vec!["test", "-f", "/tmp/ok"]]
        );
        assert_eq!(
            programs(["bash", "--login", "-c", "while true; do (sleep 5); done"]),
            [vec!["true"], vec!["sleep", "5"], vec!["done"]]
        );
        assert_eq!(programs(["sh", "/run.sh"]), [vec!["sh", "/run.sh"]]);
        assert_eq!(programs(["sh", "-c"]), [vec!["sh", "-c"]]);
        assert!(programs([]).is_empty());
    }
}
