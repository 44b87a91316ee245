//! From a request to an answer.

use crate::mutation::mutate;
use crate::request::{Call, Subject};
use crate::response::Response;
use crate::settings;
use crate::surroundings;
use crate::update::Before;
use crate::wording::{Entry, denial, not_checked, warnings};
use alloc::{format, string::String, vec::Vec};
use patternwarden::bundle::Bundle;
use patternwarden::engine::Judgement;
use patternwarden::neighbours::Neighbours;
use patternwarden::set::Set;
use patternwarden::settings::OnUpdate;
use patternwarden::tree::sort_by;
use patternwarden::{Admission, Rule, Settings, Severity, Stream, engine, recognise};

/// `status.code` of a denial. Not 500, which the audit scanner takes for an error of the policy.
const FORBIDDEN: u16 = 403;
/// The same for an object that the API server refuses as well, in its own words for it.
const UNPROCESSABLE: u16 = 422;

/// Answers `validate`.
pub(crate) fn validate(payload: &[u8]) -> Result<String, String> {
    let mut call = Call::read(payload)?;
    let settings = settings::read(&call.settings())?.for_admission();
    let response = match call.subject()? {
        Some(mut subject) => {
            let mutated = mutate(&mut subject, &settings);
            let mut response = judge(&subject, settings)?;
            // What is denied all the same is not repaired.
            if let Some((object, rules)) = mutated.filter(|_| response.denial.is_none()) {
                response.mutated = Some(object);
                note_ids(&mut response, "repaired", rules);
            }
            if !response.annotations.is_empty() {
                note(&mut response, "engine", &[env!("CARGO_PKG_VERSION")]);
            }
            response
        }
        None => Response::default(),
    };
    Ok(response.to_json())
}

/// Answers `report`: the whole Report of the request's object, by the same settings.
///
/// With `input_complete` and a `List` as the object, a whole bundle is judged.
pub(crate) fn report(payload: &[u8]) -> Result<String, String> {
    let mut call = Call::read(payload)?;
    let settings = settings::read(&call.settings())?;
    let object = call.object()?;
    let neighbours = surroundings::of_report(&settings, &object)?;
    let stream = Stream { documents: alloc::vec![object], ..Stream::default() };
    crate::json(&match neighbours {
        Some(neighbours) => patternwarden::check_beside(&stream, &settings, &neighbours),
        None => patternwarden::check(&stream, &settings),
    })
}

fn judge(subject: &Subject<'_>, settings: Settings) -> Result<Response, String> {
    // Beside a debug container stands all that somebody else decided: what is asked is containment.
    let settings = if subject.debugs { settings.retain(Rule::is_security) } else { settings };
    let bundle = Bundle::new(core::slice::from_ref(&subject.object)).with_kinds_of(&settings);
    let set = Set::new(&bundle, settings.scope());
    let neighbours = surroundings::of(&settings, &subject.object)?;
    let judged = judge_all(&settings, &set, neighbours.as_ref());
    let findings = &judged.findings;
    let (mut denied, mut warned) = (Vec::new(), Vec::new());
    // Worst first; within one severity, in the order of the manifest.
    for severity in Severity::ALL {
        for finding in findings.iter().filter(|finding| finding.severity == severity) {
            match settings.effect(finding) {
                Admission::Deny => denied.push(Entry { finding, set: &set }),
                Admission::Warn => warned.push(Entry { finding, set: &set }),
                Admission::Off => {}
            }
        }
    }
    // What is being deleted must be let go: its last updates take finalizers away.
    let deletion = set.object(0).and_then(|o| o.node.at(&["metadata", "deletionTimestamp"]).node());
    let leaves = deletion.is_some_and(|time| !time.is_null());
    if (settings.on_update() == OnUpdate::Worse || leaves)
        && !denied.is_empty()
        && let Some(old) = subject.old()?
    {
        let mut before = Before::of(&settings, &old, neighbours.as_ref());
        let (known, new) = denied.into_iter().partition(|entry| before.had(entry));
        denied = new;
        warned = known.into_iter().chain(warned).collect();
    }
    let mut response = Response { warnings: warnings(&warned), ..Response::default() };
    if !denied.is_empty() {
        let refused = denied.iter().any(Entry::is_invalid);
        let code = if refused { UNPROCESSABLE } else { FORBIDDEN };
        response.denial = Some((code, denial(&denied, &settings)));
    }
    annotate(&mut response, &judged, &set);
    if let Some(neighbours) = neighbours {
        not_checked(&mut response, &settings, &neighbours);
    }
    Ok(response)
}

/// What is wrong with the object, in the order of the manifest.
pub(crate) fn judge_all(
    settings: &Settings,
    set: &Set<'_>,
    neighbours: Option<&Neighbours>,
) -> Judgement {
    match neighbours {
        Some(neighbours) => neighbours.judge(settings, set),
        None => engine::judge(settings, set),
    }
}

/// The rules that found something, by severity; the patterns that the object uses; and which
/// engine says so. Nothing, where there is nothing to say.
///
/// Ids are short and each is named once, so that values stay below the 10 kB that the API server
/// grants to its own policies.
fn annotate(response: &mut Response, judged: &Judgement, set: &Set<'_>) {
    let findings = &judged.findings;
    for severity in Severity::ALL {
        let found = findings.iter().filter(|finding| finding.severity == severity);
        note_ids(response, severity.id(), found.map(|finding| finding.rule.id).collect());
    }
    let patterns = recognise::recognise(set);
    note_ids(response, "patterns", patterns.iter().map(|hit| hit.pattern.id()).collect());
    let mut suppressed = Vec::new();
    for finding in &judged.suppressed {
        let origin = finding.suppression.as_ref().map_or("", |why| why.origin.id());
        let entry = format!("{}={origin}", finding.rule.id);
        if !suppressed.contains(&entry) {
            suppressed.push(entry);
        }
    }
    let mut length = 0;
    suppressed.retain(|entry| {
        length += entry.len() + 1;
        length <= MAX_SUPPRESSED
    });
    let suppressed: Vec<&str> = suppressed.iter().map(String::as_str).collect();
    note(response, "suppressed", &suppressed);
    if judged.undated {
        // A suppression that ends some day holds, because nothing says which day it is.
        note(response, "clock", &["unknown"]);
    }
}

/// Longest list of suppressions in the audit log, in bytes: as much as the API server keeps of a
/// warning.
const MAX_SUPPRESSED: usize = 256;

/// Adds an annotation with ids, each once and in order.
fn note_ids(response: &mut Response, key: &'static str, mut ids: Vec<&'static str>) {
    sort_by(&mut ids, Ord::cmp);
    ids.dedup();
    note(response, key, &ids);
}

/// Adds an annotation, unless it would be empty.
pub(crate) fn note(response: &mut Response, key: &'static str, values: &[&str]) {
    if !values.is_empty() {
        response.annotations.push((key, values.join(",")));
    }
}
