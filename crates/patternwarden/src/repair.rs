//! Edits that several rules offer.

use crate::kube::{Class, Container, PodSpec, Volume};
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
