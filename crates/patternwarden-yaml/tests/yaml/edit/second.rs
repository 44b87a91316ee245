//! A second opinion: what `saphyr-parser`, which shares no code with the reader, makes of a text.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Value as Json;
use std::collections::HashMap;

#[derive(Clone)]
enum Tree {
    Scalar(String, bool),
    Seq(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

/// Whether the documents of a text have these values; `None` where the other parser cannot tell,
/// because it refuses the text or the text has what YAML 1.2 has not (merge keys, tags).
pub(super) fn agrees(text: &str, values: &[Json]) -> Option<bool> {
    let documents = parse(text)?;
    let mut seen = documents.iter().filter(|tree| !is_null(tree));
    let mut all = true;
    for value in values {
        all &= matches(value, seen.next()?)?;
    }
    Some(all && seen.next().is_none())
}

fn parse(text: &str) -> Option<Vec<Tree>> {
    let mut parser = Parser::new_from_str(text);
    let mut anchors = HashMap::new();
    let mut documents = Vec::new();
    loop {
        let (event, _) = parser.next_event()?.ok()?;
        match event {
            Event::StreamEnd => return Some(documents),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => documents.push(node(event, &mut parser, &mut anchors)?),
        }
    }
}

type Input<'t> = saphyr_parser::StrInput<'t>;

fn node<'t>(
    event: Event<'t>,
    parser: &mut Parser<'t, Input<'t>>,
    anchors: &mut HashMap<usize, Tree>,
) -> Option<Tree> {
    let (tree, anchor) = match event {
        Event::Alias(anchor) => return anchors.get(&anchor).cloned(),
        Event::Scalar(text, style, anchor, None) => {
            (Tree::Scalar(text.into_owned(), style == ScalarStyle::Plain), anchor)
        }
        Event::SequenceStart(anchor, None) => {
            let mut items = Vec::new();
            loop {
                match parser.next_event()?.ok()?.0 {
                    Event::SequenceEnd => break,
                    event => items.push(node(event, parser, anchors)?),
                }
            }
            (Tree::Seq(items), anchor)
        }
        Event::MappingStart(anchor, None) => {
            let mut entries = Vec::new();
            loop {
                let key = match parser.next_event()?.ok()?.0 {
                    Event::MappingEnd => break,
                    event => node(event, parser, anchors)?,
                };
                let event = parser.next_event()?.ok()?.0;
                entries.push((key, node(event, parser, anchors)?));
            }
            (Tree::Map(entries), anchor)
        }
        _ => return None,
    };
    if anchor > 0 {
        anchors.insert(anchor, tree.clone());
    }
    Some(tree)
}

fn is_null(tree: &Tree) -> bool {
    matches!(tree, Tree::Scalar(text, true) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
}

/// YAML 1.1's words for truth, in three spellings each.
fn boolean(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let word = match lower.as_str() {
        "y" | "yes" | "on" | "true" => true,
        "n" | "no" | "off" | "false" => false,
        _ => return None,
    };
    let mut capital = lower.clone();
    capital[..1].make_ascii_uppercase();
    (text == lower || text == capital || text == lower.to_uppercase()).then_some(word)
}

#[expect(clippy::cast_precision_loss, reason = "two readings are compared with that precision")]
fn number(text: &str) -> Option<f64> {
    let bare = text.replace('_', "");
    let digits = bare.strip_prefix(['-', '+']).unwrap_or(&bare);
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let sign = if bare.starts_with('-') { -1.0 } else { 1.0 };
    for (prefix, radix) in
        [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2), ("0", 8)]
    {
        if let Some(rest) = digits.strip_prefix(prefix)
            && let Ok(value) = u64::from_str_radix(rest, radix)
        {
            return Some(sign * value as f64);
        }
    }
    bare.parse().ok().filter(|value: &f64| value.is_finite())
}

fn matches(value: &Json, tree: &Tree) -> Option<bool> {
    Some(match (value, tree) {
        (Json::Null, tree) => is_null(tree),
        (Json::Bool(value), Tree::Scalar(text, true)) => boolean(text) == Some(*value),
        (Json::Number(value), Tree::Scalar(text, true)) => number(text) == value.as_f64(),
        (Json::String(value), Tree::Scalar(text, plain)) => {
            let special = is_null(tree) || boolean(text).is_some() || number(text).is_some();
            value == text && !(*plain && special)
        }
        (Json::Array(values), Tree::Seq(items)) => {
            let mut all = values.len() == items.len();
            for (value, item) in values.iter().zip(items) {
                all &= matches(value, item)?;
            }
            all
        }
        (Json::Object(map), Tree::Map(entries)) => {
            let mut last = HashMap::new();
            for (key, value) in entries {
                last.insert(name(key)?, value);
            }
            let mut all = last.len() == map.len();
            for (key, value) in map {
                all &= match last.get(key) {
                    Some(tree) => matches(value, tree)?,
                    None => false,
                };
            }
            all
        }
        _ => false,
    })
}

/// The name of a key, as a string of JSON.
fn name(key: &Tree) -> Option<String> {
    match key {
        Tree::Scalar(text, true) if text == "<<" => None,
        Tree::Scalar(text, true) => match (boolean(text), number(text)) {
            (Some(value), _) => Some(value.to_string()),
            // Other numbers are printed in Go's way.
            (None, Some(value)) if value.fract() == 0.0 && value.abs() < 1e6 => {
                Some(value.to_string())
            }
            (None, Some(_)) => None,
            (None, None) => Some(text.clone()),
        },
        Tree::Scalar(text, false) => Some(text.clone()),
        _ => None,
    }
}
