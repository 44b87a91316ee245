use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};

crate::rule! {
    /// A restart policy that the kind of workload does not allow.
    ///
    /// ## Why it matters
    ///
    /// The default of a Pod is `Always`, and a Job refuses that: the shortest Job one can write is always
    /// refused. `Never` keeps failed Pods and their logs and starts new ones, `OnFailure` restarts the
    /// container in place. What is to be kept running, on the other hand, must restart always.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     # finding: /spec/template/spec/restartPolicy
    ///     spec:
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           # finding: 1 /spec/jobTemplate/spec/template/spec/restartPolicy
    ///           restartPolicy: Always
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ```
    ///
    /// ```yaml,bad
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
    ///       # finding: /spec/template/spec/restartPolicy
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       # finding: 1 /spec/template/spec/restartPolicy
    ///       restartPolicy: OnFailure
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
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
    ///       restartPolicy: Always
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   restartPolicy: OnFailure
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: no API server accepts it.
    ///
    /// ## Source
    ///
    /// - [Jobs: Pod template](https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-template): only `Never` or `OnFailure`
    /// - [Deployments: Pod template](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template): only `Always`
    "restart-policy-invalid",
    "restartPolicy not allowed for this kind",
    patterns: &[Pattern::BatchJob, Pattern::PeriodicJob, Pattern::DeclarativeDeployment],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.restart_policy();
    let workload = pod.workload;
    let kind = workload.kind.kind;
    // Empty is filled in, as absent is.
    let written = at.value.unwrap_or_default();
    let absent = at.is_absent() || at.value == Some("");
    if workload.is_job() {
        if !matches!(written, "Never" | "OnFailure") {
            let spec = workload.job_spec();
            let has =
                |field| spec.and_then(|spec| spec.get(field)).is_some_and(|node| !node.is_null());
            let never = has("podFailurePolicy") || has("backoffLimitPerIndex");
            let policy = if never { "Never" } else { "OnFailure" };
            cx.report(
                at.place,
                format_args!("a {kind} needs `restartPolicy: Never` or `OnFailure`"),
            )
            .fix_set(Grade::Review, "Restart what fails", policy);
        }
    } else if !matches!(workload.kind.like, "Pod" | "PodTemplate") && !absent && written != "Always"
    {
        cx.report(
            at.place,
            format_args!("the Pods of a {kind} can only have `restartPolicy: Always`"),
        )
        .fix_remove(Grade::Safe, "Remove it: `Always` is the default");
    }
}
