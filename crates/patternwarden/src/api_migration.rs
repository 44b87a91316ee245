//! Rewriting objects of removed API versions whose shape changed.
//!
//! Source: the [deprecation guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/),
//! and for defaults that differ the `defaults.go` of both versions. Where a default changed, the old one
//! is written out, so that the object means what it meant; only the numbers of a Deployment's
//! rollout are left to the new ones.

mod autoscaler;
mod ingress;

use crate::api_versions::{ApiVersion, Replacement};
use crate::crd_migration;
use crate::kube::{Crd, Object};
use crate::rule::Grade;
use alloc::{format, string::String, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Value};

/// Edits that rewrite an object for the version that replaces its own, and how far they can be
/// trusted; `None` where no edit can say what the new version needs.
pub(crate) fn migrate(object: Object<'_>, entry: &ApiVersion) -> Option<(Grade, Vec<Edit>)> {
    let (to, same) = match entry.replacement {
        Replacement::Same(to) => (to, true),
        Replacement::Changed(to) => (to, false),
        Replacement::Gone(_) => return None,
    };
    let mut edits = vec![Edit::new("/apiVersion", Op::Replace(Value::from(to)))];
    if same {
        return Some((Grade::Safe, edits));
    }
    let kind = object.api().kind;
    let mut grade = Grade::Review;
    match kind {
        "CustomResourceDefinition" => edits = crd_migration::migrate(Crd::of(object)?),
        "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet" => workload(object, &mut edits),
        "Ingress" => ingress::migrate(object, &mut edits),
        "HorizontalPodAutoscaler" => autoscaler::migrate(object, &mut edits),
        "PodDisruptionBudget" => {
            // Only an empty selector means something else now: every Pod, where it meant none.
            let selector = object.node.at(&["spec", "selector"]).node();
            let empty = selector.is_some_and(|node| node.children().all(is_empty));
            grade = if empty { Grade::Review } else { Grade::Safe };
        }
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            grade = webhooks(object, &mut edits);
        }
        "SubjectAccessReview" | "LocalSubjectAccessReview" => {
            rename(object.node, "/spec", "group", "groups", &mut edits);
        }
        "SelfSubjectAccessReview" | "SelfSubjectRulesReview" | "FlowSchema" | "Eviction" => {}
        "PriorityLevelConfiguration" => {
            let (from, to) = ("assuredConcurrencyShares", "nominalConcurrencyShares");
            rename(object.node, "/spec/limited", from, to, &mut edits);
        }
        "CertificateSigningRequest" => grade = signing_request(object, &mut edits),
        _ => return None,
    }
    Some((grade, edits))
}

fn is_empty(node: Node<'_>) -> bool {
    let collection = node.is_map() || node.is_seq();
    node.is_null() || (collection && node.children().next().is_none())
}

/// The value at a pointer, when there is one.
fn held<'d>(root: Node<'d>, pointer: &str) -> Option<Node<'d>> {
    root.lookup(pointer).filter(|node| !node.is_null())
}

/// Sets a field that is absent.
fn default(root: Node<'_>, pointer: String, value: Value, edits: &mut Vec<Edit>) {
    if held(root, &pointer).is_none() {
        edits.push(Edit::new(pointer, Op::Add(value)));
    }
}

fn rename(root: Node<'_>, map: &str, from: &str, to: &str, edits: &mut Vec<Edit>) {
    let from = format!("{map}/{from}");
    if root.lookup(&from).is_some() {
        edits.push(Edit::new(format!("{map}/{to}"), Op::Move { from }));
    }
}

/// The selector was filled in from the template; now it must be written.
fn workload(object: Object<'_>, edits: &mut Vec<Edit>) {
    let labels = held(object.node, "/spec/template/metadata/labels");
    let selector = held(object.node, "/spec/selector");
    if let (Some(labels), None) = (labels, selector) {
        let pointer = "/spec/selector/matchLabels";
        edits.push(Edit::new(pointer, Op::Add(Value::of(labels))));
    }
    // Without a strategy, these versions waited until somebody deleted a Pod.
    let update = match object.api().kind {
        "StatefulSet" | "DaemonSet" => "/spec/updateStrategy/type",
        _ => "",
    };
    if !update.is_empty() {
        default(object.node, update.into(), Value::from("OnDelete"), edits);
    }
    if held(object.node, "/spec/rollbackTo").is_some() {
        edits.push(Edit::new("/spec/rollbackTo", Op::Remove));
    }
    if held(object.node, "/spec/templateGeneration").is_some() {
        edits.push(Edit::new("/spec/templateGeneration", Op::Remove));
    }
}

/// `sideEffects` is a promise that only the author of the webhook can make.
fn webhooks(object: Object<'_>, edits: &mut Vec<Edit>) -> Grade {
    let mut grade = Grade::Review;
    let hooks = object.node.get("webhooks").into_iter().flat_map(Node::items);
    for (at, hook) in hooks.enumerate() {
        let said = hook.get("sideEffects").and_then(Node::as_str);
        if !matches!(said, Some("None" | "NoneOnDryRun")) {
            let value = Value::Placeholder("None or NoneOnDryRun".into());
            edits.push(Edit::new(format!("/webhooks/{at}/sideEffects"), Op::Add(value)));
            grade = Grade::Template;
        }
        for (key, value) in [
            ("admissionReviewVersions", Value::seq([Value::from("v1beta1")])),
            ("failurePolicy", Value::from("Ignore")),
            ("matchPolicy", Value::from("Exact")),
            ("timeoutSeconds", Value::from(30)),
        ] {
            default(object.node, format!("/webhooks/{at}/{key}"), value, edits);
        }
    }
    grade
}

fn signing_request(object: Object<'_>, edits: &mut Vec<Edit>) -> Grade {
    let usages = ["digital signature", "key encipherment"].map(Value::from);
    default(object.node, "/spec/usages".into(), Value::seq(usages), edits);
    if held(object.node, "/spec/signerName").is_some() {
        return Grade::Review;
    }
    let signer = Value::Placeholder("name of the signer".into());
    edits.push(Edit::new("/spec/signerName", Op::Add(signer)));
    Grade::Template
}
