//! `patternwarden schema`: what settings may be, for other programs.

use crate::args::{Schema, SchemaFormat};
use crate::{Ended, Outcome};
use patternwarden::settings::{questions::questions, schema::json_schema};
use std::io::{Error, Write};

pub(crate) fn run(options: &Schema, out: &mut impl Write) -> Ended {
    match options.format {
        SchemaFormat::JsonSchema => {
            serde_json::to_writer_pretty(&mut *out, &json_schema())?;
            writeln!(out)?;
        }
        SchemaFormat::Rancher => {
            let text = serde_yaml::to_string(&questions()).map_err(Error::other)?;
            out.write_all(text.as_bytes())?;
        }
    }
    Ok(Outcome::Clean)
}
