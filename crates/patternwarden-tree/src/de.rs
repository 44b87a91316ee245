//! Building a document from any serde deserializer.

use crate::builder::{Builder, Limit};
use crate::document::{Document, Kind};
use alloc::string::{String, ToString};
use core::fmt;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads one value into a [`Document`]: `deserializer.deserialize(DocumentSeed)`.
///
/// Key order and duplicate keys are kept. Limits of the [`Builder`] become errors of
/// the deserializer; switch its own depth limit off where it is lower.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DocumentSeed;

/// Reads a whole document.
///
/// # Errors
/// Those of the deserializer, and the limits of the [`Builder`].
pub fn from_deserializer<'de, D: Deserializer<'de>>(input: D) -> Result<Document, D::Error> {
    DocumentSeed.deserialize(input)
}

impl<'de> DeserializeSeed<'de> for DocumentSeed {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Document, D::Error> {
        let mut builder = Builder::default();
        Into(&mut builder).deserialize(input)?;
        Ok(builder.finish())
    }
}

struct Into<'b>(&'b mut Builder);

/// The shortest decimal text of a finite number, without exponent: what `Display` writes, without
/// the 13 kB of code that it brings along.
fn decimal(value: f64) -> String {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let digits = [whole, fraction.trim_end_matches('0')].concat();
    let point = exponent.saturating_add_unsigned(whole.len() as u32);
    let zeros = |count: usize| "0".repeat(count);
    match usize::try_from(point) {
        Err(_) | Ok(0) => [sign, "0.", &zeros(point.unsigned_abs() as usize), &digits].concat(),
        Ok(point) => match digits.split_at_checked(point) {
            None | Some((_, "")) => [sign, &digits, &zeros(point - digits.len())].concat(),
            Some((whole, fraction)) => [sign, whole, ".", fraction].concat(),
        },
    }
}

fn limit<E: Error>(result: Result<(), Limit>) -> Result<(), E> {
    result.map_err(E::custom)
}

impl<'de> DeserializeSeed<'de> for Into<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Into<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        limit(self.0.scalar(Kind::Bool, if value { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        limit(self.0.scalar(Kind::Number, &value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        limit(self.0.scalar(Kind::Number, &value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if value.is_finite() {
            limit(self.0.scalar(Kind::Number, &decimal(value)))
        } else {
            Err(E::custom("a number that JSON does not have"))
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        limit(self.0.scalar(Kind::String, value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        limit(self.0.scalar(Kind::Null, ""))
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        limit(self.0.open(Kind::Seq, None))?;
        while items.next_element_seed(Into(self.0))?.is_some() {}
        self.0.close(None);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        limit(self.0.open(Kind::Map, None))?;
        while entries.next_key_seed(Key(self.0))?.is_some() {
            entries.next_value_seed(Into(self.0))?;
        }
        self.0.close(None);
        Ok(())
    }
}

/// The key of a map's next entry, which goes straight into the document.
struct Key<'b>(&'b mut Builder);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text as the key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        limit(self.0.key(key))
    }
}
