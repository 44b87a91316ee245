//! The Markdown of documentation, as nodes: paragraphs, lists, code, emphasis, links. Anything else
//! stays text, and only `https:` becomes a link.

use patternwarden::docs;
use yew::prelude::*;

/// Blocks of Markdown.
pub(crate) fn blocks(text: &str) -> Html {
    let mut out: Vec<Html> = Vec::new();
    let mut paragraph = String::new();
    let mut items: Vec<String> = Vec::new();
    let mut code: Option<String> = None;
    for line in text.lines() {
        if let Some(open) = code.as_mut() {
            if line.starts_with("```") {
                out.push(fence(open));
                code = None;
            } else if !docs::is_mark(line) {
                open.push_str(line);
                open.push('\n');
            }
            continue;
        }
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        if line.starts_with("```") {
            flush(&mut out, &mut paragraph, &mut items);
            code = Some(String::new());
        } else if let Some(item) = item {
            flush_paragraph(&mut out, &mut paragraph);
            items.push(item.to_owned());
        } else if line.trim().is_empty() {
            flush(&mut out, &mut paragraph, &mut items);
        } else if let Some(last) = items.last_mut() {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            paragraph.push_str(line.trim());
            paragraph.push(' ');
        }
    }
    if let Some(open) = code {
        out.push(fence(&open));
    }
    flush(&mut out, &mut paragraph, &mut items);
    out.into_iter().collect()
}

fn flush(out: &mut Vec<Html>, paragraph: &mut String, items: &mut Vec<String>) {
    flush_paragraph(out, paragraph);
    if !items.is_empty() {
        let list = items.drain(..).map(|item| html! { <li>{ inline(&item) }</li> });
        out.push(html! { <ul>{ for list }</ul> });
    }
}

fn flush_paragraph(out: &mut Vec<Html>, paragraph: &mut String) {
    let text = std::mem::take(paragraph);
    if !text.is_empty() {
        out.push(html! { <p>{ inline(text.trim_end()) }</p> });
    }
}

fn fence(code: &str) -> Html {
    html! { <pre class="code"><code>{ code.trim_end().to_owned() }</code></pre> }
}

/// Code, emphasis and links within a line.
pub(crate) fn inline(text: &str) -> Html {
    let mut out: Vec<Html> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((node, after)) = special(rest) {
            if !plain.is_empty() {
                out.push(html! { { std::mem::take(&mut plain) } });
            }
            out.push(node);
            rest = after;
        } else {
            plain.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    if !plain.is_empty() {
        out.push(html! { { plain } });
    }
    out.into_iter().collect()
}

/// What starts here, if it is more than text, and what follows it.
fn special(rest: &str) -> Option<(Html, &str)> {
    if let Some((code, after)) = between(rest, "`", "`") {
        return Some((html! { <code>{ code.to_owned() }</code> }, after));
    }
    if let Some((strong, after)) = between(rest, "**", "**") {
        return Some((html! { <strong>{ inline(strong) }</strong> }, after));
    }
    if let Some((em, after)) = between(rest, "*", "*") {
        return Some((html! { <em>{ inline(em) }</em> }, after));
    }
    if let Some((url, after)) = between(rest, "<https://", ">") {
        let url = format!("https://{url}");
        return Some((link(&url, &url), after));
    }
    let (label, after) = between(rest, "[", "](")?;
    let (url, after) = after.split_once(')')?;
    Some((link(url, label), after))
}

/// The text between two marks, and what follows; nothing for an empty one.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<(&'t str, &'t str)> {
    let found = text.strip_prefix(open)?.split_once(close)?;
    let is_text = |inner: &str| !inner.is_empty() && !inner.starts_with(' ');
    is_text(found.0).then_some(found)
}

/// A link to a page elsewhere; whatever is not `https:` stays text.
pub(crate) fn link(url: &str, label: &str) -> Html {
    if !url.starts_with("https://") {
        return inline(label);
    }
    html! {
        <a href={url.to_owned()} target="_blank" rel="noopener noreferrer">{ label.replace('`', "") }</a>
    }
}
