//! Kinds that are Pods or make them, and what they have in common.

use crate::kube::object::{Api, Object};
use crate::kube::pod::PodSpec;
use crate::kube::{Rounding, int_or_percent};
use patternwarden_tree::{At, Node, Place};

type Path = &'static [&'static str];

/// A kind that is a Pod or makes Pods, and where its parts stand.
///
/// Source: the API reference of each group; `spec/template` is a `PodTemplateSpec` in all of them.
#[derive(Debug, PartialEq, Eq)]
pub struct WorkloadKind<'k> {
    /// The API group that serves the kind.
    pub group: &'k str,
    /// The group that served it before.
    pub former_group: Option<&'static str>,
    /// The kind.
    pub kind: &'k str,
    /// Where the Pod's own `metadata` and `spec` stand; empty for the object itself.
    template: Path,
    /// Where the replica count stands; `None` for kinds that have none.
    replicas: Option<Path>,
    /// The built-in kind whose semantics it has.
    pub like: &'k str,
    /// Where the parts of a kind stand that settings name, instead of the places above.
    custom: Option<Pointers<'k>>,
}

/// JSON Pointers into a custom kind; absent ones are at the built-in places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pointers<'k> {
    /// The Pod spec.
    pub(crate) spec: &'k str,
    /// The Pod's `metadata`.
    pub(crate) meta: Option<&'k str>,
    /// The replica count.
    pub(crate) replicas: Option<&'k str>,
    /// The label selector.
    pub(crate) selector: Option<&'k str>,
}

const TEMPLATE: Path = &["spec", "template"];
const REPLICAS: Option<Path> = Some(&["spec", "replicas"]);

const fn kind(
    group: &'static str,
    kind: &'static str,
    replicas: Option<Path>,
    like: &'static str,
) -> WorkloadKind<'static> {
    let (former_group, template, custom) = (None, TEMPLATE, None);
    WorkloadKind { group, former_group, kind, template, replicas, like, custom }
}

const fn built_in(
    group: &'static str,
    name: &'static str,
    template: Path,
    replicas: Option<Path>,
) -> WorkloadKind<'static> {
    WorkloadKind { template, ..kind(group, name, replicas, name) }
}

/// A kind of `apps` that `extensions` served before 1.16.
const fn extended(name: &'static str, replicas: Option<Path>) -> WorkloadKind<'static> {
    WorkloadKind { former_group: Some("extensions"), ..kind("apps", name, replicas, name) }
}

/// Every kind whose Pod spec the rules read.
pub(crate) static WORKLOADS: &[WorkloadKind<'static>] = &[
    built_in("", "Pod", &[], None),
    built_in("", "PodTemplate", &["template"], None),
    extended("Deployment", REPLICAS),
    extended("ReplicaSet", REPLICAS),
    built_in("", "ReplicationController", TEMPLATE, REPLICAS),
    built_in("apps", "StatefulSet", TEMPLATE, REPLICAS),
    extended("DaemonSet", None),
    built_in("batch", "Job", TEMPLATE, None),
    built_in("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"], None),
    kind("argoproj.io", "Rollout", REPLICAS, "Deployment"),
    WorkloadKind {
        former_group: Some(""),
        ..kind("apps.openshift.io", "DeploymentConfig", REPLICAS, "Deployment")
    },
    kind("apps.kruise.io", "CloneSet", REPLICAS, "Deployment"),
    kind("apps.kruise.io", "StatefulSet", REPLICAS, "StatefulSet"),
    kind("apps.kruise.io", "DaemonSet", None, "DaemonSet"),
    kind("serving.knative.dev", "Service", None, "Deployment"),
];

/// A kind that is known by nothing but the Pod template in it.
pub(crate) static UNKNOWN: WorkloadKind<'static> =
    WorkloadKind { template: &[], ..kind("", "", None, "PodTemplate") };

impl<'k> WorkloadKind<'k> {
    pub(crate) fn of(api: Api<'_>, any_group: bool) -> Option<&'static WorkloadKind<'static>> {
        WORKLOADS.iter().find(|entry| {
            entry.kind == api.kind
                && (entry.is_of(api.group) || (any_group && entry.like == entry.kind))
        })
    }

    /// A kind that settings name.
    pub(crate) fn custom(group: &'k str, kind: &'k str, like: &'k str, at: Pointers<'k>) -> Self {
        let replicas = REPLICAS.filter(|_| !matches!(like, "DaemonSet" | "Job" | "Pod"));
        let (former_group, template, custom) = (None, TEMPLATE, Some(at));
        WorkloadKind { group, former_group, kind, template, replicas, like, custom }
    }

    /// Whether this API group serves the kind, or did.
    pub fn is_of(&self, group: &str) -> bool {
        self.group == group || self.former_group == Some(group)
    }

    fn pointer(&self, part: impl Fn(Pointers<'k>) -> Option<&'k str>) -> Option<&'k str> {
        self.custom.and_then(part)
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
    pub kind: &'d WorkloadKind<'d>,
}

fields!(Workload {
    /// `spec.replicas`, as written.
    written_replicas: i64 = int ["spec", "replicas"];
    /// `spec.selector`.
    written_selector: Node<'d> = map ["spec", "selector"];
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
        let at = match self.kind.pointer(|at| at.replicas) {
            Some(pointer) => self.part(pointer, Node::as_i64),
            None => At::read(self.node, self.kind.replicas?, Node::as_i64),
        };
        if at.is_absent() { Some(1) } else { at.value }
    }

    /// The selector of its Pods: `spec.selector`, or where settings say that it stands.
    pub fn selector(self) -> At<'d, Node<'d>> {
        match self.kind.pointer(|at| at.selector) {
            Some(pointer) => self.part(pointer, Node::as_map),
            None => self.written_selector(),
        }
    }

    /// A part of a custom kind; a missing one is missing from the object.
    fn part<T>(self, pointer: &str, read: impl FnOnce(Node<'d>) -> Option<T>) -> At<'d, T> {
        match self.node.lookup(pointer) {
            Some(node) => At { value: read(node), place: node.into() },
            None => {
                At { value: None, place: Place { node: self.node, rest: &["spec", "selector"] } }
            }
        }
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
        let (node, template) = match self.kind.custom {
            None => {
                let template = self.node.at(self.kind.template).node()?;
                (template.get("spec")?, template)
            }
            Some(at) => {
                let node = self.node.lookup(at.spec)?;
                let beside = at.meta.and_then(|meta| self.node.lookup(meta)?.parent());
                (node, beside.or_else(|| node.parent())?)
            }
        };
        Some(PodSpec { node: node.as_map()?, template, workload: self })
    }
}
