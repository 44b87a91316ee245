//! Settings from JavaScript, and the error that names everything wrong with them.

use js_sys::{Error, Reflect};
use patternwarden::tree::from_deserializer;
use patternwarden::{Settings, SettingsError};
use serde::Serialize;
use serde_wasm_bindgen::{Deserializer, Serializer};
use tsify::Tsify;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The settings of the policy, the playground, the element and the command. */
export interface Settings {
  /** Kubernetes version that the manifests are meant for, such as "1.36". */
  target?: string;
  /** Merged in order: default, strict, learning, none. */
  profiles?: string[];
  /** By rule id, or by pattern as `health-probe/*`. */
  rules?: Record<string, RuleSetting>;
  /** Whether the text holds everything that belongs together. */
  input_complete?: boolean;
}

export type RuleSetting =
  | "off" | "on" | Severity | boolean
  | { severity?: Severity | "off"; admission?: "off" | "warn" | "deny"; [parameter: string]: unknown };

/** Thrown for settings that cannot be understood. */
export interface SettingsProblem extends Error {
  offences: Offence[];
}
"#;

/// One thing wrong with the settings.
#[derive(Serialize, Tsify)]
struct Offence {
    /// JSON Pointer in the settings.
    pointer: String,
    /// What is wrong.
    message: String,
}

pub(crate) fn read(settings: &JsValue) -> Result<Settings, JsValue> {
    let document = from_deserializer(Deserializer::from(settings.clone())).map_err(|error| {
        problem(&[Offence { pointer: String::new(), message: error.to_string() }])
    })?;
    Settings::from_document(&document).map_err(|errors: Vec<SettingsError>| {
        let offences: Vec<_> = errors
            .into_iter()
            .map(|error| Offence { pointer: error.pointer, message: error.message })
            .collect();
        problem(&offences)
    })
}

fn problem(offences: &[Offence]) -> JsValue {
    let lines: Vec<String> =
        offences.iter().map(|o| format!("{}: {}", o.pointer, o.message)).collect();
    let error = Error::new(&lines.join("\n"));
    error.set_name("SettingsProblem");
    if let Ok(list) = offences.serialize(&Serializer::json_compatible()) {
        // An `Error` takes properties like any object, so this cannot fail.
        let _ = Reflect::set(&error, &"offences".into(), &list);
    }
    error.into()
}
