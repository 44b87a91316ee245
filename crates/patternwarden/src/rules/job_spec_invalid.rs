use crate::engine::Cx;
use crate::kube::{Object, PodSpec, items};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// Fields of a Job that contradict each other, or leave what is finished lying around.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses most of these, one after the other. The rest leaves finished Jobs and failed
    /// Pods in the cluster for years.
    ///
    /// ## Bad
    ///
    /// An indexed Job of several Pods counts its indexes, and what is said per index needs one:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   completionMode: Indexed
    ///   parallelism: 2
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   template:
    ///     # finding: /spec/completions
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: second
    /// spec:
    ///   # finding: 1 /spec/successPolicy
    ///   successPolicy:
    ///     rules:
    ///       - succeededCount: 1
    ///   # finding: 1 /spec/backoffLimitPerIndex
    ///   backoffLimitPerIndex: 1
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ```
    ///
    /// Failures are counted per index only if the index fails with its Pod, and no more indexes can fail
    /// than there are:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   completionMode: Indexed
    ///   completions: 4
    ///   # finding: /spec/backoffLimitPerIndex
    ///   backoffLimitPerIndex: 1
    ///   # finding: /spec/maxFailedIndexes
    ///   maxFailedIndexes: 5
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   template:
    ///     spec:
    ///       restartPolicy: OnFailure
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: second
    /// spec:
    ///   completionMode: Indexed
    ///   completions: 4
    ///   # finding: 1 /spec/maxFailedIndexes
    ///   maxFailedIndexes: 2
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ```
    ///
    /// A failure policy looks at failed Pods and their exit codes:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   # finding: /spec/podReplacementPolicy
    ///   podReplacementPolicy: TerminatingOrFailed
    ///   # finding: /spec/podFailurePolicy
    ///   podFailurePolicy:
    ///     rules:
    ///       - action: FailJob
    ///         onExitCodes:
    ///           # finding: /spec/podFailurePolicy/rules/0/onExitCodes/containerName
    ///           containerName: main
    ///           operator: In
    ///           # finding: /spec/podFailurePolicy/rules/0/onExitCodes/values/0
    ///           values: [0, 42]
    ///   template:
    ///     spec:
    ///       restartPolicy: OnFailure
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ```
    ///
    /// More Pods at once than there is work, and nothing that ends the Job or clears it away:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// # finding: /spec/ttlSecondsAfterFinished
    /// # finding: /spec/activeDeadlineSeconds
    /// spec:
    ///   completions: 2
    ///   # finding: /spec/parallelism
    ///   parallelism: 4
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ```
    ///
    /// A CronJob keeps as many finished Jobs as it says, unless they vanish by time:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       activeDeadlineSeconds: 600
    ///       # finding: /spec/jobTemplate/spec/ttlSecondsAfterFinished
    ///       ttlSecondsAfterFinished: 60
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
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
    ///   completionMode: Indexed
    ///   completions: 4
    ///   parallelism: 2
    ///   backoffLimitPerIndex: 1
    ///   maxFailedIndexes: 2
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   successPolicy:
    ///     rules:
    ///       - succeededIndexes: "0"
    ///   podFailurePolicy:
    ///     rules:
    ///       - action: FailIndex
    ///         onExitCodes:
    ///           containerName: report
    ///           operator: In
    ///           values: [42]
    ///       - action: Ignore
    ///         onExitCodes:
    ///           operator: NotIn
    ///           values: [0, 1]
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: one-index
    /// spec:
    ///   completionMode: Indexed
    ///   ttlSecondsAfterFinished: 3600
    ///   activeDeadlineSeconds: 600
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: nightly
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       activeDeadlineSeconds: 600
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where something else clears finished Jobs away, or a Job may run for as long as it likes. For a
    /// contradiction only its author knows which side was meant, and how long a Job may run, so that there is no
    /// repair for these.
    ///
    /// ## Source
    ///
    /// - `SetDefaults_Job` of `pkg/apis/batch/v1`: `completions` and `parallelism` are 1 if neither is written
    /// - [Jobs](https://kubernetes.io/docs/concepts/workloads/controllers/job/): per-index back-off and success policy are stable since 1.33, the Pod failure policy since 1.31
    /// - [Automatic cleanup for finished Jobs](https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/)
    "job-spec-invalid",
    "Job fields that contradict each other",
    patterns: &[Pattern::BatchJob],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

const DAY: i64 = 86_400;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload() else { return };
    let (Some(spec), Some(pod)) = (workload.job_spec(), workload.pod_spec()) else { return };
    let has = |key| spec.get(key).filter(|node: &Node<'_>| !node.is_null());
    let number = |key| has(key).and_then(Node::as_i64);
    let mut tell = |place: Place<'d>, severity, message: &str| {
        cx.report(place, format_args!("{message}")).severity(severity);
    };
    let indexed = has("completionMode").and_then(Node::as_str) == Some("Indexed");
    let never = pod.restart_policy().value == Some("Never");
    let (error, hint) = (Severity::Error, Severity::Hint);
    // The API server writes 1 for both if neither is written, and 1 for the second alone.
    let (all, at_once) = match (has("completions"), has("parallelism")) {
        (None, None) => (Some(1), Some(1)),
        (_, None) => (number("completions"), Some(1)),
        _ => (number("completions"), number("parallelism")),
    };
    if indexed && has("completions").is_none() && has("parallelism").is_some() {
        tell(spec.at(&["completions"]), error, "an indexed Job needs `completions`");
    }
    if let Some(policy) = has("successPolicy").filter(|_| !indexed) {
        tell(policy.into(), error, "`successPolicy` needs `completionMode: Indexed`");
    }
    if let Some(limit) = has("backoffLimitPerIndex") {
        if !indexed {
            tell(limit.into(), error, "`backoffLimitPerIndex` needs `completionMode: Indexed`");
        } else if !never {
            tell(limit.into(), error, "`backoffLimitPerIndex` needs `restartPolicy: Never`");
        }
    }
    if let Some(most) = has("maxFailedIndexes") {
        if has("backoffLimitPerIndex").is_none() {
            tell(most.into(), error, "`maxFailedIndexes` needs `backoffLimitPerIndex`");
        } else if most.as_i64().zip(all).is_some_and(|(most, all)| most > all) {
            tell(most.into(), error, "`maxFailedIndexes` is more than the Job has indexes");
        }
    }
    if let Some(policy) = has("podFailurePolicy") {
        if !never {
            tell(policy.into(), error, "`podFailurePolicy` needs `restartPolicy: Never`");
        }
        let replaced = has("podReplacementPolicy").filter(|node| node.as_str() != Some("Failed"));
        if let Some(replaced) = replaced {
            tell(replaced.into(), error, "beside `podFailurePolicy` only failed Pods are replaced");
        }
    }
    if at_once.zip(all).is_some_and(|(at_once, all)| at_once > all) {
        let message = "more Pods may run at once than the Job has to complete";
        tell(spec.at(&["parallelism"]), Severity::Info, message);
    }
    if number("activeDeadlineSeconds").is_none() {
        tell(spec.at(&["activeDeadlineSeconds"]), hint, "nothing ends the Job if it hangs");
    }
    let kept = number("ttlSecondsAfterFinished");
    let ttl = spec.at(&["ttlSecondsAfterFinished"]);
    if !workload.is_like("Job") {
        if kept.is_some() {
            let message = "finished Jobs vanish by time, so that fewer are kept than the limits of the CronJob's history promise";
            tell(ttl, hint, message);
        }
    } else if kept.is_none() {
        cx.report(ttl, format_args!("the finished Job stays until somebody deletes it"))
            .severity(hint)
            .fix_set(Grade::Review, "Delete it a day after it has finished", DAY);
    }
    for rule in items(has("podFailurePolicy").and_then(|policy| policy.get("rules"))) {
        if let Some(codes) = rule.get("onExitCodes") {
            exit_codes(cx, pod, codes);
        }
    }
}

fn exit_codes<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, codes: Node<'d>) {
    let container = codes.get("containerName").and_then(|node| Some((node, node.as_str()?)));
    if let Some((node, name)) = container
        && !pod.containers().any(|container| container.name().value == Some(name))
    {
        cx.report(node, format_args!("the Pod has no container `{}`", clipped(name)));
    }
    let listed = codes.get("operator").and_then(Node::as_str) == Some("In");
    let mut values = items(codes.get("values").filter(|_| listed));
    if let Some(zero) = values.find(|value| value.as_i64() == Some(0)) {
        cx.report(zero, format_args!("exit code 0 is no failure"));
    }
}
