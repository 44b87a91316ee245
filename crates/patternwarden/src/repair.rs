//! Edits that several rules offer.

use crate::kube::{PodSpec, Volume};
use alloc::{format, string::ToString, vec::Vec};
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
