//! A difference as a block of lines.

use patternwarden::fixes::{Line, Sign};
use yew::prelude::*;

/// The lines as a block: signs and numbers are text, so that they are read out too.
pub(crate) fn block(lines: &[Line]) -> Html {
    let indent = |line: &Line| line.text.len() - line.text.trim_start_matches(' ').len();
    let cut = lines.iter().filter(|line| !line.text.trim().is_empty()).map(indent).min();
    let rows = lines.iter().map(|line| {
        let text = line.text.get(cut.unwrap_or(0)..).unwrap_or_default().to_owned();
        let number = line.number.map(|number| number.to_string());
        let (sign, body) = match line.sign {
            Sign::Same => (" ", html! { <span>{ text }</span> }),
            Sign::Gone => ("-", html! { <del>{ text }</del> }),
            Sign::New => ("+", html! { <ins>{ text }</ins> }),
        };
        html! {
            <>
                <span class="line-number">{ number.unwrap_or_default() }</span>
                <code>{ sign }{ " " }{ body }</code>
            </>
        }
    });
    html! { <div class="quote diff">{ for rows }</div> }
}
