//! Pod templates of kinds that nobody described: found by their shape.

use crate::kube::object::Object;
use crate::kube::pod::PodSpec;
use crate::kube::workload::{UNKNOWN, Workload};
use alloc::vec::Vec;
use patternwarden_tree::{Children, Node};

/// The Pod templates somewhere in the `spec` of a custom resource, in source order.
///
/// A template is a map whose `spec` has a list of `containers`, each with a `name` and an `image`.
/// Overrides that an operator merges into a template of its own mostly name no image, and are left
/// alone: what they leave out is not missing.
#[derive(Clone, Debug)]
pub(crate) struct Templates<'d> {
    object: Object<'d>,
    open: Vec<Children<'d>>,
}

impl<'d> Templates<'d> {
    /// Nothing for kinds of Kubernetes itself: what makes Pods there is known.
    pub(crate) fn of(object: Object<'d>) -> Self {
        let spec = object.spec().value.filter(|_| object.api().is_custom());
        Self { object, open: spec.map(Node::children).into_iter().collect() }
    }
}

/// The `spec` of a Pod template.
fn pod_spec(template: Node<'_>) -> Option<Node<'_>> {
    let spec = template.get("spec").and_then(Node::as_map)?;
    let mut containers = spec.get("containers").map(Node::items)?.peekable();
    let text = |node: Node<'_>, key| node.get(key).is_some_and(|value| value.as_str().is_some());
    let full = |node| text(node, "name") && text(node, "image");
    (containers.peek().is_some() && containers.all(full)).then_some(spec)
}

impl<'d> Iterator for Templates<'d> {
    type Item = PodSpec<'d>;

    fn next(&mut self) -> Option<PodSpec<'d>> {
        loop {
            let Some(template) = self.open.last_mut()?.next() else {
                self.open.pop();
                continue;
            };
            if let Some(node) = pod_spec(template) {
                let workload =
                    Workload { node: self.object.node, object: self.object, kind: &UNKNOWN };
                return Some(PodSpec { node, template, workload });
            }
            self.open.push(template.children());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{
        format,
        string::{String, ToString},
    };
    use patternwarden_tree::Place;

    const POD: &str = "{containers: [{name: app, image: registry.example/app:1.4.2}]}";

    fn found(api: &str, spec: &str) -> Vec<String> {
        let text = format!("{{apiVersion: {api}, kind: Deployment, spec: {spec}}}");
        let stream = patternwarden_yaml::read(&text);
        let object = Object::of_node(stream.documents[0].root().unwrap());
        let place = |pod: PodSpec<'_>| Place::from(pod.node).pointer(object.node).to_string();
        object.pod_specs().map(place).collect()
    }

    #[test]
    fn templates_are_found_by_shape_in_custom_groups_alone() {
        let nested = format!(
            "{{template: {{spec: {POD}}}, workers: [{{template: {{metadata: {{}}, spec: {POD}}}}}, 2]}}"
        );
        let places = ["/spec/template/spec", "/spec/workers/0/template/spec"];
        assert_eq!(found("argocd.io/v1", &nested), places);
        assert_eq!(found("jobset.x-k8s.io/v1", &nested), places);
        assert!(found("gateway.networking.k8s.io/v1", &nested).is_empty());
        assert!(found("v1", &nested).is_empty());
        // What is known is read where it is known to stand.
        assert_eq!(found("apps/v1", &nested), [places[0]]);
    }

    #[test]
    fn overrides_are_no_templates() {
        for containers in ["[]", "[{name: app}]", "{}", "[app]", "app"] {
            let spec = format!("{{podTemplate: {{spec: {{containers: {containers}}}}}}}");
            assert!(found("db.example/v1", &spec).is_empty(), "{spec}");
        }
        assert!(found("db.example/v1", "template").is_empty());
    }
}
