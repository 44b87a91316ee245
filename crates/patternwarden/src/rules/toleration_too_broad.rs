use crate::engine::Cx;
use crate::kube::{PodSpec, items};
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A toleration opens more nodes than was meant.
    ///
    /// ## Why it matters
    ///
    /// Without a key it tolerates every taint, and the application may land on the control plane or on nodes
    /// that were set aside for something else. A Pod next to etcd and the API server is the shortest way to
    /// the keys of the cluster.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   tolerations:
    ///     # finding: 0 /spec/tolerations/0
    ///     - operator: Exists
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       tolerations:
    ///         # finding: 1 /spec/template/spec/tolerations/0
    ///         - operator: Exists
    ///           effect: NoSchedule
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// What the API server refuses:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   tolerations:
    ///     # finding: /spec/tolerations/0
    ///     - key: dedicated
    ///       operator: Exists
    ///       value: shop
    ///     # finding: /spec/tolerations/1
    ///     - value: shop
    ///       effect: NoSchedule
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Taints that are nobody's business:
    ///
    /// ```yaml,bad
    /// # settings: {"denied_keys": ["node-role.kubernetes.io/*"]}
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       tolerations:
    ///         # finding: /spec/template/spec/tolerations/0
    ///         - key: node-role.kubernetes.io/control-plane
    ///           operator: Exists
    ///           effect: NoSchedule
    ///         # finding: /spec/template/spec/tolerations/1
    ///         - operator: Exists
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
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
    ///   tolerations:
    ///     - key: dedicated
    ///       operator: Equal
    ///       value: shop
    ///       effect: NoSchedule
    ///     - key: node.kubernetes.io/not-ready
    ///       operator: Exists
    ///       effect: NoExecute
    ///       tolerationSeconds: 300
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents that must run on every node whatever happens, such as those for network and storage.
    ///
    /// ## Source
    ///
    /// - [Taints and tolerations](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/): "An empty key with operator Exists matches all keys, values and effects"
    "toleration-too-broad",
    "Toleration opens more nodes than meant",
    patterns: &[Pattern::AutomatedPlacement, Pattern::DaemonService],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&DENIED_KEYS)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static DENIED_KEYS: Strings = Strings {
    name: "denied_keys",
    doc: "Taints, as globs, that no Pod may tolerate, such as `node-role.kubernetes.io/control-plane`.",
    default: &[],
};

/// Taints of the condition of a node: the admission of the API server and the DaemonSet controller
/// add tolerations for them.
const CONDITIONS: &str = "node.kubernetes.io/";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let strict = cx.entries(&DENIED_KEYS).next().is_some();
    let daemon = pod.workload.is_like("DaemonSet");
    for toleration in items(pod.tolerations().value).filter(|node| node.is_map()) {
        let text = |field| {
            let node = toleration.get(field).and_then(Node::as_str);
            node.filter(|text: &&str| !text.is_empty())
        };
        let (key, exists) = (text("key"), text("operator") == Some("Exists"));
        let denied =
            key.is_some_and(|key| !key.starts_with(CONDITIONS) && cx.lists(&DENIED_KEYS, key));
        let (severity, problem) = if exists && text("value").is_some() {
            (Severity::Error, "has a value, which `Exists` does not compare")
        } else if key.is_none() && !exists {
            (Severity::Error, "has no key, which only `Exists` can do without")
        } else if denied {
            (Severity::Warning, "is for a taint that no Pod may tolerate here")
        } else if key.is_some() {
            continue;
        } else if strict {
            (Severity::Warning, "tolerates every taint, also those that no Pod may tolerate here")
        } else if daemon {
            (Severity::Hint, "tolerates every taint")
        } else {
            (Severity::Info, "tolerates every taint, also that of the control plane")
        };
        let shown = clipped(key.unwrap_or("*"));
        cx.report(toleration, format_args!("the toleration of `{shown}` {problem}"))
            .severity(severity)
            .fix_remove(Grade::Review, "Remove the toleration");
    }
}
