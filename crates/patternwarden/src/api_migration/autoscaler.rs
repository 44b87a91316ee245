//! HorizontalPodAutoscalers before v2: each metric had targets of its own.

use super::{Steps, held};
use crate::kube::Object;
use alloc::{format, string::String};
use patternwarden_tree::{Node, Op, Value};

/// Old names of a target, the kind of target that each is, and the field of that kind.
const TARGETS: &[(&str, &str, &str)] = &[
    ("targetAverageUtilization", "Utilization", "averageUtilization"),
    ("targetAverageValue", "AverageValue", "averageValue"),
    ("averageValue", "AverageValue", "averageValue"),
    ("targetValue", "Value", "value"),
];

pub(super) fn migrate(object: Object<'_>, steps: &mut Steps) {
    let metrics = held(object.node, "/spec/metrics").into_iter().flat_map(Node::items);
    for (at, metric) in metrics.enumerate() {
        for key in ["resource", "containerResource", "pods", "object", "external"] {
            if let Some(source) = metric.get(key).and_then(Node::as_map) {
                source_of(source, &format!("/spec/metrics/{at}/{key}"), steps);
            }
        }
    }
}

fn source_of(source: Node<'_>, pointer: &str, steps: &mut Steps) {
    let mut moved = |key: &str, to: &str| {
        if source.get(key).is_some() {
            let from: String = format!("{pointer}/{key}");
            steps.push(format!("{pointer}/{to}"), Op::Move { from });
        }
    };
    // The target was the object that the metric describes; its name is needed first.
    if source.key() == Some("object") {
        moved("target", "describedObject");
    }
    moved("metricName", "metric/name");
    moved("metricSelector", "metric/selector");
    moved("selector", "metric/selector");
    let wanted = TARGETS.iter().find(|(key, _, _)| held_by(source, key));
    if let Some((key, kind, field)) = wanted {
        moved(key, &format!("target/{field}"));
        steps.push(format!("{pointer}/target/type"), Op::Add(Value::from(*kind)));
    }
    // Of several targets the first one counts.
    for (key, _, _) in TARGETS.iter().filter(|row| Some(*row) != wanted) {
        if source.get(key).is_some() {
            steps.lose(format!("{pointer}/{key}"));
        }
    }
}

fn held_by(source: Node<'_>, key: &str) -> bool {
    source.get(key).is_some_and(|node| !node.is_null())
}
