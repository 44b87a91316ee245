//! The loop: every rule in its turn over documents, objects, Pods and containers.

use super::{Cx, PassedOver};
use crate::finding::Finding;
use crate::kube::{Container, PodSpec};
use crate::rule::{Check, Part, Rule};
use crate::rules::RULES;
use crate::set::Set;
use crate::settings::{OwnedObjects, RuleSettings, Settings};
use alloc::vec::Vec;

/// What the rules that settings switch on find: in all of a set, or in one object of it.
pub(super) fn run_part(settings: &Settings, set: &Set<'_>, only: Option<usize>) -> Vec<Finding> {
    let active: Vec<_> = RULES
        .iter()
        .zip(settings.rules())
        .filter(|(rule, tuned)| {
            tuned.enabled
                && rule.speaks_for(settings.target())
                && tuned.can_answer(rule, set.is_closed())
        })
        .collect();
    let mut out = Vec::new();
    if only.is_none() {
        of_documents(settings, set, &active, &mut out);
    }
    let mut containers: Vec<Container<'_>> = Vec::new();
    let mut pods: Vec<PodSpec<'_>> = Vec::new();
    for object in set.objects().filter(|object| only.is_none_or(|only| only == object.index)) {
        pods.clear();
        pods.extend(object.pod_specs());
        containers.clear();
        for pod in &pods {
            containers.extend(pod.containers());
        }
        if object.is_controlled() && settings.owned_objects() == OwnedObjects::Skip {
            continue;
        }
        let passed_over = PassedOver::of(settings, object);
        for (rule, tuned) in &active {
            if passed_over.has(rule) {
                continue;
            }
            let mut cx = Cx {
                set,
                settings,
                rule,
                tuned,
                document: set.document_of(object.index),
                object: Some(object.index),
                base: Some(object.node),
                out: &mut out,
            };
            match rule.check {
                Check::Object(check) => check(&mut cx, object),
                Check::Pod(check) => pods.iter().for_each(|pod| check(&mut cx, *pod)),
                Check::Container(check) => containers.iter().for_each(|c| check(&mut cx, *c)),
                Check::Document(_)
                | Check::Part(_)
                | Check::Unreadable(_)
                | Check::Suppressions => {}
            }
        }
    }
    out
}

/// Runs the rules about documents as a whole, and about what is left of a text beside them.
fn of_documents(
    settings: &Settings,
    set: &Set<'_>,
    active: &[(&'static Rule, &RuleSettings)],
    out: &mut Vec<Finding>,
) {
    for (index, document) in set.documents().enumerate() {
        for (rule, tuned) in active {
            let base = document.root();
            let mut cx =
                Cx { set, settings, rule, tuned, document: index, object: None, base, out };
            match rule.check {
                Check::Document(check) => check(&mut cx, document),
                Check::Part(check) if base.is_some() => check(&mut cx, Part::Full(document)),
                Check::Part(check) => check(&mut cx, Part::Empty(None)),
                _ => {}
            }
        }
    }
    for text in set.empty() {
        for (rule, tuned) in active {
            if let Check::Part(check) = rule.check {
                let document = set.document_before(*text);
                let mut cx =
                    Cx { set, settings, rule, tuned, document, object: None, base: None, out };
                check(&mut cx, Part::Empty(Some(*text)));
            }
        }
    }
    for error in set.errors() {
        for (rule, tuned) in active {
            if let Check::Unreadable(check) = rule.check {
                let document = set.document_before(error.span);
                let mut cx =
                    Cx { set, settings, rule, tuned, document, object: None, base: None, out };
                check(&mut cx, error);
            }
        }
    }
}
