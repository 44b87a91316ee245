//! Patternwarden for pages: `check`, `rules` and `explain`, typed for TypeScript.
//!
//! What JavaScript hands over is hostile: every error is a thrown `Error`, nothing panics.

mod catalogue;
mod settings;

use patternwarden::Settings;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// Judges a manifest text.
///
/// Total for every string; a text that cannot be read is reported in `syntax`.
///
/// # Errors
/// Throws an `Error` whose `offences` lists everything wrong with the settings.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn check(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Settings | null")] settings: &JsValue,
) -> Result<JsValue, JsValue> {
    let settings = if settings.is_undefined() || settings.is_null() {
        Settings::default()
    } else {
        settings::read(settings)?
    };
    let stream = patternwarden_yaml::read(text);
    to_js(&patternwarden::check(&stream, &settings))
}

/// Every rule, sorted by id.
///
/// # Errors
/// Never for a build that passed its tests.
#[wasm_bindgen(unchecked_return_type = "RuleInfo[]")]
pub fn rules() -> Result<JsValue, JsValue> {
    to_js(&catalogue::rules())
}

/// The documentation of a rule or a pattern; `undefined` when there is none of this id.
///
/// # Errors
/// Never for a build that passed its tests.
#[wasm_bindgen(unchecked_return_type = "Explanation | undefined")]
pub fn explain(id: &str) -> Result<JsValue, JsValue> {
    match catalogue::explain(id) {
        Some(explanation) => to_js(&explanation),
        None => Ok(JsValue::UNDEFINED),
    }
}

/// Version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// Plain objects and arrays, as `JSON.parse` would make them.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(JsValue::from)
}
