//! Recognises configuration in variables.

use crate::kube::{Container, Object, items};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// Small sets of values are passed as environment variables.
    ///
    /// ## Intent
    ///
    /// The same image runs everywhere; what differs between places is told to it from outside. Every
    /// language reads variables, so a few values need no file, no library and no agreement on a
    /// format.
    ///
    /// ## Forces
    ///
    /// Variables are fixed at start and seen by every process of the container, by those who may
    /// look at the Pod, and by crash reports. One or two dozen are clear; a hundred are a file
    /// without structure. Values from a ConfigMap or Secret have a life of their own, but reach the
    /// process only with its next start.
    ///
    /// ## How it is seen
    ///
    /// A variable with a value (`literal`), one key of a ConfigMap (`configMapKeyRef`) or Secret
    /// (`secretKeyRef`), or all keys of one (`envFrom`). Variables about the Pod itself are Self
    /// Awareness.
    ///
    /// ## What breaks it
    ///
    /// - a password as a value, readable by all who may see the Pod
    /// - `$(NAME)` before the variable it names, which stays as it is
    /// - a value such as `yes` or `0123` without quotes, which YAML reads as something else
    /// - two lists that set the same name, of which the last wins in silence
    ///
    /// ## Over time
    ///
    /// Almost every printable character may stand in a name since 1.34 (on since 1.32). Values from a
    /// file that an init container wrote (`fileKeyRef`) are alpha since 1.34.
    EnvVarConfiguration,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    for container in pod.containers() {
        variables(px, container);
    }
}

fn variables<'d>(px: &mut Px<'_, 'd>, container: Container<'d>) {
    for entry in items(container.env().value) {
        let name = entry.get("name").and_then(Node::as_str).unwrap_or("?");
        let from = |key: &str| entry.get("valueFrom")?.get(key)?.as_map();
        let literal = entry.get("value").filter(|value| !value.is_null());
        let facet = if literal.is_some() {
            "literal"
        } else if from("configMapKeyRef").is_some() {
            "configMapKeyRef"
        } else if from("secretKeyRef").is_some() {
            "secretKeyRef"
        } else {
            continue;
        };
        // The name of a variable is no secret; its value is never shown.
        px.hit(Confidence::Certain, entry, format!("variable `{name}`")).facet(facet);
    }
    for node in items(container.env_from().value).filter(|node| node.is_map()) {
        px.hit(Confidence::Certain, node, "a variable for each key").facet("envFrom");
    }
}
