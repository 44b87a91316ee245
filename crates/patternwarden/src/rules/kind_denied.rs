use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::{clipped, glob};
use crate::param::{Form, Param, Strings};
use crate::rule::{Check, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// The kind of an object is one that the platform does not want.
    ///
    /// ## Why it matters
    ///
    /// A platform that moves from one mechanism to another, from Ingress to Gateway, needs a gentle way
    /// to say so. The advice reaches the author where the author works. An entry of `denied` is a
    /// group and a kind, `batch/Job`, both as globs; the core group is the empty text, `/Pod`, and `Pod`
    /// alone is of any group. The other lists add to an entry by naming it before `=`. What a controller made
    /// is judged by entries that say who may own it.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["batch/Job"], "advice": ["batch/Job=use a CronJob"]}
    /// apiVersion: batch/v1
    /// # finding: /kind
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:7.0.3
    /// ```
    ///
    /// An owner that is not the one that is allowed, unlike for other rules, does not excuse an object. Nor
    /// does another namespace than the one that is exempt:
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["Job"], "unless_owned_by": ["Job=CronJob"]}
    /// apiVersion: batch/v1
    /// # finding: /kind
    /// kind: Job
    /// metadata:
    ///   name: report-1
    ///   ownerReferences:
    ///     - apiVersion: example.com/v1
    ///       kind: Report
    ///       name: report
    ///       uid: 6f0f0d1e-0000-4000-8000-000000000001
    ///       controller: true
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:7.0.3
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["/Config*"], "unless_owned_by": ["/Config*=Certificate"], "namespaces_exempt": ["/Config*=ci-*"]}
    /// apiVersion: v1
    /// # finding: /kind
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"denied": ["batch/Job"], "advice": ["batch/Job=use a CronJob"]}
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:7.0.3
    /// ```
    ///
    /// Made by the kind that may make it, or in a namespace that is exempt:
    ///
    /// ```yaml,good
    /// # settings: {"denied": ["batch/Job", "/ConfigMap"], "unless_owned_by": ["batch/Job=CronJob"], "namespaces_exempt": ["/ConfigMap=ci-*"]}
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report-28000000
    ///   ownerReferences:
    ///     - apiVersion: batch/v1
    ///       kind: CronJob
    ///       name: report
    ///       uid: 6f0f0d1e-0000-4000-8000-000000000000
    ///       controller: true
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:7.0.3
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    ///   namespace: ci-7
    /// data:
    ///   MODE: test
    /// ```
    ///
    /// Nothing is denied unless settings do:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While something still needs the old kind. What takes its place depends on the platform, so that
    /// there is no repair.
    ///
    /// ## Source
    ///
    /// - [Owners and Dependents](https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/): which object made another one
    "kind-denied",
    "Kind that the platform does not want",
    patterns: &[],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&DENIED, Form::Kind),
        Param::Entries(&UNLESS_OWNED_BY, Form::OfKind),
        Param::Entries(&NAMESPACES_EXEMPT, Form::OfKind),
        Param::Entries(&ADVICE, Form::OfKind),
    ],
    check: Check::Object(check),
}

static DENIED: Strings = Strings {
    name: "denied",
    doc: "Kinds that are not wanted: `group/kind` with globs; the core group is empty, `/Pod`; a kind alone is of any group.",
    default: &[],
};

static UNLESS_OWNED_BY: Strings = Strings {
    name: "unless_owned_by",
    doc: "Kinds, as globs, that may own an object of an entry of `denied`: `batch/Job=CronJob`; without it every owner may.",
    default: &[],
};

static NAMESPACES_EXEMPT: Strings = Strings {
    name: "namespaces_exempt",
    doc: "Namespaces, as globs, where an entry of `denied` does not hold: `batch/Job=ci-*`.",
    default: &[],
};

static ADVICE: Strings = Strings {
    name: "advice",
    doc: "What to say about an entry of `denied`: `batch/Job=use a CronJob`.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let at = object.kind();
    let Some(kind) = at.value else { return };
    let owner = object.controller().and_then(|owner| owner.get("kind")).and_then(Node::as_str);
    let namespace = object.effective_namespace();
    // What a controller made is no matter of whoever wrote the manifest, unless the entry speaks of
    // owners.
    let is_owned = |owner, entry: &&str| {
        let mut may = added(cx, &UNLESS_OWNED_BY, entry).peekable();
        may.peek().is_none() || may.any(|kind| glob(kind, owner))
    };
    let denied = cx.entries(&DENIED).find(|entry| {
        names(entry, object)
            && !owner.is_some_and(|owner| is_owned(owner, entry))
            && !added(cx, &NAMESPACES_EXEMPT, entry).any(|exempt| glob(exempt, namespace))
    });
    let Some(entry) = denied else { return };
    let advice = added(cx, &ADVICE, entry).next();
    let (mark, advice) = (if advice.is_some() { ": " } else { "" }, advice.unwrap_or_default());
    cx.report(
        at.place,
        format_args!("the kind `{}` is not wanted here{mark}{advice}", clipped(kind)),
    );
}

/// Whether an entry of `denied` names the kind of an object; an object without `apiVersion` is of any
/// group, and an entry without group means all.
fn names(entry: &str, object: Object<'_>) -> bool {
    let api = object.api();
    let (group, kind) = entry.split_once('/').unwrap_or(("*", entry));
    glob(kind, api.kind) && (glob(group, api.group) || object.api_version().is_absent())
}

/// What a list adds to an entry of `denied`.
fn added<'r>(
    cx: &Cx<'r, '_>,
    list: &'static Strings,
    denied: &str,
) -> impl Iterator<Item = &'r str> {
    cx.entries(list)
        .filter_map(|entry| entry.split_once('='))
        .filter(move |(of, _)| *of == denied)
        .map(|(_, text)| text)
}
