//! The objects that are judged together.

use crate::bundle::{Assumption, Bundle, Entry};
use crate::kube::{Binding, Object, PodSpec, Role};
use alloc::{collections::BTreeMap, vec::Vec};
use patternwarden_tree::{Document, Node};

/// Whether a [`Set`] holds everything that could matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a set is complete or it is not")]
pub enum Scope {
    /// Other objects may exist: rules that need the whole set stay silent.
    #[default]
    Open,
    /// Nothing else exists: a bundle that its author calls complete.
    Closed,
}

/// The objects that are judged together, in source order.
#[derive(Debug)]
pub struct Set<'d> {
    bundle: &'d Bundle<'d>,
    objects: Vec<Object<'d>>,
    /// Indices of the objects of each kind, in source order.
    kinds: BTreeMap<&'d str, Vec<usize>>,
    /// Pod specs by namespace, in source order: every Service asks for all of its namespace.
    pods: BTreeMap<&'d str, Vec<PodSpec<'d>>>,
    scope: Scope,
}

impl<'d> Set<'d> {
    /// The objects of a bundle.
    pub fn new(bundle: &'d Bundle<'d>, scope: Scope) -> Self {
        let object = |(index, entry): (usize, &Entry)| {
            let document = bundle.documents.get(entry.document)?;
            Some(Object { node: document.node(entry.node)?, index })
        };
        let objects: Vec<_> = bundle.entries.iter().enumerate().filter_map(object).collect();
        let mut kinds: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut pods: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for object in &objects {
            kinds.entry(object.kind().value.unwrap_or_default()).or_default().push(object.index);
            if let Some(pod) = object.pod_spec() {
                pods.entry(object.effective_namespace()).or_default().push(pod);
            }
        }
        Self { bundle, objects, kinds, pods, scope }
    }

    /// Whether the set is complete.
    pub fn is_closed(&self) -> bool {
        self.scope == Scope::Closed
    }

    /// All objects, in source order.
    pub fn objects(&self) -> impl Iterator<Item = Object<'d>> + '_ {
        self.objects.iter().copied()
    }

    /// The object of this index.
    pub fn object(&self, index: usize) -> Option<Object<'d>> {
        self.objects.get(index).copied()
    }

    /// The objects of one kind, of whatever group, in source order. Costs nothing for a kind that
    /// the set does not hold.
    pub fn of_kind<'s>(&'s self, kind: &str) -> impl Iterator<Item = Object<'d>> + use<'s, 'd> {
        let indices = self.kinds.get(kind).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| self.object(*index))
    }

    /// The documents, in source order.
    pub fn documents(&self) -> impl Iterator<Item = &'d Document> + '_ {
        self.bundle.documents.iter().map(AsRef::as_ref)
    }

    /// Index of the document that an object stands in.
    pub fn document_of(&self, object: usize) -> usize {
        self.bundle.entries.get(object).map_or(0, |entry| entry.document)
    }

    /// What was assumed to read an object from a fragment.
    pub fn assumed(&self, object: usize) -> Option<Assumption> {
        self.bundle.entries.get(object)?.assumed
    }

    /// The object that a node is part of.
    pub fn object_holding(&self, node: Node<'d>) -> Option<Object<'d>> {
        let holder = |document: &Document| core::ptr::eq(document, node.document());
        let document = self.documents().position(holder)?;
        let entry = |entry: &Entry| (entry.document, entry.node);
        let behind = self.bundle.entries.partition_point(|e| entry(e) <= (document, node.id()));
        let object = self.object(behind.checked_sub(1)?)?;
        let mut above = Some(node);
        while let Some(at) = above {
            if at == object.node {
                return Some(object);
            }
            above = at.parent();
        }
        None
    }

    /// Bindings of roles to the ServiceAccount of a Pod.
    pub fn bindings_of<'s>(
        &'s self,
        pod: PodSpec<'d>,
    ) -> impl Iterator<Item = Binding<'d>> + use<'s, 'd> {
        let namespace = pod.object().effective_namespace();
        let account = pod.service_account();
        self.of_kind("RoleBinding")
            .chain(self.of_kind("ClusterRoleBinding"))
            .filter_map(Binding::of)
            .filter(move |binding| binding.binds_service_account(account, namespace))
    }

    /// Every Pod spec, in Pods and in templates.
    pub fn pod_specs(&self) -> impl Iterator<Item = PodSpec<'d>> + '_ {
        self.objects().filter_map(Object::pod_spec)
    }

    /// Every Pod spec of a namespace.
    pub fn pod_specs_in(&self, namespace: &str) -> impl Iterator<Item = PodSpec<'d>> + use<'_, 'd> {
        self.pods.get(namespace).map(Vec::as_slice).unwrap_or_default().iter().copied()
    }

    /// The roles that are bound, in this set, to a Pod's ServiceAccount.
    pub fn roles_of<'s>(
        &'s self,
        pod: PodSpec<'d>,
    ) -> impl Iterator<Item = Role<'d>> + use<'s, 'd> {
        self.bindings_of(pod).filter_map(move |binding| self.bound_role(binding))
    }

    /// The role that a binding refers to, when it is in this set.
    pub fn bound_role(&self, binding: Binding<'d>) -> Option<Role<'d>> {
        let kind = binding.role_kind().value?;
        let name = binding.role_name().value?;
        let home = binding.object.effective_namespace();
        self.of_kind(kind).filter_map(Role::of).find(|role| {
            let here = kind != "Role" || role.object.effective_namespace() == home;
            role.object.name().value == Some(name) && here
        })
    }
}
