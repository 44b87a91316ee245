//! Containers that help another one: how they are known by name.

use crate::kube::Container;
use crate::matcher::glob;
use crate::param::Strings;
use alloc::string::String;
use patternwarden_tree::Node;

/// Names that helper containers and their images carry.
pub const NAMES: &[&str] = &[
    "*proxy*",
    "*envoy*",
    "*istio*",
    "*linkerd*",
    "*fluent*",
    "*vector*",
    "*exporter*",
    "*agent*",
    "daprd",
];

/// The parameter of rules that let a user extend [`NAMES`].
pub static PARAM: Strings = Strings {
    name: "helpers",
    doc: "Names of helper containers, or the last part of their image, as globs.",
    default: NAMES,
};

/// Whether the container or its image is called like a helper, as `listed` judges names.
pub fn is_helper(container: Container<'_>, listed: impl Fn(&str) -> bool) -> bool {
    container.name().value.is_some_and(&listed)
        || container.image_ref().is_some_and(|image| listed(image.base_name()))
}

/// [`is_helper`] with the built-in names.
pub fn is_known_helper(container: Container<'_>) -> bool {
    is_helper(container, |name| NAMES.iter().any(|entry| glob(entry, name)))
}

/// Parts of a command line that never ends.
const ENDLESS: &[&str] = &["while true", "while :", "sleep infinity", "tail -f", "watch "];

/// Whether the container's command says that it runs until somebody stops it.
pub fn runs_for_ever(container: Container<'_>) -> bool {
    let mut line = String::new();
    for word in container.words().filter_map(Node::as_str) {
        line.push_str(word);
        line.push(' ');
    }
    ENDLESS.iter().any(|part| line.contains(part))
}
