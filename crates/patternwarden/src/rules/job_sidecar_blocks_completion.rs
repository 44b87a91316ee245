use crate::engine::Cx;
use crate::helpers::{self, is_helper, runs_for_ever};
use crate::kube::{Container, PodSpec};
use crate::minor::Minor;
use crate::param::Param;
use crate::pattern::Pattern;
use crate::repair::native_sidecar;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, vec::Vec};

crate::rule! {
    /// A helper container of a Job never ends, so the Job never does.
    ///
    /// ## Why it matters
    ///
    /// A Job is complete only when all its regular containers have ended. The Pod hangs, and a
    /// CronJob piles up or is skipped. A native sidecar is stopped when the main container has
    /// finished.
    ///
    /// ## Bad
    ///
    /// A proxy beside the work, known by its name:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: migrate
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: migrate
    ///           image: registry.example/migrate:1.2.0
    ///           env:
    ///             - name: DB
    ///               value: "localhost:5432"
    ///         # finding: /spec/template/spec/containers/1
    ///         - name: cloud-sql-proxy
    ///           image: registry.example/cloud-sql-proxy:2.11.0
    ///           ports:
    ///             - containerPort: 5432
    /// ```
    ///
    /// A helper whose command has no end:
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
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.2.0
    ///             # finding: /spec/jobTemplate/spec/template/spec/containers/1
    ///             - name: logs
    ///               image: registry.example/shell:1.0.0
    ///               command: [sh, -c, "tail -f /var/log/report.log"]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: migrate
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       initContainers:
    ///         - name: cloud-sql-proxy
    ///           image: registry.example/cloud-sql-proxy:2.11.0
    ///           restartPolicy: Always
    ///           ports:
    ///             - containerPort: 5432
    ///           startupProbe:
    ///             tcpSocket:
    ///               port: 5432
    ///             periodSeconds: 2
    ///             failureThreshold: 30
    ///       containers:
    ///         - name: migrate
    ///           image: registry.example/migrate:1.2.0
    ///           env:
    ///             - name: DB
    ///               value: "localhost:5432"
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the helper ends by itself, for example because the main container tells it to.
    ///
    /// ## Source
    ///
    /// - [Sidecar containers and Jobs](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#jobs-with-sidecar-containers)
    "job-sidecar-blocks-completion",
    "A helper container keeps the Job running for ever",
    patterns: &[Pattern::BatchJob, Pattern::PeriodicJob, Pattern::Sidecar],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(Minor(29)),
    params: &[Param::Strings(&helpers::PARAM)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let containers: Vec<Container<'d>> = pod.app_containers().collect();
    if !pod.workload.is_job() || containers.len() < 2 {
        return;
    }
    let helps = |container: Container<'d>, cx: &Cx<'_, 'd>| {
        is_helper(container, |name| cx.lists(&helpers::PARAM, name))
    };
    let stays = |container, cx: &Cx<'_, 'd>| helps(container, cx) || runs_for_ever(container);
    // The main container is the first that looks as if it ended.
    let main = containers.iter().position(|container| !stays(*container, cx)).unwrap_or(0);
    for (at, container) in containers.iter().copied().enumerate() {
        if at == main || !stays(container, cx) {
            continue;
        }
        let name = container.display_name();
        let edits = native_sidecar(container);
        cx.report(container.node, format_args!("container `{name}` keeps the Job from completing"))
            .fix(Grade::Review, format!("Make `{name}` a native sidecar"), edits);
    }
}
