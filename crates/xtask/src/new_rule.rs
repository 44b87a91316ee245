//! `cargo xtask new-rule ID`: a rule's file and its line in the catalogue.

use crate::workspace;
use anyhow::{Context as _, Result, bail, ensure};
use std::fs;

/// A rule with every heading that the tests ask for. `@ID@` is the rule's id.
const TEMPLATE: &str = include_str!("../assets/rule.rs.txt");

pub(crate) fn new_rule(id: &str) -> Result<()> {
    check_id(id)?;
    let module = id.replace('-', "_");
    let rules = workspace::root()?.join("crates/patternwarden/src");
    let file = rules.join("rules").join(format!("{module}.rs"));
    ensure!(!file.exists(), "{} exists already", file.display());
    let catalogue = rules.join("rules.rs");
    let text = fs::read_to_string(&catalogue).with_context(|| catalogue.display().to_string())?;
    let text = insert(&text, &module).with_context(|| catalogue.display().to_string())?;
    fs::create_dir_all(rules.join("rules"))?;
    fs::write(&file, TEMPLATE.replace("@ID@", id))?;
    fs::write(&catalogue, text)?;
    println!("{}\n{}", file.display(), catalogue.display());
    println!("Next: write the examples, then `cargo test -p patternwarden`.");
    Ok(())
}

fn check_id(id: &str) -> Result<()> {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let letter_first = id.starts_with(|c: char| c.is_ascii_lowercase());
    ensure!(
        letter_first && id.split('-').all(word),
        "`{id}` is not an id: lower-case words joined by single hyphens, such as image-tag-mutable"
    );
    Ok(())
}

/// The catalogue's source with one more module, in alphabetical order.
fn insert(source: &str, module: &str) -> Result<String> {
    let open = "catalogue! {\n";
    let start = source.find(open).context("no `catalogue! {` of one module per line")? + open.len();
    let (head, rest) = source.split_at(start);
    let end = rest.find('}').context("`catalogue! {` has no end")?;
    let (block, tail) = rest.split_at(end);
    let mut lines: Vec<&str> = block.lines().collect();
    if lines.iter().any(|line| line.trim() == module) {
        bail!("`{module}` is in the catalogue already");
    }
    let at = lines
        .iter()
        .position(|line| !line.trim().starts_with("//") && line.trim() > module)
        .unwrap_or(lines.len());
    let line = format!("    {module}");
    lines.insert(at, &line);
    Ok(format!("{head}{}\n{tail}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "macro_rules! catalogue {\n    ($m:ident) => {};\n}\n\n\
        catalogue! {\n    crd_schema_invalid\n    image_tag_mutable\n}\n\nfn f() {}\n";

    #[test]
    fn the_line_lands_in_order_and_nothing_else_moves() {
        for (module, before) in [("a_rule", "crd_"), ("dapr_lock", "image_"), ("zebra", "}\n\nfn")]
        {
            let out = insert(SOURCE, module).unwrap();
            let line = format!("    {module}\n");
            let at = out.find(&line).unwrap();
            assert!(out[at + line.len()..].trim_start().starts_with(before), "{out}");
            assert_eq!(out.replacen(&line, "", 1), SOURCE);
        }
        let empty = "catalogue! {\n}\n";
        assert_eq!(insert(empty, "first").unwrap(), "catalogue! {\n    first\n}\n");
    }

    #[test]
    fn a_second_time_is_refused() {
        assert!(insert(SOURCE, "image_tag_mutable").is_err());
        assert!(insert("fn f() {}", "a").is_err());
    }

    #[test]
    fn ids_are_kebab_case() {
        for good in ["image-tag-mutable", "crd-v1beta1-migrate", "a"] {
            assert!(check_id(good).is_ok(), "{good}");
        }
        for bad in ["", "Image-tag", "image_tag", "-a", "a-", "a--b", "1a", "a/../b"] {
            assert!(check_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_template_has_every_heading() {
        for heading in
            ["## Why it matters", "## Bad", "## Good", "## When to allow it", "## Source"]
        {
            assert!(TEMPLATE.contains(heading), "{heading}");
        }
        assert_eq!(TEMPLATE.matches("@ID@").count(), 1);
    }
}
