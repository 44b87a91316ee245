//! From a request to an answer.

use crate::request::{Call, Subject};
use crate::wording::{Entry, denial, warnings};
use crate::{json, settings};
use alloc::{string::String, vec::Vec};
use patternwarden::bundle::Bundle;
use patternwarden::finding::Finding;
use patternwarden::set::Set;
use patternwarden::tree::Document;
use patternwarden::{Admission, Settings, Severity, Stream, check, engine};
use serde::Serialize;

/// `status.code` of a denial. Not 500, which the audit scanner takes for an error of the policy.
const FORBIDDEN: u16 = 403;

/// What Kubewarden expects from `validate`; what is absent need not be said.
#[derive(Default, Serialize)]
struct Response {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Annotations::is_empty")]
    audit_annotations: Annotations,
}

/// For each severity, the rules that found something, in alphabetical order.
#[derive(Default, PartialEq, Serialize)]
struct Annotations {
    #[serde(skip_serializing_if = "String::is_empty")]
    error: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    info: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    warning: String,
}

impl Annotations {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Answers `validate`.
pub(crate) fn validate(payload: &[u8]) -> Result<String, String> {
    let call = Call::read(payload)?;
    let settings = settings::read(&call.settings())?.for_admission();
    let response = match call.subject()? {
        Subject::Object(object) => judge(object, &settings),
        Subject::Nothing => Response { accepted: true, ..Response::default() },
    };
    json(&response)
}

/// Answers `report`: the whole Report of the request's object, by the same settings.
///
/// With `input_complete` and a `List` as the object, a whole bundle is judged.
pub(crate) fn report(payload: &[u8]) -> Result<String, String> {
    let call = Call::read(payload)?;
    let settings = settings::read(&call.settings())?;
    let documents = alloc::vec![call.object()?];
    json(&check(&Stream { documents, ..Stream::default() }, &settings))
}

fn judge(object: Document, settings: &Settings) -> Response {
    let documents = [object];
    let bundle = Bundle::new(&documents).with_kinds_of(settings);
    let set = Set::new(&bundle, settings.scope());
    let findings = engine::run(settings, &set);
    // Worst first; within one severity, findings stay in the order of the manifest.
    let with = |effect: Admission| -> Vec<Entry<'_, '_>> {
        let of = |severity| findings.iter().filter(move |found| found.severity == severity);
        let sorted = Severity::ALL.into_iter().flat_map(of);
        let chosen = sorted.filter(|found| settings.admission(found.rule) == effect);
        chosen.map(|finding| Entry { finding, set: &set }).collect()
    };
    let (denied, warned) = (with(Admission::Deny), with(Admission::Warn));
    Response {
        accepted: denied.is_empty(),
        code: (!denied.is_empty()).then_some(FORBIDDEN),
        message: (!denied.is_empty()).then(|| denial(&denied)),
        warnings: warnings(&warned),
        audit_annotations: annotations(&findings),
    }
}

/// Rule ids by severity. Ids are short and each is named once, so values stay far below what
/// an audit event may hold.
fn annotations(findings: &[Finding]) -> Annotations {
    let of = |severity| {
        let mut ids = Vec::new();
        for finding in findings.iter().filter(|finding| finding.severity == severity) {
            if let Err(at) = ids.binary_search(&finding.rule.id) {
                ids.insert(at, finding.rule.id);
            }
        }
        ids.join(",")
    };
    Annotations {
        error: of(Severity::Error),
        hint: of(Severity::Hint),
        info: of(Severity::Info),
        warning: of(Severity::Warning),
    }
}
