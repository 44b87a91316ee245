//! How other linters write a suppression, and what their checks are called here.

use super::refs::lists;
use super::written::MALFORMED;
use super::{Cover, Entry, Origin, Run, Spot};
use crate::annotations::IGNORE;
use crate::matcher::clipped;
use crate::rule::{Grade, Rule, Severity};
use crate::rules::find;
use crate::settings::keys;
use alloc::{borrow::ToOwned, format, string::String, vec};
#[cfg(feature = "text")]
use patternwarden_tree::{Comment, Document};
use patternwarden_tree::{Edit, Op, Value, escaped};

/// Domain of the annotations that Polaris reads.
const POLARIS: &str = "polaris.fairwinds.com";

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
/// Sources: the lists of checks in the documentation of kube-linter, kube-score, Checkov, Polaris and
/// Trivy.
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
    ("privileged-container", "privileged-container", Covers::All),
    ("non-isolated-pod", "network-policy-missing", Covers::All),
    ("pod-networkpolicy", "network-policy-missing", Covers::All),
    ("dangling-servicemonitor", "servicemonitor-selects-nothing", Covers::All),
    ("tagNotSpecified", "image-tag-mutable", Covers::All),
    ("notReadOnlyRootFilesystem", "root-filesystem-writable", Covers::All),
    ("privilegeEscalationAllowed", "privilege-escalation-allowed", Covers::All),
    ("runAsPrivileged", "privileged-container", Covers::All),
    ("runAsRootAllowed", "run-as-non-root-missing", Covers::All),
    ("readinessProbeMissing", "readiness-probe-missing", Covers::All),
    ("livenessProbeMissing", "liveness-probe-missing", Covers::All),
    ("hostNetworkSet", "host-namespaces", Covers::Part),
    ("hostPIDSet", "host-namespaces", Covers::Part),
    ("hostIPCSet", "host-namespaces", Covers::Part),
];

/// The rule that asks what a check of another linter asks.
pub(super) fn translate(check: &str) -> Option<&'static str> {
    let (_, rule, _) = CHECKS.iter().find(|(other, ..)| *other == check)?;
    find(rule).map(|rule| rule.id)
}

/// Whether the check of another linter says all that a rule says.
fn says_all(check: &str) -> bool {
    CHECKS.iter().any(|(other, _, covers)| *other == check && *covers == Covers::All)
}

/// A suppression for another linter.
struct Peer<'k, 'd> {
    at: Spot<'d>,
    cover: Cover<'d>,
    /// What the other linter is called.
    tool: &'static str,
    /// What it calls the check.
    check: &'k str,
    /// What is said as the reason; empty where there is no place for one.
    reason: &'k str,
}

impl<'d> Run<'_, 'd> {
    /// A comment that another linter reads.
    #[cfg(feature = "text")]
    pub(super) fn comment_of_peer(&mut self, at: usize, document: &'d Document, comment: &Comment) {
        let body = comment.text.trim_start_matches(['#', ' ', '\t']);
        let marks = [("checkov", "checkov:skip="), ("trivy", "trivy:ignore:")];
        let check = marks.iter().find_map(|(tool, mark)| Some((*tool, body.strip_prefix(mark)?)));
        if let Some((tool, text)) = check
            && let Some(node) = document.root()
            && let Some(object) = self.set.object_holding(node)
        {
            let end = text.find([':', ' ', '\t']).unwrap_or(text.len());
            let (check, reason) = text.split_at_checked(end).unwrap_or((text, ""));
            let at = Spot { document: at, object: Some(object), node, span: Some(comment.span) };
            let reason = reason.trim_start_matches(':').trim();
            self.peer(&Peer { at, cover: Cover::Object(object.index), tool, check, reason });
        }
    }

    /// An annotation that another linter reads.
    pub(super) fn of_peer(&mut self, at: Spot<'d>, cover: Cover<'d>, key: &str) {
        let Some((prefix, name)) = key.split_once('/') else { return };
        let text = at.node.as_str().unwrap_or_default();
        let mut one = |tool, check: &str, reason: &str| {
            self.peer(&Peer { at, cover, tool, check: check.trim(), reason: reason.trim() });
        };
        match prefix {
            "ignore-check.kube-linter.io" => one("kube-linter", name, text),
            "kube-score" if name == "ignore" => {
                text.split(',').for_each(|check| one("kube-score", check, ""));
            }
            "checkov.io" if name.starts_with("skip") => {
                let (check, reason) = text.split_once('=').unwrap_or((text, ""));
                one("checkov", check, reason);
            }
            _ if prefix == POLARIS
                || prefix.strip_suffix(POLARIS).is_some_and(|c| c.ends_with('.')) =>
            {
                one("polaris", name.strip_suffix("-exempt").unwrap_or(name), "");
            }
            _ => {}
        }
    }

    fn peer(&mut self, peer: &Peer<'_, 'd>) {
        let Peer { at, tool, check, .. } = *peer;
        let rule = translate(check).and_then(find);
        let form = if at.span.is_some() { Origin::Comment } else { Origin::Annotation };
        if says_all(check) && rule.is_some_and(|rule| self.honours(rule, form)) {
            return self.honour(peer, rule, form);
        }
        // A hint, which warns nobody at admission; and none beside a suppression of our own.
        if self.settings.at_admission() || rule.is_some_and(|rule| is_ours_too(at, rule)) {
            return;
        }
        let reason = rule.filter(|rule| self.is_reason(peer.reason, rule, at)).map(|_| peer.reason);
        let Some(mut cx) = self.rule(MALFORMED, at) else { return };
        let name = clipped(check);
        let report = match rule {
            Some(rule) => cx.report(
                at.node,
                format_args!("`{name}` is suppressed for {tool} alone; here it is `{}`", rule.id),
            ),
            None => cx.report(at.node, format_args!("`{name}` is suppressed for {tool} alone")),
        };
        let report = report.severity(Severity::Hint).spanning(at.span);
        if let Some(rule) = rule.filter(|_| form == Origin::Annotation) {
            let (grade, value) = match reason {
                Some(reason) => (Grade::Review, Value::from(reason)),
                None => (Grade::Template, Value::Placeholder("why it is so".to_owned())),
            };
            let title = format!("Suppress `{}` as well", rule.id);
            report.fix(grade, title, vec![Edit::new(beside(at, rule), Op::Add(value))]);
        }
    }

    /// Whether settings let a suppression for another linter count for this rule.
    fn honours(&self, rule: &Rule, form: Origin) -> bool {
        let settings = self.settings;
        let key =
            if form == Origin::Comment { &keys::FORM_COMMENT } else { &keys::FORM_ANNOTATION };
        settings.flag_at(&keys::HONOUR_PEERS)
            && settings.flag_at(key)
            && !settings.flag_at(&keys::REQUIRE_UNTIL)
            && !lists(settings, &keys::LOCKED, rule)
            && !lists(settings, &keys::LOCKED_HARD, rule)
    }

    fn honour(&mut self, peer: &Peer<'_, 'd>, rule: Option<&'static Rule>, origin: Origin) {
        let Some(rule) = rule else { return };
        let said = self.is_reason(peer.reason, rule, peer.at);
        let reason = if said {
            peer.reason.to_owned()
        } else {
            format!("from {} {}", peer.tool, origin.id())
        };
        self.entries.push(Entry {
            rule,
            origin,
            at: peer.at,
            cover: peer.cover,
            reason,
            until: None,
            expired: false,
            of_peer: true,
            covered: 0,
            denied: 0,
            unread: 0,
        });
    }
}

/// The pointer of our own annotation for a rule, beside that for another linter.
fn beside(at: Spot<'_>, rule: &Rule) -> String {
    let own = at.pointer(Origin::Annotation);
    let map = own.rsplit_once('/').map_or("", |(map, _)| map);
    format!("{map}/{}", escaped(&format!("{IGNORE}/{}", rule.id)))
}

/// Whether a suppression of our own stands beside that for another linter.
fn is_ours_too(at: Spot<'_>, rule: &Rule) -> bool {
    let map = at.node.parent().filter(|_| at.span.is_none());
    map.is_some_and(|map| map.get(&format!("{IGNORE}/{}", rule.id)).is_some())
}
