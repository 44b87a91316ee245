//! Recognises work that ends.

use super::by_kind;
use crate::kube::{Object, PodSpec, Workload};
use crate::recognise::{Confidence, Px};
use patternwarden_tree::{At, Node};

crate::pattern! {
    /// A bounded unit of work runs to completion, reliably and perhaps in parallel.
    ///
    /// ## Intent
    ///
    /// Some work has an end: a migration, a report, a queue to be emptied. The platform starts as
    /// many Pods as it takes, tries again when one fails or its node is lost, and keeps the outcome
    /// for those who ask.
    ///
    /// ## Forces
    ///
    /// A Pod may run twice, so the work must bear being repeated. Parallel Pods finish sooner and
    /// have to share out the work: by a queue, by an index, or because all do the same. Finished
    /// Jobs stay until somebody or a time to live removes them.
    ///
    /// ## How it is seen
    ///
    /// A Job: one Pod (`single`), a number of completions (`fixed-count`), each with a number of its
    /// own (`indexed`), or several workers without a count that empty a queue (`work-queue`). A
    /// CronJob makes them (`component`). A Pod that is not restarted may be one as well
    /// (`bare-pod`), but nobody replaces it when its node is gone.
    ///
    /// ## What breaks it
    ///
    /// - a helper container that never ends: the Job runs for ever
    /// - parallel Pods that write to one volume which only one node may mount
    /// - a retry that repeats what was already done
    /// - nothing that ever removes finished Jobs
    ///
    /// ## Over time
    ///
    /// Indexed Jobs are stable since 1.24, rules for failures since 1.31, a limit of retries per
    /// index and rules for success since 1.33, waiting for the old Pod before a new one since 1.34.
    BatchJob,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload() else { return };
    let kind = by_kind::node(object);
    match workload.kind.like {
        "Job" => job(px, workload),
        "CronJob" => {
            px.hit(Confidence::Likely, kind, "makes Jobs by time").facet("component");
        }
        "Pod" => {
            let policy = workload.pod_spec().map(PodSpec::restart_policy);
            if let Some(At { value: Some("Never" | "OnFailure"), place }) = policy {
                px.hit(Confidence::Possible, place, "ends, and is not started again");
                px.facet("bare-pod");
            }
        }
        _ => {}
    }
}

fn job<'d>(px: &mut Px<'_, 'd>, workload: Workload<'d>) {
    let mode = At::read(workload.node, &["spec", "completionMode"], Node::as_str);
    let (completions, parallelism) = (workload.completions(), workload.parallelism());
    let (place, label, facet) = if mode.value == Some("Indexed") {
        (mode.place.node(), "each completion has a number", "indexed")
    } else if completions.value.is_some_and(|count| count > 1) {
        (completions.place.node(), "how many must succeed", "fixed-count")
    } else if completions.is_absent() && parallelism.value.is_some_and(|count| count > 1) {
        (parallelism.place.node(), "workers that empty a queue", "work-queue")
    } else {
        (None, "one Pod, until it succeeds", "single")
    };
    let place = place.unwrap_or(by_kind::node(workload.object));
    px.hit(Confidence::Certain, place, label).facet(facet);
}
