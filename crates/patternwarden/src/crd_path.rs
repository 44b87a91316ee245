//! Following a simple JSON path through the schema of a custom resource.

use crate::kube::CrdVersion;
use patternwarden_tree::Node;

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// One value.
    Scalar,
    /// A list or an object.
    Whole,
    /// Nothing that the schema knows.
    Unknown,
    /// What the schema leaves open, or the API itself defines.
    Open,
}

/// Follows a path, without its first dot, through the schema of a version.
pub(crate) fn target(version: CrdVersion<'_>, path: &str) -> Target {
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let Some(mut schema) = version.schema().value else { return Target::Open };
    if matches!(first, "metadata" | "apiVersion" | "kind") {
        return Target::Open;
    }
    for step in path.split('.') {
        // What a filter selects is not followed.
        let (name, filtered) = step.split_once('[').map_or((step, false), |(name, _)| (name, true));
        let open = schema.get("x-kubernetes-preserve-unknown-fields").is_some();
        let property = schema.get("properties").and_then(|properties| properties.get(name));
        schema = match property.or(schema.get("additionalProperties").and_then(Node::as_map)) {
            Some(_) if filtered => return Target::Open,
            Some(inner) => inner,
            None if open => return Target::Open,
            None => return Target::Unknown,
        };
    }
    match schema.get("type").and_then(Node::as_str) {
        Some("object" | "array") => Target::Whole,
        _ => Target::Scalar,
    }
}
