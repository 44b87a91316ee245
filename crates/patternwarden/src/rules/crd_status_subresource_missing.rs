use crate::engine::Cx;
use crate::kube::{Crd, Object};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::{At, Node, Value};

crate::rule! {
    /// The wish and the state of a custom resource go through one door.
    ///
    /// ## Why it matters
    ///
    /// Without the status subresource every report of the controller counts as a new wish and races
    /// with the edits of people, and people can forge the state. To observe, compare and act needs
    /// the two sides apart. The same definition lets an autoscaler find the count of replicas.
    ///
    /// ## Bad
    ///
    /// The schema has a status, and its count of replicas cannot be scaled:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     # finding: /spec/versions/0/subresources/status
    ///     # finding: /spec/versions/0/subresources/scale
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 replicas:
    ///                   type: integer
    ///             status:
    ///               type: object
    ///               properties:
    ///                 ready:
    ///                   type: boolean
    /// ```
    ///
    /// A controller beside the definition; and a scale that does not say where to look:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     # finding: 0 /spec/versions/0/subresources/status
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       subresources:
    ///         # finding: 0 /spec/versions/0/subresources/scale/specReplicasPath
    ///         # finding: 0 /spec/versions/0/subresources/scale/statusReplicasPath
    ///         scale:
    ///           specReplicasPath: spec.replicas
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: widgets
    /// rules:
    ///   - apiGroups: [example.com]
    ///     resources: [widgets]
    ///     verbs: [get, list, watch, update]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: widgets
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: widgets
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: widgets
    ///     namespace: default
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: widgets
    /// spec:
    ///   serviceAccountName: widgets
    ///   containers:
    ///     - name: controller
    ///       image: registry.example/widgets:1.0.0
    /// ```
    ///
    /// Nothing says that these resources have a status, so this is a hint:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: configwatchers.k8spatterns.com
    /// spec:
    ///   group: k8spatterns.com
    ///   names:
    ///     kind: ConfigWatcher
    ///     plural: configwatchers
    ///   versions:
    ///     # finding: /spec/versions/0/subresources/status
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       subresources:
    ///         status: {}
    ///         scale:
    ///           specReplicasPath: .spec.replicas
    ///           statusReplicasPath: .status.replicas
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 replicas:
    ///                   type: integer
    ///             status:
    ///               type: object
    ///               properties:
    ///                 replicas:
    ///                   type: integer
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For resources that are only read, such as a piece of configuration. Once the subresource is
    /// there, controllers have to write the status through it.
    ///
    /// ## Source
    ///
    /// - [Subresources](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#subresources): the paths of `scale` are required, below `.spec` and `.status`
    /// - *Kubernetes Patterns*, second edition, "Controller" and "Operator"
    "crd-status-subresource-missing",
    "Spec and status share one door",
    patterns: &[Pattern::Operator, Pattern::Controller],
    surfaces: &[Surface::Object, Surface::Bundle],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    let shared = crd.legacy_subresources().value;
    let controlled = is_controlled(cx, crd);
    for version in crd.versions() {
        let property = |path| version.node.at(path).node();
        let status = version.status_subresource();
        let both = shared.and_then(|shared| shared.get("status"));
        // An empty map says yes.
        if status.is_absent() && both.is_none() {
            let has = property(&["schema", "openAPIV3Schema", "properties", "status"]).is_some();
            let severity = if has || controlled { Severity::Warning } else { Severity::Hint };
            let name = crate::matcher::clipped(version.name().value.unwrap_or("?"));
            cx.report(
                status.place,
                format_args!("version `{name}` has no subresource for its status"),
            )
            .severity(severity)
            .fix_set(
                Grade::Review,
                "Give the status a door of its own",
                Value::map([]),
            );
        }
        let own = version.node.at(&["subresources", "scale"]);
        let scale =
            own.node().or(shared.and_then(|shared| shared.get("scale"))).and_then(Node::as_map);
        if let Some(scale) = scale {
            for (path, below) in PATHS {
                let at = At::read(scale, path, Node::as_str);
                if !at.value.is_some_and(|text| text.starts_with(below)) {
                    cx.report(
                        at.place,
                        format_args!("the path of the replicas is not one below `{below}`"),
                    );
                }
            }
        } else if property(&[
            "schema",
            "openAPIV3Schema",
            "properties",
            "spec",
            "properties",
            "replicas",
        ])
        .is_some()
        {
            cx.report(own, format_args!("no autoscaler can find the replicas of these resources"))
                .severity(Severity::Hint);
        }
    }
}

type Path = &'static [&'static str];

/// Where a scale says that the replicas are, and what those paths must begin with.
const PATHS: [(Path, &str); 2] =
    [(&["specReplicasPath"], ".spec."), (&["statusReplicasPath"], ".status.")];

/// Whether some workload of the set may watch these resources.
fn is_controlled<'d>(cx: &Cx<'_, 'd>, crd: Crd<'d>) -> bool {
    let (Some(group), Some(plural)) = (crd.group().value, crd.plural().value) else { return false };
    let set = cx.set();
    set.pod_specs().any(|pod| {
        set.roles_of(pod).any(|role| {
            role.rules().any(|entry| entry.covers(group, plural) && entry.has_verb("watch"))
        })
    })
}
