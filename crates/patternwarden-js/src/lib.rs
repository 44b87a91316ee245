//! Patternwarden for pages: `check`, `fix`, `rules` and `explain`, typed for TypeScript.
//!
//! What JavaScript hands over is hostile: every error is a thrown `Error`, nothing panics.

mod catalogue;
mod repair;
mod settings;

use js_sys::{Object, TypeError};
use patternwarden::Settings;
use patternwarden_yaml::Source;
use repair::{CheckOptions, FixOptions, Options};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// Judges a manifest text.
///
/// Total for every string; a text that cannot be read is reported in `syntax`.
///
/// # Errors
/// Throws an `Error` whose `offences` lists everything wrong with the settings, or a `TypeError`
/// for options that there are not.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn check(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Settings | null")] settings: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CheckOptions | null")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    let settings = settings_of(settings)?;
    let options: CheckOptions = options_of(options)?;
    let stream = patternwarden_yaml::read(text);
    to_js(&if options.edits {
        patternwarden::check_with(&stream, &settings, &Source::new(text, &stream))
    } else {
        patternwarden::check(&stream, &settings)
    })
}

/// Repairs a manifest text: every comment, and every byte that no fix is about, stays.
///
/// Total for every string; what could only be repaired by a guess is left alone and named in
/// `refused`.
///
/// # Errors
/// Throws an `Error` whose `offences` lists everything wrong with the settings, or a `TypeError`
/// for options that there are not, or that name what the text does not have.
#[wasm_bindgen(unchecked_return_type = "Fixed")]
pub fn fix(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Settings | null")] settings: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "FixOptions | null")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    let settings = settings_of(settings)?;
    let options: FixOptions = options_of(options)?;
    to_js(&repair::fix(text, settings, &options).map_err(|error| TypeError::new(&error))?)
}

fn settings_of(settings: &JsValue) -> Result<Settings, JsValue> {
    if settings.is_undefined() || settings.is_null() {
        Ok(Settings::default().with_today(settings::today()))
    } else {
        settings::read(settings)
    }
}

fn options_of<T: Options>(options: &JsValue) -> Result<T, JsValue> {
    // The deserialiser asks for the fields that it knows, and never sees another.
    let given = options.dyn_ref::<Object>().map(Object::keys).unwrap_or_default();
    if let Some(other) = given.iter().find(|key| !T::NAMES.iter().any(|name| *key == **name)) {
        let name = other.as_string().unwrap_or_default();
        return Err(TypeError::new(&format!("options: there is no `{name}`")).into());
    }
    let read: Option<T> = serde_wasm_bindgen::from_value(options.clone())
        .map_err(|error| TypeError::new(&format!("options: {error}")))?;
    Ok(read.unwrap_or_default())
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
