//! Values that may be secrets: neither they nor a repair that carries them may be shown.

use crate::set::Set;
use patternwarden_tree::Node;

/// Parts of names that secrets go by.
const WORDS: [&str; 6] = ["PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "PIN"];

/// Whether a value may be a secret: by its key, by the name of its variable, or because it stands
/// in a Secret.
pub(crate) fn is_confidential<'d>(set: &Set<'d>, node: Node<'d>) -> bool {
    let tells = |name: &str| {
        let name = name.to_ascii_uppercase();
        WORDS.iter().any(|word| name.contains(word))
    };
    let variable = node.parent().and_then(|entry| entry.get("name")).and_then(Node::as_str);
    let in_secret = || {
        let object = set.object_holding(node);
        object.is_some_and(|object| object.kind().value == Some("Secret"))
    };
    node.key().is_some_and(tells) || variable.is_some_and(tells) || in_secret()
}
