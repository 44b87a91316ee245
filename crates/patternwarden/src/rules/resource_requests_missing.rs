use crate::engine::Cx;
use crate::kube::resources::{amount, quantity, request};
use crate::kube::{Class, Container};
use crate::param::{Choice, Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{string::ToString, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Value};

crate::rule! {
    /// A container does not say how much CPU or memory it needs.
    ///
    /// ## Why it matters
    ///
    /// Without requests the scheduler packs blind, and a Pod that requests nothing is BestEffort,
    /// first in line when a node runs short. An autoscaler that aims at a share of the CPU request
    /// does not work at all.
    ///
    /// ## Bad
    ///
    /// Nothing is said:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources/requests
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A request of zero is none, and a written zero also stops the limit from being copied. Init
    /// containers count too, with less weight:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/resources/requests
    ///     - name: migrate
    ///       image: registry.example/migrate:1.4.2
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         # finding: /spec/containers/0/resources/requests
    ///         requests:
    ///           cpu: 0
    ///           memory: 128Mi
    ///         limits:
    ///           cpu: 500m
    /// ```
    ///
    /// A limit alone, which becomes the request as well, where that does not count:
    ///
    /// ```yaml,bad
    /// # settings: {"count_limit_as_request": false}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       # finding: /spec/containers/0/resources/requests
    ///       resources:
    ///         limits:
    ///           cpu: 100m
    ///           memory: 128Mi
    /// ```
    ///
    /// ## Good
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
    ///       resources:
    ///         requests:
    ///           cpu: 100m
    ///           memory: 128Mi
    ///         limits:
    ///           memory: 128Mi
    /// ```
    ///
    /// A limit is copied into a request that is not written:
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
    ///       resources:
    ///         limits:
    ///           cpu: 500m
    ///           memory: 128Mi
    /// ```
    ///
    /// The Pod as a whole says it (from 1.34):
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   resources:
    ///     requests:
    ///       cpu: 100m
    ///       memory: 128Mi
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a LimitRange of the namespace fills requests in, which is not seen here. Debug
    /// containers can have none and are left out.
    ///
    /// ## Source
    ///
    /// - [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Pod-level resources](https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/)
    "resource-requests-missing",
    "Container without CPU or memory request",
    patterns: &[Pattern::PredictableDemands],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&RESOURCES, Form::OneOf(&["cpu", "memory", "ephemeral-storage"])),
        Param::Strings(&KINDS_EXEMPT),
        Param::Flag(&SIDECARS),
        Param::Flag(&LIMIT_COUNTS),
        Param::Choice(&INIT),
    ],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static RESOURCES: Strings = Strings {
    name: "resources",
    doc: "Which of `cpu`, `memory` and `ephemeral-storage` must be requested.",
    default: &["cpu", "memory"],
};

static KINDS_EXEMPT: Strings = Strings {
    name: "kinds_exempt",
    doc: "Kinds whose containers need no requests, as globs.",
    default: &[],
};

static SIDECARS: Flag =
    Flag { name: "sidecars", doc: "Whether native sidecars are judged.", default: true };

static LIMIT_COUNTS: Flag = Flag {
    name: "count_limit_as_request",
    doc: "Whether a limit alone is enough, as it is copied into the request.",
    default: true,
};

static INIT: Choice = Choice {
    name: "init",
    doc: "Severity for plain init containers: `info`, the `same` as for others, or `ignore`.",
    options: &["info", "same", "ignore"],
    default: "info",
};

/// Resources that can be demanded, each with an amount to start with.
const STARTS: &[(&str, &str)] =
    &[("cpu", "100m"), ("memory", "128Mi"), ("ephemeral-storage", "64Mi")];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let severity = match (container.class, cx.choice(&INIT)) {
        (Class::Ephemeral, _) | (Class::Init, "ignore") => return,
        (Class::Sidecar, _) if !cx.flag(&SIDECARS) => return,
        (Class::Init, "info") => Severity::Info,
        _ => Severity::Warning,
    };
    if cx.lists(&KINDS_EXEMPT, container.pod.workload.kind.kind) {
        return;
    }
    let limit_counts = cx.flag(&LIMIT_COUNTS);
    let pod = container.pod.resources_in(cx.target());
    let resources = container.resources().value;
    let missing: Vec<_> = STARTS
        .iter()
        .filter(|(resource, _)| {
            cx.lists(&RESOURCES, resource)
                && !requests(resources, resource, limit_counts)
                && !requests(pod, resource, limit_counts)
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let at = container.requests().place;
    let base = at.pointer(container.object().node).to_string();
    let edits = missing.iter().map(|(resource, start)| {
        Edit::new(alloc::format!("{base}/{resource}"), Op::Add(Value::from(*start)))
    });
    let edits = edits.collect();
    let names: Vec<_> = missing.iter().map(|(name, _)| alloc::format!("`{name}`")).collect();
    let (name, names) = (container.display_name(), names.join(" and no "));
    cx.report(at, format_args!("container `{name}` requests no {names}")).severity(severity).fix(
        Grade::Review,
        "Request a little to start with",
        edits,
    );
}

/// Whether these resources request more than none of `resource`, or limit it and so request it.
fn requests(resources: Option<Node<'_>>, resource: &str, limit_counts: bool) -> bool {
    let request = if limit_counts {
        request(resources, resource)
    } else {
        amount(resources, "requests", resource)
    };
    quantity(request).is_some()
}
