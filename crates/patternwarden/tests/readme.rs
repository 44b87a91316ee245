//! The README's table of rules is what the catalogue says.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
#![expect(clippy::std_instead_of_core, reason = "tests run where std is")]

use patternwarden::RULES;
use std::fmt::Write as _;
use std::fs;

const BEGIN: &str =
    "<!-- rules: written by `UPDATE=1 cargo test -p patternwarden --test readme` -->\n";
const END: &str = "<!-- /rules -->";

fn table() -> String {
    let mut out = String::from("| rule | finds | severity | admission |\n|---|---|---|---|\n");
    for rule in RULES {
        let admission = rule.admission.id();
        let severity = if rule.enabled { rule.severity.id() } else { "not run" };
        writeln!(out, "| `{}` | {} | {severity} | {admission} |", rule.id, rule.title).unwrap();
    }
    out
}

#[test]
fn the_table_of_rules_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let text = fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the table's beginning");
    let (shown, after) = rest.split_once(END).expect("the table's end");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(shown, table(), "run with UPDATE=1 to rewrite the table");
    }
}
