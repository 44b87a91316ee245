use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::neighbours::{AUTOSCALERS, CLAIMS, Reads};
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use crate::singleton;
use alloc::{format, string::String};
use patternwarden_tree::Value;

crate::rule! {
    /// A Deployment of one replica runs two Pods during every rollout.
    ///
    /// ## Why it matters
    ///
    /// The default rollout starts the new Pod before it stops the old one, so two "single"
    /// instances write at the same time. A ReplicaSet promises at least one Pod, never at most one.
    ///
    /// ## Bad
    ///
    /// The name says that there should be one:
    ///
    /// ```yaml,bad
    /// # finding: /spec/strategy
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: invoice-scheduler
    /// spec:
    ///   replicas: 1
    ///   selector:
    ///     matchLabels:
    ///       app: invoice-scheduler
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: invoice-scheduler
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/invoice:4.4.0
    /// ```
    ///
    /// A volume that one node may write to does, with the default strategy written out:
    ///
    /// ```yaml,bad
    /// # finding: 0 /spec/strategy
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: wiki
    /// spec:
    ///   strategy:
    ///     type: RollingUpdate
    ///     rollingUpdate:
    ///       maxSurge: 25%
    ///       maxUnavailable: 25%
    ///   selector:
    ///     matchLabels:
    ///       app: wiki
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: wiki
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/wiki:4.4.0
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             claimName: wiki
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: wiki
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// Without such evidence it is a hint:
    ///
    /// ```yaml,bad
    /// # finding: /spec/strategy
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:4.4.0
    /// ```
    ///
    /// ## Good
    ///
    /// At most one, consistency over availability:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: invoice-scheduler
    /// spec:
    ///   replicas: 1
    ///   serviceName: invoice-scheduler
    ///   selector:
    ///     matchLabels:
    ///       app: invoice-scheduler
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: invoice-scheduler
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/invoice:4.4.0
    /// ```
    ///
    /// A short outage instead of an overlap:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: invoice-scheduler
    /// spec:
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: invoice-scheduler
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: invoice-scheduler
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/invoice:4.4.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a small service that may run twice for a moment, which most of them may.
    ///
    /// ## Source
    ///
    /// - [Deployment strategy](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy)
    /// - *Kubernetes Patterns*, second edition, "Singleton Service"
    "singleton-rolling-update",
    "One replica, but two during every rollout",
    patterns: &[Pattern::SingletonService, Pattern::DeclarativeDeployment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&NAMES)],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] =
    &[Reads { on: &["Deployment"], kinds: &[&AUTOSCALERS, &CLAIMS], lacks: "" }];

static NAMES: Strings = Strings {
    name: "names",
    doc: "Names of workloads that are meant to be single, as globs.",
    default: singleton::NAMES,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let workload = pod.workload;
    // Other kinds that are like a Deployment have strategies of their own.
    let rolls = workload.kind.kind == "Deployment"
        && workload.strategy_type().value != Some("Recreate")
        && workload.replicas() == Some(1)
        && workload.surge(1) >= 1
        // What an autoscaler drives is no singleton, whatever it starts with.
        && cx.set().scaler_of(workload.object).is_none();
    if !rolls {
        return;
    }
    let evidence = singleton::evidence(cx.set(), pod, &|name| cx.lists(&NAMES, name));
    let (severity, because) = match evidence {
        Some(evidence) => (Severity::Warning, format!(", and {evidence}")),
        None => (Severity::Hint, String::new()),
    };
    let name = workload.object.display_name();
    let message = format_args!("`{name}` has one replica and runs two during a rollout{because}");
    cx.report(workload.strategy().place, message).severity(severity).fix_at(
        Grade::Review,
        "Stop the old Pod before the new one starts",
        workload.strategy().place,
        Value::map([("type", Value::from("Recreate"))]),
    );
}
