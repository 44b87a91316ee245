//! Edits that several rules offer.

use crate::kube::{Class, Container, PodSpec, PolicyRule, Volume};
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

/// Longest name of a volume: a DNS label.
const MAX_NAME: usize = 63;

/// Gives a container an empty directory of its own at each of these paths. Nothing where that cannot
/// be: an ephemeral container joins a running Pod, which can be given no more volumes.
pub fn scratch(container: Container<'_>, paths: &[&str]) -> Vec<Edit> {
    let (mut mounts, mut volumes) = (Vec::new(), Vec::new());
    for path in paths {
        let last = path.rsplit('/').next().unwrap_or_default();
        let volume = format!("{}-{last}", container.display_name());
        let unnamed = container.name().value.is_none() || volume.len() > MAX_NAME;
        let taken = container.mounts().any(|(_, at, _)| at.trim_end_matches('/') == *path);
        if unnamed || taken || container.class == Class::Ephemeral {
            return Vec::new();
        }
        if container.pod.volume(&volume).is_none() {
            let name = ("name", volume.as_str().into());
            volumes.push(Value::map([name, ("emptyDir", Value::map([]))]));
        }
        mounts.push(Value::map([("name", volume.into()), ("mountPath", (*path).into())]));
    }
    let root = container.object().node;
    let mut edits = append_all(root, container.volume_mounts(), mounts);
    edits.extend(append_all(root, container.pod.volume_list(), volumes));
    edits
}

/// Appends items to a list, which is created when it is absent.
fn append_all<'d>(base: Node<'d>, list: At<'d, Node<'d>>, mut all: Vec<Value>) -> Vec<Edit> {
    if list.is_absent() && all.len() > 1 {
        let pointer = list.place.pointer(base).to_string();
        return Vec::from([Edit::new(pointer, Op::Add(Value::Seq(all)))]);
    }
    all.drain(..).map(|item| append(base, list, item)).collect()
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
    let labels: Vec<_> = pods.iter().filter_map(|pod| pod.labels()).collect();
    nearest_labels(selector, &labels)
}

/// [`nearest`] among sets of labels, of Pods or of anything else.
pub fn nearest_labels<'d>(selector: Node<'d>, all: &[Node<'d>]) -> Option<Difference<'d>> {
    let mut near = all.iter().filter_map(|labels| difference(selector, *labels));
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
/// Makes a container a native sidecar: the last of the init containers, restarted always.
pub fn native_sidecar(container: Container<'_>) -> Vec<Edit> {
    let object = container.object().node;
    let list = container.pod.init_container_list();
    let pointer = list.place.pointer(object).to_string();
    let from = Place::from(container.node).pointer(object).to_string();
    let at = list.value.map_or(0, |list| list.items().count());
    let mut edits = vec![
        Edit::new(format!("{pointer}/-"), Op::Move { from }),
        Edit::new(format!("{pointer}/{at}/restartPolicy"), Op::Add(Value::from("Always"))),
    ];
    if list.is_absent() {
        edits.insert(0, Edit::new(pointer, Op::Add(Value::seq([]))));
    }
    edits
}
