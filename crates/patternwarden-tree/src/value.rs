//! Values that an edit puts into a document.

use crate::builder::{Builder, Limit};
use crate::document::{Kind, Node};
use crate::json::quote;
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};

/// An owned value: what an [`Edit`](crate::Edit) adds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON, plus the one thing a template needs")]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as JSON number text.
    Number(String),
    /// A string.
    String(String),
    /// A string that a person must replace; the text says with what.
    Placeholder(String),
    /// A list.
    Seq(Vec<Value>),
    /// A map, in the order to be written.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A map of these entries.
    pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Self {
        let mut out = Vec::with_capacity(N);
        for (key, value) in entries {
            out.push((key.to_owned(), value));
        }
        Self::Map(out)
    }

    /// A list of these items.
    pub fn seq<const N: usize>(items: [Value; N]) -> Self {
        Self::Seq(items.into())
    }

    /// A copy of what a node holds.
    pub fn of(node: Node<'_>) -> Self {
        match node.kind() {
            Kind::Null => Self::Null,
            Kind::Bool => Self::Bool(node.as_bool().unwrap_or(false)),
            Kind::Number => Self::Number(node.scalar_text().to_owned()),
            Kind::String => Self::String(node.scalar_text().to_owned()),
            Kind::Seq => Self::Seq(node.children().map(Self::of).collect()),
            Kind::Map => {
                let entry =
                    |child: Node<'_>| (child.key().unwrap_or_default().to_owned(), Self::of(child));
                Self::Map(node.children().map(entry).collect())
            }
        }
    }

    /// Whether a node holds this value. The order of map entries does not count.
    pub fn matches(&self, node: Node<'_>) -> bool {
        match (self, node.kind()) {
            (Self::Null, Kind::Null) => true,
            (Self::Bool(b), Kind::Bool) => node.as_bool() == Some(*b),
            (Self::Number(text), Kind::Number) => node.scalar_text() == text,
            (Self::String(text) | Self::Placeholder(text), Kind::String) => {
                node.scalar_text() == text
            }
            (Self::Seq(items), Kind::Seq) => {
                items.len() == node.items().count()
                    && items.iter().zip(node.items()).all(|(item, child)| item.matches(child))
            }
            (Self::Map(entries), Kind::Map) => {
                entries.len() == node.children().count()
                    && entries
                        .iter()
                        .all(|(key, value)| node.get(key).is_some_and(|child| value.matches(child)))
            }
            _ => false,
        }
    }

    /// Appends the value as compact JSON.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::String(text) | Self::Placeholder(text) => quote(out, text),
            Self::Seq(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (key, item)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quote(out, key);
                    out.push(':');
                    item.write_json(out);
                }
                out.push('}');
            }
        }
    }

    pub(crate) fn build(&self, builder: &mut Builder) -> Result<(), Limit> {
        match self {
            Self::Null => builder.scalar(Kind::Null, ""),
            Self::Bool(true) => builder.scalar(Kind::Bool, "true"),
            Self::Bool(false) => builder.scalar(Kind::Bool, "false"),
            Self::Number(text) => builder.scalar(Kind::Number, text),
            Self::String(text) | Self::Placeholder(text) => builder.scalar(Kind::String, text),
            Self::Seq(items) => {
                builder.open(Kind::Seq, None)?;
                items.iter().try_for_each(|item| item.build(builder))?;
                builder.close(None);
                Ok(())
            }
            Self::Map(entries) => {
                builder.open(Kind::Map, None)?;
                for (key, value) in entries {
                    builder.key(key)?;
                    value.build(builder)?;
                }
                builder.close(None);
                Ok(())
            }
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.to_string())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}
