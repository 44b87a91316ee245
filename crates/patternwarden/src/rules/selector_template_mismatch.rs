use crate::engine::Cx;
use crate::kube::{LabelSelector, Object, PodSpec, entries, items, selects};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value, escaped};

crate::rule! {
    /// A workload does not select the Pods of its own template.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object, or after an edit of the labels the upgrade cannot be applied any
    /// more, because a selector never changes. The second case is worse: it is found in production,
    /// with the next release.
    ///
    /// ## Bad
    ///
    /// The template carries another label:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/selector
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: store
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// There is no selector:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// # finding: /spec/selector
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// The selector is empty:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   # finding: /spec/selector
    ///   selector: {}
    ///   serviceName: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:1.4.2
    /// ```
    ///
    /// The old kind has a plain map:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ReplicationController
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/selector
    ///   selector:
    ///     app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: store
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// A Job that chooses its own Pods:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: load
    /// spec:
    ///   manualSelector: true
    ///   # finding: /spec/selector
    ///   selector:
    ///     matchExpressions:
    ///       - key: job
    ///         operator: In
    ///         values: [load]
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: load
    ///           image: registry.example/load:1.0.3
    /// ```
    ///
    /// It matches today, and the next version cannot be applied:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///       # finding: /spec/selector/matchLabels/app.kubernetes.io~1version
    ///       app.kubernetes.io/version: 2.1.0
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///         app.kubernetes.io/version: 2.1.0
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
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
    ///         app.kubernetes.io/version: 2.1.0
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// A ReplicationController takes the labels of its template, and a Job gets a selector of its own:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ReplicationController
    /// metadata:
    ///   name: shop
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: load
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: load
    ///           image: registry.example/load:1.0.3
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for a mismatch. A label that changes per release may stay in a selector where every
    /// release gets a workload of its own, such as `shop-v2` beside `shop-v1`. To take it out, the workload must
    /// be made anew, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Deployments, Selector](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector): must match the template, and is immutable
    /// - [Jobs, Specifying your own Pod selector](https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector)
    "selector-template-mismatch",
    "Workload selector does not match its own template",
    patterns: &[
        Pattern::DeclarativeDeployment,
        Pattern::StatelessService,
        Pattern::StatefulService,
        Pattern::DaemonService,
    ],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Safe),
    surfaces: &[Surface::Object],
    check: Check::Pod(check),
}

/// Labels that tools change with every release.
const CHANGING: &[&str] = &["version", "chart", "app.kubernetes.io/version", "pod-template-hash"];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (workload, object) = (pod.workload, pod.object());
    let at = workload.selector();
    if at.is_mistyped() {
        return;
    }
    let plain = object.is("", "ReplicationController");
    let needed = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]
        .iter()
        .any(|kind| object.is("apps", kind));
    let manual = object.is("batch", "Job") && workload.manual_selector().value == Some(true);
    if !(plain || needed || manual) {
        return;
    }
    let Some(selector) = at.value.filter(|node| !is_empty(*node, plain)) else {
        // The versions before apps/v1beta2 filled the selector in from the template.
        if !plain && object.api().version != "v1beta1" {
            absent(cx, object, at.place, pod.labels());
        }
        return;
    };
    let matched = if plain {
        selects(selector, pod.labels())
    } else {
        LabelSelector { node: selector }.selects(pod.labels())
    };
    if !matched {
        let missing = missing(pod, selector, plain);
        let finding = cx.report(
            at.place,
            format_args!("the selector does not match the labels of the Pod template"),
        );
        if let Some(edits) = missing {
            finding.fix(Grade::Safe, "Give the template the labels that are selected", edits);
        }
    } else if !plain {
        let exact = entries(selector.get("matchLabels")).filter_map(|at| Some((at, at.key()?)));
        let listed = items(selector.get("matchExpressions"))
            .filter(|expression| expression.get("operator").and_then(Node::as_str) == Some("In"))
            .filter_map(|expression| expression.get("key").and_then(|at| Some((at, at.as_str()?))));
        for (at, key) in exact.chain(listed).filter(|(_, key)| CHANGING.contains(key)) {
            cx.report(
                at,
                format_args!("`{key}` changes with a release, and a selector never changes"),
            )
            .severity(Severity::Warning);
        }
    }
}

fn is_empty(selector: Node<'_>, plain: bool) -> bool {
    if plain {
        selector.children().next().is_none()
    } else {
        LabelSelector { node: selector }.is_empty()
    }
}

fn absent<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>, place: Place<'d>, labels: Option<Node<'d>>) {
    let pointer = format!("{}/matchLabels", place.pointer(object.node));
    let kind = clipped(object.api().kind);
    let finding =
        cx.report(place, format_args!("this {kind} selects no Pods: its selector is empty"));
    if let Some(labels) = labels.filter(|labels| labels.children().next().is_some()) {
        let edit = Edit::new(pointer, Op::Add(Value::of(labels)));
        finding.fix(Grade::Review, "Select the labels of the template", [edit].into());
    }
}

/// Edits that give the template what the selector names; `None` where it asks for more than
/// values of labels.
fn missing(pod: PodSpec<'_>, selector: Node<'_>, plain: bool) -> Option<Vec<Edit>> {
    let template = Place::from(pod.template).pointer(pod.object().node);
    let held = |key| pod.labels().and_then(|labels| labels.get(key)).and_then(Node::as_str);
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    let exact = if plain { Some(selector) } else { selector.get("matchLabels") };
    for label in entries(exact) {
        let (key, value) = (label.key()?, label.as_str()?);
        if held(key) != Some(value) {
            wanted.push((key, value));
        }
    }
    for expression in items(selector.get("matchExpressions")) {
        let key = expression.get("key")?.as_str()?;
        let mut values = items(expression.get("values"));
        match expression.get("operator")?.as_str()? {
            "Exists" if held(key).is_some() => {}
            "In" if held(key)
                .is_some_and(|held| values.clone().any(|v| v.as_str() == Some(held))) => {}
            "In" => wanted.push((key, values.next()?.as_str()?)),
            _ => return None,
        }
    }
    let edit = |(key, value): &(&str, &str)| {
        let pointer = format!("{template}/metadata/labels/{}", escaped(key));
        Edit::new(pointer, Op::Add(Value::from(*value)))
    };
    (!wanted.is_empty()).then(|| wanted.iter().map(edit).collect())
}
