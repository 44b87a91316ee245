//! Edits that several rules offer.

use crate::kube::{PodSpec, PolicyRule, Volume};
use crate::matcher::distance;
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use patternwarden_tree::{At, Edit, Node, Op, Place, Value};

/// Appends an item to a list, which is created when it is absent; `base` is the object that
/// pointers count from.
pub fn append<'d>(base: Node<'d>, list: At<'d, Node<'d>>, item: Value) -> Edit {
    let pointer = list.place.pointer(base).to_string();
    if list.is_absent() {
        Edit::new(pointer, Op::Add(Value::seq([item])))
    } else {
        // What is no list refuses this edit, and the repair with it: nothing a user wrote is lost.
        Edit::new(format!("{pointer}/-"), Op::Add(item))
    }
}

/// Removes a volume of a Pod, and every mount of it.
pub fn remove_volume(pod: PodSpec<'_>, volume: Volume<'_>) -> Vec<Edit> {
    let root = pod.object().node;
    let name = volume.name().value;
    let mut gone: Vec<Node<'_>> = Vec::new();
    for container in pod.containers() {
        let mounts = container.mounts().filter(|(mounted, _, _)| Some(*mounted) == name);
        gone.extend(mounts.map(|(_, _, mount)| mount));
    }
    gone.push(volume.node);
    // From the end of each list: what is removed later keeps its index.
    gone.iter().rev().map(|node| remove(root, *node)).collect()
}

/// Removes what stands at a place.
pub fn remove<'d>(root: Node<'d>, place: impl Into<Place<'d>>) -> Edit {
    Edit::new(place.into().pointer(root).to_string(), Op::Remove)
}

/// Adds verbs to a rule of a role.
pub fn append_verbs(rule: PolicyRule<'_>, verbs: &[&str]) -> Vec<Edit> {
    // `rules` is a field of the object itself.
    let base = rule.node.parent().and_then(Node::parent).unwrap_or(rule.node);
    let pointer = Place::from(rule.node).pointer(base);
    let add = |verb: &&str| Edit::new(format!("{pointer}/verbs/-"), Op::Add(Value::from(*verb)));
    verbs.iter().map(add).collect()
}

/// One label of a selector that differs from what a workload carries.
#[derive(Clone, Copy, Debug)]
pub struct Difference<'d> {
    /// The entry of the selector.
    pub wanted: Node<'d>,
    /// The label of the workload: the same key or the same value.
    pub carried: Node<'d>,
}

/// The only workload that lacks one label of the selector, and only by its key or its value.
///
/// `selector` is a map of labels: a Service's `selector`, or `matchLabels`.
pub fn nearest<'d>(selector: Node<'d>, pods: &[PodSpec<'d>]) -> Option<Difference<'d>> {
    let mut near = pods.iter().filter_map(|pod| difference(selector, pod.labels()?));
    near.next().filter(|_| near.next().is_none())
}

fn difference<'d>(selector: Node<'d>, labels: Node<'d>) -> Option<Difference<'d>> {
    let carried = |wanted: Node<'_>| labels.get(wanted.key().unwrap_or_default());
    let same = |a: Node<'_>, b: Node<'_>| a.scalar_text() == b.scalar_text();
    let mut lacking = selector
        .children()
        .filter(|wanted| !carried(*wanted).is_some_and(|carried| same(carried, *wanted)));
    let wanted = lacking.next().filter(|_| lacking.next().is_none())?;
    if let Some(carried) = carried(wanted) {
        return Some(Difference { wanted, carried });
    }
    let free = |label: &Node<'_>| selector.get(label.key().unwrap_or_default()).is_none();
    let mut renamed = labels.children().filter(|label| free(label) && same(*label, wanted));
    let carried = renamed.next().filter(|_| renamed.next().is_none())?;
    Some(Difference { wanted, carried })
}

impl<'d> Difference<'d> {
    /// How many letters the two labels are apart; anything above `limit` once that is certain.
    pub fn distance(self, limit: usize) -> usize {
        let key = |node: Node<'d>| node.key().unwrap_or_default();
        distance(key(self.wanted), key(self.carried), limit)
            + distance(self.wanted.scalar_text(), self.carried.scalar_text(), limit)
    }

    /// Title and edits that make the selector name the workload's label; `base` is the object that
    /// pointers count from.
    pub fn repair(self, base: Node<'d>) -> (String, Vec<Edit>) {
        let key = self.carried.key().unwrap_or_default();
        let value = self.carried.scalar_text();
        let edits = if self.wanted.key() == Some(key) {
            let pointer = Place::from(self.wanted).pointer(base);
            vec![Edit::new(pointer, Op::Replace(value.into()))]
        } else {
            // The whole map, so that the entries keep their order.
            let map = self.wanted.parent().unwrap_or(self.wanted);
            let mut entries = Vec::new();
            for entry in map.children() {
                let label = if entry == self.wanted { self.carried } else { entry };
                entries.push((label.key().unwrap_or_default().to_string(), Value::of(label)));
            }
            let pointer = Place::from(map).pointer(base);
            vec![Edit::new(pointer, Op::Replace(Value::Map(entries)))]
        };
        (format!("Select `{key}: {value}`, which the nearest workload carries"), edits)
    }
}
