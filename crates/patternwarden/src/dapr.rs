//! Calls of Dapr's distributed lock API in commands and scripts.
//!
//! Source: the "Distributed lock API reference" of Dapr: `POST
//! http://localhost:<port>/v1.0-alpha1/(lock|unlock)/<store>` with `resourceId`, `lockOwner` and
//! `expiryInSeconds` as JSON.

pub(crate) mod line;

use crate::kube::{ImageRef, Object, PodSpec};
use alloc::vec::{IntoIter, Vec};
use patternwarden_tree::Node;

/// The only version of the API that Dapr serves. Its reference also shows `v1.0-alpha`, which is
/// no valid path.
pub const LOCK_VERSION: &str = "v1.0-alpha1";

/// One call of the lock API within a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockCall<'t> {
    /// The version in the path, such as `v1.0-alpha1`.
    pub version: &'t str,
    /// Byte where the version starts.
    pub start: usize,
    /// Whether it releases the lock.
    pub is_unlock: bool,
    /// The store, as written; a name unless it holds a `$`.
    pub store: &'t str,
    /// Byte behind the store.
    pub end: usize,
    /// Whether it goes to the Pod's own sidecar.
    pub is_local: bool,
}

/// Bytes before a path that can hold its host and port.
const MAX_AUTHORITY: usize = 128;

/// The calls of the lock API in a text, in order. Work is linear in the length of the text.
pub fn lock_calls(text: &str) -> IntoIter<LockCall<'_>> {
    let calls = text.match_indices("/v1.0").filter_map(|(slash, _)| {
        let (before, path) = text.split_at_checked(slash)?;
        let path = path.strip_prefix('/')?;
        let version_end = path.find(|c: char| !c.is_ascii_alphanumeric() && !"-.".contains(c))?;
        let (version, rest) = path.split_at_checked(version_end)?;
        let (is_unlock, rest) = match rest.strip_prefix("/lock/") {
            Some(rest) => (false, rest),
            None => (true, rest.strip_prefix("/unlock/")?),
        };
        let ends = |c: char| !c.is_alphanumeric() && !"-_.${}()".contains(c);
        let store = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
        let end = text.len() - rest.len() + store.len();
        let host = host(before).filter(|_| !store.is_empty())?;
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        Some(LockCall { version, start: slash + 1, is_unlock, store, end, is_local })
    });
    calls.collect::<Vec<_>>().into_iter()
}

/// The host of the `host:port` that a text ends in.
fn host(before: &str) -> Option<&str> {
    let from = before.char_indices().rev().take(MAX_AUTHORITY).last().map_or(0, |(at, _)| at);
    let authority = before.get(from..)?.rsplit(|c: char| c.is_whitespace() || "\"'/=".contains(c));
    let (host, port) = authority.into_iter().next()?.rsplit_once(':')?;
    let written = port.contains('$') || port.bytes().all(|byte| byte.is_ascii_digit());
    (written && !port.is_empty()).then_some(host)
}

/// Value of a key in JSON that stands in a script, with or without escaped quotes, and the byte
/// where it starts.
pub fn json_field<'t>(text: &'t str, key: &str) -> Option<(usize, &'t str)> {
    let (_, behind) = text.split_once(key)?;
    let quote = |c: char| c.is_whitespace() || "\\\"'".contains(c);
    let value = behind.trim_start_matches(quote).strip_prefix(':')?.trim_start_matches(quote);
    let ends = |c: char| c.is_whitespace() || "\\\"',}".contains(c);
    let part = value.get(..value.find(ends).unwrap_or(value.len()))?;
    Some((text.len() - value.len(), part))
}

/// Whether Dapr runs beside the containers of a Pod: it is injected by annotation, or written.
pub fn is_enabled(pod: PodSpec<'_>) -> bool {
    let annotation = pod.annotations().and_then(|map| map.get("dapr.io/enabled"));
    annotation.is_some_and(|value| value.scalar_text() == "true")
        || pod.containers().any(|container| {
            let image = container.image_ref().map(ImageRef::base_name);
            container.name().value == Some("daprd") || image == Some("daprd")
        })
}

/// The name of a lock component; `None` for any other object.
pub fn lock_component(object: Object<'_>) -> Option<&str> {
    let kind = object.node.at(&["spec", "type"]).node().and_then(Node::as_str)?;
    let is_lock = object.is("dapr.io", "Component") && kind.starts_with("lock.");
    object.name().value.filter(|_| is_lock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn calls_are_found_with_their_parts() {
        let calls = |text| {
            let part = |c: LockCall<'_>| (c.version.len(), c.is_unlock, c.store.len(), c.is_local);
            lock_calls(text).map(part).collect::<Vec<_>>()
        };
        let slide = "curl -X POST http://localhost:3500/v1.0-alpha1/lock/lockstore -d '{}'";
        assert_eq!(calls(slide), [(11, false, 9, true)]);
        assert_eq!(calls("http://dapr:3500/v1.0/unlock/s"), [(4, true, 1, false)]);
        assert_eq!(
            calls("--url=127.0.0.1:$DAPR_HTTP_PORT/v1.0-alpha/lock/$S"),
            [(10, false, 2, true)]
        );
        for none in [
            "/v1.0/lock/s",
            "localhost/v1.0/lock/s",
            "localhost:1/v1.0/state/s",
            "a:1/v1.0/lock/",
            "/v1.0",
        ] {
            assert_eq!(calls(none), [], "{none}");
        }
        let call = lock_calls(slide).next().unwrap();
        assert_eq!(slide.get(call.start..call.end), Some("v1.0-alpha1/lock/lockstore"));
    }

    #[test]
    fn fields_are_read_through_every_quoting() {
        let field = |text, key| json_field(text, key).map(|(_, value)| value);
        assert_eq!(field(r#"{"lockOwner":"abc123"}"#, "lockOwner"), Some("abc123"));
        assert_eq!(field(r#"{\"lockOwner\" : \"$POD_UID\"}"#, "lockOwner"), Some("$POD_UID"));
        assert_eq!(field(r#"'{"lockOwner":"'"$UID"'"}'"#, "lockOwner"), Some("$UID"));
        assert_eq!(field(r#"{"expiryInSeconds":60}"#, "expiryInSeconds"), Some("60"));
        assert_eq!(field("lockOwner", "lockOwner"), None);
        let text = r#"-d {"lockOwner":"x"}"#;
        let (at, value) = json_field(text, "lockOwner").unwrap();
        assert!(text.split_at(at).1.starts_with(value));
    }
}
