use crate::engine::Cx;
use crate::kube::{Object, PodSpec, entries, items};
use crate::pattern::Pattern;
use crate::repair;
use crate::rule::{Admission, Check, Grade, Surface};
use alloc::{format, string::ToString, vec, vec::Vec};
use patternwarden_tree::{At, Edit, Node, Op, Place, Value, escaped};

crate::rule! {
    /// A label or taint of nodes that nodes no longer have.
    ///
    /// ## Why it matters
    ///
    /// A selector with a label that is gone leaves the Pod pending for ever. A toleration for a taint that
    /// is gone stops covering the control plane without a word. Old tutorials keep these keys alive.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   tolerations:
    ///     # finding: /spec/tolerations/0/key
    ///     - key: node-role.kubernetes.io/master
    ///       operator: Exists
    ///       effect: NoSchedule
    ///   nodeSelector:
    ///     # finding: /spec/nodeSelector/beta.kubernetes.io~1os
    ///     beta.kubernetes.io/os: linux
    ///     # finding: /spec/nodeSelector/node-role.kubernetes.io~1master
    ///     node-role.kubernetes.io/master: ""
    ///   affinity:
    ///     nodeAffinity:
    ///       requiredDuringSchedulingIgnoredDuringExecution:
    ///         nodeSelectorTerms:
    ///           - matchExpressions:
    ///               # finding: /spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0/key
    ///               - key: failure-domain.beta.kubernetes.io/zone
    ///                 operator: Exists
    ///       preferredDuringSchedulingIgnoredDuringExecution:
    ///         - weight: 1
    ///           preference:
    ///             matchExpressions:
    ///               # finding: /spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/preference/matchExpressions/0/key
    ///               - key: beta.kubernetes.io/instance-type
    ///                 operator: In
    ///                 values: [large]
    ///     podAntiAffinity:
    ///       requiredDuringSchedulingIgnoredDuringExecution:
    ///         # finding: /spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/topologyKey
    ///         - topologyKey: failure-domain.beta.kubernetes.io/region
    ///           labelSelector: {}
    ///   topologySpreadConstraints:
    ///     # finding: /spec/topologySpreadConstraints/0/topologyKey
    ///     - topologyKey: failure-domain.beta.kubernetes.io/zone
    ///       maxSkew: 1
    ///       whenUnsatisfiable: ScheduleAnyway
    ///       labelSelector: {}
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata:
    ///   name: disk
    /// spec:
    ///   capacity:
    ///     storage: 1Gi
    ///   accessModes: [ReadWriteOnce]
    ///   hostPath:
    ///     path: /data
    ///   nodeAffinity:
    ///     required:
    ///       nodeSelectorTerms:
    ///         - matchExpressions:
    ///             # finding: 1 /spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/key
    ///             - key: failure-domain.beta.kubernetes.io/zone
    ///               operator: In
    ///               values: [a]
    /// ```
    ///
    /// In an affinity to other Pods, as a wish:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   affinity:
    ///     podAntiAffinity:
    ///       preferredDuringSchedulingIgnoredDuringExecution:
    ///         - weight: 1
    ///           podAffinityTerm:
    ///             # finding: /spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm/topologyKey
    ///             topologyKey: failure-domain.beta.kubernetes.io/zone
    ///             labelSelector:
    ///               matchLabels:
    ///                 app: shop
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   tolerations:
    ///     - key: node-role.kubernetes.io/control-plane
    ///       operator: Exists
    ///       effect: NoSchedule
    ///   nodeSelector:
    ///     kubernetes.io/os: linux
    ///   topologySpreadConstraints:
    ///     - topologyKey: topology.kubernetes.io/zone
    ///       maxSkew: 1
    ///       whenUnsatisfiable: ScheduleAnyway
    ///       labelSelector: {}
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.4.2
    /// ```
    ///
    /// The old taint beside the new one, for clusters of both kinds:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   tolerations:
    ///     - key: node-role.kubernetes.io/master
    ///       operator: Exists
    ///       effect: NoSchedule
    ///     - key: node-role.kubernetes.io/control-plane
    ///       operator: Exists
    ///       effect: NoSchedule
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the nodes carry these labels because somebody sets them.
    ///
    /// ## Source
    ///
    /// - [Well-known labels, annotations and taints](https://kubernetes.io/docs/reference/labels-annotations-taints/)
    /// - [KEP-2067](https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/kubeadm/2067-rename-master-label-taint): the label is gone since 1.24, the taint since 1.25
    "node-label-retired",
    "Node label or taint key that no longer exists",
    patterns: &[Pattern::AutomatedPlacement, Pattern::DaemonService],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

/// Keys that are gone, and their successors.
const RETIRED: [(&str, &str); 6] = [
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
];

fn successor(key: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

/// How a rename can be trusted: nodes have carried both names of system and processor for years.
fn grade(new: &str) -> Grade {
    if matches!(new, "kubernetes.io/os" | "kubernetes.io/arch") {
        Grade::Safe
    } else {
        Grade::Review
    }
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if object.is("", "PersistentVolume") {
        terms(cx, object.node.at(&["spec", "nodeAffinity", "required", "nodeSelectorTerms"]));
    }
    let Some(pod) = object.pod_spec() else { return };
    for entry in entries(pod.node_selector().value) {
        let Some(new) = entry.key().and_then(successor) else { continue };
        let from = Place::from(entry).pointer(object.node).to_string();
        let base = pod.node_selector().place.pointer(object.node);
        let to = format!("{base}/{}", escaped(new));
        let moved = vec![Edit::new(to, Op::Move { from })];
        tell(cx, entry, entry.key(), new, grade(new), moved);
    }
    tolerations(cx, pod);
    let affinity = |path| pod.node.at(path);
    terms(cx, affinity(&["affinity", "nodeAffinity", REQUIRED, "nodeSelectorTerms"]));
    for preferred in items(affinity(&["affinity", "nodeAffinity", PREFERRED]).node()) {
        expressions(cx, preferred.at(&["preference", "matchExpressions"]));
    }
    for path in [&["affinity", "podAffinity"] as &'static [&str], &["affinity", "podAntiAffinity"]]
    {
        let Some(rules) = pod.node.at(path).node() else { continue };
        topology_keys(cx, items(rules.get(REQUIRED)));
        let terms = items(rules.get(PREFERRED)).filter_map(|entry| entry.get("podAffinityTerm"));
        topology_keys(cx, terms);
    }
    topology_keys(cx, items(pod.topology_spread_constraints().value));
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn tell<'d>(
    cx: &mut Cx<'_, 'd>,
    at: Node<'d>,
    old: Option<&str>,
    new: &str,
    grade: Grade,
    edits: Vec<Edit>,
) {
    let old = old.unwrap_or_default();
    cx.report(at, format_args!("nodes no longer have `{old}`: it is `{new}` now")).fix(
        grade,
        format!("Use `{new}`"),
        edits,
    );
}

fn value<'d>(cx: &mut Cx<'_, 'd>, at: Option<Node<'d>>) {
    let Some((node, old)) = at.and_then(|node| Some((node, node.as_str()?))) else { return };
    let Some(new) = successor(old) else { return };
    let root = cx.set().object_holding(node).map_or(node, |object| object.node);
    let pointer = Place::from(node).pointer(root).to_string();
    tell(
        cx,
        node,
        Some(old),
        new,
        grade(new),
        vec![Edit::new(pointer, Op::Replace(Value::from(new)))],
    );
}

fn terms<'d>(cx: &mut Cx<'_, 'd>, list: Place<'d>) {
    for term in items(list.node()) {
        expressions(cx, term.at(&["matchExpressions"]));
    }
}

fn expressions<'d>(cx: &mut Cx<'_, 'd>, list: Place<'d>) {
    for expression in items(list.node()) {
        value(cx, expression.get("key"));
    }
}

fn topology_keys<'d>(cx: &mut Cx<'_, 'd>, terms: impl Iterator<Item = Node<'d>>) {
    terms.for_each(|term| value(cx, term.get("topologyKey")));
}

fn tolerations<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let list = pod.tolerations();
    for toleration in items(list.value) {
        let key = toleration.get("key");
        let Some((node, old)) = key.and_then(|node| Some((node, node.as_str()?))) else { continue };
        let Some(new) = successor(old) else { continue };
        let covers = |other: Node<'_>| other.get("key").and_then(Node::as_str) == Some(new);
        if items(list.value).any(covers) {
            continue;
        }
        let mut both = Value::of(toleration);
        if let Value::Map(fields) = &mut both {
            for (_, value) in fields.iter_mut().filter(|(name, _)| name == "key") {
                *value = Value::from(new);
            }
        }
        let at = At { value: list.value, place: list.place };
        let edit = repair::append(pod.object().node, at, both);
        tell(cx, node, Some(old), new, Grade::Safe, vec![edit]);
    }
}
