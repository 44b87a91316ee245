//! Edits that several rules offer.

use alloc::{format, string::ToString};
use patternwarden_tree::{At, Edit, Node, Op, Value};

/// Appends an item to a list, which is created when it is absent; `base` is the object that
/// pointers count from.
pub fn append<'d>(base: Node<'d>, list: At<'d, Node<'d>>, item: Value) -> Edit {
    let pointer = list.place.pointer(base).to_string();
    match list.value {
        Some(_) => Edit::new(format!("{pointer}/-"), Op::Add(item)),
        None => Edit::new(pointer, Op::Add(Value::seq([item]))),
    }
}
