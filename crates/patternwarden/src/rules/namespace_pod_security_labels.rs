use crate::engine::Cx;
use crate::kube::{Namespace, Object};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::param::{Flag, Form, Int, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::{At, Node};

crate::rule! {
    /// A Namespace does not say which Pods it takes, says it wrongly, or said it long ago.
    ///
    /// ## Why it matters
    ///
    /// Without labels the default of the cluster decides, and that is mostly: anything. A level that is
    /// misspelt under `audit` or `warn` is dropped in silence. A version that was pinned years ago
    /// lacks the controls that came later, such as the hosts of probes in 1.34.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # finding: /metadata/labels/pod-security.kubernetes.io~1enforce
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    /// ```
    ///
    /// Levels and versions that do not exist are errors:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1enforce
    ///     pod-security.kubernetes.io/enforce: Restricted
    ///     pod-security.kubernetes.io/warn: restricted
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1warn-version
    ///     pod-security.kubernetes.io/warn-version: "1.36"
    /// ```
    ///
    /// A version that lags behind, and a level that could warn of more:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1warn
    ///     pod-security.kubernetes.io/enforce: baseline
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1enforce-version
    ///     pod-security.kubernetes.io/enforce-version: v1.25
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"max_version_lag": 0}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: restricted
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1enforce-version
    ///     pod-security.kubernetes.io/enforce-version: v1.35
    /// ```
    ///
    /// Everything is taken, which is an error with `deny_privileged: true`:
    ///
    /// ```yaml,bad
    /// # settings: {"deny_privileged": true}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1enforce
    ///     pod-security.kubernetes.io/enforce: privileged
    /// ```
    ///
    /// With labels that must be there; a stricter level or a newer version is as good:
    ///
    /// ```yaml,bad
    /// # settings: {"require": ["enforce=baseline", "audit=restricted", "enforce-version=v1.34"]}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: restricted
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1audit
    ///     pod-security.kubernetes.io/audit: baseline
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1enforce-version
    ///     pod-security.kubernetes.io/enforce-version: v1.33
    /// ```
    ///
    /// Every Pod is taken, and that may be so:
    ///
    /// ```yaml,bad
    /// # settings: {"deny_privileged": false}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1enforce
    ///     pod-security.kubernetes.io/enforce: privileged
    /// ```
    ///
    /// The warnings are no stricter than what is enforced:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    ///     # finding: /metadata/labels/pod-security.kubernetes.io~1warn
    ///     pod-security.kubernetes.io/warn: baseline
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    ///     pod-security.kubernetes.io/enforce-version: latest
    ///     pod-security.kubernetes.io/warn: restricted
    ///     pod-security.kubernetes.io/warn-version: v1.36
    /// ```
    ///
    /// The namespaces of the cluster itself:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: kube-system
    /// ```
    ///
    /// With a list of one's own:
    ///
    /// ```yaml,good
    /// # settings: {"namespaces_exempt": ["storage-*"]}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: storage-drivers
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: privileged
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For namespaces of node agents, by name in `namespaces_exempt`; and where another policy judges all
    /// Pods.
    ///
    /// ## Source
    ///
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    /// - [Enforce Pod Security Standards with Namespace Labels](https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/)
    /// - CIS Kubernetes Benchmark 1.12, 5.2.1
    "namespace-pod-security-labels",
    "Namespace without (or with stale) Pod Security labels",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Int(&MAX_VERSION_LAG),
        Param::Strings(&NAMESPACES_EXEMPT),
        Param::Flag(&DENY_PRIVILEGED),
        Param::Entries(&REQUIRE, Form::PodSecurity),
    ],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static MAX_VERSION_LAG: Int = Int {
    name: "max_version_lag",
    doc: "How many minor versions a pinned version may be older than the target.",
    unit: "",
    min: 0,
    max: 50,
    default: 6,
};

static NAMESPACES_EXEMPT: Strings = Strings {
    name: "namespaces_exempt",
    doc: "Namespaces that may take every Pod, as globs.",
    default: &["kube-system", "kube-public", "kube-node-lease"],
};

static DENY_PRIVILEGED: Flag = Flag {
    name: "deny_privileged",
    doc: "Whether a Namespace that enforces `privileged` is an error.",
    default: false,
};

static REQUIRE: Strings = Strings {
    name: "require",
    doc: "Labels that must be there, such as `enforce=baseline` or `warn-version=latest`, or stricter ones.",
    default: &[],
};

type Path = &'static [&'static str];

/// What each label is called, and where it stands: levels, then versions.
static LABELS: [(&str, Path); 6] = [
    ("enforce", &["metadata", "labels", "pod-security.kubernetes.io/enforce"]),
    ("audit", &["metadata", "labels", "pod-security.kubernetes.io/audit"]),
    ("warn", &["metadata", "labels", "pod-security.kubernetes.io/warn"]),
    ("enforce-version", &["metadata", "labels", "pod-security.kubernetes.io/enforce-version"]),
    ("audit-version", &["metadata", "labels", "pod-security.kubernetes.io/audit-version"]),
    ("warn-version", &["metadata", "labels", "pod-security.kubernetes.io/warn-version"]),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if Namespace::of(object).is_none() {
        return;
    }
    let [enforce, _, warn, ..] = LABELS.map(|(_, path)| At::read(object.node, path, Node::as_str));
    for (name, path) in LABELS {
        judge(cx, name, At::read(object.node, path, Node::as_str));
    }
    if cx.lists(&NAMESPACES_EXEMPT, object.display_name()) {
        return;
    }
    if enforce.is_absent() {
        cx.report(enforce.place, format_args!("the Namespace does not say which Pods it takes"))
            .fix_set(Grade::Review, "Enforce the level baseline", "baseline");
    } else if enforce.value == Some("privileged") {
        let denied = cx.flag(&DENY_PRIVILEGED);
        cx.report(enforce.place, format_args!("the Namespace takes every Pod"))
            .severity(if denied { Severity::Error } else { Severity::Info })
            .fix_set(Grade::Review, "Enforce the level baseline", "baseline");
    } else if enforce.value == Some("baseline")
        && (warn.is_absent() || matches!(warn.value, Some("baseline" | "privileged")))
    {
        cx.report(
            warn.place,
            format_args!(
                "nobody is warned of Pods that the \
level restricted would refuse"
            ),
        )
        .severity(Severity::Hint)
        .fix_set(Grade::Safe, "Warn of what the level restricted refuses", "restricted");
    }
}

/// How strict a level or a version is: the stricter, the higher; `None` for one that does not exist.
fn rank(word: &str, version: bool) -> Option<usize> {
    if !version {
        return ["privileged", "baseline", "restricted"].iter().position(|level| *level == word);
    }
    let minor = word.strip_prefix("v1.").filter(|minor| !minor.starts_with('+'));
    if word == "latest" { Some(usize::MAX) } else { minor?.parse().ok() }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, name: &str, at: At<'d, &'d str>) {
    let version = name.ends_with("-version");
    let own = at.value.and_then(|word| rank(word, version));
    let word = at.value.unwrap_or_default();
    let wanted = cx
        .entries(&REQUIRE)
        .find_map(|entry| Some(entry.split_once('=').filter(|(key, _)| *key == name)?.1));
    if !at.is_absent() && own.is_none() {
        let word = clipped(word);
        let what = if version { "version" } else { "level" };
        cx.report(at.place, format_args!("`{word}` is no {what} of the Pod Security Standards"))
            .severity(Severity::Error);
    } else if let Some(wanted) = wanted.filter(|wanted| own < rank(wanted, version)) {
        cx.report(at.place, format_args!("the label `{name}` is not as strict as `{wanted}`"))
            .severity(Severity::Warning)
            .fix_set(Grade::Review, "Be as strict as is demanded", wanted);
    } else if version && own.is_some_and(|own| lags(cx, own)) {
        let target = cx.target();
        cx.report(
            at.place,
            format_args!("`{word}` of the Pod Security Standards is far behind {target}"),
        )
        .fix_set(Grade::Review, "Follow the cluster", "latest");
    }
}

fn lags(cx: &Cx<'_, '_>, version: usize) -> bool {
    let Minor(target) = cx.target();
    let behind = i64::from(target).saturating_sub(i64::try_from(version).unwrap_or(i64::MAX));
    behind > cx.int(&MAX_VERSION_LAG)
}
