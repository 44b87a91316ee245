//! Which edits can be made together, as if each were alone.

use patternwarden_tree::{Edit, Op, Value, apart};

/// Whether `more` can be made after `edits` with the pointers that both had before either: they
/// write to different places, and neither moves the entries of a list that the other names.
pub(super) fn fits(edits: &[Edit], more: &[Edit]) -> bool {
    more.iter().flat_map(places).all(|a| edits.iter().flat_map(places).all(|b| apart(a, b)))
}

/// Which objects edits write in documents of their own: version, kind and metadata of each.
pub(super) fn written(edits: &[Edit]) -> impl Iterator<Item = [Option<&Value>; 3]> {
    edits.iter().filter_map(|edit| match &edit.op {
        Op::NewDocument(Value::Map(fields)) => {
            let field = |wanted| fields.iter().find(|(key, _)| key == wanted).map(|(_, v)| v);
            Some(["apiVersion", "kind", "metadata"].map(field))
        }
        _ => None,
    })
}

/// The places that an edit writes to.
fn places(edit: &Edit) -> impl Iterator<Item = &str> {
    let shifts = !matches!(edit.op, Op::Replace(_) | Op::Test(_) | Op::KeepLast);
    let from = match &edit.op {
        Op::Move { from } => Some(list_of(from)),
        _ => None,
    };
    let to = if shifts { list_of(&edit.pointer) } else { edit.pointer.as_str() };
    // A document of its own is in nobody's way.
    from.into_iter().chain([to]).filter(|_| !matches!(edit.op, Op::NewDocument(_)))
}

/// The list whose entries shift when one is added or removed at this place; the place itself where
/// it is no entry of a list.
fn list_of(pointer: &str) -> &str {
    match pointer.rsplit_once('/') {
        Some((list, key)) if !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit()) => list,
        _ => pointer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patternwarden_tree::Value;

    fn one(pointer: &str, op: Op) -> [Edit; 1] {
        [Edit::new(pointer, op)]
    }

    #[test]
    fn only_what_cannot_meet_is_made_together() {
        let add = |pointer: &str| one(pointer, Op::Add(Value::Null));
        let remove = |pointer: &str| one(pointer, Op::Remove);
        assert!(fits(&add("/a/b"), &add("/a/c")));
        assert!(fits(&add("/a/b"), &add("/a/bc")));
        assert!(!fits(&add("/a/b"), &add("/a/b")));
        assert!(!fits(&add("/a/b/c"), &add("/a/b")));
        assert!(!fits(&add(""), &add("/a")));
        assert!(!fits(&add("/l/-"), &add("/l/-")), "the second may find its entry there");
        assert!(!fits(&remove("/l/0"), &add("/l/1/x")), "what was 1 is 0 now");
        assert!(!fits(&add("/l/1/x"), &remove("/l/0")));
        assert!(!fits(&remove("/l/0"), &remove("/l/1")));
        assert!(fits(&one("/l/0", Op::Replace(Value::Null)), &add("/l/1/x")));
        assert!(fits(&remove("/l/0"), &remove("/m/0")));
        let moved = one("/a", Op::Move { from: "/l/2".into() });
        assert!(!fits(&moved, &add("/l/0/x")));
        assert!(fits(&moved, &add("/b")));
        let beside = one("", Op::NewDocument(Value::Null));
        assert!(fits(&beside, &add("/b")) && fits(&remove("/l/0"), &beside));
        assert!(fits(&beside, &beside));
    }
}
