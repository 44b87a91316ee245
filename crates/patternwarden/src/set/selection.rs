//! Who selects whom by labels: looked up, as every Service asks for its Pods and every Pod for its
//! Services.

use super::Set;
use crate::kube::{LabelSelector, PodSpec, Service, entries, selects};
use alloc::vec::Vec;
use patternwarden_tree::{Node, sort_by};

/// One label of something in a namespace.
#[derive(Clone, Copy, Debug)]
struct Label<'d> {
    namespace: &'d str,
    key: &'d str,
    value: &'d str,
    /// Index of the object.
    object: u32,
}

impl<'d> Label<'d> {
    fn of(namespace: &'d str, entry: Node<'d>, object: usize) -> Self {
        let (key, value) = (entry.key().unwrap_or_default(), entry.scalar_text());
        Self { namespace, key, value, object: object as u32 }
    }

    fn key(&self) -> (&'d str, &'d str, &'d str) {
        (self.namespace, self.key, self.value)
    }
}

/// Labels of Pods, and what Services ask for first; both sorted.
#[derive(Debug, Default)]
pub(super) struct Selection<'d> {
    carried: Vec<Label<'d>>,
    wanted: Vec<Label<'d>>,
}

impl<'d> Selection<'d> {
    /// What the objects of a set carry and want.
    pub(super) fn of(set: &Set<'d>) -> Self {
        let (mut carried, mut wanted) = (Vec::new(), Vec::new());
        for pod in set.pod_specs() {
            let (home, index) = (pod.object().effective_namespace(), pod.object().index);
            carried.extend(entries(pod.labels()).map(|entry| Label::of(home, entry, index)));
        }
        for service in set.of_kind("Service").filter_map(Service::of) {
            let (home, index) = (service.object.effective_namespace(), service.object.index);
            let first = entries(service.selector().value).next();
            wanted.extend(first.map(|entry| Label::of(home, entry, index)));
        }
        let order = |a: &Label<'_>, b: &Label<'_>| (a.key(), a.object).cmp(&(b.key(), b.object));
        sort_by(&mut carried, order);
        sort_by(&mut wanted, order);
        Self { carried, wanted }
    }
}

/// The labels of a sorted list that are equal to this one, in source order.
fn same<'s, 'd>(list: &'s [Label<'d>], label: &Label<'_>) -> &'s [Label<'d>] {
    let from = list.partition_point(|other| other.key() < label.key());
    let rest = list.get(from..).unwrap_or_default();
    rest.get(..rest.partition_point(|other| other.key() == label.key())).unwrap_or_default()
}

impl<'d> Set<'d> {
    /// The Pods of a namespace that carry every entry of a map, in source order. An empty map
    /// selects nothing.
    pub fn selected_by(&self, map: Node<'_>, namespace: &str) -> Vec<PodSpec<'d>> {
        let Some(first) = entries(Some(map)).next() else { return Vec::new() };
        let pods = same(&self.selection.carried, &Label::of(namespace, first, 0)).iter();
        let pods = pods.filter_map(|label| self.object(label.object as usize)?.pod_spec());
        pods.filter(|pod| selects(map, pod.labels())).collect()
    }

    /// The Pods of a namespace that a selector selects, as somebody wrote them: what a controller
    /// made is the same workload again.
    pub fn selected(&self, selector: LabelSelector<'d>, namespace: &str) -> Vec<PodSpec<'d>> {
        let exact = selector.match_labels().value;
        let mut pods = match exact.filter(|map| entries(Some(*map)).next().is_some()) {
            Some(map) => self.selected_by(map, namespace),
            None => self.pod_specs_in(namespace).collect(),
        };
        pods.retain(|pod| !pod.object().is_controlled() && selector.selects(pod.labels()));
        pods
    }

    /// The Services that select a Pod, by name. The selector of an ExternalName means
    /// nothing.
    pub fn services_of(&self, pod: PodSpec<'d>) -> Vec<Service<'d>> {
        self.services_wanting(pod.object().effective_namespace(), pod.labels())
    }

    /// The Services of a namespace whose selectors these labels satisfy, by name.
    pub fn services_wanting(&self, home: &str, labels: Option<Node<'_>>) -> Vec<Service<'d>> {
        let mut found = Vec::new();
        for entry in entries(labels) {
            let wanted = same(&self.selection.wanted, &Label::of(home, entry, 0)).iter();
            found.extend(wanted.filter_map(|label| {
                let service = Service::of(self.object(label.object as usize)?)?;
                let map = service.selector().value?;
                let real = service.effective_type() != "ExternalName";
                (real && selects(map, labels)).then_some(service)
            }));
        }
        // The first one is named in messages, whatever the order of the input.
        let key = |service: &Service<'d>| (service.object.display_name(), service.object.index);
        sort_by(&mut found, |a, b| key(a).cmp(&key(b)));
        found
    }
}
