use crate::engine::Cx;
use crate::kube::cron::Schedule;
use crate::kube::{Object, PodSpec};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A CronJob leaves to defaults what happens when it is slow, late or moved.
    ///
    /// ## Why it matters
    ///
    /// A slow run overlaps with the next one until the node is full. Without a time zone the schedule
    /// follows the clock of the controller, and jumps when the cluster is moved. And a start that was missed,
    /// because the controller was away, is made up for however late it then is, unless there is a deadline.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// # finding: /spec/concurrencyPolicy
    /// # finding: /spec/timeZone
    /// # finding: /spec/startingDeadlineSeconds
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ```
    ///
    /// Two runs at once that write to the same volume are more than untidy:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   timeZone: Etc/UTC
    ///   startingDeadlineSeconds: 200
    ///   # finding: /spec/concurrencyPolicy
    ///   concurrencyPolicy: Allow
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:7.0.3
    ///               volumeMounts:
    ///                 - name: data
    ///                   mountPath: /data
    ///           volumes:
    ///             - name: data
    ///               persistentVolumeClaim:
    ///                 claimName: reports
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   timeZone: Etc/UTC
    ///   concurrencyPolicy: Forbid
    ///   startingDeadlineSeconds: 200
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ```
    ///
    /// What runs in every hour is the same in every time zone:
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "*/10 * * * *"
    ///   concurrencyPolicy: Replace
    ///   startingDeadlineSeconds: 200
    ///   jobTemplate:
    ///     spec:
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
    /// For runs that may overlap, and for a time of day that does not matter.
    ///
    /// ## Source
    ///
    /// - [CronJob: writing a CronJob spec](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#writing-a-cronjob-spec) and [limitations](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#cron-job-limitations)
    /// - `nextScheduleTime` of `kubernetes/pkg/controller/cronjob/utils.go`: without a deadline it looks back as far as the last start; more than 100 missed ones are an event and stop nothing
    "cron-defaults-implicit",
    "CronJob relies on risky defaults",
    patterns: &[Pattern::PeriodicJob],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

/// Seconds that a start may be late.
const LATE: i64 = 200;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload().filter(|workload| workload.is_like("CronJob")) else {
        return;
    };
    let policy = workload.concurrency_policy();
    if policy.is_absent() || matches!(policy.value, Some("Allow" | "")) {
        let shared = workload.pod_spec().is_some_and(writes_to_claim);
        let (severity, problem) = if shared {
            (Severity::Warning, "a slow run and the next one write to the same volume")
        } else {
            (Severity::Info, "a slow run overlaps with the next one")
        };
        cx.report(policy.place, format_args!("{problem}")).severity(severity).fix_set(
            Grade::Review,
            "Leave out a run while another one goes on",
            "Forbid",
        );
    }
    let schedule = workload.schedule().value.and_then(|text| Schedule::parse(text).ok());
    let zone = workload.time_zone();
    if zone.is_absent() && schedule.is_some_and(|schedule| !schedule.is_hourly()) {
        cx.report(
            zone.place,
            format_args!("the schedule follows whatever clock the controller has"),
        )
        .fix_set(Grade::Review, "Say that it is in UTC", "Etc/UTC");
    }
    let deadline = workload.starting_deadline_seconds();
    if deadline.is_absent() {
        cx.report(
            deadline.place,
            format_args!("a start that was missed is made up for, however late"),
        )
        .fix_set(Grade::Review, "Start up to 200 seconds late", LATE);
    }
}

fn writes_to_claim(pod: PodSpec<'_>) -> bool {
    pod.containers().any(|container| {
        container.mounts().any(|(name, _, mount)| {
            let writes = mount.get("readOnly").and_then(Node::as_bool) != Some(true);
            let claim = |name| pod.volume(name).filter(|volume| volume.is_writable());
            writes && claim(name).is_some_and(|volume| volume.claim_name().value.is_some())
        })
    })
}
