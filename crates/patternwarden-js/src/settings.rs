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
  /** Merged in order: default, pss-baseline, pss-restricted, strict, learning, none. */
  profiles?: string[];
  /** By rule id, or by pattern as `health-probe/*`. */
  rules?: Record<string, RuleSetting>;
  /** Whether the text holds everything that belongs together. */
  input_complete?: boolean;
  /** Custom kinds with a Pod spec, which all rules read then. */
  pod_specs?: PodSpecKind[];
  /** Values of `helm.sh/hook` that exempt an object from rules about availability. */
  exempt_hooks?: string[];
  /** The namespace of objects that name none, for exemptions by namespace. */
  default_namespace?: string;
  /** Findings that an administrator decided to live with. */
  exemptions?: Exemption[];
  /** How suppressions work, and what nobody may suppress. */
  suppressions?: Suppressions;
  /** The day on which expiry is judged, such as "2027-06-30"; today when absent. */
  as_of?: string | null;
  /** What is asked of objects that a controller made. */
  owned_objects?: "security" | "skip";
  /** Rules whose safe fix the policy applies. */
  mutate?: string[];
  /** What the policy judges an update for. */
  on_update?: "all" | "worse";
  /** The most findings that the message of a denial names. */
  max_findings?: number;
  /** Where rules are documented. */
  docs_url?: string;
}

export interface PodSpecKind {
  group: string;
  kind: string;
  /** JSON Pointers; those that are absent are at the built-in places. */
  spec: string;
  meta?: string;
  replicas?: string;
  selector?: string;
  like?: "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "Pod";
}

export interface Exemption {
  id?: string;
  /** Ids, `profile:<name>` or `pattern:<name>`. */
  rules: string[];
  match: {
    namespaces?: string[];
    kinds?: string[];
    names?: string[];
    label_selector?: { matchLabels?: Record<string, string>; matchExpressions?: unknown[] };
    containers?: string[];
    images?: string[];
    files?: string[];
  };
  reason: string;
  until?: string | null;
  ticket?: string;
}

export interface Suppressions {
  forms?: { comment?: boolean; annotation?: boolean; file?: boolean };
  annotations_at_admission?: "warn-only" | "off" | "all";
  locked?: string[];
  locked_hard?: string[];
  require_until?: boolean;
  max_days?: number;
  max_per_object?: number;
  allow_all?: boolean;
  honour_peers?: boolean;
  min_reason_chars?: number;
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
    let settings = Settings::from_document(&document);
    let settings = settings.map(|settings| settings.with_today(today()));
    settings.map_err(|errors: Vec<SettingsError>| {
        let offences: Vec<_> = errors
            .into_iter()
            .map(|error| Offence { pointer: error.pointer, message: error.message })
            .collect();
        problem(&offences)
    })
}

/// The day it is, by the clock of the browser.
#[expect(clippy::cast_possible_truncation, reason = "a number of milliseconds below 2^53")]
pub(crate) fn today() -> patternwarden::Date {
    patternwarden::Date::from_unix((js_sys::Date::now() / 1_000.0) as i64)
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
