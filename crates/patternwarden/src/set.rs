//! The objects that are judged together.

mod look_up;

use crate::bundle::{Assumption, Bundle, Entry};
use crate::kube::{Binding, Object, PodSpec, Role};
use alloc::vec::{IntoIter, Vec};
use core::slice::Iter;
use patternwarden_tree::{Document, Node, sort_ids};

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
    /// Indices of the objects, by kind and then in source order.
    by_kind: Vec<u32>,
    /// Indices of the objects with a Pod, by namespace and then in source order: every Service asks
    /// for all of its namespace.
    pods: Vec<u32>,
    scope: Scope,
}

/// Some objects of a [`Set`], in source order.
#[derive(Clone, Debug)]
pub struct Objects<'s, 'd> {
    objects: &'s [Object<'d>],
    ids: Iter<'s, u32>,
}

impl<'d> Iterator for Objects<'_, 'd> {
    type Item = Object<'d>;

    fn next(&mut self) -> Option<Object<'d>> {
        self.objects.get(*self.ids.next()? as usize).copied()
    }
}

/// Kind of the object with this index; empty when it has none.
fn kind<'d>(objects: &[Object<'d>], id: u32) -> &'d str {
    objects.get(id as usize).and_then(|object| object.kind().value).unwrap_or_default()
}

fn home<'d>(objects: &[Object<'d>], id: u32) -> &'d str {
    objects.get(id as usize).map_or("", |object| object.effective_namespace())
}

impl<'d> Set<'d> {
    /// The objects of a bundle.
    pub fn new(bundle: &'d Bundle<'d>, scope: Scope) -> Self {
        let object = |(index, entry): (usize, &Entry)| {
            let document = bundle.documents.get(entry.document)?;
            Some(Object { node: document.node(entry.node)?, index })
        };
        let objects: Vec<_> = bundle.entries.iter().enumerate().filter_map(object).collect();
        let mut by_kind: Vec<u32> = (0..objects.len() as u32).collect();
        sort_ids(&mut by_kind, &|a, b| kind(&objects, a).cmp(kind(&objects, b)));
        let with_pod = |object: &&Object<'d>| object.pod_spec().is_some();
        let mut pods: Vec<u32> =
            objects.iter().filter(with_pod).map(|object| object.index as u32).collect();
        sort_ids(&mut pods, &|a, b| home(&objects, a).cmp(home(&objects, b)));
        Self { bundle, objects, by_kind, pods, scope }
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
    pub fn of_kind(&self, wanted: &str) -> Objects<'_, 'd> {
        let from = self.by_kind.partition_point(|id| kind(&self.objects, *id) < wanted);
        let rest = self.by_kind.get(from..).unwrap_or_default();
        let to = rest.partition_point(|id| kind(&self.objects, *id) == wanted);
        Objects { objects: &self.objects, ids: rest.get(..to).unwrap_or_default().iter() }
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
    pub fn bindings_of(&self, pod: PodSpec<'d>) -> IntoIter<Binding<'d>> {
        let namespace = pod.object().effective_namespace();
        let account = pod.service_account();
        let mut out = Vec::new();
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            out.extend(self.of_kind(kind).filter_map(Binding::of));
        }
        out.retain(|binding| binding.binds_service_account(account, namespace));
        out.into_iter()
    }

    /// Every Pod spec, in Pods and in templates.
    pub fn pod_specs(&self) -> impl Iterator<Item = PodSpec<'d>> + '_ {
        self.objects().filter_map(Object::pod_spec)
    }

    /// Every Pod spec of a namespace.
    pub fn pod_specs_in(&self, namespace: &str) -> IntoIter<PodSpec<'d>> {
        let start = self.pods.partition_point(|id| home(&self.objects, *id) < namespace);
        let end = self.pods.partition_point(|id| home(&self.objects, *id) <= namespace);
        let found = self.pods.get(start..end).unwrap_or_default().iter();
        let pods: Vec<_> = found.filter_map(|id| self.object(*id as usize)?.pod_spec()).collect();
        pods.into_iter()
    }

    /// The roles that are bound, in this set, to a Pod's ServiceAccount.
    pub fn roles_of(&self, pod: PodSpec<'d>) -> IntoIter<Role<'d>> {
        let bound = self.bindings_of(pod).filter_map(|binding| self.bound_role(binding));
        bound.collect::<Vec<_>>().into_iter()
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
