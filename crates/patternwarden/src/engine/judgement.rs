//! What rules found, parted by what somebody decided to live with.

use super::sort;
use super::turns::run_part;
use crate::finding::Finding;
use crate::kube::Object;
use crate::rule::Rule;
use crate::set::Set;
use crate::settings::Settings;
use crate::suppress;
use alloc::vec::Vec;

/// Rules about availability and probes: a hook of Helm that tests a release runs once and serves
/// nobody.
const OF_SERVICES: &[&str] = &[
    "rolling-update-without-readiness",
    "naked-pod",
    "readiness-probe-missing",
    "liveness-probe-missing",
    "shutdown-drain-missing",
    "replicas-not-spread",
    "pdb-missing",
    "replica-bounds",
    "rollout-not-rolling",
];

/// Rules that ask themselves who owns an object.
const OF_OWNERS: &[&str] = &["kind-denied"];

/// What rules found, and which of it somebody decided to live with.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Judgement {
    /// What counts, sorted by document, place and rule.
    pub findings: Vec<Finding>,
    /// What does not, each with its [`Suppression`](crate::suppress::Suppression); sorted alike.
    pub suppressed: Vec<Finding>,
    /// A suppression that ends some day holds because nothing says which day it is.
    pub undated: bool,
}

impl Judgement {
    /// Takes over what another judgement says.
    pub fn extend(&mut self, mut other: Judgement) {
        self.findings.append(&mut other.findings);
        self.suppressed.append(&mut other.suppressed);
        self.undated |= other.undated;
        sort(&mut self.findings);
        sort(&mut self.suppressed);
    }
}

/// Runs every rule that settings switch on over `set`; findings are sorted by document, place
/// and rule. What is suppressed is left out.
///
/// Rules that need a complete bundle are skipped on an open set, and objects that a controller
/// made are judged for containment only, and for who may own them.
pub fn run(settings: &Settings, set: &Set<'_>) -> Vec<Finding> {
    judge(settings, set).findings
}

/// The same, with what is suppressed.
pub fn judge(settings: &Settings, set: &Set<'_>) -> Judgement {
    judge_part(settings, set, None)
}

/// The same over one object of a set, beside which the others are only looked at: documents as a
/// whole are not judged, and findings name no other object, since nobody but the caller has them.
pub fn judge_on(settings: &Settings, set: &Set<'_>, object: usize) -> Judgement {
    let mut out = judge_part(settings, set, Some(object));
    for finding in out.findings.iter_mut().chain(&mut out.suppressed) {
        finding.related.retain(|related| related.object == object);
    }
    out
}

fn judge_part(settings: &Settings, set: &Set<'_>, only: Option<usize>) -> Judgement {
    let mut found = run_part(settings, set, only);
    sort(&mut found);
    let mut judgement = suppress::apply(settings, set, found, only);
    // What is said about suppressions stands behind the rest.
    sort(&mut judgement.findings);
    judgement
}

/// The rules that settings leave out for an object as a whole.
pub(crate) struct PassedOver {
    controlled: bool,
    hook: bool,
}

impl PassedOver {
    /// For this object.
    pub(crate) fn of(settings: &Settings, object: Object<'_>) -> Self {
        let hook = object.annotation("helm.sh/hook");
        Self {
            controlled: object.is_controlled(),
            hook: hook.is_some_and(|hook| settings.exempts_hook(hook)),
        }
    }

    /// Whether a rule is one of them.
    pub(crate) fn has(&self, rule: &Rule) -> bool {
        let asks = || rule.is_security() || OF_OWNERS.contains(&rule.id);
        (self.controlled && !asks()) || (self.hook && OF_SERVICES.contains(&rule.id))
    }
}
