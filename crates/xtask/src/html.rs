//! `index.html`: written for Trunk, made plain here.
//!
//! Trunk and this tool read the same page. Trunk replaces the `data-trunk` links by an inline script,
//! which a strict policy refuses; here they become ordinary tags and one external script.

use crate::headers;
use anyhow::{Context as _, Result, bail};

/// The page as it is served, and what must lie beside it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) html: String,
    pub(crate) copies: Vec<Copy>,
}

/// A file or folder for the site.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    /// Path in the workspace.
    pub(crate) from: String,
    /// Path in the site.
    pub(crate) to: String,
    /// It may be missing.
    pub(crate) optional: bool,
}

/// Replaces the `data-trunk` links. `name` is the module's, `scripts` are the glue's files.
pub(crate) fn plain(html: &str, name: &str, scripts: impl Iterator<Item = String>) -> Result<Page> {
    let mut copies = Vec::new();
    let mut out = String::new();
    let mut rest = html;
    let mut start = Some(start_tags(name, scripts));
    while let Some(at) = rest.find("<link") {
        let (before, tag) = rest.split_at(at);
        let end = tag.find('>').context("a <link> has no end")? + 1;
        let (tag, after) = tag.split_at(end);
        out.push_str(before);
        if attribute(tag, "data-trunk").is_none() {
            out.push_str(tag);
            rest = after;
            continue;
        }
        let href = attribute(tag, "href").with_context(|| format!("{tag} has no href"))?;
        let file = href.rsplit('/').next().unwrap_or(href);
        let folder =
            attribute(tag, "data-target-path").map_or(String::new(), |to| format!("{to}/"));
        match attribute(tag, "rel").unwrap_or_default() {
            "rust" => out.push_str(&start.take().context("two links to a Rust crate")?),
            "css" => {
                out.extend(["<link rel=\"stylesheet\" href=\"", file, "\" />"]);
                copies.push(Copy { from: href.into(), to: file.into(), optional: false });
            }
            "copy-file" => {
                let to = format!("{folder}{file}");
                copies.push(Copy { from: href.into(), to, optional: false });
            }
            "copy-dir" => {
                let to = attribute(tag, "data-target-path").unwrap_or(file);
                copies.push(Copy { from: href.into(), to: to.into(), optional: true });
            }
            other => bail!("data-trunk rel=\"{other}\" is not known to xtask"),
        }
        rest = after;
    }
    out.push_str(rest);
    if start.is_some() {
        bail!("no link with rel=\"rust\"");
    }
    Ok(Page { html: with_policy(&out)?, copies })
}

/// What loads the module: everything that the glue imports, at once instead of one after the other.
fn start_tags(name: &str, scripts: impl Iterator<Item = String>) -> String {
    let mut tags: Vec<String> = scripts
        .filter(|script| script != "boot.js")
        .map(|script| format!("<link rel=\"modulepreload\" href=\"{script}\" />"))
        .collect();
    tags.push(format!(
        "<link rel=\"preload\" href=\"{name}_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin />"
    ));
    tags.push("<script type=\"module\" src=\"boot.js\"></script>".into());
    tags.join("\n    ")
}

/// Hosts without headers (plain file hosting) get the policy in the page itself.
fn with_policy(html: &str) -> Result<String> {
    let charset = html.find("<meta charset").context("no <meta charset>")?;
    let end =
        html.get(charset..).and_then(|tag| tag.find('>')).context("<meta charset> has no end")?;
    let (before, after) = html.split_at(charset + end + 1);
    Ok(format!(
        "{before}\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{}\" />\
         \n    <meta name=\"referrer\" content=\"no-referrer\" />{after}",
        headers::meta_policy()
    ))
}

/// The value of an attribute; empty for one without a value.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let at = tag.match_indices(name).map(|(at, _)| at).find(|&at| {
        let before = tag.get(..at).and_then(|text| text.chars().next_back());
        let after = tag.get(at + name.len()..).and_then(|text| text.chars().next());
        before.is_some_and(char::is_whitespace)
            && after.is_none_or(|c| c == '=' || c == '>' || c == '/' || c.is_whitespace())
    })?;
    let rest = tag.get(at + name.len()..)?;
    let Some(value) = rest.strip_prefix("=\"") else { return Some("") };
    value.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<head>
    <meta charset="utf-8" />
    <link rel="icon" href="data:," />
    <link data-trunk rel="rust" href="web/Cargo.toml"
      data-bin="web" />
    <link data-trunk rel="css" href="web/style.css" />
    <link data-trunk rel="copy-dir" href="web/examples" />
    <link data-trunk rel="copy-file" href="web/a.txt" data-target-path="data" />
</head>"#;

    #[test]
    fn links_for_trunk_become_plain_tags() {
        let scripts = ["a.js", "boot.js", "snippets/x/js/editor.js"].map(String::from);
        let page = plain(PAGE, "a", scripts.into_iter()).unwrap();
        assert!(!page.html.contains("data-trunk") && !page.html.contains("web/"), "{}", page.html);
        for tag in [
            r#"<link rel="icon" href="data:," />"#,
            r#"<link rel="modulepreload" href="a.js" />"#,
            r#"<link rel="modulepreload" href="snippets/x/js/editor.js" />"#,
            r#"<link rel="preload" href="a_bg.wasm" as="fetch""#,
            r#"<script type="module" src="boot.js"></script>"#,
            r#"<link rel="stylesheet" href="style.css" />"#,
        ] {
            assert_eq!(page.html.matches(tag).count(), 1, "{tag} in {}", page.html);
        }
        let copy =
            |from: &str, to: &str, optional| Copy { from: from.into(), to: to.into(), optional };
        assert_eq!(
            page.copies,
            [
                copy("web/style.css", "style.css", false),
                copy("web/examples", "examples", true),
                copy("web/a.txt", "data/a.txt", false),
            ]
        );
    }

    #[test]
    fn the_policy_stands_before_anything_that_loads() {
        let page = plain(PAGE, "a", core::iter::empty()).unwrap();
        let policy = page.html.find("Content-Security-Policy").unwrap();
        assert!(policy < page.html.find("<link").unwrap());
        assert!(!page.html.contains("<script>"));
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let none = core::iter::empty;
        assert!(plain("<meta charset>", "a", none()).unwrap_err().to_string().contains("rust"));
        let sass = PAGE.replace("\"css\"", "\"scss\"");
        assert!(plain(&sass, "a", none()).unwrap_err().to_string().contains("scss"));
        let no_charset = PAGE.replace("<meta charset=\"utf-8\" />", "");
        assert!(plain(&no_charset, "a", none()).is_err());
    }
}
