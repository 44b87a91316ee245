//! ConfigMaps and Secrets.

use crate::kube::{Object, entries};
use patternwarden_tree::Node;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum ConfigKind {
    /// Not confidential.
    ConfigMap,
    /// Confidential: values are never printed.
    Secret,
}

impl ConfigKind {
    /// The word for `kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }
}

/// A `ConfigMap` or `Secret`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfigObject<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
    /// Which of the two it is.
    pub kind: ConfigKind,
}

fields!(ConfigObject {
    /// `immutable`.
    immutable: bool = flag ["immutable"];
    /// `data`.
    data: Node<'d> = map ["data"];
    /// `binaryData` of a ConfigMap.
    binary_data: Node<'d> = map ["binaryData"];
    /// `stringData` of a Secret.
    string_data: Node<'d> = map ["stringData"];
    /// `type` of a Secret.
    secret_type: &'d str = text ["type"];
});

impl<'d> ConfigObject<'d> {
    /// The object as a ConfigMap or Secret.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let kind = if object.is("", "ConfigMap") {
            ConfigKind::ConfigMap
        } else if object.is("", "Secret") {
            ConfigKind::Secret
        } else {
            return None;
        };
        Some(Self { node: object.node, object, kind })
    }

    /// Whether SOPS encrypted the values, which are others once it is applied.
    pub fn is_encrypted(self) -> bool {
        self.node.get("sops").is_some()
    }

    /// The entries of `data`, `binaryData` and `stringData`.
    pub fn entries(self) -> impl Iterator<Item = Node<'d>> {
        let maps = [self.data().value, self.binary_data().value, self.string_data().value];
        maps.into_iter().flat_map(entries)
    }

    /// The value of a key; `stringData` is written over `data`.
    pub fn entry(self, key: &str) -> Option<Node<'d>> {
        let maps = [self.string_data().value, self.data().value, self.binary_data().value];
        maps.into_iter().flatten().find_map(|map| map.get(key))
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node), kind: ConfigKind::ConfigMap }
    }
}
