//! Where a new key goes: the order in which people write the fields of an object.
//!
//! The orders are those of the examples in Kubernetes' documentation. They move
//! no key that is there; a map whose keys follow none of them is continued at
//! its end.

/// Orders of keys; of a map's own keys, the order that has most of them counts.
static ORDERS: &[&[&str]] = &[
    &[
        "apiVersion",
        "kind",
        "metadata",
        "type",
        "immutable",
        "spec",
        "data",
        "stringData",
        "status",
    ],
    &["apiVersion", "kind", "metadata", "rules", "roleRef", "subjects", "webhooks"],
    &["name", "generateName", "namespace", "labels", "annotations", "finalizers"],
    &[
        "name",
        "image",
        "imagePullPolicy",
        "restartPolicy",
        "command",
        "args",
        "workingDir",
        "ports",
        "envFrom",
        "env",
        "resources",
        "volumeMounts",
        "volumeDevices",
        "startupProbe",
        "livenessProbe",
        "readinessProbe",
        "lifecycle",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "securityContext",
    ],
    &[
        "replicas",
        "revisionHistoryLimit",
        "minReadySeconds",
        "progressDeadlineSeconds",
        "selector",
        "serviceName",
        "strategy",
        "updateStrategy",
        "template",
        "volumeClaimTemplates",
    ],
    &[
        "schedule",
        "timeZone",
        "concurrencyPolicy",
        "suspend",
        "startingDeadlineSeconds",
        "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit",
        "jobTemplate",
    ],
    &[
        "completions",
        "parallelism",
        "completionMode",
        "backoffLimit",
        "activeDeadlineSeconds",
        "ttlSecondsAfterFinished",
        "podFailurePolicy",
        "template",
    ],
    &[
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "serviceAccountName",
        "automountServiceAccountToken",
        "priorityClassName",
        "runtimeClassName",
        "nodeSelector",
        "affinity",
        "tolerations",
        "topologySpreadConstraints",
        "securityContext",
        "terminationGracePeriodSeconds",
        "restartPolicy",
        "imagePullSecrets",
        "initContainers",
        "containers",
        "volumes",
    ],
    &["type", "clusterIP", "selector", "ports"],
    &["name", "protocol", "appProtocol", "port", "targetPort", "nodePort"],
    &["name", "containerPort", "hostPort", "protocol"],
    &["name", "mountPath", "subPath", "readOnly"],
    &["name", "value", "valueFrom"],
    &["requests", "limits"],
    &["scheme", "host", "path", "port"],
    &[
        "exec",
        "httpGet",
        "tcpSocket",
        "grpc",
        "initialDelaySeconds",
        "periodSeconds",
        "timeoutSeconds",
        "successThreshold",
        "failureThreshold",
    ],
    &["scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior"],
    &["apiGroups", "resources", "resourceNames", "verbs"],
];

/// Fewest keys in alphabetical order that are taken for intended.
const ALPHABETICAL: usize = 3;

/// Index among `keys` before which the key `new` belongs; their number for the end.
pub(crate) fn position(keys: &[&str], new: &str) -> usize {
    let rank = |order: &[&str], key: &str| order.iter().position(|other| *other == key);
    let known = |order: &[&str]| keys.iter().filter(|key| rank(order, key).is_some()).count();
    let orders = ORDERS.iter().filter(|order| rank(order, new).is_some());
    // `max_by_key` keeps the last of equals; the first is the more general one.
    if let Some(order) = orders.rev().max_by_key(|order| known(order)).filter(|o| known(o) > 0) {
        let ranks =
            || keys.iter().enumerate().filter_map(|(at, key)| Some((at, rank(order, key)?)));
        if ranks().zip(ranks().skip(1)).all(|(a, b)| a.1 < b.1) {
            let own = rank(order, new).unwrap_or(usize::MAX);
            let before = ranks().rfind(|(_, rank)| *rank < own);
            let after = ranks().find(|(_, rank)| *rank > own);
            return match (before, after) {
                // Behind its predecessor, unless that was the end anyway.
                (Some((at, _)), Some(_)) => at + 1,
                (None, Some((at, _))) => at,
                _ => keys.len(),
            };
        }
    }
    let sorted = keys.len() >= ALPHABETICAL && keys.is_sorted();
    let at = keys.iter().position(|key| *key > new).filter(|_| sorted);
    at.unwrap_or(keys.len())
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn keys_follow_the_order_of_their_neighbours() {
        assert_eq!(position(&["name", "securityContext"], "image"), 1);
        assert_eq!(position(&["image", "ports"], "name"), 0);
        assert_eq!(position(&["image", "custom", "ports"], "securityContext"), 3);
        assert_eq!(position(&["containers", "volumes"], "securityContext"), 0);
        assert_eq!(position(&["kind", "metadata"], "apiVersion"), 0);
        assert_eq!(position(&["name", "labels"], "namespace"), 1);
        assert_eq!(position(&["limits"], "requests"), 0);
        // Neighbours without this order: the end.
        assert_eq!(position(&["ports", "image"], "name"), 2);
        assert_eq!(position(&["a", "c", "d"], "b"), 1);
        assert_eq!(position(&["a", "c"], "b"), 2);
        assert_eq!(position(&[], "b"), 0);
    }
}
