//! How other linters write a suppression, and what their checks are called here.

use super::written::MALFORMED;
use super::{Run, Spot};
use crate::matcher::clipped;
use crate::rule::Severity;
use crate::rules::find;
#[cfg(feature = "text")]
use patternwarden_tree::{Comment, Document};

/// Checks of others that ask the same as a rule.
///
/// Sources: the lists of checks in the documentation of kube-linter, kube-score, Checkov and Trivy.
static CHECKS: &[(&str, &str)] = &[
    ("latest-tag", "image-tag-mutable"),
    ("container-image-tag", "image-tag-mutable"),
    ("CKV_K8S_14", "image-tag-mutable"),
    ("no-read-only-root-fs", "root-filesystem-writable"),
    ("CKV_K8S_22", "root-filesystem-writable"),
    ("privilege-escalation-container", "privilege-escalation-allowed"),
    ("CKV_K8S_20", "privilege-escalation-allowed"),
    ("CKV_K8S_16", "privileged-container"),
    ("run-as-non-root", "run-as-non-root-missing"),
    ("CKV_K8S_23", "run-as-non-root-missing"),
    ("drop-net-raw-capability", "capability-not-dropped"),
    ("unset-cpu-requirements", "resource-requests-missing"),
    ("unset-memory-requirements", "resource-requests-missing"),
    ("container-resources", "resource-requests-missing"),
    ("no-readiness-probe", "readiness-probe-missing"),
    ("CKV_K8S_9", "readiness-probe-missing"),
    ("no-liveness-probe", "liveness-probe-missing"),
    ("CKV_K8S_8", "liveness-probe-missing"),
    ("host-network", "host-namespaces"),
    ("host-pid", "host-namespaces"),
    ("host-ipc", "host-namespaces"),
    ("docker-sock", "container-runtime-socket"),
    ("dangling-service", "service-selects-nothing"),
    ("mismatching-selector", "selector-template-mismatch"),
    ("no-anti-affinity", "replicas-not-spread"),
    ("wildcard-in-rules", "rbac-wildcard"),
];

/// The rule that asks what a check of another linter asks.
pub(super) fn translate(check: &str) -> Option<&'static str> {
    let (_, rule) = CHECKS.iter().find(|(other, _)| *other == check)?;
    find(rule).map(|rule| rule.id)
}

impl<'d> Run<'_, 'd> {
    /// A comment that another linter reads.
    #[cfg(feature = "text")]
    pub(super) fn comment_of_peer(&mut self, at: usize, document: &'d Document, comment: &Comment) {
        let body = comment.text.trim_start_matches(['#', ' ', '\t']);
        let check =
            ["checkov:skip=", "trivy:ignore:"].iter().find_map(|mark| body.strip_prefix(mark));
        if let Some(check) = check
            && let Some(node) = document.root()
        {
            let end = check.find([':', ' ', '\t']).unwrap_or(check.len());
            let object = self.set.object_holding(node);
            let spot = Spot { document: at, object, node, span: Some(comment.span) };
            self.peer(spot, check.get(..end).unwrap_or(check));
        }
    }

    /// An annotation that another linter reads.
    pub(super) fn of_peer(&mut self, at: Spot<'d>, key: &str) {
        // A hint, which warns nobody at admission.
        if self.settings.at_admission() {
            return;
        }
        if let Some(check) = key.strip_prefix("ignore-check.kube-linter.io/") {
            self.peer(at, check);
        } else if matches!(key, "kube-score/ignore")
            || (key.starts_with("polaris.fairwinds.com/") && key.ends_with("exempt"))
        {
            self.peer(at, at.node.as_str().unwrap_or(key));
        }
    }

    fn peer(&mut self, at: Spot<'d>, check: &str) {
        let Some(mut cx) = self.rule(MALFORMED, at) else { return };
        let name = clipped(check);
        match translate(check) {
            Some(rule) => cx.report(
                at.node,
                format_args!(
                    "`{name}` is suppressed for another linter alone; here it is `{rule}`"
                ),
            ),
            None => {
                cx.report(at.node, format_args!("`{name}` is suppressed for another linter alone"))
            }
        }
        .severity(Severity::Hint)
        .spanning(at.span);
    }
}
