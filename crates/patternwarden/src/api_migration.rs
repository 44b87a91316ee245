//! Rewriting objects of removed API versions whose shape changed.
//!
//! Source: the [deprecation guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/),
//! and for defaults that differ the `defaults.go` of both versions. Where a default changed, the old one
//! is written out, so that the object means what it meant; only the numbers of a Deployment's
//! rollout are left to the new ones.

mod autoscaler;
mod devices;
mod ingress;
mod slices;

use crate::api_versions::{ApiVersion, Replacement};
use crate::crd_migration;
use crate::kube::{Crd, Object};
use crate::rule::Grade;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use patternwarden_tree::{Edit, Node, Op, Value};

/// Edits that rewrite an object for the version that replaces its own.
pub(crate) struct Migration {
    /// How far they can be trusted.
    pub(crate) grade: Grade,
    pub(crate) edits: Vec<Edit>,
    /// What it does, and what it cannot carry over.
    pub(crate) title: String,
}

/// The rewriting of an object; `None` where no edit can say what the new version needs.
pub(crate) fn migrate(object: Object<'_>, entry: &ApiVersion) -> Option<Migration> {
    let (to, same) = match entry.replacement {
        Replacement::Same(to) => (to, true),
        Replacement::Changed(to) => (to, false),
        Replacement::Gone(_) => return None,
    };
    let mut steps = Steps::default();
    steps.edits.push(Edit::new("/apiVersion", Op::Replace(Value::from(to))));
    let grade = if same { Grade::Safe } else { reshape(object, &mut steps)? };
    let title = match (same, steps.lost.is_empty()) {
        (true, _) => format!("Use `{to}`"),
        (false, true) => format!("Rewrite it for `{to}`"),
        (false, false) => format!("Rewrite it for `{to}`, without {}", steps.lost.join(", ")),
    };
    Some(Migration { grade, edits: steps.edits, title })
}

/// Edits, in order, and the fields for which the new version has no place, in backticks.
#[derive(Default)]
struct Steps {
    edits: Vec<Edit>,
    lost: Vec<String>,
}

impl Steps {
    fn push(&mut self, pointer: impl ToString, op: Op) {
        self.edits.push(Edit::new(pointer, op));
    }

    /// Takes away what cannot be carried over, and says so.
    fn lose(&mut self, pointer: String) {
        self.lost.push(format!("`{}`", pointer.trim_start_matches('/').replace('/', ".")));
        self.push(pointer, Op::Remove);
    }

    /// Sets a field that is absent.
    fn ensure(&mut self, root: Node<'_>, pointer: String, value: Value) {
        if held(root, &pointer).is_none() {
            self.push(pointer, Op::Add(value));
        }
    }

    /// Moves a field of a map, when it is there.
    fn rename(&mut self, root: Node<'_>, map: &str, from: &str, to: &str) {
        let from = format!("{map}/{from}");
        if root.lookup(&from).is_some() {
            self.push(format!("{map}/{to}"), Op::Move { from });
        }
    }
}

fn reshape(object: Object<'_>, steps: &mut Steps) -> Option<Grade> {
    let root = object.node;
    match object.api().kind {
        "CustomResourceDefinition" => steps.edits = crd_migration::migrate(Crd::of(object)?),
        "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet" => workload(object, steps),
        "Ingress" => ingress::migrate(object, steps),
        "HorizontalPodAutoscaler" => autoscaler::migrate(object, steps),
        "EndpointSlice" => slices::migrate(object, steps),
        "ResourceClaim" | "ResourceClaimTemplate" | "DeviceClass" => {
            return devices::migrate(object, steps);
        }
        "PodDisruptionBudget" => {
            // Only an empty selector means something else now: every Pod, where it meant none.
            let selector = root.at(&["spec", "selector"]).node();
            let empty = selector.is_some_and(|node| node.children().all(Node::is_blank));
            return Some(if empty { Grade::Review } else { Grade::Safe });
        }
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            return Some(webhooks(object, steps));
        }
        "SubjectAccessReview" | "LocalSubjectAccessReview" => {
            steps.rename(root, "/spec", "group", "groups");
        }
        "SelfSubjectAccessReview" | "SelfSubjectRulesReview" | "FlowSchema" | "Eviction" => {}
        "PriorityLevelConfiguration" => {
            let (from, to) = ("assuredConcurrencyShares", "nominalConcurrencyShares");
            steps.rename(root, "/spec/limited", from, to);
        }
        "CertificateSigningRequest" => return Some(signing_request(object, steps)),
        _ => return None,
    }
    Some(Grade::Review)
}

/// The value at a pointer, when there is one.
fn held<'d>(root: Node<'d>, pointer: &str) -> Option<Node<'d>> {
    root.lookup(pointer).filter(|node| !node.is_null())
}

/// The selector was filled in from the template; now it must be written.
fn workload(object: Object<'_>, steps: &mut Steps) {
    let root = object.node;
    let labels = held(root, "/spec/template/metadata/labels");
    let selector = held(root, "/spec/selector");
    if let (Some(labels), None) = (labels, selector) {
        steps.push("/spec/selector/matchLabels", Op::Add(Value::of(labels)));
    }
    // Without a strategy, these versions waited until somebody deleted a Pod.
    if matches!(object.api().kind, "StatefulSet" | "DaemonSet") {
        steps.ensure(root, "/spec/updateStrategy/type".into(), Value::from("OnDelete"));
    }
    for pointer in ["/spec/rollbackTo", "/spec/templateGeneration"] {
        if held(root, pointer).is_some() {
            steps.lose(pointer.to_string());
        }
    }
}

/// `sideEffects` is a promise that only the author of the webhook can make.
fn webhooks(object: Object<'_>, steps: &mut Steps) -> Grade {
    let mut grade = Grade::Review;
    let hooks = object.node.get("webhooks").into_iter().flat_map(Node::items);
    for (at, hook) in hooks.enumerate() {
        let said = hook.get("sideEffects").and_then(Node::as_str);
        if !matches!(said, Some("None" | "NoneOnDryRun")) {
            let value = Value::Placeholder("None or NoneOnDryRun".into());
            steps.push(format!("/webhooks/{at}/sideEffects"), Op::Add(value));
            grade = Grade::Template;
        }
        for (key, value) in [
            ("admissionReviewVersions", Value::seq([Value::from("v1beta1")])),
            ("failurePolicy", Value::from("Ignore")),
            ("matchPolicy", Value::from("Exact")),
            ("timeoutSeconds", Value::from(30)),
        ] {
            steps.ensure(object.node, format!("/webhooks/{at}/{key}"), value);
        }
    }
    grade
}

fn signing_request(object: Object<'_>, steps: &mut Steps) -> Grade {
    let usages = ["digital signature", "key encipherment"].map(Value::from);
    steps.ensure(object.node, "/spec/usages".into(), Value::seq(usages));
    if held(object.node, "/spec/signerName").is_some() {
        return Grade::Review;
    }
    let signer = Value::Placeholder("name of the signer".into());
    steps.push("/spec/signerName", Op::Add(signer));
    Grade::Template
}
