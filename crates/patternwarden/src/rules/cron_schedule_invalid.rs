use crate::engine::Cx;
use crate::kube::cron::Schedule;
use crate::kube::{Object, Workload};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use alloc::vec;
use patternwarden_tree::{Edit, Op, Value};

crate::rule! {
    /// A schedule that the controller cannot use, or that does not mean what it seems to.
    ///
    /// ## Why it matters
    ///
    /// A schedule that never comes due makes no error anywhere. People miss the backup when they need it.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   # finding: /spec/schedule
    ///   schedule: "0 25 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: nightly
    /// spec:
    ///   # finding: 1 /spec/schedule
    ///   schedule: "@nightly"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: yearly
    /// spec:
    ///   # finding: 2 /spec/schedule
    ///   schedule: "0 0 31 2 *"
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
    /// The time zone has a field of its own:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   # finding: /spec/schedule
    ///   schedule: CRON_TZ=Europe/Berlin 0 3 * * *
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: local
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   # finding: 1 /spec/timeZone
    ///   timeZone: Local
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: spelt
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   # finding: 2 /spec/timeZone
    ///   timeZone: Europe Berlin
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
    /// Either day is enough, a step leaves a shorter pause at its end, and the controller may look too late:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   # finding: /spec/schedule
    ///   schedule: "0 3 13 * 5"
    ///   # finding: /spec/startingDeadlineSeconds
    ///   startingDeadlineSeconds: 5
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: often
    /// spec:
    ///   # finding: 1 /spec/schedule
    ///   schedule: "*/7 * * * *"
    ///   # finding: 1 /spec/startingDeadlineSeconds
    ///   startingDeadlineSeconds: -1
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: interval
    /// spec:
    ///   # finding: 2 /spec/schedule
    ///   schedule: "@every 1h"
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
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "*/15 3-5 * JAN-MAR MON-FRI"
    ///   timeZone: Europe/Berlin
    ///   startingDeadlineSeconds: 200
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: daily
    /// spec:
    ///   schedule: "@daily"
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
    /// Where either day is meant, or an uneven step does no harm. Names of time zones are looked at for
    /// their form alone: which ones there are depends on the data of the cluster.
    ///
    /// ## Source
    ///
    /// - [CronJob: schedule syntax](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax) and [limitations](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#cron-job-limitations): the controller looks every 10 seconds
    /// - [robfig/cron v3](https://pkg.go.dev/github.com/robfig/cron/v3), which reads the schedule: Sunday is 0 and not 7, and `@every` is understood though Kubernetes does not document it
    /// - [`spec.timeZone`](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones), stable since 1.27; `TZ` and `CRON_TZ` in the schedule are refused
    "cron-schedule-invalid",
    "Schedule the controller cannot use",
    patterns: &[Pattern::PeriodicJob],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

/// The controller looks so often, in seconds.
const LOOKS_EVERY: i64 = 10;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload().filter(|workload| workload.is_like("CronJob")) else {
        return;
    };
    schedule(cx, workload);
    let zone = workload.time_zone();
    let problem = match zone.value {
        Some(name) if name.eq_ignore_ascii_case("Local") => {
            "is no time zone, but whatever the controller has"
        }
        Some(name) if is_zone(name) => "",
        None if zone.is_absent() => "",
        _ => "is no name of a time zone",
    };
    if !problem.is_empty() {
        let name = clipped(zone.place.node.scalar_text());
        cx.report(zone.place, format_args!("`{name}` {problem}"));
    }
    let deadline = workload.starting_deadline_seconds();
    let (severity, problem) = match deadline.value {
        Some(seconds) if seconds < 0 => (Severity::Error, "is below zero"),
        Some(seconds) if seconds < LOOKS_EVERY => {
            (Severity::Warning, "may be over before the controller looks, as it does every 10 s")
        }
        _ => return,
    };
    cx.report(deadline.place, format_args!("the deadline for the start {problem}"))
        .severity(severity);
}

fn schedule<'d>(cx: &mut Cx<'_, 'd>, workload: Workload<'d>) {
    let at = workload.schedule();
    if at.is_absent() {
        return;
    }
    let text = at.value.unwrap_or_default();
    let zone = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ="));
    if let Some((zone, rest)) = zone.map(|zone| zone.split_once(' ').unwrap_or((zone, ""))) {
        let field = workload.time_zone();
        let finding =
            cx.report(at.place, format_args!("a schedule has no time zone: `timeZone` has"));
        if field.is_absent() && is_zone(zone) {
            let edits = vec![
                Edit::new("/spec/schedule", Op::Replace(Value::from(rest.trim()))),
                Edit::new("/spec/timeZone", Op::Add(Value::from(zone))),
            ];
            finding.fix(Grade::Safe, "Move the time zone to `timeZone`", edits);
        }
        return;
    }
    let shown = clipped(text);
    let (severity, problem) = match Schedule::parse(text) {
        Err(error) => {
            cx.report(at.place, format_args!("`{shown}` is no schedule; {error}"));
            return;
        }
        Ok(schedule) if schedule.never_occurs() => {
            (Severity::Warning, "never comes due: no month of it has such a day")
        }
        Ok(schedule) if schedule.is_interval => (
            Severity::Info,
            "counts from the last start and not by the clock, which Kubernetes does not document",
        ),
        Ok(schedule) if schedule.days_are_alternatives() => (
            Severity::Info,
            "comes due on either day, of the month or of the week, not only where both agree",
        ),
        Ok(schedule) if schedule.uneven_step.is_some() => {
            (Severity::Hint, "has a step that does not come out even: the last pause is shorter")
        }
        Ok(_) => return,
    };
    cx.report(at.place, format_args!("`{shown}` {problem}")).severity(severity);
}

/// Whether a name has the form of those in the IANA database.
fn is_zone(name: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    };
    name.split('/').all(part)
}
