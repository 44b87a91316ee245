//! Disruption budgets, autoscalers, leases, namespaces and persistent volumes.

use crate::kube::{LabelSelector, Object};
use patternwarden_tree::Node;

macro_rules! view {
    ($(#[$doc:meta])* $view:ident, $group:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $view<'d> {
            /// Root of the object.
            pub node: Node<'d>,
            /// The object.
            pub object: Object<'d>,
        }

        impl<'d> $view<'d> {
            /// The object as this kind.
            pub fn of(object: Object<'d>) -> Option<Self> {
                object.is($group, $kind).then_some(Self { node: object.node, object })
            }

            #[cfg(test)]
            pub(crate) fn of_node(node: Node<'d>) -> Self {
                Self { node, object: Object::of_node(node) }
            }
        }
    };
}

view!(
    /// A `policy` `PodDisruptionBudget`.
    Budget, "policy", "PodDisruptionBudget"
);

fields!(Budget {
    /// `spec.selector`.
    selector_map: Node<'d> = map ["spec", "selector"];
    /// `spec.minAvailable`: a number or a percentage.
    min_available: Node<'d> = scalar ["spec", "minAvailable"];
    /// `spec.maxUnavailable`: a number or a percentage.
    max_unavailable: Node<'d> = scalar ["spec", "maxUnavailable"];
    /// `spec.unhealthyPodEvictionPolicy`.
    unhealthy_pod_eviction_policy: &'d str = text ["spec", "unhealthyPodEvictionPolicy"];
});

impl<'d> Budget<'d> {
    /// The Pods it protects.
    pub fn selector(self) -> Option<LabelSelector<'d>> {
        self.selector_map().value.map(|node| LabelSelector { node })
    }
}

view!(
    /// An `autoscaling` `HorizontalPodAutoscaler`.
    Scaler, "autoscaling", "HorizontalPodAutoscaler"
);

fields!(Scaler {
    /// `spec.scaleTargetRef.kind`.
    target_kind: &'d str = text ["spec", "scaleTargetRef", "kind"];
    /// `spec.scaleTargetRef.name`.
    target_name: &'d str = text ["spec", "scaleTargetRef", "name"];
    /// `spec.minReplicas`; 1 when absent.
    min_replicas: i64 = int ["spec", "minReplicas"];
    /// `spec.maxReplicas`.
    max_replicas: i64 = int ["spec", "maxReplicas"];
    /// `spec.metrics`.
    metrics: Node<'d> = list ["spec", "metrics"];
});

view!(
    /// A `coordination.k8s.io` `Lease`.
    Lease, "coordination.k8s.io", "Lease"
);

fields!(Lease {
    /// `spec.holderIdentity`.
    holder_identity: &'d str = text ["spec", "holderIdentity"];
    /// `spec.leaseDurationSeconds`.
    lease_duration_seconds: i64 = int ["spec", "leaseDurationSeconds"];
});

view!(
    /// A core `Namespace`.
    Namespace, "", "Namespace"
);

fields!(Namespace {
    /// The level that Pod Security admission enforces.
    enforce: &'d str = text ["metadata", "labels", "pod-security.kubernetes.io/enforce"];
    /// The version of the standards that it enforces.
    enforce_version: &'d str
        = text ["metadata", "labels", "pod-security.kubernetes.io/enforce-version"];
});

view!(
    /// A core `PersistentVolume`.
    PersistentVolume, "", "PersistentVolume"
);

fields!(PersistentVolume {
    /// `spec.hostPath`.
    host_path: Node<'d> = map ["spec", "hostPath"];
    /// `spec.hostPath.path`.
    host_path_path: &'d str = text ["spec", "hostPath", "path"];
    /// `spec.local`.
    local: Node<'d> = map ["spec", "local"];
    /// `spec.local.path`.
    local_path: &'d str = text ["spec", "local", "path"];
});
