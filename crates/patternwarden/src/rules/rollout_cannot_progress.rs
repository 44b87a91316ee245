use crate::engine::Cx;
use crate::kube::{Object, Rounding, Workload, int_or_percent};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// The numbers of an update strategy block the update, or keep it from being undone.
    ///
    /// ## Why it matters
    ///
    /// The update hangs, or cannot be undone, and nobody sees it before a correction must go out in a
    /// hurry. All of it can be seen in the manifest.
    ///
    /// ## Bad
    ///
    /// None may be added and none may be missing:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   strategy:
    ///     rollingUpdate:
    ///       maxSurge: 0
    ///       # finding: /spec/strategy/rollingUpdate/maxUnavailable
    ///       maxUnavailable: 0%
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
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   updateStrategy:
    ///     rollingUpdate:
    ///       # finding: 1 /spec/updateStrategy/rollingUpdate/maxUnavailable
    ///       maxUnavailable: 0
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// A share of two replicas that is rounded down to none; the controller then takes one:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 2
    ///   strategy:
    ///     rollingUpdate:
    ///       maxSurge: 0
    ///       # finding: /spec/strategy/rollingUpdate/maxUnavailable
    ///       maxUnavailable: 25%
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
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// A DaemonSet adds Pods or takes some away, not both, and takes one away if nothing else is said:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   updateStrategy:
    ///     rollingUpdate:
    ///       # finding: /spec/updateStrategy/rollingUpdate/maxUnavailable
    ///       maxSurge: 1
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// Numbers of a rolling update where there is none:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   strategy:
    ///     type: Recreate
    ///     # finding: /spec/strategy/rollingUpdate
    ///     rollingUpdate:
    ///       maxSurge: 1
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
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// A deadline that ends before a Pod can count, nothing to go back to, and an update that waits:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   minReadySeconds: 60
    ///   # finding: /spec/progressDeadlineSeconds
    ///   progressDeadlineSeconds: 60
    ///   # finding: /spec/revisionHistoryLimit
    ///   revisionHistoryLimit: 0
    ///   # finding: /spec/paused
    ///   paused: true
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
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// StatefulSets that update nothing, or not as fast as they say:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   replicas: 3
    ///   serviceName: db
    ///   updateStrategy:
    ///     rollingUpdate:
    ///       # finding: /spec/updateStrategy/rollingUpdate/partition
    ///       partition: 3
    ///       # finding: /spec/updateStrategy/rollingUpdate/maxUnavailable
    ///       maxUnavailable: 2
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   updateStrategy:
    ///     # finding: 1 /spec/updateStrategy/type
    ///     type: OnDelete
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 2
    ///   strategy:
    ///     rollingUpdate:
    ///       maxSurge: 25%
    ///       maxUnavailable: 0
    ///   minReadySeconds: 10
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
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   updateStrategy:
    ///     rollingUpdate:
    ///       maxSurge: 1
    ///       maxUnavailable: 0
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   replicas: 3
    ///   serviceName: db
    ///   podManagementPolicy: Parallel
    ///   updateStrategy:
    ///     rollingUpdate:
    ///       partition: 1
    ///       maxUnavailable: 2
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For `partition`, `paused` and `OnDelete` while somebody leads the update by hand. Whether somebody does is
    /// not seen here, so that no repair is offered for them.
    ///
    /// ## Source
    ///
    /// - [Deployments: strategy](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy), `.spec.progressDeadlineSeconds` "needs to be greater than `.spec.minReadySeconds`"
    /// - [StatefulSets: update strategies](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies); `maxUnavailable` is beta since 1.35
    /// - [DaemonSetUpdateStrategy](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/): `maxUnavailable` cannot be 0 if `maxSurge` is 0, and one of the two must be 0
    "rollout-cannot-progress",
    "Strategy numbers block or break the rollout",
    patterns: &[Pattern::DeclarativeDeployment],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

/// What the API server fills in, in seconds.
const PROGRESS_DEADLINE: i64 = 600;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload() else { return };
    if workload.kind.group == "apps" {
        match workload.kind.kind {
            "Deployment" => deployment(cx, workload),
            "DaemonSet" => daemon_set(cx, workload),
            "StatefulSet" => stateful_set(cx, workload),
            _ => return,
        }
        let at = workload.update_strategy_type();
        if at.value == Some("OnDelete") {
            let message = "Pods are replaced only when somebody deletes them";
            cx.report(at.place, format_args!("{message}")).severity(Severity::Info);
        }
    }
}

fn deployment<'d>(cx: &mut Cx<'_, 'd>, workload: Workload<'d>) {
    let rolling = workload.strategy().value.and_then(|strategy| strategy.get("rollingUpdate"));
    if workload.update_type() == "Recreate" {
        if let Some(rolling) = rolling.filter(|node| !node.is_null()) {
            cx.report(
                rolling,
                format_args!("`rollingUpdate` has no place beside `type: Recreate`"),
            )
            .severity(Severity::Error)
            .fix_remove(Grade::Safe, "Remove the numbers of the rolling update");
        }
    } else if workload.update_type() == "RollingUpdate" {
        let replicas = workload.replicas().unwrap_or(1).max(0);
        let (surge, unavailable) = (workload.max_surge(), workload.max_unavailable());
        let of = |at: Option<Node<'_>>, total, rounding| {
            at.and_then(|node| int_or_percent(node, total, rounding))
        };
        // Absent ones are 25 %. A hundred replicas tell a share of nothing from one of little.
        let none = |at: Option<Node<'_>>| of(at, 100, Rounding::Up) == Some(0);
        if none(surge.value) && none(unavailable.value) {
            blocked(cx, unavailable.place, "the update may neither add a Pod nor take one away");
        } else if none(surge.value)
            && replicas > 0
            && of(unavailable.value, replicas, Rounding::Down).unwrap_or(replicas.div_euclid(4))
                == 0
        {
            cx.report(
                unavailable.place,
                format_args!("of {replicas} Pods this share is none, and the update takes one away all the same"),
            )
            .severity(Severity::Info);
        }
    }
    let (deadline, ready) = (workload.progress_deadline_seconds(), workload.min_ready_seconds());
    let (seconds, wait) = (deadline.value.unwrap_or(PROGRESS_DEADLINE), ready.value.unwrap_or(0));
    if seconds <= wait {
        let message = "an update has failed before a Pod can count as available";
        cx.report(
            deadline.place,
            format_args!(
                "{message}: {seconds} s of `progressDeadlineSeconds`, {wait} s of `minReadySeconds`"
            ),
        )
        .severity(Severity::Error)
        .fix_set(
            Grade::Review,
            "Wait longer for progress",
            wait.saturating_add(PROGRESS_DEADLINE),
        );
    }
    let history = workload.revision_history_limit();
    if history.value == Some(0) {
        cx.report(
            history.place,
            format_args!("no old revision is kept, so that an update cannot be undone"),
        )
        .fix_remove(Grade::Review, "Keep ten revisions, as is usual");
    }
    let paused = workload.paused();
    if paused.value == Some(true) {
        cx.report(
            paused.place,
            format_args!("the Deployment is paused: changes are not rolled out"),
        )
        .severity(Severity::Info);
    }
}

fn blocked<'d>(cx: &mut Cx<'_, 'd>, place: Place<'d>, message: &str) {
    cx.report(place, format_args!("{message}")).severity(Severity::Error).fix_set(
        Grade::Safe,
        "Let one Pod at a time be unavailable",
        1,
    );
}

fn daemon_set<'d>(cx: &mut Cx<'_, 'd>, workload: Workload<'d>) {
    if workload.update_type() != "RollingUpdate" {
        return;
    }
    let (surge, unavailable) = (workload.update_max_surge(), workload.update_max_unavailable());
    let some = |at: Option<Node<'_>>, default| {
        at.and_then(|node| int_or_percent(node, 100, Rounding::Up)).unwrap_or(default) != 0
    };
    match (some(surge.value, 0), some(unavailable.value, 1)) {
        (false, false) => {
            blocked(cx, unavailable.place, "the update may neither add a Pod nor take one away");
        }
        (true, true) => {
            let message = "a DaemonSet cannot both add Pods and take some away";
            cx.report(unavailable.place, format_args!("{message}"))
                .severity(Severity::Error)
                .fix_set(Grade::Review, "Let no Pod be unavailable", 0);
        }
        _ => {}
    }
}

fn stateful_set<'d>(cx: &mut Cx<'_, 'd>, workload: Workload<'d>) {
    let (partition, replicas) = (workload.partition(), workload.replicas().unwrap_or(1));
    if partition.value.is_some_and(|partition| partition > 0 && partition >= replicas) {
        cx.report(
            partition.place,
            format_args!("no Pod has an ordinal from here on, so that none is updated"),
        )
        .severity(Severity::Info);
    }
    let unavailable = workload.update_max_unavailable();
    let several = unavailable.value.is_some_and(|node| node.as_i64() != Some(1));
    let policy = workload.pod_management_policy().value.filter(|policy| !policy.is_empty());
    if several && policy.unwrap_or("OrderedReady") == "OrderedReady" {
        cx.report(
            unavailable.place,
            format_args!("with the policy `OrderedReady` this has little effect"),
        )
        .severity(Severity::Info);
    }
}
