//! Kinds that are Pods or make them, and what they have in common.

use crate::kube::object::{Api, Object};
use crate::kube::pod::PodSpec;
use crate::kube::{Rounding, int_or_percent};
use patternwarden_tree::{At, Node};

type Path = &'static [&'static str];

/// A kind that is a Pod or makes Pods, and where its parts stand.
///
/// Source: the API reference of each group; `spec/template` is a `PodTemplateSpec` in all of them.
#[derive(Debug, PartialEq, Eq)]
pub struct WorkloadKind {
    /// API groups that serve the kind; the first is the current one.
    pub groups: &'static [&'static str],
    /// The kind.
    pub kind: &'static str,
    /// Where the Pod's own `metadata` and `spec` stand; empty for the object itself.
    template: Path,
    /// Where the replica count stands; `None` for kinds that have none.
    replicas: Option<Path>,
    /// The built-in kind whose semantics it has.
    pub like: &'static str,
}

const TEMPLATE: Path = &["spec", "template"];
const REPLICAS: Option<Path> = Some(&["spec", "replicas"]);

const fn built_in(
    groups: &'static [&'static str],
    kind: &'static str,
    template: Path,
    replicas: Option<Path>,
) -> WorkloadKind {
    WorkloadKind { groups, kind, template, replicas, like: kind }
}

/// OpenKruise's own version of a built-in kind.
const fn kruise(kind: &'static str, replicas: Option<Path>) -> WorkloadKind {
    WorkloadKind { groups: &["apps.kruise.io"], kind, template: TEMPLATE, replicas, like: kind }
}

/// Every kind whose Pod spec the rules read.
pub(crate) static WORKLOADS: &[WorkloadKind] = &[
    built_in(&[""], "Pod", &[], None),
    built_in(&[""], "PodTemplate", &["template"], None),
    built_in(&["apps", "extensions"], "Deployment", TEMPLATE, REPLICAS),
    built_in(&["apps", "extensions"], "ReplicaSet", TEMPLATE, REPLICAS),
    built_in(&[""], "ReplicationController", TEMPLATE, REPLICAS),
    built_in(&["apps"], "StatefulSet", TEMPLATE, REPLICAS),
    built_in(&["apps", "extensions"], "DaemonSet", TEMPLATE, None),
    built_in(&["batch"], "Job", TEMPLATE, None),
    built_in(&["batch"], "CronJob", &["spec", "jobTemplate", "spec", "template"], None),
    WorkloadKind {
        groups: &["argoproj.io"],
        kind: "Rollout",
        template: TEMPLATE,
        replicas: REPLICAS,
        like: "Deployment",
    },
    WorkloadKind {
        groups: &["apps.openshift.io", ""],
        kind: "DeploymentConfig",
        template: TEMPLATE,
        replicas: REPLICAS,
        like: "Deployment",
    },
    WorkloadKind {
        groups: &["apps.kruise.io"],
        kind: "CloneSet",
        template: TEMPLATE,
        replicas: REPLICAS,
        like: "Deployment",
    },
    kruise("StatefulSet", REPLICAS),
    kruise("DaemonSet", None),
    WorkloadKind {
        groups: &["serving.knative.dev"],
        kind: "Service",
        template: TEMPLATE,
        replicas: None,
        like: "Deployment",
    },
];

impl WorkloadKind {
    pub(crate) fn of(api: Api<'_>, any_group: bool) -> Option<&'static WorkloadKind> {
        WORKLOADS.iter().find(|entry| {
            entry.kind == api.kind
                && (entry.groups.contains(&api.group) || (any_group && entry.like == entry.kind))
        })
    }
}

/// An object that is a Pod or makes Pods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
    /// Its kind.
    pub kind: &'static WorkloadKind,
}

fields!(Workload {
    /// `spec.replicas`, as written.
    written_replicas: i64 = int ["spec", "replicas"];
    /// `spec.selector`.
    selector: Node<'d> = map ["spec", "selector"];
    /// `spec.strategy` of a Deployment.
    strategy: Node<'d> = map ["spec", "strategy"];
    /// `spec.strategy.type`.
    strategy_type: &'d str = text ["spec", "strategy", "type"];
    /// `spec.strategy.rollingUpdate.maxSurge`: a number or a percentage.
    max_surge: Node<'d> = scalar ["spec", "strategy", "rollingUpdate", "maxSurge"];
    /// `spec.strategy.rollingUpdate.maxUnavailable`: a number or a percentage.
    max_unavailable: Node<'d> = scalar ["spec", "strategy", "rollingUpdate", "maxUnavailable"];
    /// `spec.updateStrategy` of a StatefulSet or DaemonSet.
    update_strategy: Node<'d> = map ["spec", "updateStrategy"];
    /// `spec.updateStrategy.type`.
    update_strategy_type: &'d str = text ["spec", "updateStrategy", "type"];
    /// `spec.updateStrategy.rollingUpdate.maxSurge` of a DaemonSet: a number or a percentage.
    update_max_surge: Node<'d> = scalar ["spec", "updateStrategy", "rollingUpdate", "maxSurge"];
    /// `spec.updateStrategy.rollingUpdate.maxUnavailable`: a number or a percentage.
    update_max_unavailable: Node<'d>
        = scalar ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"];
    /// `spec.updateStrategy.rollingUpdate.partition` of a StatefulSet.
    partition: i64 = int ["spec", "updateStrategy", "rollingUpdate", "partition"];
    /// `spec.podManagementPolicy` of a StatefulSet; the API server fills in `OrderedReady`.
    pod_management_policy: &'d str = text ["spec", "podManagementPolicy"];
    /// `spec.revisionHistoryLimit`; the API server fills in 10.
    revision_history_limit: i64 = int ["spec", "revisionHistoryLimit"];
    /// `spec.paused` of a Deployment.
    paused: bool = flag ["spec", "paused"];
    /// `spec.progressDeadlineSeconds` of a Deployment; the API server fills in 600.
    progress_deadline_seconds: i64 = int ["spec", "progressDeadlineSeconds"];
    /// `spec.minReadySeconds`; 0 when absent.
    min_ready_seconds: i64 = int ["spec", "minReadySeconds"];
    /// `spec.manualSelector` of a Job.
    manual_selector: bool = flag ["spec", "manualSelector"];
    /// `spec.serviceName` of a StatefulSet.
    service_name: &'d str = text ["spec", "serviceName"];
    /// `spec.volumeClaimTemplates` of a StatefulSet.
    volume_claim_templates: Node<'d> = list ["spec", "volumeClaimTemplates"];
    /// `spec.activeDeadlineSeconds` of a Job.
    active_deadline_seconds: i64 = int ["spec", "activeDeadlineSeconds"];
    /// `spec.completions` of a Job.
    completions: i64 = int ["spec", "completions"];
    /// `spec.parallelism` of a Job.
    parallelism: i64 = int ["spec", "parallelism"];
    /// `spec.schedule` of a CronJob.
    schedule: &'d str = text ["spec", "schedule"];
    /// `spec.timeZone` of a CronJob.
    time_zone: &'d str = text ["spec", "timeZone"];
    /// `spec.concurrencyPolicy` of a CronJob; the API server fills in `Allow`.
    concurrency_policy: &'d str = text ["spec", "concurrencyPolicy"];
    /// `spec.startingDeadlineSeconds` of a CronJob.
    starting_deadline_seconds: i64 = int ["spec", "startingDeadlineSeconds"];
});

impl<'d> Workload<'d> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        let kind = WORKLOADS.first().unwrap();
        Self { node, object: Object::of_node(node), kind }
    }

    /// Whether it behaves like this built-in kind.
    pub fn is_like(self, kind: &str) -> bool {
        self.kind.like == kind
    }

    /// How many Pods it asks for: 1 where the field is absent; `None` where the kind has no such
    /// count or the field is not a number.
    pub fn replicas(self) -> Option<i64> {
        let at = At::read(self.node, self.kind.replicas?, Node::as_i64);
        if at.is_absent() { Some(1) } else { at.value }
    }

    /// How many Pods a rolling update of `replicas` may add: `maxSurge`, 25 % when it is absent or
    /// cannot be read; percentages are rounded up.
    pub fn surge(self, replicas: i64) -> i64 {
        let written = self.max_surge().value;
        written
            .and_then(|node| int_or_percent(node, replicas, Rounding::Up))
            .unwrap_or_else(|| replicas.saturating_add(3).div_euclid(4))
    }

    /// Whether it runs until its work is done.
    pub fn is_job(self) -> bool {
        matches!(self.kind.like, "Job" | "CronJob")
    }

    /// The spec of the Job that it is or makes.
    pub fn job_spec(self) -> Option<Node<'d>> {
        let path: Path = match self.kind.like {
            "Job" => &["spec"],
            "CronJob" => &["spec", "jobTemplate", "spec"],
            _ => return None,
        };
        self.node.at(path).node()?.as_map()
    }

    /// How a Deployment, StatefulSet or DaemonSet, or what is like one, replaces its Pods;
    /// `RollingUpdate` where nothing is written, as the API server fills in.
    pub fn update_type(self) -> &'d str {
        let at = if self.is_like("Deployment") {
            self.strategy_type()
        } else {
            self.update_strategy_type()
        };
        at.value.filter(|text| !text.is_empty()).unwrap_or("RollingUpdate")
    }

    /// The Pod it is, or makes; `None` when there is no `spec` there.
    pub fn pod_spec(self) -> Option<PodSpec<'d>> {
        let template = self.node.at(self.kind.template).node()?;
        let node = template.get("spec").and_then(Node::as_map)?;
        Some(PodSpec { node, template, workload: self })
    }
}
