use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, string::ToString, vec};
use patternwarden_tree::{Edit, Op, Value, escaped};

crate::rule! {
    /// A Pod names the node that it runs on, past the scheduler.
    ///
    /// ## Why it matters
    ///
    /// Resources, taints and affinity are not looked at, and the kubelet refuses the Pod when the node is
    /// full. When the node is replaced, the Pod has no place to go.
    ///
    /// ## Bad
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
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       # finding: /spec/template/spec/nodeName
    ///       nodeName: node-7
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// A Pod by itself may be a test:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: /spec/nodeName
    ///   nodeName: node-7
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
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
    ///   nodeSelector:
    ///     disktype: ssd
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A Pod that runs, and one that its node has from a file:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   nodeName: node-7
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// status:
    ///   phase: Running
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: proxy-node-7
    ///   annotations:
    ///     kubernetes.io/config.mirror: 5f1f
    /// spec:
    ///   nodeName: node-7
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// To debug one node.
    ///
    /// ## Source
    ///
    /// - [Assigning Pods to nodes: nodeName](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename): its limitations
    "node-name-pinned",
    "Workload bypasses the scheduler",
    patterns: &[Pattern::AutomatedPlacement],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

const MIRROR: &str = "kubernetes.io/config.mirror";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let object = pod.object();
    let bare = pod.workload.kind.kind == "Pod";
    let lives = object.node.at(&["status", "phase"]).node().is_some()
        || object.owner_references().value.is_some_and(|owners| owners.items().next().is_some())
        || object.annotation(MIRROR).is_some();
    let at = pod.node_name();
    let Some(name) = at.value.filter(|name| !name.is_empty()) else { return };
    if bare && lives {
        return;
    }
    let severity = if bare { Severity::Info } else { Severity::Warning };
    let pointer = |place: patternwarden_tree::Place<'d>| place.pointer(object.node).to_string();
    let selector = pointer(pod.node_selector().place);
    let key = format!("{selector}/{}", escaped("kubernetes.io/hostname"));
    let edits =
        vec![Edit::new(key, Op::Add(Value::from(name))), Edit::new(pointer(at.place), Op::Remove)];
    cx.report(at.place, format_args!("node `{}` is named, past the scheduler", clipped(name)))
        .severity(severity)
        .fix(Grade::Review, "Select the node by its label", edits);
}
