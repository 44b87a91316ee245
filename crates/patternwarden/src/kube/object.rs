//! One Kubernetes object: its type and its metadata.

use crate::kube::workload::{Workload, WorkloadKind};
use crate::kube::{PodSpec, PodSpecs, items, labels};
use crate::matcher::glob;
use patternwarden_tree::Node;

/// One Kubernetes object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Object<'d> {
    /// Root of the object; pointers of findings are relative to it.
    pub node: Node<'d>,
    /// Index in the [`Set`](crate::set::Set).
    pub index: usize,
    /// What settings say of its kind, for one that is not built in.
    pub(crate) custom: Option<&'d WorkloadKind<'d>>,
}

/// Group, version and kind of an object. The core group is the empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api<'d> {
    /// `apps` of `apps/v1`.
    pub group: &'d str,
    /// `v1` of `apps/v1`.
    pub version: &'d str,
    /// `Deployment`.
    pub kind: &'d str,
}

/// Groups whose kinds are part of every cluster, or of OpenShift, without a definition.
///
/// Source: `kubernetes/staging/src/k8s.io/api`, one directory per group.
static BUILT_IN: &[&str] = &[
    "",
    "*.openshift.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "kustomize.config.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

impl Api<'_> {
    /// Whether a cluster serves the group without a CustomResourceDefinition.
    pub fn is_built_in(self) -> bool {
        BUILT_IN.iter().any(|known| glob(known, self.group))
    }

    /// Whether a kind is none of Kubernetes' own: their groups have no dot, or end in `.k8s.io`,
    /// which is reserved (`sigs.k8s.io` projects use `.x-k8s.io`).
    ///
    /// Source: Kubernetes enhancement 1111, "API review process for `*.k8s.io`".
    pub fn is_custom(self) -> bool {
        self.group.contains('.') && !self.group.ends_with(".k8s.io")
    }
}

fields!(Object {
    /// `apiVersion`.
    api_version: &'d str = text ["apiVersion"];
    /// `kind`.
    kind: &'d str = text ["kind"];
    /// `metadata.name`.
    name: &'d str = text ["metadata", "name"];
    /// `metadata.generateName`.
    generate_name: &'d str = text ["metadata", "generateName"];
    /// `metadata.namespace`.
    namespace: &'d str = text ["metadata", "namespace"];
    /// `metadata.labels`.
    labels: Node<'d> = map ["metadata", "labels"];
    /// `metadata.annotations`.
    annotations: Node<'d> = map ["metadata", "annotations"];
    /// `metadata.ownerReferences`.
    owner_references: Node<'d> = list ["metadata", "ownerReferences"];
    /// `spec`.
    spec: Node<'d> = map ["spec"];
});

impl<'d> Object<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self::new(node, 0)
    }

    /// The object with this root, of a built-in kind or of one that nobody knows.
    pub(crate) fn new(node: Node<'d>, index: usize) -> Self {
        Self { node, index, custom: None }
    }

    /// Group, version and kind; empty texts where they are absent.
    pub fn api(self) -> Api<'d> {
        let api = self.api_version().value.unwrap_or_default();
        let (group, version) = api.split_once('/').unwrap_or(("", api));
        Api { group, version, kind: self.kind().value.unwrap_or_default() }
    }

    /// Whether the object is of this group and kind, in any version.
    ///
    /// An object without `apiVersion` is taken for the built-in kind of its name.
    pub fn is(self, group: &str, kind: &str) -> bool {
        // Most objects are of another kind.
        self.kind().value == Some(kind)
            && (self.api().group == group || self.api_version().is_absent())
    }

    /// The name, or what it is generated from; `?` when there is none.
    pub fn display_name(self) -> &'d str {
        self.name().value.or(self.generate_name().value).unwrap_or("?")
    }

    /// The namespace, `default` when none is written.
    pub fn effective_namespace(self) -> &'d str {
        self.namespace().value.filter(|name| !name.is_empty()).unwrap_or("default")
    }

    /// Value of one annotation.
    pub fn annotation(self, key: &str) -> Option<&'d str> {
        self.annotations().value?.get(key)?.as_str()
    }

    /// The entry of `metadata.ownerReferences` that is the controller of the object.
    pub fn controller(self) -> Option<Node<'d>> {
        let is_controller =
            |owner: &Node<'_>| owner.get("controller").and_then(Node::as_bool) == Some(true);
        items(self.owner_references().value).find(is_controller)
    }

    /// Whether a controller owns the object, so that somebody else wrote what it says.
    pub fn is_controlled(self) -> bool {
        self.controller().is_some()
    }

    /// Whether whoever wrote the object set this field, which is given as `fieldsV1` names it.
    ///
    /// What never was in a cluster was written as a whole. In a cluster the API server fills in
    /// defaults, and whoever updates an object is said to manage these as well: only what was applied
    /// on the server tells who wrote what.
    ///
    /// Source: [Server-Side Apply](https://kubernetes.io/docs/reference/using-api/server-side-apply/).
    pub fn writes(self, field: &'static [&'static str]) -> bool {
        let mut managers = items(self.node.at(&["metadata", "managedFields"]).node()).peekable();
        let applies = |manager: Node<'d>| {
            let fields = manager.get("fieldsV1");
            manager.get("operation").and_then(Node::as_str) == Some("Apply")
                && fields.is_some_and(|fields| fields.at(field).node().is_some())
        };
        managers.peek().is_none() || managers.any(applies)
    }

    /// The object as something that makes Pods.
    pub fn workload(self) -> Option<Workload<'d>> {
        let api = self.api();
        let kind = WorkloadKind::of(api, self.api_version().is_absent()).or(self.custom)?;
        Some(Workload { node: self.node, object: self, kind })
    }

    /// The Pod this object is, or makes.
    pub fn pod_spec(self) -> Option<PodSpec<'d>> {
        self.workload()?.pod_spec()
    }

    /// Every Pod this object is, or makes: also the templates that are found by their shape in
    /// custom resources of unknown kinds.
    pub fn pod_specs(self) -> PodSpecs<'d> {
        PodSpecs::of(self)
    }

    /// Whether the object's labels satisfy a selector's map of exact values.
    pub fn carries(self, wanted: Node<'_>) -> bool {
        labels::carries(self.labels().value, wanted)
    }
}
