//! How long a container may take to start, and what gives up on it.

use crate::kube::{PodSpec, Probe};
use patternwarden_tree::{At, Node, Place};

/// What a Deployment waits for progress when it does not say so.
const PROGRESS_DEADLINE: i64 = 600;

/// The time that a probe leaves for starting.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) delay: i64,
    period: i64,
    failures: i64,
    /// The last moment at which it may succeed, in seconds.
    pub(crate) upper: i64,
    /// The first moment at which it may have failed for good.
    pub(crate) earliest_kill: i64,
}

impl Budget {
    /// The budget of a probe, defaults filled in and impossible numbers raised to the least possible.
    pub(crate) fn of(probe: Probe<'_>) -> Self {
        let (delay, period) = (probe.initial_delay().max(0), probe.period().max(1));
        let failures = probe.failure_threshold().max(1);
        let after = |failures: i64| delay.saturating_add(failures.saturating_mul(period));
        let (upper, earliest_kill) = (after(failures), after(failures - 1));
        Self { delay, period, failures, upper, earliest_kill }
    }

    /// Whether the period is long, or longer than a delay that then means little.
    pub(crate) fn is_coarse(self) -> bool {
        let long = self.period > 30 && self.failures >= 5;
        long || (self.delay < self.period && self.delay > 20 && self.period > 20)
    }
}

/// What gives up on a container that does not start.
#[derive(Clone, Copy)]
pub(crate) struct Deadline<'d> {
    /// Its name for people.
    pub(crate) what: &'static str,
    pub(crate) seconds: i64,
    /// Seconds that a Pod must be ready before it counts.
    pub(crate) ready: i64,
    /// The field to raise; `None` where raising it is not ours to offer.
    pub(crate) field: Option<Place<'d>>,
}

impl Deadline<'_> {
    /// Seconds that are left for starting.
    pub(crate) fn left(self) -> i64 {
        self.seconds.saturating_sub(self.ready)
    }
}

/// The deadline that is over first for a Pod of this workload; `None` when nothing waits.
pub(crate) fn deadline(pod: PodSpec<'_>) -> Option<Deadline<'_>> {
    let workload = pod.workload;
    if matches!(workload.kind.kind, "Deployment" | "Rollout") {
        let at = workload.progress_deadline_seconds();
        let ready = workload.min_ready_seconds().value.unwrap_or(0).max(0);
        let seconds = at.value.unwrap_or(PROGRESS_DEADLINE);
        return Some(Deadline { what: "progress deadline", seconds, ready, field: Some(at.place) });
    }
    // The spec of a Job holds its template, also inside of a CronJob.
    let job = pod.template.parent().filter(|_| workload.is_job());
    let of_job = job.and_then(|job| At::read(job, &["activeDeadlineSeconds"], Node::as_i64).value);
    let of_pod = pod.active_deadline_seconds().value;
    let seconds = of_job.into_iter().chain(of_pod).min()?;
    Some(Deadline { what: "active deadline", seconds, ready: 0, field: None })
}
