//! What scales a workload: the built-in autoscaler, KEDA, and the vertical one.

use crate::kube::{Object, items};
use alloc::{vec, vec::Vec};
use patternwarden_tree::{At, Node, Place};

/// Which autoscaler an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the rules know these three")]
pub enum AutoscalerKind {
    /// `HorizontalPodAutoscaler`.
    Horizontal,
    /// `ScaledObject` of KEDA, which makes a HorizontalPodAutoscaler.
    Event,
    /// `VerticalPodAutoscaler`.
    Vertical,
}

/// The kinds of autoscalers: group, kind, and where each has its parts.
static KINDS: [(&str, &str, AutoscalerKind); 3] = [
    ("autoscaling", "HorizontalPodAutoscaler", AutoscalerKind::Horizontal),
    ("keda.sh", "ScaledObject", AutoscalerKind::Event),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler", AutoscalerKind::Vertical),
];

/// An object that scales a workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaler<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
    /// Which autoscaler it is.
    pub kind: AutoscalerKind,
}

fields!(Autoscaler {
    /// `spec.minReplicas` of a HorizontalPodAutoscaler.
    min_replicas: i64 = int ["spec", "minReplicas"];
    /// `spec.maxReplicas` of a HorizontalPodAutoscaler.
    max_replicas: i64 = int ["spec", "maxReplicas"];
    /// `spec.minReplicaCount` of a ScaledObject.
    min_replica_count: i64 = int ["spec", "minReplicaCount"];
    /// `spec.maxReplicaCount` of a ScaledObject; 100 when absent.
    max_replica_count: i64 = int ["spec", "maxReplicaCount"];
    /// `spec.metrics` of a HorizontalPodAutoscaler.
    metrics: Node<'d> = list ["spec", "metrics"];
    /// `spec.targetCPUUtilizationPercentage` of a HorizontalPodAutoscaler of `autoscaling/v1`.
    target_cpu: i64 = int ["spec", "targetCPUUtilizationPercentage"];
    /// `spec.updatePolicy.updateMode` of a VerticalPodAutoscaler.
    update_mode: &'d str = text ["spec", "updatePolicy", "updateMode"];
    /// `spec.resourcePolicy.containerPolicies` of a VerticalPodAutoscaler.
    container_policies: Node<'d> = list ["spec", "resourcePolicy", "containerPolicies"];
});

impl<'d> Autoscaler<'d> {
    /// Kinds whose objects can be autoscalers.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(_, kind, _)| *kind)
    }

    /// The object as an autoscaler.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let (_, _, kind) = *KINDS.iter().find(|(group, kind, _)| object.is(group, kind))?;
        Some(Self { node: object.node, object, kind })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node), kind: AutoscalerKind::Horizontal }
    }

    /// Whether it changes the number of replicas.
    pub fn is_horizontal(self) -> bool {
        self.kind != AutoscalerKind::Vertical
    }

    /// A field of the reference to what it scales.
    fn target(
        self,
        horizontal: &'static [&'static str],
        vertical: &'static [&'static str],
    ) -> At<'d, &'d str> {
        let path = if self.is_horizontal() { horizontal } else { vertical };
        At::read(self.node, path, Node::as_str)
    }

    /// Kind of what it scales; a ScaledObject that names none means a `Deployment`.
    ///
    /// Source: KEDA documentation, "Scaling Deployments, StatefulSets & Custom Resources".
    pub fn target_kind(self) -> At<'d, &'d str> {
        let at = self.target(&["spec", "scaleTargetRef", "kind"], &["spec", "targetRef", "kind"]);
        let default = at.is_absent() && self.kind == AutoscalerKind::Event;
        if default { At { value: Some("Deployment"), ..at } } else { at }
    }

    /// Name of what it scales.
    pub fn target_name(self) -> At<'d, &'d str> {
        self.target(&["spec", "scaleTargetRef", "name"], &["spec", "targetRef", "name"])
    }

    /// `apiVersion` of what it scales.
    pub fn target_api_version(self) -> At<'d, &'d str> {
        self.target(&["spec", "scaleTargetRef", "apiVersion"], &["spec", "targetRef", "apiVersion"])
    }

    /// Whether it scales this object, of the same namespace.
    pub fn scales(self, object: Object<'d>) -> bool {
        self.target_name().value.is_some()
            && self.target_name().value == object.name().value
            && self.target_kind().value == object.kind().value
            && self.object.effective_namespace() == object.effective_namespace()
    }

    /// The fewest replicas it scales to: 1 where a HorizontalPodAutoscaler says nothing, 0 where a
    /// ScaledObject says nothing; `None` for a vertical one, and for what is no number.
    pub fn fewest(self) -> Option<i64> {
        let (at, default) = match self.kind {
            AutoscalerKind::Horizontal => (self.min_replicas(), 1),
            AutoscalerKind::Event => (self.min_replica_count(), 0),
            AutoscalerKind::Vertical => return None,
        };
        if at.is_absent() { Some(default) } else { at.value }
    }

    /// What it measures of CPU, memory and the like.
    ///
    /// Sources: `autoscaling/v2.HorizontalPodAutoscalerSpec`: without metrics it is 80 % of the CPU
    /// request; KEDA documentation, "CPU" and "Memory" scalers: `Utilization` unless they say else.
    pub fn resource_metrics(self) -> Vec<ResourceMetric<'d>> {
        if self.kind == AutoscalerKind::Event {
            let triggers = items(self.node.at(&["spec", "triggers"]).node());
            return triggers.filter_map(ResourceMetric::of_trigger).collect();
        }
        let metrics = self.metrics();
        if self.kind == AutoscalerKind::Vertical || metrics.is_mistyped() {
            return Vec::new();
        }
        if items(metrics.value).next().is_none() {
            let place =
                if self.target_cpu().is_absent() { metrics.place } else { self.target_cpu().place };
            return vec![ResourceMetric {
                resource: "cpu",
                container: None,
                is_share: true,
                place,
            }];
        }
        items(metrics.value).filter_map(ResourceMetric::of).collect()
    }
}

/// A metric of a resource that Pods request.
#[derive(Clone, Copy, Debug)]
pub struct ResourceMetric<'d> {
    /// `cpu`, `memory`.
    pub resource: &'d str,
    /// The one container that counts; all of them without.
    pub container: Option<Node<'d>>,
    /// Whether it is a share of the request.
    pub is_share: bool,
    /// Where it says so.
    pub place: Place<'d>,
}

impl<'d> ResourceMetric<'d> {
    fn of(metric: Node<'d>) -> Option<Self> {
        let source = metric.get("resource").or(metric.get("containerResource"))?;
        let target = source.get("target");
        let kind = target.and_then(|target| target.get("type")).and_then(Node::as_str);
        // The first beta of autoscaling/v2 had the share beside the name.
        let share = source.get("targetAverageUtilization").is_some();
        Some(Self {
            resource: source.get("name")?.as_str()?,
            container: source.get("container"),
            is_share: share || kind == Some("Utilization"),
            place: source.into(),
        })
    }

    fn of_trigger(trigger: Node<'d>) -> Option<Self> {
        let resource =
            trigger.get("type")?.as_str().filter(|kind| matches!(*kind, "cpu" | "memory"))?;
        let metadata = trigger.get("metadata");
        let own = trigger.get("metricType").or(metadata.and_then(|metadata| metadata.get("type")));
        Some(Self {
            resource,
            container: metadata.and_then(|metadata| metadata.get("containerName")),
            is_share: own.is_none_or(|kind| kind.as_str() == Some("Utilization")),
            place: trigger.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_of_resources_are_read_in_every_form() {
        let stream = patternwarden_yaml::read(
            "kind: HorizontalPodAutoscaler\nspec: {}\n---\n\
             kind: HorizontalPodAutoscaler\nspec: {targetCPUUtilizationPercentage: 50}\n---\n\
             kind: HorizontalPodAutoscaler\nspec:\n  metrics:\n  \
             - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}\n  \
             - {type: ContainerResource, containerResource: {name: cpu, container: a, target: {type: Utilization}}}\n  \
             - {type: Pods, pods: {metric: {name: x}}}\n---\n\
             apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {triggers: [{type: memory}, {type: cron}]}\n",
        );
        let mut found = Vec::new();
        for document in &stream.documents {
            let scaler = Autoscaler::of(Object::of_node(document.root().unwrap())).unwrap();
            let metrics = scaler.resource_metrics();
            found.extend(metrics.iter().map(|m| (m.resource, m.is_share, m.container.is_some())));
        }
        let expected = [
            ("cpu", true, false),
            ("cpu", true, false),
            ("memory", false, false),
            ("cpu", true, true),
            ("memory", true, false),
        ];
        assert_eq!(found, expected);
    }
}
