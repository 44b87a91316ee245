//! A walk over an object along the types of its fields.

use super::{Base, Field, Many, Type};
use alloc::{vec, vec::Vec};
use patternwarden_tree::Node;

/// A map of known type, on the way from the object down.
#[derive(Clone, Copy, Debug)]
pub struct Level<'d> {
    /// Its type.
    pub ty: Type,
    /// The map.
    pub node: Node<'d>,
}

/// Calls `visit` for every entry of every map of known type, with the maps on the way to it
/// (outermost first, the holder last) and its field; `None` for one that the type does not have.
///
/// A value of another shape than its field's is visited, but not entered.
pub fn walk<'d>(root: Node<'d>, ty: Type, visit: Visit<'_, 'd>) {
    enter(root, ty, &mut vec![], visit);
}

/// What [`walk`] calls.
pub type Visit<'v, 'd> = &'v mut dyn FnMut(&[Level<'d>], Node<'d>, Option<Field>);

fn enter<'d>(node: Node<'d>, ty: Type, levels: &mut Vec<Level<'d>>, visit: Visit<'_, 'd>) {
    if !node.is_map() {
        return;
    }
    levels.push(Level { ty, node });
    for child in node.children() {
        let field = ty.field(child.key().unwrap_or_default());
        visit(levels, child, field);
        let Some(Field { base: Base::Object(inner) | Base::Loose(inner), many, .. }) = field else {
            continue;
        };
        let loose = matches!(field, Some(Field { base: Base::Loose(_), .. }));
        match many {
            Many::One if loose && child.is_seq() => {
                child.items().for_each(|item| enter(item, inner, levels, visit));
            }
            Many::One => enter(child, inner, levels, visit),
            Many::List => child.items().for_each(|item| enter(item, inner, levels, visit)),
            Many::Map if child.is_map() => {
                child.children().for_each(|entry| enter(entry, inner, levels, visit));
            }
            Many::Map => {}
        }
    }
    levels.pop();
}
