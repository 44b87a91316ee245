//! Recognises what changes size with its load.

use super::by_kind::{self, Kinds};
use crate::kube::{Container, Object, entries, items};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::Node;

crate::pattern! {
    /// The application is scaled out, up, or by more nodes, as load demands.
    ///
    /// ## Intent
    ///
    /// Load comes and goes, and nobody wants to pay for its peak all day or to be asked at night. A
    /// controller looks at a measure and changes the number of replicas, or what each of them may
    /// use.
    ///
    /// ## Forces
    ///
    /// More replicas help what can be shared out, and nothing else. A measure that follows slowly
    /// swings; one that follows fast flaps. Percentages are of the request, so without requests there
    /// is nothing to count. Two controllers that look at the same measure work against each other.
    ///
    /// ## How it is seen
    ///
    /// A HorizontalPodAutoscaler, a VerticalPodAutoscaler, a ScaledObject or ScaledJob of KEDA; the
    /// annotations by which Knative scales (`knative`); a container that says it must be restarted
    /// when its resources change in place (`in-place`). That it need not be is the default and says
    /// nothing.
    ///
    /// ## What breaks it
    ///
    /// - a fixed `replicas` in the manifest, set back at every apply
    /// - a target in percent of a request that is not there
    /// - an autoscaler and a vertical one on the same measure
    /// - a minimum of one, where a stand-by is what was wanted
    ///
    /// ## Over time
    ///
    /// `autoscaling/v2` is stable since 1.23 and the betas are gone since 1.25 and 1.26. Measures of
    /// a single container are stable since 1.30. Resources of a running Pod can be changed in place,
    /// on since 1.33 and stable since 1.35.
    ElasticScale,
    recognise,
}

const KINDS: Kinds = &[
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"),
    ("keda.sh", "ScaledObject"),
    ("keda.sh", "ScaledJob"),
];

const KNATIVE: &str = "autoscaling.knative.dev/";

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    by_kind::hit(px, object, KINDS, Confidence::Certain, "changes size with its load");
    annotations(px, object.annotations().value);
    let Some(pod) = object.pod_spec() else { return };
    if pod.template != object.node {
        annotations(px, pod.annotations());
    }
    for container in pod.containers() {
        resized(px, container);
    }
}

fn annotations<'d>(px: &mut Px<'_, 'd>, map: Option<Node<'d>>) {
    for node in entries(map) {
        if node.key().is_some_and(|key| key.starts_with(KNATIVE)) {
            px.hit(Confidence::Certain, node, "how Knative scales it").facet("knative");
        }
    }
}

fn resized<'d>(px: &mut Px<'_, 'd>, container: Container<'d>) {
    for entry in items(container.node.get("resizePolicy").and_then(Node::as_seq)) {
        let policy = entry.get("restartPolicy").and_then(Node::as_str);
        if policy == Some("RestartContainer") {
            let label = format!("`{}` can be resized, with a restart", container.display_name());
            px.hit(Confidence::Certain, entry, label).facet("in-place");
        }
    }
}
