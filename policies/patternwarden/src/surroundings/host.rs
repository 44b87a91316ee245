//! Asking the host: one question per kind and request, and only for a rule that needs it.
//!
//! Source of the protocol: Kubewarden's documentation, "Kubernetes capabilities", and the field
//! masks of `policy-evaluator`. The host decides what may be read (`contextAwareResources`) and
//! keeps a watch per distinct question, which is why a question names nothing of the object but
//! its namespace.

use crate::request::{Json, parse};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use patternwarden::Settings;
use patternwarden::neighbours::{Neighbours, Read, wanted};
use patternwarden::tree::{Document, quote};
use serde::Deserialize;

/// What the API server calls a list; only the objects matter.
#[derive(Default, Deserialize)]
#[serde(default)]
struct List {
    items: Option<Vec<Json>>,
}

/// The neighbours of an object; `None` when no rule compares it with others.
///
/// # Errors
/// An answer that fits no document. What the host refuses or gets wrong is no error: the rules
/// that need it stay silent.
pub(crate) fn of(settings: &Settings, object: &Document) -> Result<Option<Neighbours>, String> {
    let kinds = wanted(settings, object);
    if kinds.is_empty() {
        return Ok(None);
    }
    let meta = object.root().and_then(|root| root.get("metadata"));
    let namespace = meta.and_then(|meta| meta.get("namespace")?.as_str());
    let mut out = Neighbours::of(object.clone());
    for read in kinds {
        match ask(read, namespace) {
            Ok(found) => out.add(read, found).map_err(|e| crate::unreadable("the cluster", e))?,
            Err(reason) => out.fail(read, &reason),
        }
    }
    Ok(Some(out))
}

/// The same for a Report, which says of every rule that stays silent why it does.
pub(crate) fn of_report(
    settings: &Settings,
    object: &Document,
) -> Result<Option<Neighbours>, String> {
    let nobody = || Neighbours::of(object.clone());
    of(settings, object).map(|found| Some(found.unwrap_or_else(nobody)))
}

fn ask(read: &Read, namespace: Option<&str>) -> Result<Vec<Document>, String> {
    let (operation, place) = match namespace {
        _ if !read.namespaced => ("list_resources_all", None),
        Some(namespace) => ("list_resources_by_namespace", Some(namespace)),
        None => return Err("the object is in no namespace".to_owned()),
    };
    let answer = call("kubernetes", operation, &question(read, place))?;
    let list: List = parse("the list", &answer)?;
    let items = list.items.ok_or("the answer is no list")?;
    Ok(items.into_iter().map(|Json(document)| document).collect())
}

fn question(read: &Read, namespace: Option<&str>) -> String {
    let mut out = String::from("{");
    let labels = Some(read.labels).filter(|labels| !labels.is_empty());
    for (key, value) in [
        ("api_version", Some(read.api_version)),
        ("kind", Some(read.kind)),
        ("namespace", namespace),
        ("label_selector", labels),
    ] {
        let Some(value) = value else { continue };
        quote(&mut out, key);
        out.push(':');
        quote(&mut out, value);
        out.push(',');
    }
    out.push_str("\"field_masks\":[");
    for (at, field) in read.fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quote(&mut out, field);
    }
    out.push_str("]}");
    out
}

#[cfg(all(target_arch = "wasm32", not(test)))]
fn call(namespace: &str, operation: &str, payload: &str) -> Result<Vec<u8>, String> {
    crate::abi::host_call(namespace, operation, payload)
}

/// Outside of a module there is nobody to ask.
#[cfg(not(all(target_arch = "wasm32", not(test))))]
fn call(_: &str, _: &str, _: &str) -> Result<Vec<u8>, String> {
    Err("there is no host".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use patternwarden::neighbours::PODS;
    use serde_json::{Value, json};

    #[test]
    fn a_question_has_the_fields_of_the_protocol() {
        let asked = |namespace| serde_json::from_str::<Value>(&question(&PODS, namespace)).unwrap();
        let expected = json!({
            "api_version": "v1", "kind": "Pod", "namespace": "shop",
            "label_selector": PODS.labels, "field_masks": PODS.fields,
        });
        assert_eq!(asked(Some("shop")), expected);
        assert!(asked(None).get("namespace").is_none());
    }
}
