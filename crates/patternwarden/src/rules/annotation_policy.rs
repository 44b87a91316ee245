use crate::annotations::{IGNORE_ALL, IGNORE_CONTAINER, OF_OURS};
use crate::engine::Cx;
use crate::kube::{Object, entries};
use crate::matcher::{clipped, glob};
use crate::metadata_policy::{CRITERION, KEYS, Policy, SCOPES, judge, places};
use crate::param::{Choice, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};

crate::rule! {
    /// The annotations of an object are not those that the platform asks for.
    ///
    /// ## Why it matters
    ///
    /// Annotations switch on features of controllers, and some of these run code or open ports. A
    /// list of what is used here keeps the rest closed. An entry of `required` and `values` is a key,
    /// or `key=value` with a glob for the value; in the lists a leading `!` takes a key out again.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"required": ["email=*@*"], "denied": ["nginx.ingress.kubernetes.io/*-snippet"], "denied_values": ["*.internal"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   # finding: /metadata/annotations
    ///   annotations:
    ///     # finding: /metadata/annotations/nginx.ingress.kubernetes.io~1server-snippet
    ///     nginx.ingress.kubernetes.io/server-snippet: return 200;
    ///     # finding: /metadata/annotations/team.example~1host
    ///     team.example/host: db.internal
    /// spec:
    ///   ingressClassName: internal
    ///   defaultBackend:
    ///     service:
    ///       name: shop
    ///       port:
    ///         number: 80
    /// ```
    ///
    /// Others than those that are allowed, values that are not as demanded, and a criterion, in the
    /// template:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_only": ["team.example/*"], "values": ["team.example/level=high"], "criteria": "containsAllOf", "keys": ["team.example/id"], "scope": "template", "kinds": ["Deployment"]}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: app
    ///   annotations:
    ///     other.example/a: not judged
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: app
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: app
    ///       # finding: /spec/template/metadata/annotations
    ///       annotations:
    ///         # finding: /spec/template/metadata/annotations/other.example~1a
    ///         other.example/a: b
    ///         # finding: /spec/template/metadata/annotations/team.example~1level
    ///         team.example/level: low
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// What the cluster and this tool write is left alone:
    ///
    /// ```yaml,good
    /// # settings: {"required": ["email=*@*"], "allowed_only": ["email"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   annotations:
    ///     email: shop@example.com
    ///     kubectl.kubernetes.io/last-applied-configuration: "{}"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Nothing is demanded unless settings do:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   annotations:
    ///     any.example/thing: goes
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For objects that a tool of another team makes. The repair takes away what is denied, and adds what is
    /// missing for you to fill; what another value should be is not known here.
    ///
    /// ## Source
    ///
    /// - [Annotations](https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/)
    "annotation-policy",
    "Required, forbidden or malformed annotations",
    patterns: &[Pattern::DeclarativeDeployment],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&REQUIRED, Form::KeyOrPair),
        Param::Strings(&DENIED),
        Param::Strings(&ALLOWED_ONLY),
        Param::Entries(&VALUES, Form::Pair),
        Param::Strings(&DENIED_VALUES),
        Param::Choice(&CRITERION),
        Param::Strings(&KEYS),
        Param::Strings(&KINDS),
        Param::Choice(&SCOPE),
    ],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static REQUIRED: Strings = Strings::empty(
    "required",
    "Annotations that must be there: `key`, or `key=value` with a glob.",
);
static DENIED: Strings = Strings::empty("denied", "Annotations that must not be there, as globs.");
static ALLOWED_ONLY: Strings =
    Strings::empty("allowed_only", "The only annotations that may be there, as globs.");
static VALUES: Strings =
    Strings::empty("values", "What annotations must hold where they are: `key=value` with globs.");
static DENIED_VALUES: Strings =
    Strings::empty("denied_values", "Values that no annotation may have, as globs.");

static KINDS: Strings = Strings {
    name: "kinds",
    doc: "Kinds that are judged, as globs; `workloads` is all that make Pods.",
    default: &["workloads", "Service", "Ingress", "Namespace"],
};

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "Whether the annotations of the object, of its template, or of both are judged.",
    options: SCOPES,
    default: "object",
};

static POLICY: Policy = Policy {
    word: "annotation",
    path: &["metadata", "annotations"],
    required: &REQUIRED,
    denied: &DENIED,
    allowed_only: &ALLOWED_ONLY,
    values: &VALUES,
    kinds: &KINDS,
    scope: &SCOPE,
    denies_all: false,
};

/// What kubectl, controllers and this tool's users write.
const OWN: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "autoscaling.alpha.kubernetes.io/*",
    OF_OURS,
    IGNORE_ALL,
    IGNORE_CONTAINER,
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let exempt = |key: &str| OWN.iter().any(|pattern| glob(pattern, key));
    for place in places(cx, object, &POLICY) {
        judge(cx, object, place, &POLICY, &[], &exempt);
        for entry in entries(place.node()) {
            let key = entry.key().unwrap_or_default();
            if !exempt(key) && cx.lists(&DENIED_VALUES, entry.scalar_text()) {
                cx.report(
                    entry,
                    format_args!(
                        "the annotation `{}` has a value that is not allowed",
                        clipped(key)
                    ),
                );
            }
        }
    }
}
