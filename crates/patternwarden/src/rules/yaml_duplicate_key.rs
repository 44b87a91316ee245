use crate::engine::Cx;
use crate::matcher::clipped;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, vec, vec::Vec};
use patternwarden_tree::{Document, Edit, Node, Op, Place, Value};

crate::rule! {
    /// The same key is written twice in one map, and only the last value counts.
    ///
    /// ## Why it matters
    ///
    /// `kubectl` turns YAML into JSON before anything is checked, so the earlier value vanishes
    /// without a message. A team edits the first `env:` block for an hour and wonders why nothing
    /// changes.
    ///
    /// ## Bad
    ///
    /// The ConfigMap is not read at all:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       # finding: /spec/containers/0/envFrom
    ///       envFrom:
    ///         - configMapRef:
    ///             name: app-config
    ///       envFrom:
    ///         - secretRef:
    ///             name: app-secret
    /// ```
    ///
    /// Quotes make no other key, and in brackets it is the same:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    /// # finding: /data/MODE
    /// data: {MODE: dev, "MODE": prod}
    /// ```
    ///
    /// A key that is lost with another one is told once:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   # finding: /metadata/labels
    ///   labels: {app: a, app: b}
    ///   labels: {app: c}
    ///   name: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - configMapRef:
    ///             name: app-config
    ///         - secretRef:
    ///             name: app-secret
    /// ```
    ///
    /// A key that overrides a merged one is meant to:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    ///   labels: &labels
    ///     app: shop
    ///     tier: web
    ///   annotations:
    ///     <<: *labels
    ///     tier: back
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: nobody can see which value counts. To remove the earlier entry keeps what Kubernetes
    /// did until now; where both values are lists, they can be joined instead.
    ///
    /// ## Source
    ///
    /// - [YAML 1.2, 3.2.1.3 Node Comparison](https://yaml.org/spec/1.2.2/#3213-node-comparison): keys of a mapping are unique
    /// - [kubernetes/kubernetes#125885](https://github.com/kubernetes/kubernetes/issues/125885): `kubectl` does not notice
    "yaml-duplicate-key",
    "The same key appears twice in one mapping",
    severity: Severity::Error,
    surfaces: &[Surface::Text],
    fix: Some(Grade::Review),
    check: Check::Document(check),
}

/// Findings in one document; a text with more than these is no manifest.
const MAX: usize = 64;

fn check<'d>(cx: &mut Cx<'_, 'd>, document: &'d Document) {
    let mut outermost: Vec<Node<'d>> = Vec::new();
    for node in document.shadowed() {
        // What lies inside a lost value is lost with it, and needs no word of its own.
        if outermost.last().is_some_and(|lost| lost.contains(node)) {
            continue;
        }
        if outermost.len() == MAX {
            cx.report(node, format_args!("more keys of this document are written twice"));
            return;
        }
        outermost.push(node);
        report(cx, node);
    }
}

fn report<'d>(cx: &mut Cx<'_, 'd>, lost: Node<'d>) {
    let (Some(map), Some(key)) = (lost.parent(), lost.key()) else { return };
    let Some(survivor) = map.get(key) else { return };
    let Some(root) = lost.document().root() else { return };
    let same = || map.written_children().filter(|child| child.key() == Some(key));
    let root = cx.set().object_holding(lost).map_or(root, |object| object.node);
    let pointer = format!("{}", Place::from(survivor).pointer(root));
    let keep = Edit::new(pointer.as_str(), Op::KeepLast);
    let name = clipped(key);
    let finding = cx
        .report(
            lost,
            format_args!(
                "`{name}` is written again below; this value is lost, the last one counts"
            ),
        )
        .related(survivor, "this value counts")
        .fix(Grade::Review, format!("Remove the `{name}` that is lost"), vec![keep.clone()]);
    if same().all(Node::is_seq) {
        let items = same().flat_map(Node::items).map(Value::of).collect();
        let joined = Edit::new(pointer, Op::Replace(Value::Seq(items)));
        finding.fix(Grade::Review, format!("Join the lists of `{name}`"), vec![keep, joined]);
    }
}
