//! Edits that several rules offer.

use alloc::{format, string::ToString};
use patternwarden_tree::{At, Edit, Node, Op, Value};

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
