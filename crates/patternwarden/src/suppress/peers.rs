//! How other linters write a suppression, and what their checks are called here.

use super::written::{MALFORMED, Written};
use super::{Cover, Origin, Run, Spot};
use crate::matcher::clipped;
use crate::rule::Severity;
use crate::rules::find;
use crate::settings::keys;
#[cfg(feature = "text")]
use patternwarden_tree::{Comment, Document};

/// How much of what a rule says the check of another linter says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Covers {
    /// All of it, perhaps more.
    All,
    /// A part: to suppress the rule would hide what the check does not know.
    Part,
}

/// Checks of others that ask the same as a rule, or a part of it.
///
/// Sources: the lists of checks in the documentation of kube-linter, kube-score, Checkov and Trivy.
static CHECKS: &[(&str, &str, Covers)] = &[
    ("latest-tag", "image-tag-mutable", Covers::All),
    ("container-image-tag", "image-tag-mutable", Covers::All),
    ("CKV_K8S_14", "image-tag-mutable", Covers::All),
    ("no-read-only-root-fs", "root-filesystem-writable", Covers::All),
    ("CKV_K8S_22", "root-filesystem-writable", Covers::All),
    ("privilege-escalation-container", "privilege-escalation-allowed", Covers::All),
    ("CKV_K8S_20", "privilege-escalation-allowed", Covers::All),
    ("CKV_K8S_16", "privileged-container", Covers::All),
    ("run-as-non-root", "run-as-non-root-missing", Covers::All),
    ("CKV_K8S_23", "run-as-non-root-missing", Covers::All),
    ("drop-net-raw-capability", "capability-not-dropped", Covers::Part),
    ("unset-cpu-requirements", "resource-requests-missing", Covers::Part),
    ("unset-memory-requirements", "resource-requests-missing", Covers::Part),
    ("container-resources", "resource-requests-missing", Covers::All),
    ("no-readiness-probe", "readiness-probe-missing", Covers::All),
    ("CKV_K8S_9", "readiness-probe-missing", Covers::All),
    ("no-liveness-probe", "liveness-probe-missing", Covers::All),
    ("CKV_K8S_8", "liveness-probe-missing", Covers::All),
    ("host-network", "host-namespaces", Covers::Part),
    ("host-pid", "host-namespaces", Covers::Part),
    ("host-ipc", "host-namespaces", Covers::Part),
    ("docker-sock", "container-runtime-socket", Covers::Part),
    ("dangling-service", "service-selects-nothing", Covers::All),
    ("mismatching-selector", "selector-template-mismatch", Covers::All),
    ("no-anti-affinity", "replicas-not-spread", Covers::All),
    ("wildcard-in-rules", "rbac-wildcard", Covers::All),
];

/// The rule that asks what a check of another linter asks.
pub(super) fn translate(check: &str) -> Option<&'static str> {
    let (_, rule, _) = CHECKS.iter().find(|(other, ..)| *other == check)?;
    find(rule).map(|rule| rule.id)
}

/// The same where the check says all that the rule says.
fn translate_whole(check: &str) -> Option<&'static str> {
    let whole = |entry: &&(&str, &str, Covers)| entry.0 == check && entry.2 == Covers::All;
    translate(CHECKS.iter().find(whole)?.0)
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
            let (check, reason) = check.split_at_checked(end).unwrap_or((check, ""));
            self.peer(spot, Origin::Comment, check, reason.trim_start_matches([':', ' ', '\t']));
        }
    }

    /// An annotation that another linter reads.
    pub(super) fn of_peer(&mut self, at: Spot<'d>, key: &str) {
        let text = at.node.as_str();
        if let Some(check) = key.strip_prefix("ignore-check.kube-linter.io/") {
            self.peer(at, Origin::Annotation, check, text.unwrap_or_default());
        } else if key == "kube-score/ignore" {
            for check in text.unwrap_or(key).split(',') {
                self.peer(at, Origin::Annotation, check.trim(), "");
            }
        } else if key.starts_with("polaris.fairwinds.com/") && key.ends_with("exempt") {
            self.peer(at, Origin::Annotation, text.unwrap_or(key), "");
        }
    }

    /// Suppresses a rule as another linter does where settings honour that, and else says that it
    /// does not.
    fn peer(&mut self, at: Spot<'d>, origin: Origin, check: &str, reason: &str) {
        let whole = translate_whole(check).zip(at.object);
        if let Some((id, object)) = whole.filter(|_| self.settings.flag_at(&keys::HONOUR_PEERS)) {
            let generated = "from the suppression of another linter";
            let reason = if reason.trim().is_empty() { generated } else { reason };
            let cover = Cover::Object(object.index);
            return self.accept(&Written { origin, at, cover, id, reason, until: None });
        }
        // A hint, which warns nobody at admission.
        if self.settings.at_admission() {
            return;
        }
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
