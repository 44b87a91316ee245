//! The objects that are judged together.

mod look_up;
mod selection;

use self::selection::Selection;

use crate::bundle::{Assumption, Bundle, Entry};
use crate::kube::{Binding, Object, PodSpec, Role};
use crate::neighbours::Read;
use alloc::borrow::Cow;
use alloc::vec::{IntoIter, Vec};
use core::slice::Iter;
use patternwarden_tree::{Document, Node, Span, SyntaxError, sort_by, sort_ids};

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
    /// What the objects are looked up by, in the same order.
    keys: Vec<Key<'d>>,
    /// Indices of the documents by where they are in memory: nodes know their document, and it
    /// knows no number.
    by_address: Vec<u32>,
    /// Indices of the objects, by kind and then in source order.
    by_kind: Vec<u32>,
    /// Indices of the objects, by kind, name and then in source order: references are many.
    by_name: Vec<u32>,
    /// Indices of the objects with a Pod, by namespace and then in source order: every Service asks
    /// for all of its namespace.
    pods: Vec<u32>,
    /// The same by namespace and ServiceAccount: every role asks for who has it.
    by_account: Vec<u32>,
    /// ServiceAccounts and who binds them, by namespace and name: every Pod asks for its own.
    accounts: Vec<Account<'d>>,
    selection: Selection<'d>,
    scope: Scope,
    /// Of which kinds the objects were looked up, and in which namespace; `None` for all.
    read: Option<(&'d [&'static Read], &'d str)>,
}

/// What an object is looked up by; empty where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
struct Key<'d> {
    kind: &'d str,
    name: &'d str,
    /// Its namespace, or that of objects without one.
    home: &'d str,
    /// The ServiceAccount of its Pods.
    account: &'d str,
}

impl<'d> Key<'d> {
    fn of(object: &Object<'d>) -> Self {
        Self {
            kind: object.kind().value.unwrap_or_default(),
            name: object.name().value.unwrap_or_default(),
            home: object.effective_namespace(),
            account: object.pod_spec().map_or("", PodSpec::service_account),
        }
    }
}

/// A ServiceAccount as the subject of a binding.
#[derive(Clone, Copy, Debug)]
struct Account<'d> {
    namespace: &'d str,
    name: &'d str,
    binding: Binding<'d>,
}

impl<'d> Account<'d> {
    fn all(binding: Binding<'d>) -> impl Iterator<Item = Self> {
        let own = binding.object.effective_namespace();
        binding.subjects().filter_map(move |subject| {
            let is_account = subject.kind().value == Some("ServiceAccount");
            let namespace = subject.namespace().value.unwrap_or(own);
            let name = subject.name().value.filter(|_| is_account)?;
            Some(Self { namespace, name, binding })
        })
    }
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

fn address(document: &Document) -> usize {
    core::ptr::from_ref(document).addr()
}

impl<'d> Set<'d> {
    /// The objects of a bundle.
    pub fn new(bundle: &'d Bundle<'d>, scope: Scope) -> Self {
        let object = |(index, entry): (usize, &Entry)| {
            let document = bundle.documents.get(entry.document)?;
            let object = Object::new(document.node(entry.node)?, index);
            let api = object.api();
            let custom = bundle.kinds.iter().find(|k| k.kind == api.kind && k.group == api.group);
            Some(Object { custom, ..object })
        };
        let objects: Vec<_> = bundle.entries.iter().enumerate().filter_map(object).collect();
        let keys: Vec<_> = objects.iter().map(Key::of).collect();
        let key = |id: u32| keys.get(id as usize).copied().unwrap_or_default();
        let mut by_kind: Vec<u32> = (0..objects.len() as u32).collect();
        sort_ids(&mut by_kind, &|a, b| key(a).kind.cmp(key(b).kind));
        let mut by_name = by_kind.clone();
        sort_ids(&mut by_name, &|a, b| {
            let (a, b) = (key(a), key(b));
            (a.kind, a.name).cmp(&(b.kind, b.name))
        });
        let with_pod = |object: &&Object<'d>| object.pod_specs().next().is_some();
        let mut pods: Vec<u32> =
            objects.iter().filter(with_pod).map(|object| object.index as u32).collect();
        sort_ids(&mut pods, &|a, b| key(a).home.cmp(key(b).home));
        let mut by_account = pods.clone();
        sort_ids(&mut by_account, &|a, b| {
            let (a, b) = (key(a), key(b));
            (a.home, a.account).cmp(&(b.home, b.account))
        });
        let mut by_address: Vec<u32> = (0..bundle.documents.len() as u32).collect();
        let place = |id: u32| bundle.documents.get(id as usize).map_or(0, |d| address(d));
        sort_ids(&mut by_address, &|a, b| place(a).cmp(&place(b)));
        let mut set = Self {
            bundle,
            objects,
            keys,
            by_address,
            by_kind,
            by_name,
            pods,
            by_account,
            accounts: Vec::new(),
            selection: Selection::default(),
            scope,
            read: None,
        };
        let mut accounts: Vec<_> = set.bindings().flat_map(Account::all).collect();
        sort_by(&mut accounts, |a, b| (a.namespace, a.name).cmp(&(b.namespace, b.name)));
        set.accounts = accounts;
        set.selection = Selection::of(&set);
        set
    }

    /// The same set, to which a cluster has told its objects of some kinds and of one namespace.
    pub(crate) fn of_what_is_read(mut self, kinds: &'d [&'static Read], home: &'d str) -> Self {
        self.read = Some((kinds, home));
        self
    }

    /// Whether an object of this kind and namespace would be in the set if there were one. What has
    /// no namespace is in whichever.
    pub fn would_hold(&self, kind: &str, namespace: &str) -> bool {
        let told = |(kinds, home): (&[&'static Read], &str)| {
            let mut kinds = kinds.iter().filter(|read| read.kind == kind);
            kinds.any(|read| !read.namespaced || namespace == home)
        };
        self.is_closed() && self.read.is_none_or(told)
    }

    /// Whether a cluster told the objects beside one of them, and not an author who calls them all
    /// there is.
    pub fn is_told(&self) -> bool {
        self.read.is_some()
    }

    /// What messages call all of it.
    pub fn word(&self) -> &'static str {
        if self.is_told() { "cluster" } else { "input" }
    }

    /// Whether the set is complete.
    pub fn is_closed(&self) -> bool {
        self.scope == Scope::Closed
    }

    fn key(&self, id: u32) -> Key<'d> {
        self.keys.get(id as usize).copied().unwrap_or_default()
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
        let from = self.by_kind.partition_point(|id| self.key(*id).kind < wanted);
        let rest = self.by_kind.get(from..).unwrap_or_default();
        let to = rest.partition_point(|id| self.key(*id).kind == wanted);
        Objects { objects: &self.objects, ids: rest.get(..to).unwrap_or_default().iter() }
    }

    /// The objects of this kind and name, of whatever group and namespace, in source order.
    pub fn called(&self, wanted: &str, called: &str) -> Objects<'_, 'd> {
        let key = |id: u32| (self.key(id).kind, self.key(id).name);
        let from = self.by_name.partition_point(|id| key(*id) < (wanted, called));
        let rest = self.by_name.get(from..).unwrap_or_default();
        let to = rest.partition_point(|id| key(*id) == (wanted, called));
        // An object without a name has an empty one here, and cannot be referred to.
        let same = rest.get(..to).filter(|_| !called.is_empty()).unwrap_or_default();
        Objects { objects: &self.objects, ids: same.iter() }
    }

    /// The documents, in source order.
    pub fn documents(&self) -> impl Iterator<Item = &'d Document> + '_ {
        self.bundle.documents.iter().map(AsRef::as_ref)
    }

    /// The places of a text that could not be read, in source order.
    pub(crate) fn errors(&self) -> &'d [SyntaxError] {
        self.bundle.errors
    }

    /// The documents of a text that have no content, in source order.
    pub(crate) fn empty(&self) -> &'d [Span] {
        self.bundle.empty
    }

    /// Index of the last document that begins before this part of the text, 0 when none does.
    pub(crate) fn document_before(&self, text: Span) -> usize {
        let begins = |document: &Cow<'_, Document>| {
            let start = document.root().and_then(Node::anchor);
            start.is_none_or(|start| start.start <= text.start)
        };
        self.bundle.documents.partition_point(begins).saturating_sub(1)
    }

    /// The documents that are no objects or hold something that is none, with the reasons.
    pub(crate) fn strangers(&self) -> &'d [(usize, &'static str)] {
        &self.bundle.strangers
    }

    /// Why a document, or something in it, is no object.
    pub fn stranger(&self, document: usize) -> Option<&'static str> {
        let stranger = self.bundle.strangers.iter().find(|(index, _)| *index == document);
        stranger.map(|(_, reason)| *reason)
    }

    /// Index of the document that an object stands in.
    pub fn document_of(&self, object: usize) -> usize {
        self.bundle.entries.get(object).map_or(0, |entry| entry.document)
    }

    /// What was assumed to read an object from a fragment.
    pub fn assumed(&self, object: usize) -> Option<Assumption> {
        self.bundle.entries.get(object)?.assumed
    }

    /// Index of a document of this set.
    pub(crate) fn index_of(&self, document: &Document) -> Option<usize> {
        let place = |id: u32| self.bundle.documents.get(id as usize).map_or(0, |d| address(d));
        let found = self.by_address.binary_search_by_key(&address(document), |id| place(*id));
        Some(*self.by_address.get(found.ok()?)? as usize)
    }

    /// The object that a node is part of.
    pub fn object_holding(&self, node: Node<'d>) -> Option<Object<'d>> {
        let document = self.index_of(node.document())?;
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

    /// Every binding of a role.
    fn bindings(&self) -> impl Iterator<Item = Binding<'d>> + '_ {
        let kinds = ["RoleBinding", "ClusterRoleBinding"].into_iter();
        kinds.flat_map(|kind| self.of_kind(kind)).filter_map(Binding::of)
    }

    /// Bindings of roles to the ServiceAccount of a Pod.
    pub fn bindings_of(&self, pod: PodSpec<'d>) -> IntoIter<Binding<'d>> {
        let wanted = (pod.object().effective_namespace(), pod.service_account());
        let key = |account: &Account<'d>| (account.namespace, account.name);
        let from = self.accounts.partition_point(|account| key(account) < wanted);
        let rest = self.accounts.get(from..).unwrap_or_default();
        let same = rest.iter().take_while(|account| key(account) == wanted);
        let mut out: Vec<_> = same.map(|account| account.binding).collect();
        // A binding may name one account twice; its entries stand side by side.
        out.dedup();
        out.into_iter()
    }

    /// Bindings of this role, to whomever.
    pub fn bindings_to(&self, role: Role<'d>) -> IntoIter<Binding<'d>> {
        let name = role.object.name().value;
        let named = self.bindings().filter(|binding| binding.role_name().value == name);
        let bound: Vec<_> = named.filter(|b| self.bound_role(*b) == Some(role)).collect();
        bound.into_iter()
    }

    /// Every Pod spec, in Pods and in templates.
    pub fn pod_specs(&self) -> impl Iterator<Item = PodSpec<'d>> + '_ {
        self.objects().flat_map(Object::pod_specs)
    }

    /// Every Pod spec of a namespace.
    pub fn pod_specs_in(&self, namespace: &str) -> IntoIter<PodSpec<'d>> {
        let start = self.pods.partition_point(|id| self.key(*id).home < namespace);
        let end = self.pods.partition_point(|id| self.key(*id).home <= namespace);
        let found = self.pods.get(start..end).unwrap_or_default().iter();
        let objects = found.filter_map(|id| self.object(*id as usize));
        let pods: Vec<_> = objects.flat_map(Object::pod_specs).collect();
        pods.into_iter()
    }

    /// The Pod specs that run as a ServiceAccount which this binding names.
    pub fn pods_of(&self, binding: Binding<'d>) -> IntoIter<PodSpec<'d>> {
        let pod = |id: &u32| self.object(*id as usize)?.pod_spec();
        let key = |id: &u32| (self.key(*id).home, self.key(*id).account);
        let mut out = Vec::new();
        for Account { namespace, name, .. } in Account::all(binding) {
            let from = self.by_account.partition_point(|id| key(id) < (namespace, name));
            let rest = self.by_account.get(from..).unwrap_or_default();
            let same = rest.iter().take_while(|id| key(id) == (namespace, name));
            out.extend(same.filter_map(pod));
        }
        out.into_iter()
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
        self.called(kind, name)
            .filter_map(Role::of)
            .find(|role| kind != "Role" || role.object.effective_namespace() == home)
    }
}
