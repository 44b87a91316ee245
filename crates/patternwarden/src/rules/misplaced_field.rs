use crate::engine::Cx;
use crate::kube::Object;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::schema::unknown::Judge;
use crate::schema::{type_of, walk};

crate::rule! {
    /// A field that Kubernetes does not know at this place: written one level off, or misspelt.
    ///
    /// ## Why it matters
    ///
    /// `kubectl` stops at an unknown field, but many other clients and GitOps controllers drop it,
    /// and the Pod runs without it: without the priority, without the dropped capabilities, without the probe.
    ///
    /// ## Bad
    ///
    /// Capabilities belong to a container, not to the Pod:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/capabilities
    ///     capabilities:
    ///       drop: [ALL]
    ///       add: [NET_BIND_SERVICE]
    ///   containers:
    ///     - name: httpd
    ///       image: httpd:2.4.62
    /// ```
    ///
    /// A priority class that is indented too deep, and a misspelt probe:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   containers:
    ///     - name: random-generator
    ///       image: registry.example/random-generator:1.0.3
    ///       # finding: /spec/containers/0/priorityClassName
    ///       priorityClassName: high-priority
    ///       # finding: /spec/containers/0/livenessprobe
    ///       livenessprobe:
    ///         tcpSocket:
    ///           port: 8080
    /// ```
    ///
    /// A key with nothing behind it is read all the same:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: ReplicaSet
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   replicas: 3
    ///   # finding: /spec/strategy
    ///   strategy:
    ///   selector:
    ///     matchLabels:
    ///       app: random-generator
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: random-generator
    ///     spec:
    ///       containers:
    ///         - name: random-generator
    ///           image: registry.example/random-generator:1.0.3
    /// ```
    ///
    /// A name that no place around it knows:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    /// spec:
    ///   selector:
    ///     app: web
    ///   # finding: /spec/loadBalancer
    ///   loadBalancer: true
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// A Service selects by a plain map, a workload does not:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    /// spec:
    ///   selector:
    ///     # finding: 0 /spec/selector/matchLabels
    ///     matchLabels:
    ///       app: web
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: web
    /// spec:
    ///   selector:
    ///     # finding: 1 /spec/selector/app
    ///     app: web
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: web
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/web:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   priorityClassName: high-priority
    ///   containers:
    ///     - name: httpd
    ///       image: httpd:2.4.62
    ///       securityContext:
    ///         capabilities:
    ///           drop: [ALL]
    ///           add: [NET_BIND_SERVICE]
    /// ```
    ///
    /// Kinds and versions that this table does not know are not judged:
    ///
    /// ```yaml,good
    /// apiVersion: example.com/v1
    /// kind: Widget
    /// metadata:
    ///   name: small
    /// size: 3
    /// ```
    ///
    /// Leftovers of another tool, when the settings allow their prefix:
    ///
    /// ```yaml,good
    /// # settings: {"allow_extra_prefixes": ["x-"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   x-team: shop
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// What SOPS adds, and takes away again:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: shop
    /// sops:
    ///   version: 3.9.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For keys that a tool removes before the manifest is applied; name their prefix in
    /// `allow_extra_prefixes`. To move a field that opens the node, such as `privileged: true`, is to switch it on,
    /// which takes a person.
    ///
    /// ## Source
    ///
    /// - [KEP-2885](https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/2885-server-side-unknown-field-validation): server-side field validation, stable since 1.27
    /// - [Kubernetes API reference](https://kubernetes.io/docs/reference/kubernetes-api/), 1.29 to 1.37
    "misplaced-field",
    "Known field in the wrong place, or unknown field",
    patterns: &[Pattern::PredictableDemands, Pattern::ProcessContainment],
    severity: Severity::Error,
    surfaces: &[Surface::Text, Surface::Object],
    params: &[Param::Strings(&ALLOW_EXTRA_PREFIXES)],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static ALLOW_EXTRA_PREFIXES: Strings = Strings {
    name: "allow_extra_prefixes",
    doc: "Keys that begin with one of these are left alone.",
    default: &[],
};

/// Findings in one object; one with more than these is no manifest.
const MAX: usize = 64;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(ty) = type_of(object) else { return };
    let judge = Judge { root: object.node, target: cx.target() };
    let mut found = 0;
    walk(object.node, ty, &mut |levels, child, field| {
        if cx.begins(&ALLOW_EXTRA_PREFIXES, child.key().unwrap_or_default()) || found > MAX {
            return;
        }
        // SOPS adds its own key to what it encrypts, and takes it away before anything is applied.
        if child.key() == Some("sops") && child.parent() == Some(object.node) {
            return;
        }
        let Some(offence) = judge.offence(levels, child, field) else { return };
        found += 1;
        if found > MAX {
            cx.report(child, format_args!("more fields of this object are not known"));
            return;
        }
        let mut finding = cx.report(offence.node, format_args!("{}", offence.message));
        for (grade, title, edits) in offence.fixes {
            finding = finding.fix(grade, title, edits);
        }
    });
}
