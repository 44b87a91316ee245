use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::{clipped, glob};
use crate::metadata_policy::{CRITERION, KEYS, Policy, SCOPES, judge, places};
use crate::param::{Choice, Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};

crate::rule! {
    /// The labels of an object are not those that the platform asks for.
    ///
    /// ## Why it matters
    ///
    /// Reports of costs, ownership and who is called at night read labels, and an object without an
    /// owner is nobody's at three in the morning. Each site has its own list, so nothing is demanded
    /// by default. An entry of `required` and `values` is a key, or `key=value` with a glob for the
    /// value; in the lists a leading `!` takes a key out again.
    ///
    /// ## Bad
    ///
    /// Missing, empty, or not as demanded:
    ///
    /// ```yaml,bad
    /// # settings: {"required": ["owner=team-*", "cost"], "values": ["tier=front"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   # finding: /metadata/labels
    ///   labels:
    ///     # finding: /metadata/labels/owner
    ///     owner: alice
    ///     # finding: /metadata/labels/tier
    ///     tier: back
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Not allowed, also in the template:
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["legacy/*", "!legacy/id"], "allowed_only": ["app", "legacy/id"], "allow_system": false, "scope": "both", "kinds": ["Deployment"]}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: app
    ///   labels:
    ///     legacy/id: "7"
    ///     # finding: /metadata/labels/legacy~1zone
    ///     legacy/zone: a
    ///     # finding: /metadata/labels/app.kubernetes.io~1name
    ///     app.kubernetes.io/name: app
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: app
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: app
    ///         # finding: /spec/template/metadata/labels/extra
    ///         extra: "yes"
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// A criterion over keys, the recommended labels, and an instance of another name:
    ///
    /// ```yaml,bad
    /// # settings: {"criteria": "containsAnyOf", "keys": ["team", "squad"], "instance_matches_name": true}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: app
    ///   # finding: /metadata/labels
    ///   labels:
    ///     # finding: /metadata/labels/app.kubernetes.io~1instance
    ///     app.kubernetes.io/instance: other
    /// spec:
    ///   selector:
    ///     app: app
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"preset": "kubernetes-common"}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   # finding: /metadata/labels
    ///   labels:
    ///     app.kubernetes.io/name: shop
    ///     app.kubernetes.io/instance: shop
    ///     app.kubernetes.io/version: 1.4.2
    ///     app.kubernetes.io/component: all
    ///     app.kubernetes.io/part-of: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"required": ["owner=team-*"], "allowed_only": ["owner"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   labels:
    ///     owner: team-shop
    ///     app.kubernetes.io/name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   mode: prod
    /// ```
    ///
    /// Nothing is demanded unless settings do:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For objects that a tool of another team makes. What a label should hold instead, and whether a
    /// selector needs one that is denied, is not known here: the repair adds labels that are missing, for
    /// you to fill, and never touches a selector. What a controller made has the labels of its template.
    ///
    /// ## Source
    ///
    /// - [Recommended Labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/)
    "label-policy",
    "Required, forbidden or malformed labels",
    patterns: &[Pattern::DeclarativeDeployment],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&REQUIRED, Form::KeyOrPair),
        Param::Strings(&DENIED),
        Param::Strings(&ALLOWED_ONLY),
        Param::Flag(&ALLOW_SYSTEM),
        Param::Entries(&VALUES, Form::Pair),
        Param::Choice(&CRITERION),
        Param::Strings(&KEYS),
        Param::Choice(&PRESET),
        Param::Flag(&INSTANCE),
        Param::Strings(&KINDS),
        Param::Choice(&SCOPE),
    ],
    fix: Some(Grade::Template),
    check: Check::Object(check),
}

static REQUIRED: Strings =
    Strings::empty("required", "Labels that must be there: `key`, or `key=value` with a glob.");
static DENIED: Strings = Strings::empty("denied", "Labels that must not be there, as globs.");
static ALLOWED_ONLY: Strings =
    Strings::empty("allowed_only", "The only labels that may be there, as globs.");
static VALUES: Strings =
    Strings::empty("values", "What labels must hold where they are: `key=value` with globs.");

static ALLOW_SYSTEM: Flag = Flag {
    name: "allow_system",
    doc: "Whether keys of `kubernetes.io` and `k8s.io` are always among the allowed ones.",
    default: true,
};

static PRESET: Choice = Choice {
    name: "preset",
    doc: "`kubernetes-common` requires the six labels that Kubernetes recommends.",
    options: &["none", "kubernetes-common"],
    default: "none",
};

static INSTANCE: Flag = Flag {
    name: "instance_matches_name",
    doc: "Whether `app.kubernetes.io/instance` must be the name of the object.",
    default: false,
};

static KINDS: Strings = Strings {
    name: "kinds",
    doc: "Kinds that are judged, as globs; `workloads` is all that make Pods.",
    default: &["workloads", "Service", "Namespace"],
};

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "Whether the labels of the object, of its template, or of both are judged.",
    options: SCOPES,
    default: "object",
};

static POLICY: Policy = Policy {
    word: "label",
    path: &["metadata", "labels"],
    required: &REQUIRED,
    denied: &DENIED,
    allowed_only: &ALLOWED_ONLY,
    values: &VALUES,
    kinds: &KINDS,
    scope: &SCOPE,
    denies_all: true,
};

const COMMON: &[&str] = &[
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/version",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
];

const SYSTEM: [&str; 4] = ["kubernetes.io/*", "*.kubernetes.io/*", "k8s.io/*", "*.k8s.io/*"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let common: &[&'static str] = if cx.choice(&PRESET) == "none" { &[] } else { COMMON };
    let system = cx.flag(&ALLOW_SYSTEM);
    let values: alloc::vec::Vec<&str> = cx.entries(&VALUES).collect();
    let exempt = |key: &str| {
        let named = values
            .iter()
            .any(|entry| entry.split_once('=').is_some_and(|(name, _)| glob(name, key)));
        system && !named && SYSTEM.iter().any(|pattern| glob(pattern, key))
    };
    for place in places(cx, object, &POLICY) {
        judge(cx, object, place, &POLICY, common, &exempt);
        let instance = place.node().and_then(|map| map.get("app.kubernetes.io/instance"));
        let Some(name) = object.name().value.filter(|_| cx.flag(&INSTANCE)) else { continue };
        if let Some(node) = instance.filter(|node| node.as_str() != Some(name)) {
            let (held, name) = (clipped(node.scalar_text()), clipped(name));
            cx.report(
                node,
                format_args!(
                    "`app.kubernetes.io/instance` is `{held}`, not the name `{name}` of the object"
                ),
            );
        }
    }
}
