//! A person's own lines, with a caret under the place.

use patternwarden::tree::Range;
use yew::prelude::*;

/// Most lines that are quoted of one place.
const MOST: usize = 4;
/// Longest part of a line that is quoted, in characters.
const WIDTH: usize = 120;

/// The lines of `range`, as they stand in `text`, with the common indentation cut off.
pub(crate) fn quote(text: &str, range: Range) -> Html {
    let first = range.start.line.max(1);
    let wanted = (range.end.line.saturating_sub(first) as usize + 1).min(MOST);
    let lines: Vec<&str> = text.lines().skip(first as usize - 1).take(wanted).collect();
    let indent = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let cut = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let rows = lines.iter().zip(first..).map(|(line, number)| {
        let shown: String = line.get(cut..).unwrap_or_default().chars().take(WIDTH).collect();
        let caret = (number == first).then(|| caret(line, cut, range));
        html! {
            <>
                <span class="line-number">{ number }</span>
                <code>{ shown }</code>
                { for caret }
            </>
        }
    });
    html! { <div class="quote">{ for rows }</div> }
}

/// The row under a line: as far in as the place, and as wide. The text before it is repeated,
/// unseen, so that tabs and wide characters take their room.
fn caret(line: &str, cut: usize, range: Range) -> Html {
    let start = range.start.column.saturating_sub(1) as usize;
    let end = if range.end.line == range.start.line {
        range.end.column.saturating_sub(1) as usize
    } else {
        usize::MAX
    };
    let (mut before, mut carets, mut at) = (String::new(), 0_usize, 0_usize);
    for (byte, c) in line.char_indices() {
        if at >= end.max(start + 1) {
            break;
        }
        if at >= start {
            carets += 1;
        } else if byte >= cut {
            before.push(c);
        }
        at += c.len_utf16();
    }
    let room = WIDTH.saturating_sub(before.chars().count());
    let carets = "^".repeat(carets.max(1).min(room));
    html! {
        <span class="caret" aria-hidden="true">
            <span class="unseen">{ before }</span>
            { carets }
        </span>
    }
}
