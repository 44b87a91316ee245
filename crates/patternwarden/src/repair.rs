//! Edits that several rules offer.

use crate::kube::Container;
use alloc::{format, string::ToString, vec, vec::Vec};
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
