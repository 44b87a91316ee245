//! What stands beside one object in a cluster: how rules that compare objects speak at admission.
//!
//! Such a rule declares, as data, which kinds it compares an object of which kind with
//! ([`Reads`]). Whoever can ask a cluster asks for the kinds that are [`wanted`], once each, and hands
//! over what it got; [`Neighbours`] then judges the object in the company of the others, and nothing
//! but the object.
//!
//! **Invariant.** Nothing here asks anybody: the answers are documents, from a cluster or from a
//! test. A rule that lacks one of its kinds stays silent and is listed as not checked.

use crate::bundle::Bundle;
use crate::engine::{self, Judgement};
use crate::kube::Object;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::set::{Scope, Set};
use crate::settings::Settings;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use patternwarden_tree::{Builder, Document, Kind, Limit, Node, sort_by};

/// A kind of a cluster, and what rules look at in its objects.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    /// `apps/v1`.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// Whether its objects stand in a namespace: then only those of the object's own are read.
    pub namespaced: bool,
    /// A label selector that leaves out what is read as another kind; empty for everything.
    ///
    /// It never depends on the object that is judged: policy-server keeps a watch for each distinct
    /// question, for as long as it runs.
    pub labels: &'static str,
    /// The fields that rules look at, with dots; `metadata` always comes along.
    pub fields: &'static [&'static str],
}

/// What a rule compares an object with.
#[derive(Debug)]
pub struct Reads {
    /// The kinds that the rule judges.
    pub on: &'static [&'static str],
    /// The kinds it compares them with.
    pub kinds: &'static [&'static Read],
}

/// The fields of a Pod spec that rules compare with other objects.
macro_rules! pod_fields {
    ($spec:literal $(, $more:literal)*) => {
        &[
            concat!($spec, ".containers"),
            concat!($spec, ".hostNetwork"),
            concat!($spec, ".initContainers"),
            $($more),*
        ]
    };
}

/// Pods, but for those of Deployments and DaemonSets, whose templates are read instead: in most
/// clusters that leaves few.
///
/// Sources: the controllers' `pod-template-hash` (`apps/v1.DefaultDeploymentUniqueLabelKey`) and
/// `pod-template-generation` (`extensions/v1beta1.DaemonSetTemplateGenerationKey`).
pub static PODS: Read = Read {
    api_version: "v1",
    kind: "Pod",
    namespaced: true,
    labels: "!pod-template-hash,!pod-template-generation",
    fields: pod_fields!("spec"),
};

/// A kind in a namespace.
const fn kind(
    api_version: &'static str,
    kind: &'static str,
    fields: &'static [&'static str],
) -> Read {
    Read { api_version, kind, namespaced: true, labels: "", fields }
}

const fn workload(name: &'static str) -> Read {
    let fields = pod_fields!(
        "spec.template.spec",
        "spec.template.metadata",
        "spec.replicas",
        "spec.selector"
    );
    kind("apps/v1", name, fields)
}

/// Deployments.
pub static DEPLOYMENTS: Read = workload("Deployment");
/// StatefulSets.
pub static STATEFUL_SETS: Read = workload("StatefulSet");
/// DaemonSets.
pub static DAEMON_SETS: Read = workload("DaemonSet");
/// Services.
pub static SERVICES: Read = kind(
    "v1",
    "Service",
    &[
        "spec.selector",
        "spec.ports",
        "spec.type",
        "spec.clusterIP",
        "spec.publishNotReadyAddresses",
    ],
);
/// PodDisruptionBudgets.
pub static BUDGETS: Read = kind("policy/v1", "PodDisruptionBudget", &["spec"]);
/// HorizontalPodAutoscalers.
pub static AUTOSCALERS: Read = kind("autoscaling/v2", "HorizontalPodAutoscaler", &["spec"]);
/// NetworkPolicies.
pub static NETWORK_POLICIES: Read = kind("networking.k8s.io/v1", "NetworkPolicy", &["spec"]);
/// EndpointSlices that somebody wrote for a Service without selector: those of the control plane say
/// nothing that the Pods do not say.
pub static ENDPOINT_SLICES: Read = Read {
    labels: "endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io",
    ..kind("discovery.k8s.io/v1", "EndpointSlice", &["addressType"])
};

/// Every kind that some rule reads: what a policy must be granted to let all of them speak.
///
/// No Secrets: their names stand in what uses them, and their values are nobody's business.
pub static READS: &[&Read] = &[
    &PODS,
    &DEPLOYMENTS,
    &STATEFUL_SETS,
    &DAEMON_SETS,
    &SERVICES,
    &BUDGETS,
    &AUTOSCALERS,
    &NETWORK_POLICIES,
    &ENDPOINT_SLICES,
];

/// The rules that settings switch on for objects of this kind, and what they look up.
fn rules<'s>(
    settings: &'s Settings,
    kind: &'s str,
) -> impl Iterator<Item = (&'static Rule, &'static Reads)> + 's {
    RULES.iter().zip(settings.rules()).filter_map(move |(rule, tuned)| {
        let reads = rule.reads.filter(|reads| reads.on.contains(&kind))?;
        (tuned.enabled && rule.speaks_for(settings.target())).then_some((rule, reads))
    })
}

/// What has to be looked up to judge this object; each kind once. Nothing for what a controller
/// made: it is judged for containment, which nobody else has a part in.
pub fn wanted(settings: &Settings, object: &Document) -> Vec<&'static Read> {
    let mut out: Vec<&'static Read> = Vec::new();
    let object = object.root().map(|root| Object::new(root, 0));
    let Some(object) = object.filter(|object| !object.is_controlled()) else { return out };
    for (_, reads) in rules(settings, object.api().kind) {
        for read in reads.kinds {
            if !out.contains(read) {
                out.push(read);
            }
        }
    }
    out
}

/// What was found in a cluster beside an object.
#[derive(Debug, Default)]
pub struct Neighbours {
    read: Vec<&'static Read>,
    failed: Vec<(&'static Read, String)>,
    /// The object comes first.
    documents: Vec<Document>,
}

impl Neighbours {
    /// Nobody yet, beside this object.
    pub fn of(object: Document) -> Self {
        Self { documents: alloc::vec![object], ..Self::default() }
    }

    /// The same neighbours beside another object, such as the one before an update.
    #[must_use]
    pub fn beside(&self, object: Document) -> Self {
        let others = self.documents.iter().skip(1).cloned();
        let documents = core::iter::once(object).chain(others).collect();
        Self { read: self.read.clone(), failed: self.failed.clone(), documents }
    }

    /// The object.
    pub fn object(&self) -> Option<Node<'_>> {
        self.documents.first()?.root()
    }

    /// Takes what a cluster has of a kind. Objects without `apiVersion` and `kind` get them, since
    /// the API server leaves them out in lists; the object itself, as the cluster has it now, is
    /// left out.
    ///
    /// # Errors
    /// An object that is larger than a document may be.
    pub fn add(&mut self, read: &'static Read, found: Vec<Document>) -> Result<(), Limit> {
        let start = self.documents.len();
        for document in found {
            let Some(root) = document.root().filter(|root| root.is_map()) else { continue };
            if self.object().is_some_and(|object| is_same(object, root, read.kind)) {
                continue;
            }
            let typed = root.get("kind").is_some();
            let document = if typed { document } else { with_type(root, read)? };
            self.documents.push(document);
        }
        // A cluster answers in any order; what is said must not depend on it.
        sort_by(self.documents.get_mut(start..).unwrap_or_default(), |a, b| name(a).cmp(&name(b)));
        self.read.push(read);
        Ok(())
    }

    /// Takes the reason why a cluster does not tell what it has of a kind.
    pub fn fail(&mut self, read: &'static Read, reason: &str) {
        self.failed.push((read, reason.to_owned()));
    }

    /// What the rules find that compare the object with others.
    pub fn judge(&self, settings: &Settings) -> Judgement {
        let kind = self.kind();
        if self.read.is_empty() || rules(settings, kind).next().is_none() {
            return Judgement::default();
        }
        let settings = settings.clone().with_scope(Scope::Closed);
        let settings = settings.retain(|rule| self.answer(rule).is_ok());
        let bundle = Bundle::new(&self.documents).with_kinds_of(&settings);
        engine::judge_on(&settings, &Set::new(&bundle, Scope::Closed), 0)
    }

    /// The rules that were switched on for this object and stay silent, with the reasons.
    pub fn silent(&self, settings: &Settings) -> Vec<(&'static Rule, String)> {
        let reason = |rule| self.answer(rule).err().flatten();
        rules(settings, self.kind()).filter_map(|(rule, _)| Some((rule, reason(rule)?))).collect()
    }

    /// Whether this rule has been given all that it reads.
    ///
    /// # Errors
    /// What it lacks and why, where it judges objects of this kind.
    pub fn answer(&self, rule: &Rule) -> Result<(), Option<String>> {
        let reads = rule.reads.filter(|reads| reads.on.contains(&self.kind())).ok_or(None)?;
        let Some(lacking) = reads.kinds.iter().find(|read| !self.read.contains(read)) else {
            return Ok(());
        };
        let failed = self.failed.iter().find(|(read, _)| read == lacking);
        let reason = failed.map_or("nobody asked for them", |(_, reason)| reason);
        Err(Some(format!("objects of kind {} cannot be read: {reason}", lacking.kind)))
    }

    fn kind(&self) -> &str {
        self.object().and_then(|object| object.get("kind")?.as_str()).unwrap_or_default()
    }
}

fn meta<'d>(root: Node<'d>, key: &str) -> Option<&'d str> {
    root.get("metadata")?.get(key)?.as_str()
}

fn name(document: &Document) -> Option<&str> {
    meta(document.root()?, "name")
}

/// Whether a cluster's object is the one that is judged.
fn is_same(object: Node<'_>, other: Node<'_>, kind: &str) -> bool {
    let name = meta(object, "name");
    object.get("kind").and_then(Node::as_str) == Some(kind)
        && name.is_some()
        && name == meta(other, "name")
}

fn with_type(root: Node<'_>, read: &Read) -> Result<Document, Limit> {
    let mut builder = Builder::default();
    builder.open(Kind::Map, None)?;
    for (key, value) in [("apiVersion", read.api_version), ("kind", read.kind)] {
        builder.key(key)?;
        builder.scalar(Kind::String, value)?;
    }
    for child in root.children().filter(|child| child.key() != Some("apiVersion")) {
        builder.key(child.key().unwrap_or_default())?;
        builder.copy(child)?;
    }
    Ok(builder.finish())
}
