//! Recognises work that a clock starts.

use super::by_kind;
use crate::kube::Object;
use crate::recognise::{Confidence, Px};

crate::pattern! {
    /// A unit of work is started by time.
    ///
    /// ## Intent
    ///
    /// What has to happen every night or every five minutes is declared with the work itself. The
    /// platform is the clock: no machine has a crontab that somebody must remember.
    ///
    /// ## Forces
    ///
    /// A run may still be going when the next is due: let both run, skip one, or replace the other.
    /// A clock that was down has runs to catch up with, or to forget. Time has a zone, and in some
    /// of them an hour happens twice a year, or not at all.
    ///
    /// ## How it is seen
    ///
    /// A CronJob, by its schedule. What it starts is a Batch Job.
    ///
    /// ## What breaks it
    ///
    /// - runs that overlap because nothing forbids it
    /// - a schedule that is read in another time zone than it was written in
    /// - a hundred missed starts, after which the controller stops counting
    /// - runs every minute on the full minute, all CronJobs at once
    ///
    /// ## Over time
    ///
    /// CronJobs are stable since 1.21; `v1beta1` is gone since 1.25. A time zone of its own is stable
    /// since 1.27. Zones inside the schedule, as `TZ=`, are refused.
    PeriodicJob,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload().filter(|workload| workload.is_like("CronJob")) else {
        return;
    };
    let schedule = workload.schedule().place.node();
    px.hit(Confidence::Certain, schedule.unwrap_or(by_kind::node(object)), "when it starts");
    let zone = object.node.at(&["spec", "timeZone"]).node();
    if let Some(zone) = zone.filter(|zone| zone.as_str().is_some_and(|zone| !zone.is_empty())) {
        px.hit(Confidence::Certain, zone, "whose clock it goes by").facet("time-zone");
    }
}
