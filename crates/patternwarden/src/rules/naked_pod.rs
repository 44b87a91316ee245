use crate::engine::Cx;
use crate::kube::{Object, PodSpec};
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{borrow::ToOwned, string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Value};

crate::rule! {
    /// A Pod or ReplicaSet that nothing recreates or updates.
    ///
    /// ## Why it matters
    ///
    /// When its node dies, such a Pod is gone. To update it means to delete it by hand. A ReplicaSet brings
    /// Pods back, but does not roll out a change.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// # finding: /kind
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   labels:
    ///     app: app
    ///   annotations:
    ///     example.com/scrape: "true"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// # finding: /kind
    /// kind: ReplicaSet
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// Pods that run once, when the settings ask for them:
    ///
    /// ```yaml,bad
    /// # settings: {"include_run_once": true, "namespaces_exempt": []}
    /// apiVersion: v1
    /// # finding: /kind
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: kube-system
    /// spec:
    ///   restartPolicy: Never
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// One that runs once, where those are asked about:
    ///
    /// ```yaml,bad
    /// # settings: {"include_run_once": true}
    /// apiVersion: v1
    /// # finding: /kind
    /// kind: Pod
    /// metadata:
    ///   name: shop-import
    /// spec:
    ///   restartPolicy: Never
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// A Pod that runs once, one that a controller made, one that a node has from a file, and what belongs
    /// to the cluster itself:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: test
    /// spec:
    ///   restartPolicy: Never
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop-7d4b9-x2x
    ///   ownerReferences:
    ///     - apiVersion: apps/v1
    ///       kind: ReplicaSet
    ///       name: shop-7d4b9
    ///       uid: 0b7f9c1e-2f4d-4a53-9a55-0a6c5d8f1b11
    ///       controller: true
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: proxy-node-1
    ///   annotations:
    ///     kubernetes.io/config.mirror: 5f1f
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: dns
    ///   namespace: kube-system
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For tests, debug sessions and static Pods. A fragment, which may be part of anything, is no more
    /// than a hint. A Pod that runs once cannot become a Deployment, so that no repair is offered for it.
    ///
    /// ## Source
    ///
    /// - [Pods and controllers](https://kubernetes.io/docs/concepts/workloads/pods/#pods-and-controllers)
    /// - [ReplicaSet](https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#when-to-use-a-replicaset): Deployments are recommended instead
    "naked-pod",
    "Pod or ReplicaSet without a controller that can update it",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::StatelessService],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&NAMESPACES_EXEMPT), Param::Flag(&INCLUDE_RUN_ONCE)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static NAMESPACES_EXEMPT: Strings = Strings {
    name: "namespaces_exempt",
    doc: "Namespaces that are left out, as globs.",
    default: &["kube-system"],
};

static INCLUDE_RUN_ONCE: Flag = Flag {
    name: "include_run_once",
    doc: "Whether Pods with `restartPolicy: Never` or `OnFailure` are reported.",
    default: false,
};

const MIRROR: &str = "kubernetes.io/config.mirror";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let object = pod.object();
    let kind = pod.workload.kind;
    let is_pod = kind.kind == "Pod";
    if !(is_pod || matches!(kind.kind, "ReplicaSet" | "ReplicationController"))
        || object.is_controlled()
        || object.annotation(MIRROR).is_some()
        || cx.lists(&NAMESPACES_EXEMPT, object.effective_namespace())
    {
        return;
    }
    let once = matches!(pod.restart_policy().value, Some("Never" | "OnFailure"));
    if is_pod && once && !cx.flag(&INCLUDE_RUN_ONCE) {
        return;
    }
    let fragment = cx.set().assumed(object.index).is_some();
    let (severity, problem) = match (fragment, is_pod) {
        (true, _) => (Severity::Hint, "nothing brings this Pod back when its node is lost"),
        (_, true) => (Severity::Warning, "nothing brings this Pod back when its node is lost"),
        _ => (Severity::Info, "nothing rolls out a change of these Pods"),
    };
    let finding = cx.report(object.kind().place, format_args!("{problem}")).severity(severity);
    let edits = match kind.kind {
        "Pod" => wrap(pod).filter(|_| !once),
        "ReplicaSet" => Some(as_deployment()),
        _ => with_selector(pod),
    };
    if let Some(edits) = edits.filter(|_| !fragment) {
        finding.fix(Grade::Review, "Make it a Deployment", edits);
    }
}

fn as_deployment() -> Vec<Edit> {
    vec![
        Edit::new("/apiVersion", Op::Add(Value::from("apps/v1"))),
        Edit::new("/kind", Op::Replace(Value::from("Deployment"))),
    ]
}

/// Edits that make a Deployment of a ReplicationController, whose selector is a plain map, or none: then it is
/// that of its template. `None` where there is nothing to select by.
fn with_selector(pod: PodSpec<'_>) -> Option<Vec<Edit>> {
    let some = |labels: &Node<'_>| labels.children().next().is_some();
    let own = pod.workload.selector();
    let labels = own.value.filter(some).or_else(|| pod.labels().filter(some))?;
    let mut edits = as_deployment();
    let selector = Value::map([("matchLabels", Value::of(labels))]);
    let pointer = own.place.pointer(pod.object().node).to_string();
    let replaced = own.place.node().is_some();
    edits
        .push(Edit::new(pointer, if replaced { Op::Replace(selector) } else { Op::Add(selector) }));
    Some(edits)
}

/// Edits that put a Pod into the template of a Deployment; `None` for what a template cannot hold.
fn wrap(pod: PodSpec<'_>) -> Option<Vec<Edit>> {
    let object: Object<'_> = pod.object();
    if !pod.active_deadline_seconds().is_absent() || pod.node.get("ephemeralContainers").is_some() {
        return None;
    }
    let own = pod.labels().filter(|labels| labels.children().next().is_some());
    let labels = match own {
        Some(labels) => Value::of(labels),
        None => Value::map([("app", Value::from(object.name().value?))]),
    };
    // What the Pod says is moved and never copied, as it may hold secrets.
    let moved = |to: &str, from: &str| Edit::new(to, Op::Move { from: from.to_owned() });
    let add = |to: &str| Edit::new(to, Op::Add(labels.clone()));
    let mut edits = as_deployment();
    edits.push(moved("/template/spec", "/spec"));
    edits.push(add("/template/metadata/labels"));
    if object.annotations().value.is_some() {
        edits.push(moved("/template/metadata/annotations", "/metadata/annotations"));
    }
    edits.push(moved("/spec/template", "/template"));
    edits.push(add("/spec/selector/matchLabels"));
    Some(edits)
}
