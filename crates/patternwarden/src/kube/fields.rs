//! The accessor tables of the views.

/// Declares accessors that pair a path with the reader for its shape.
///
/// `name: Type = reader ["path", "below", "the", "view"];`. Under test the table is data too,
/// so that one test can try every accessor present, absent and mistyped.
macro_rules! fields {
    ($view:ident { $( $(#[$doc:meta])* $name:ident: $ty:ty = $read:ident $path:tt; )* }) => {
        impl<'d> $view<'d> {
            $(
                $(#[$doc])*
                pub fn $name(self) -> patternwarden_tree::At<'d, $ty> {
                    patternwarden_tree::At::read(self.node, &$path, $crate::kube::read::$read)
                }
            )*
        }

        #[cfg(test)]
        impl $view<'_> {
            /// Tries every accessor present, absent and mistyped.
            pub(crate) fn try_accessors() {
                $(
                    $crate::kube::fields::try_accessor(
                        stringify!($name),
                        &$path,
                        stringify!($read),
                        |node| {
                            let at = $view::of_node(node).$name();
                            (at.value.is_some(), at.is_absent(), at.is_mistyped())
                        },
                    );
                )*
            }
        }
    };
}

/// Tries one accessor on a document that has its path, one that does not, and one with a wrong type.
#[cfg(test)]
pub(crate) fn try_accessor(
    name: &str,
    path: &'static [&'static str],
    read: &str,
    get: impl Fn(patternwarden_tree::Node<'_>) -> (bool, bool, bool),
) {
    use alloc::string::ToString;
    use patternwarden_tree::{Edit, Op, Value, apply};

    let (right, wrong) = match read {
        "text" => (Value::from("x"), Value::from(1)),
        "int" => (Value::from(1), Value::from("x")),
        "flag" => (Value::from(true), Value::from("true")),
        "map" => (Value::map([]), Value::seq([])),
        "list" => (Value::seq([]), Value::map([])),
        "scalar" => (Value::from("25%"), Value::map([])),
        other => panic!("no sample for the reader `{other}`"),
    };
    let mut empty = patternwarden_tree::Builder::default();
    empty.open(patternwarden_tree::Kind::Map, None).unwrap();
    let empty = empty.finish();
    let root = empty.root().unwrap();
    let pointer = root.at(path).pointer(root).to_string();
    let with = |value| apply(root, &[Edit::new(pointer.as_str(), Op::Add(value))]).unwrap();
    assert_eq!(get(with(right).root().unwrap()), (true, false, false), "{name} present");
    assert_eq!(get(root), (false, true, false), "{name} absent");
    assert_eq!(get(with(Value::Null).root().unwrap()), (false, true, false), "{name} null");
    assert_eq!(get(with(wrong).root().unwrap()), (false, false, true), "{name} mistyped");
}
