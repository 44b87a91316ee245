//! The Markdown of documentation, as nodes.

use patternwarden::docs::markdown::{self, Block, Span};
use yew::prelude::*;

/// Blocks of Markdown.
pub(crate) fn blocks(text: &str) -> Html {
    markdown::blocks(text).iter().map(block).collect()
}

fn block(block: &Block) -> Html {
    match block {
        Block::Paragraph(text) => html! { <p>{ inline(text) }</p> },
        Block::List(items) => {
            html! { <ul>{ for items.iter().map(|item| html! { <li>{ inline(item) }</li> }) }</ul> }
        }
        Block::Code(code) => {
            html! { <pre class="code"><code>{ code.trim_end().to_owned() }</code></pre> }
        }
        Block::Heading(text) => html! { <p><strong>{ inline(text) }</strong></p> },
    }
}

/// Code, emphasis and links within a line.
pub(crate) fn inline(text: &str) -> Html {
    let span = |span: &Span<'_>| match *span {
        Span::Text(text) => html! { { text.to_owned() } },
        Span::Code(code) => html! { <code>{ code.to_owned() }</code> },
        Span::Strong(text) => html! { <strong>{ inline(text) }</strong> },
        Span::Emphasis(text) => html! { <em>{ inline(text) }</em> },
        Span::Link { label, url } => link(url, label),
    };
    markdown::spans(text).iter().map(span).collect()
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
